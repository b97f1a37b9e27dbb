import { FettleError } from "../../lib/index.ts";
import { columnLength, type Table } from "../table/index.ts";
import type { FitOptions, Target, Task } from "./learner.ts";

/** Ends a fit that was asked to stop. */
export function cancelled(): FettleError {
  return new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish the training: it was cancelled");
}

/** The greatest grade of a ranking: its gain, 2^30 − 1, still leaves room for sums. */
export const greatestGrade = 30;

const isGrade = (value: number) => Number.isInteger(value) && value >= 0 && value <= greatestGrade;

/** A check for long work to make between its steps: throws FIT_CANCELLED once the fit shall stop. */
export function stopCheck({ shouldStop }: Pick<FitOptions, "shouldStop">): () => void {
  return () => {
    if (shouldStop?.()) throw cancelled();
  };
}

/** Refuses input that no learner can fit: FIT_EMPTY, FIT_LENGTHS_UNEQUAL, FIT_TARGET, FIT_QUERIES, FIT_WEIGHTS. */
export function checkFit(features: Table, target: Target, { sampleWeight }: FitOptions): void {
  const n = target.values.length;
  const refuse = (code: string, message: string) => new FettleError("invalid-input", code, `Cannot fit: ${message}`);
  if (n === 0) throw refuse("FIT_EMPTY", "there are 0 rows, at least 1 is needed");
  for (const [name, column] of features.entries())
    if (columnLength(column) !== n)
      throw refuse("FIT_LENGTHS_UNEQUAL", `feature "${name}" has ${columnLength(column)} rows, ${n} are needed`);
  const isClass = (value: number) => Number.isInteger(value) && value >= 0 && value < target.nClasses;
  const isRight = { regression: Number.isFinite, ranking: isGrade, binary: isClass, multiclass: isClass }[target.task];
  const nBad = target.values.filter((value) => !isRight(value)).length;
  if (target.task === "ranking" && target.queries?.length !== n)
    throw refuse(
      "FIT_QUERIES",
      `there are ${target.queries?.length ?? 0} query codes, one per row and ${n} are needed`,
    );
  if (nBad > 0) throw refuse("FIT_TARGET", `${nBad} target values are no ${target.task} targets`);
  if (sampleWeight === undefined) return;
  if (sampleWeight.length !== n)
    throw refuse("FIT_WEIGHTS", `there are ${sampleWeight.length} sample weights, ${n} are needed`);
  if (!sampleWeight.every((weight) => weight >= 0 && Number.isFinite(weight)) || !sampleWeight.some((w) => w > 0))
    throw refuse("FIT_WEIGHTS", "sample weights are negative, not finite, or all 0");
}

/** Refuses a loss that is none of a task's: FIT_LOSS. */
export function checkLoss(subject: string, task: Task, loss: string, losses: readonly string[]): void {
  if (!losses.includes(loss))
    throw new FettleError(
      "invalid-input",
      "FIT_LOSS",
      `Cannot fit ${subject} to a ${task} target: the loss is "${loss}", "${losses.join('" or "')}" is needed`,
    );
}

/** Refuses quantile levels that are none: FIT_QUANTILES. */
export function checkQuantiles(subject: string, quantiles: readonly number[]): void {
  if (quantiles.length === 0 || !quantiles.every((level) => level > 0 && level < 1))
    throw new FettleError(
      "invalid-input",
      "FIT_QUANTILES",
      `Cannot fit ${subject}: the quantiles are [${quantiles.join(", ")}], at least one number between 0 and 1 is needed`,
    );
}

/** The weights in force: those given, or all 1. */
export function weightsOf(n: number, sampleWeight: Float64Array | undefined): Float64Array {
  return sampleWeight ?? new Float64Array(n).fill(1);
}
