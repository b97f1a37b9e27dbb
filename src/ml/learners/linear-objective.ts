import { assertNever, unreachable } from "../../lib/index.ts";
import { exp, log } from "../stats/index.ts";
import type { Target } from "./learner.ts";

/** Numbers of some rows: of those named, or of all where `rows` is null. */
export interface RowList {
  readonly rows: Int32Array | null;
  readonly values: Float64Array;
}

/** A convex loss of margins: nOutputs × n numbers, output after output. */
export interface Objective {
  /** The loss at the margins. Remembers the point and writes the gradient by margin to `residual`. */
  evaluate(margins: Float64Array, residual: Float64Array): number;
  /** Writes the product of rows `from` … `to` of a direction in margins with the second derivative at the remembered point. */
  curve(direction: Float64Array, out: Float64Array, from: number, to: number): void;
  /** Adds to `out` the product with a direction that is step · (column − centre) in one output and 0 in the others. */
  curveColumn(output: number, column: RowList, centre: number, step: number, out: Float64Array): void;
  /** Diagonal of the second derivative for one output, n numbers. */
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
    evaluate(m, r) {
      let sum = 0;
      for (let i = 0; i < y.length; i++) {
        const error = m[i]! - y[i]!;
        r[i] = w[i]! * error;
        sum += 0.5 * r[i]! * error;
      }
      return sum;
    },
    curve: timesRows(w),
    curveColumn: timesColumn(w),
    diagonal: () => w,
  };
}

function logisticObjective(y: Float64Array, w: Float64Array): Objective {
  const h = new Float64Array(y.length);
  return {
    // One exponential a row: with e = exp(−|m|) the softplus of m is max(m, 0) + log(1 + e), its sigmoid 1/(1 + e) or e/(1 + e). Rows of
    // one weight that follow one another share a logarithm, that of the product of up to 32 factors 1 + e, each at most 2.
    evaluate(m, r) {
      let sum = 0;
      let product = 1;
      let weight = w[0]!;
      for (let i = 0; i < y.length; i++) {
        if (w[i] !== weight || (i & 31) === 0) {
          sum += weight * log(product);
          product = 1;
          weight = w[i]!;
        }
        const margin = m[i]!;
        const e = exp(-Math.abs(margin));
        const q = 1 / (1 + e);
        const p = margin >= 0 ? q : e * q;
        product *= 1 + e;
        sum += weight * (Math.max(margin, 0) - y[i]! * margin);
        r[i] = weight * (p - y[i]!);
        h[i] = weight * q * (e * q);
      }
      return sum + weight * log(product);
    },
    curve: timesRows(h),
    curveColumn: timesColumn(h),
    diagonal: () => h,
  };
}

function timesRows(h: Float64Array): Objective["curve"] {
  return (d, out, from, to) => {
    for (let i = from; i < to; i++) out[i] = h[i]! * d[i]!;
  };
}

function timesColumn(h: Float64Array): Objective["curveColumn"] {
  return (_output, { rows, values }, centre, step, out) => {
    if (rows === null) for (let i = 0; i < values.length; i++) out[i]! += h[i]! * step * (values[i]! - centre);
    else
      for (let k = 0; k < rows.length; k++) {
        const i = rows[k]!;
        out[i]! += h[i]! * step * (values[k]! - centre);
      }
  };
}

function softmaxObjective(y: Float64Array, w: Float64Array, nOutputs: number): Objective {
  const n = y.length;
  const p = new Float64Array(nOutputs * n);
  const row = new Float64Array(nOutputs);
  return {
    evaluate(m, r) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < nOutputs; k++) row[k] = m[k * n + i]!;
        const top = greatest(row);
        softmaxInPlace(row, 0, nOutputs);
        // log Σ exp(m) is the greatest margin less the log of its probability.
        sum += w[i]! * (top - log(greatest(row)) - m[y[i]! * n + i]!);
        for (let k = 0; k < nOutputs; k++) {
          p[k * n + i] = row[k]!;
          r[k * n + i] = w[i]! * (row[k]! - (y[i] === k ? 1 : 0));
        }
      }
      return sum;
    },
    curve(d, out, from, to) {
      for (let i = from; i < to; i++) {
        let mean = 0;
        for (let k = 0; k < nOutputs; k++) mean += p[k * n + i]! * d[k * n + i]!;
        for (let k = 0; k < nOutputs; k++) out[k * n + i] = w[i]! * p[k * n + i]! * (d[k * n + i]! - mean);
      }
    },
    curveColumn(output, { rows, values }, centre, step, out) {
      for (let k = 0; k < values.length; k++) {
        const i = rows === null ? k : rows[k]!;
        const change = w[i]! * p[output * n + i]! * step * (values[k]! - centre);
        for (let other = 0; other < nOutputs; other++) out[other * n + i]! -= p[other * n + i]! * change;
        out[output * n + i]! += change;
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

function greatest(values: Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < values.length; k++) max = Math.max(max, values[k]!);
  return max;
}
