import { FettleError } from "../../lib/index.ts";
import { sigmoid } from "../stats/index.ts";
import type { Table } from "../table/index.ts";
import type { FitOptions, FittedModel, Learner, Target } from "./learner.ts";
import { cancelled, checkFit, checkLoss, weightsOf } from "./learner-errors.ts";
import { addMargins, type Design, designOf, nLevelsOf, transposedProduct } from "./linear-design.ts";
import { type Objective, objectiveOf, softmaxInPlace } from "./linear-objective.ts";
import { type LinearData, withoutNegativeZero } from "./model-data.ts";

/** The loss of each task. */
const lossOf = { binary: "logistic", multiclass: "softmax", regression: "squared" } as const;

/** Parameters of {@link linear}; all have defaults. */
export interface LinearParams {
  /** Default: by the task: logistic (binary), softmax (multiclass), squared (regression). */
  readonly loss?: "logistic" | "softmax" | "squared";
  /** L2 penalty λ/2 · ‖w‖² beside the sum of the losses (scikit-learn: C = 1/λ, alpha = λ); the intercept is free. Default 1. */
  readonly lambda?: number;
  /** `balanced` gives every class the same weight in sum, and leaves the total as it is. Default `none`. */
  readonly classWeight?: "none" | "balanced";
  /** The fit ends where no component of the gradient exceeds this share of its start value. Default 1e-8. */
  readonly tolerance?: number;
  /** Most Newton steps. Default 100. */
  readonly maxIterations?: number;
}

/**
 * Linear, logistic or softmax regression with an L2 penalty, by truncated Newton (conjugate gradients inside, Nash 2000). A category column
 * counts as one indicator per level; missing, unseen and NaN contribute nothing.
 */
export function linear(params: LinearParams = {}): Learner {
  const { lambda = 1, classWeight = "none", tolerance = 1e-8, maxIterations = 100 } = params;
  const refuse = (name: string, value: string | number, needed: string) =>
    new FettleError(
      "invalid-input",
      "LINEAR_PARAMS",
      `Cannot fit a linear model: ${name} is ${value}, ${needed} is needed`,
      { facts: { parameter: name } },
    );
  if (!(lambda >= 0 && Number.isFinite(lambda))) throw refuse("lambda", lambda, "a number ≥ 0");
  if (classWeight !== "none" && classWeight !== "balanced")
    throw refuse("classWeight", `"${classWeight}"`, '"none" or "balanced"');
  if (!(tolerance >= 0 && tolerance < 1)) throw refuse("tolerance", tolerance, "a number in [0, 1)");
  if (!(Number.isInteger(maxIterations) && maxIterations >= 1))
    throw refuse("maxIterations", maxIterations, "a whole number ≥ 1");
  const settled = { lambda, classWeight, tolerance, maxIterations };
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
  readonly classWeight: "none" | "balanced";
  readonly tolerance: number;
  readonly maxIterations: number;
}

function fitLinear(features: Table, target: Target, options: FitOptions, settled: Settled): LinearData {
  const design = designOf(features, nLevelsOf(features));
  const { lambda, tolerance, maxIterations } = settled;
  const n = target.values.length;
  const nOutputs = target.task === "multiclass" ? target.nClasses : 1;
  const width = design.nWeights + 1; // per output: intercept first, then the weights
  const weights = rowWeights(target, options.sampleWeight, settled.classWeight);
  const theta = new Float64Array(nOutputs * width);
  const objective = objectiveOf(target, weights, nOutputs);

  const margins = new Float64Array(nOutputs * n);
  const loss = (at: Float64Array): number => {
    multiply(design, at, nOutputs, margins);
    let penalty = 0;
    for (let j = 0; j < at.length; j++) if (j % width !== 0) penalty += at[j]! * at[j]!;
    return objective.loss(margins) + (lambda / 2) * penalty;
  };
  const addPenalty = (vector: Float64Array, at: Float64Array) => {
    for (let j = 0; j < at.length; j++) if (j % width !== 0) vector[j]! += lambda * at[j]!;
  };

  const gradient = new Float64Array(theta.length);
  const residual = new Float64Array(nOutputs * n);
  let current = loss(theta);
  let start = 0;
  let iterations = 0;
  let converged = false;
  for (; iterations < maxIterations; iterations++) {
    if (options.shouldStop?.()) throw cancelled();
    objective.linearise(margins, residual);
    multiplyTransposed(design, residual, nOutputs, gradient);
    addPenalty(gradient, theta);
    const size = maxAbs(gradient);
    if (iterations === 0) start = size;
    if (size <= tolerance * Math.max(start, 1e-300)) {
      converged = true;
      break;
    }
    const step = conjugateGradients(
      (direction, out) => {
        const along = new Float64Array(nOutputs * n);
        multiply(design, direction, nOutputs, along);
        objective.curve(along);
        multiplyTransposed(design, along, nOutputs, out);
        addPenalty(out, direction);
      },
      gradient,
      preconditionerOf(design, objective, nOutputs, lambda),
      Math.min(0.1, Math.max(tolerance, Math.sqrt(size / start)) * 0.1),
    );
    let share = 1;
    let next = Number.NaN;
    const slope = dot(gradient, step);
    const tried = new Float64Array(theta.length);
    for (; share > 1e-12; share /= 2) {
      for (let j = 0; j < theta.length; j++) tried[j] = theta[j]! - share * step[j]!;
      next = loss(tried);
      if (next <= current - 1e-4 * share * slope) break;
    }
    if (!(next < current)) {
      loss(theta);
      converged = size <= 1e-6 * Math.max(start, 1e-300); // the loss is flat to the last bit
      break;
    }
    theta.set(tried);
    current = next;
    options.onProgress?.((iterations + 1) / maxIterations);
  }
  const outputs = Array.from({ length: nOutputs }, (_, k) => theta.subarray(k * width, (k + 1) * width));
  return {
    kind: "linear",
    task: target.task,
    featureNames: features.names,
    nLevels: design.nLevels,
    weights: outputs.map((output) => Array.from(output.subarray(1), withoutNegativeZero)),
    intercepts: outputs.map((output) => withoutNegativeZero(output[0]!)),
    means: Array.from(meansOf(design, weights), withoutNegativeZero),
    iterations,
    converged,
  };
}

