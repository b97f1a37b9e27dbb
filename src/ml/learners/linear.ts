import { FettleError } from "../../lib/index.ts";
import type { Table } from "../table/index.ts";
import type { FitOptions, Learner, Target } from "./learner.ts";
import { checkFit, checkLoss, weightsOf } from "./learner-errors.ts";
import { blockData } from "./linear-blocks.ts";
import { descentSteps } from "./linear-descent.ts";
import { type Design, designOf, nLevelsOf, takeDesign, takeNumbers, withoutNaN } from "./linear-design.ts";
import { dualSoftmax, dualTolerance } from "./linear-dual.ts";
import { linearModel } from "./linear-model.ts";
import { newtonSteps } from "./linear-newton.ts";
import { objectiveOf } from "./linear-objective.ts";
import { passOver } from "./linear-pass.ts";
import { sampleRows } from "./linear-precondition.ts";
import { type Course, type Problem, type Solution, solve } from "./linear-solve.ts";
import { type LinearData, withoutNegativeZero } from "./model-data.ts";

/** The loss of each task. */
const lossOf = { binary: "logistic", multiclass: "softmax", regression: "squared" } as const;

/** Parameters of {@link linear}; all have defaults. */
export interface LinearParams {
  /** Default: by the task: logistic (binary), softmax (multiclass), squared (regression). */
  readonly loss?: "logistic" | "softmax" | "squared";
  /**
   * Penalty λ · ((1 − l1Share)/2 · ‖w‖² + l1Share · ‖w‖₁) beside the sum of the losses (scikit-learn: C = 1/λ; alpha = λ in Ridge, λ/n in
   * ElasticNet); the intercept is free. Default 1.
   */
  readonly lambda?: number;
  /** Share of the penalty on absolute weights, in [0, 1]: above 0 (elastic net; 1: lasso) it makes weights exactly 0. Default 0. */
  readonly l1Share?: number;
  /** `balanced` gives every class the same weight in sum, and leaves the total as it is. Default `none`. */
  readonly classWeight?: "none" | "balanced";
  /**
   * The fit ends where no component of the (sub)gradient exceeds this share of the greatest at zero weights. Default (null): 1e-8; of several classes
   * over many texts, where an epoch of dual ascent moves the rows' answers by less than 1e-3 on average.
   */
  readonly tolerance?: number | null;
  /** Most Newton steps. Default 100. */
  readonly maxIterations?: number;
}

/**
 * Linear, logistic or softmax regression with an L2 penalty, by truncated Newton (conjugate gradients inside, Nash 2000), or an elastic net, by coordinate
 * descent. A category column
 * counts as one indicator per level, a sparse block as a number column per entry; missing, unseen and NaN contribute nothing.
 */
export function linear(params: LinearParams = {}): Learner {
  const { lambda = 1, l1Share = 0, classWeight = "none", tolerance = null, maxIterations = 100 } = params;
  const refuse = (name: string, value: string | number, needed: string) =>
    new FettleError(
      "invalid-input",
      "LINEAR_PARAMS",
      `Cannot fit a linear model: ${name} is ${value}, ${needed} is needed`,
      { facts: { parameter: name } },
    );
  if (!(lambda >= 0 && Number.isFinite(lambda))) throw refuse("lambda", lambda, "a number ≥ 0");
  if (!(l1Share >= 0 && l1Share <= 1)) throw refuse("l1Share", l1Share, "a number in [0, 1]");
  if (classWeight !== "none" && classWeight !== "balanced")
    throw refuse("classWeight", `"${classWeight}"`, '"none" or "balanced"');
  if (tolerance !== null && !(tolerance >= 0 && tolerance < 1))
    throw refuse("tolerance", tolerance, "a number in [0, 1)");
  if (!(Number.isInteger(maxIterations) && maxIterations >= 1))
    throw refuse("maxIterations", maxIterations, "a whole number ≥ 1");
  const settled = { lambda, l1Share, classWeight, tolerance, maxIterations };
  return {
    kind: "linear",
    params: { ...settled, ...(params.loss === undefined ? {} : { loss: params.loss }) },
    fit(features, target, options) {
      checkFit(features, target, options);
      const loss = params.loss ?? (target.task === "ranking" ? "lambdarank" : lossOf[target.task]);
      checkLoss("a linear model", target.task, loss, target.task === "ranking" ? [] : [lossOf[target.task]]);
      return linearModel(fitLinear(features, target, options, settled));
    },
  };
}

interface Settled {
  readonly lambda: number;
  readonly l1Share: number;
  readonly classWeight: "none" | "balanced";
  readonly tolerance: number | null;
  readonly maxIterations: number;
}

