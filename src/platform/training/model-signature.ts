import { isNumeric } from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { Signature } from "../capsule/index.ts";
import { byFirstAppearance } from "../data/index.ts";
import { type CalibrationDecision, chooseThreshold } from "../evaluation/index.ts";
import type { FittedFeatures } from "../features/index.ts";
import { calibrated } from "./calibrated-trial.ts";
import { scored } from "./evaluated-part.ts";
import { joinRows, type Part } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { Trial } from "./search.ts";

/** What the trained model takes and gives, with the threshold that validation rows chose. */
export function signatureOf(
  run: PreparedRun,
  features: FittedFeatures,
  chosen: Trial,
  calibration: CalibrationDecision,
  { train, validation }: { readonly train: Part; readonly validation: Part },
): Signature {
  const { task } = run.built.target;
  const fittedOn = run.table.take(joinRows(train.rows, validation.rows));
  return {
    inputs: features.inputs.map(({ name, type }) => ({
      name,
      type,
      ...documented(fittedOn, run.personalData.has(name), name),
    })),
    task,
    classes: run.built.classes,
    outputs: outputsOf(run),
    ...(run.definition.query === undefined ? {} : { query: run.definition.query }),
    threshold: task === "binary" ? thresholdOf(run, chosen, calibration, validation) : null,
    ...(run.costMatrix === undefined ? {} : { costs: run.costMatrix }),
  };
}

/** The threshold of least cost on validation rows. */
export function thresholdOf(
  { definition, seed }: PreparedRun,
  chosen: Trial,
  calibration: CalibrationDecision,
  validation: Part,
): number {
  const rows = { ...scored(validation, calibrated(calibration, chosen)), yProba: calibrated(calibration, chosen) };
  return chooseThreshold(rows, definition.evaluation?.cost, seed).threshold;
}

/** Names of the outputs of a model that gives numbers; empty for classes. */
export function outputsOf({ loss: { quantiles, kind }, built }: Pick<PreparedRun, "loss" | "built">): string[] {
  if (!isNumeric(built.target.task)) return [];
  return kind === "quantile" ? (quantiles ?? [0.5]).map((q) => `q${q}`) : ["value"];
}

/** Ranges and levels of rows, for documentation; a column that may be personal stays undocumented. */
export function documented(
  table: Table,
  isPersonal: boolean,
  name: string,
): { min?: number; max?: number; levels?: readonly string[] } {
  const column = table.column(name);
  if (isPersonal) return {};
  if (column.kind === "category") {
    const levels = byFirstAppearance(column).dictionary;
    return levels.length <= 50 ? { levels } : {};
  }
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of column.values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : {};
}