/** Weighted mean of each of the design's columns. */
function meansOf(design: Design, weights: Float64Array): Float64Array {
  const means = new Float64Array(design.nWeights);
  const total = weights.reduce((sum, w) => sum + w, 0);
  transposedProduct(design, weights, means);
  return means.map((sum) => sum / total);
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

function multiply(design: Design, theta: Float64Array, nOutputs: number, margins: Float64Array): void {
  const { n, nWeights } = design;
  const width = nWeights + 1;
  for (let k = 0; k < nOutputs; k++) {
    const out = margins.subarray(k * n, (k + 1) * n).fill(theta[k * width]!);
    addMargins(design, theta.subarray(k * width + 1, (k + 1) * width), out);
  }
}

function multiplyTransposed(design: Design, residual: Float64Array, nOutputs: number, out: Float64Array): void {
  const { n, nWeights } = design;
  const width = nWeights + 1;
  for (let k = 0; k < nOutputs; k++) {
    const part = residual.subarray(k * n, (k + 1) * n);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += part[i]!;
    out[k * width] = sum;
    transposedProduct(design, part, out.subarray(k * width + 1, (k + 1) * width));
  }
}

// Inverse of the Hessian's diagonal: brings columns of different scale to one.
function preconditionerOf(design: Design, objective: Objective, nOutputs: number, lambda: number): Float64Array {
  const width = design.nWeights + 1;
  const inverse = new Float64Array(nOutputs * width);
  for (let k = 0; k < nOutputs; k++) {
    const h = objective.diagonal(k);
    let sum = 0;
    for (const value of h) sum += value;
    inverse[k * width] = 1 / Math.max(sum, 1e-12);
    const squares = inverse.subarray(k * width + 1, (k + 1) * width);
    transposedProduct(design, h, squares, true);
    for (let j = 0; j < squares.length; j++) squares[j] = 1 / Math.max(squares[j]! + lambda, 1e-12);
  }
  return inverse;
}

function conjugateGradients(
  apply: (direction: Float64Array, out: Float64Array) => void,
  right: Float64Array,
  preconditioner: Float64Array,
  relativeTolerance: number,
): Float64Array {
  const size = right.length;
  const x = new Float64Array(size);
  const r = right.slice();
  const z = r.map((value, j) => value * preconditioner[j]!);
  const d = z.slice();
  const product = new Float64Array(size);
  let rz = dot(r, z);
  const goal = relativeTolerance * relativeTolerance * rz;
  for (let iteration = 0; iteration < Math.min(10 * size, 1000) && rz > goal; iteration++) {
    apply(d, product);
    const curvature = dot(d, product);
    if (!(curvature > 0)) break;
    const alpha = rz / curvature;
    for (let j = 0; j < size; j++) {
      x[j]! += alpha * d[j]!;
      r[j]! -= alpha * product[j]!;
      z[j] = r[j]! * preconditioner[j]!;
    }
    const next = dot(r, z);
    const beta = next / rz;
    rz = next;
    for (let j = 0; j < size; j++) d[j] = z[j]! + beta * d[j]!;
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

function maxAbs(values: Float64Array): number {
  let max = 0;
  for (const value of values) max = Math.max(max, Math.abs(value));
  return max;
}

/** A linear model from its data. */
export function linearModel(data: LinearData): FittedModel {
  const { task, featureNames, nLevels, intercepts } = data;
  const nOutputs = intercepts.length;
  const weights = data.weights.map((output) => Float64Array.from(output));
  const offsets = offsetsOf(nLevels);
  const finish = (scores: Float64Array, from: number) => {
    if (task === "binary") scores[from] = sigmoid(scores[from]!);
    else if (task === "multiclass") softmaxInPlace(scores, from, nOutputs);
  };
  return {
    kind: "linear",
    task,
    nOutputs,
    featureNames,
    predict(features) {
      const design = designOf(features.select(featureNames), nLevels);
      const scores = new Float64Array(design.n * nOutputs);
      const margins = new Float64Array(design.n);
      for (let k = 0; k < nOutputs; k++) {
        addMargins(design, weights[k]!, margins.fill(intercepts[k]!));
        for (let i = 0; i < design.n; i++) scores[i * nOutputs + k] = margins[i]!;
      }
      if (task !== "regression") for (let i = 0; i < design.n; i++) finish(scores, i * nOutputs);
      return scores;
    },
    predictRow(row, out) {
      for (let k = 0; k < nOutputs; k++) {
        const w = weights[k]!;
        let sum = intercepts[k]!;
        for (let j = 0; j < nLevels.length; j++) {
          const x = row[j]!;
          const levels = nLevels[j]!;
          if (levels === 0) sum += w[offsets[j]!]! * (x === x ? x : 0);
          else if (x >= 0 && x < levels) sum += w[offsets[j]! + x]!;
        }
        out[k] = sum;
      }
      finish(out, 0);
    },
    toJSON: () => data,
  };
}

function offsetsOf(nLevels: readonly number[]): number[] {
  let next = 0;
  return nLevels.map((levels) => {
    const offset = next;
    next += Math.max(1, levels);
    return offset;
  });
}
