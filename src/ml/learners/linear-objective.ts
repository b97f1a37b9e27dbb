import { assertNever, unreachable } from "../../lib/index.ts";
import { exp, log, sigmoid, softplus } from "../stats/index.ts";
import type { Target } from "./learner.ts";

/** A convex loss of margins (row-major nOutputs × n, output after output). */
export interface Objective {
  loss(margins: Float64Array): number;
  /** Remembers the point and writes the gradient by margin to `residual`. */
  linearise(margins: Float64Array, residual: Float64Array): void;
  /** Replaces a direction in margins by its product with the loss's second derivative at the remembered point. */
  curve(direction: Float64Array): void;
  /** Diagonal of the second derivative for one output. */
  diagonal(output: number): Float64Array;
}

/** The loss of a task. */
export function objectiveOf(target: Target, weights: Float64Array, nOutputs: number): Objective {
  switch (target.task) {
    case "regression":
      return squaredObjective(target.values, weights);
    case "binary":
      return logisticObjective(target.values, weights);
    case "multiclass":
      return softmaxObjective(target.values, weights, nOutputs);
    case "ranking":
      return unreachable("a linear model has no ranking loss");
    default:
      return assertNever(target.task);
  }
}

function squaredObjective(y: Float64Array, w: Float64Array): Objective {
  return {
    loss(m) {
      let sum = 0;
      for (let i = 0; i < y.length; i++) sum += 0.5 * w[i]! * (m[i]! - y[i]!) * (m[i]! - y[i]!);
      return sum;
    },
    linearise(m, r) {
      for (let i = 0; i < y.length; i++) r[i] = w[i]! * (m[i]! - y[i]!);
    },
    curve(d) {
      for (let i = 0; i < y.length; i++) d[i]! *= w[i]!;
    },
    diagonal: () => w,
  };
}

function logisticObjective(y: Float64Array, w: Float64Array): Objective {
  const h = new Float64Array(y.length);
  return {
    loss(m) {
      let sum = 0;
      for (let i = 0; i < y.length; i++) {
        sum += w[i]! * (softplus(m[i]!) - y[i]! * m[i]!);
      }
      return sum;
    },
    linearise(m, r) {
      for (let i = 0; i < y.length; i++) {
        const p = sigmoid(m[i]!);
        r[i] = w[i]! * (p - y[i]!);
        h[i] = w[i]! * p * (1 - p);
      }
    },
    curve(d) {
      for (let i = 0; i < y.length; i++) d[i]! *= h[i]!;
    },
    diagonal: () => h,
  };
}

function softmaxObjective(y: Float64Array, w: Float64Array, nOutputs: number): Objective {
  const n = y.length;
  const p = new Float64Array(nOutputs * n);
  const row = new Float64Array(nOutputs);
  return {
    loss(m) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        let max = Number.NEGATIVE_INFINITY;
        for (let k = 0; k < nOutputs; k++) max = Math.max(max, m[k * n + i]!);
        let total = 0;
        for (let k = 0; k < nOutputs; k++) total += exp(m[k * n + i]! - max);
        sum += w[i]! * (max + log(total) - m[y[i]! * n + i]!);
      }
      return sum;
    },
    linearise(m, r) {
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < nOutputs; k++) row[k] = m[k * n + i]!;
        softmaxInPlace(row, 0, nOutputs);
        for (let k = 0; k < nOutputs; k++) {
          p[k * n + i] = row[k]!;
          r[k * n + i] = w[i]! * (row[k]! - (y[i] === k ? 1 : 0));
        }
      }
    },
    curve(d) {
      for (let i = 0; i < n; i++) {
        let mean = 0;
        for (let k = 0; k < nOutputs; k++) mean += p[k * n + i]! * d[k * n + i]!;
        for (let k = 0; k < nOutputs; k++) d[k * n + i] = w[i]! * p[k * n + i]! * (d[k * n + i]! - mean);
      }
    },
    diagonal(output) {
      return w.map((weight, i) => weight * p[output * n + i]! * (1 - p[output * n + i]!));
    },
  };
}

/** Softmax of `length` scores from `from` on, in place. */
export function softmaxInPlace(scores: Float64Array, from: number, length: number): void {
  let max = Number.NEGATIVE_INFINITY;
  for (let k = from; k < from + length; k++) max = Math.max(max, scores[k]!);
  let total = 0;
  for (let k = from; k < from + length; k++) {
    scores[k] = exp(scores[k]! - max);
    total += scores[k]!;
  }
  for (let k = from; k < from + length; k++) scores[k]! /= total;
}