function fitLinear(features: Table, target: Target, options: FitOptions, settled: Settled): LinearData {
  const { lambda, l1Share } = settled;
  const nLevels = nLevelsOf(features);
  const rows = rowsOf(
    designOf(features, nLevels),
    target,
    rowWeights(target, options.sampleWeight, settled.classWeight),
  );
  const width = rows.design.nWeights + 1; // per output: intercept first, then the weights
  const penalty = { ridge: lambda * (1 - l1Share), lasso: lambda * l1Share };
  const course: Course = {
    tolerance: settled.tolerance ?? 1e-8,
    maxIterations: settled.maxIterations,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    ...(options.shouldStop === undefined ? {} : { shouldStop: options.shouldStop }),
  };
  const { weights, iterations, converged } = solution(rows, penalty, course, features, settled, options);
  const outputs = Array.from({ length: weights.length / width }, (_, k) =>
    weights.subarray(k * width, (k + 1) * width),
  );
  const nDense = nLevels.reduce((sum, levels) => sum + Math.max(1, levels), 0);
  let from = nDense;
  const blocks = features.blocks.map(({ width }) => {
    from += width;
    const own = outputs.map((output) => output.subarray(1 + from - width, 1 + from));
    return blockData(width, own, rows.means.subarray(from - width, from));
  });
  return {
    kind: "linear",
    task: target.task,
    featureNames: features.names,
    nLevels,
    weights: outputs.map((output) => Array.from(output.subarray(1, 1 + nDense), withoutNegativeZero)),
    intercepts: outputs.map((output) => withoutNegativeZero(output[0]!)),
    means: Array.from(rows.means.subarray(0, nDense), withoutNegativeZero),
    ...(features.blocks.length === 0 ? {} : { blocks }),
    iterations,
    converged,
  };
}

/** Numbers of the sparse columns times classes up to which Newton's method ends what dual ascent has begun. */
const mostPolished = 200_000;

function solution(
  rows: Rows,
  penalty: Penalty,
  course: Course,
  { blocks }: Table,
  { tolerance }: Settled,
  { seed, sparseKernels }: FitOptions,
): Solution {
  const { design, target, weights } = rows;
  if (blocks.length > 0 && target.task === "multiclass" && penalty.lasso === 0 && penalty.ridge > 0) {
    const ascent = { ...course, tolerance: dualTolerance, seed };
    const dual = dualSoftmax(design, target, weights, penalty.ridge, ascent, sparseKernels);
    const nNumbers = design.sparse.reduce((sum, { rows }) => sum + rows.length, 0);
    const isRough = tolerance === null && nNumbers * target.nClasses > mostPolished;
    if (dual.isReached && isRough) return { ...dual, iterations: dual.epochs, converged: true };
    return fitRows(rows, penalty, isRough ? { ...course, tolerance: dualTolerance } : course, dual.weights);
  }
  const zero = new Float64Array((target.task === "multiclass" ? target.nClasses : 1) * (design.nWeights + 1));
  const start = design.n < rowsForSample * zero.length ? zero : startOf(rows, penalty, course, zero);
  return fitRows(rows, penalty, course, start);
}

interface Rows {
  readonly design: Design;
  readonly target: Target;
  readonly weights: Float64Array;
}

// The rows of a fit, and each column's weighted mean: a sum that is NaN tells the columns that hold NaN, so none is read once more.
function rowsOf(laidOut: Design, target: Target, weights: Float64Array): Rows & { readonly means: Float64Array } {
  const sums = new Float64Array(laidOut.nWeights + 1);
  const sumUp = (design: Design) => passOver(design, 1, { back: { rows: weights, out: sums } });
  sumUp(laidOut);
  const isClean = (offset: number) => !Number.isNaN(sums[offset + 1]!);
  const design = sums.some(Number.isNaN) ? withoutNaN(laidOut, isClean) : laidOut;
  if (design !== laidOut) sumUp(design);
  return { design, target, weights, means: sums.subarray(1).map((sum) => sum / sums[0]!) };
}

/** With so many rows per weight, the fit to every sixteenth is a good start for the fit to all. */
const rowsForSample = 128;
const sampleShare = 1 / 16;

interface Penalty {
  readonly ridge: number;
  readonly lasso: number;
}

function fitRows({ design, target, weights }: Rows, penalty: Penalty, course: Course, start: Float64Array): Solution {
  const nOutputs = target.task === "multiclass" ? target.nClasses : 1;
  const problem: Problem = { design, objective: objectiveOf(target, weights, nOutputs), nOutputs, ...penalty };
  return solve(problem, start, course, (penalty.lasso > 0 ? descentSteps : newtonSteps)(problem, course));
}

function startOf(rows: Rows, { ridge, lasso }: Penalty, { shouldStop }: Course, zero: Float64Array): Float64Array {
  const { design, target, weights } = rows;
  const indexes = sampleRows(design.n, sampleShare * design.n);
  const sample = {
    design: takeDesign(design, indexes),
    target: { ...target, values: takeNumbers(target.values, indexes) },
    weights: takeNumbers(weights, indexes),
  };
  const course = { tolerance: 1e-2, maxIterations: 10, ...(shouldStop === undefined ? {} : { shouldStop }) };
  return fitRows(sample, { ridge: sampleShare * ridge, lasso: sampleShare * lasso }, course, zero).weights;
}

function rowWeights(target: Target, sampleWeight: Float64Array | undefined, classWeight: Settled["classWeight"]) {
  const weights = weightsOf(target.values.length, sampleWeight);
  if (classWeight === "none" || target.task === "regression") return weights;
  const sums = new Float64Array(target.nClasses);
  target.values.forEach((y, i) => {
    sums[y]! += weights[i]!;
  });
  const total = sums.reduce((sum, w) => sum + w, 0);
  const nPresent = sums.filter((sum) => sum > 0).length;
  return weights.map((w, i) => (w === 0 ? 0 : (w * total) / (nPresent * sums[target.values[i]!]!)));
}
