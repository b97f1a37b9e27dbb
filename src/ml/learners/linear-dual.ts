/*
 * Softmax regression with a ridge by dual coordinate ascent (Shalev-Shwartz and Zhang 2013; Yu, Huang and Lin 2011): for designs of very many
 * weights and few numbers a row, such as n-grams of texts, where it needs a tenth of the passes of Newton's method.
 *
 * Every row i has a distribution a_i over the classes, its dual variables, and the weights are W = 1/λ · Σ_i w_i · x_i · (y_i − a_i)ᵀ. At the
 * minimum a_i is what softmax answers to the row. A step looks at one row: with margins m and q = w_i · ‖x_i‖² / λ the best a solves
 * ln a_k + q · a_k = m_k + q · a_k(before) + ν for all k, with the ν that makes Σ a_k = 1: Newton's method on ln a. Rows take turns in an order
 * that is drawn anew for each epoch.
 *
 * The intercepts take part as a column of ones that is pulled by λ to the logarithms of the class shares, and are set free at the end.
 */
import { createRng, permutation } from "../../lib/index.ts";
import { exp, log } from "../stats/index.ts";
import type { Target } from "./learner.ts";
import type { Design } from "./linear-design.ts";
import { softmaxInPlace } from "./linear-objective.ts";
import { type Course, heed } from "./linear-solve.ts";

// The numbers of a design row by row: those of row i lie at `starts[i]` up to `starts[i + 1]`; `indexes` are of weights, from 0.
interface DesignRows {
  readonly starts: Int32Array;
  readonly indexes: Int32Array;
  readonly values: Float64Array;
}

function rowsOfDesign({ n, dense, sparse, levels }: Design): DesignRows {
  const starts = new Int32Array(n + 1);
  const each = (use: (row: number, index: number, value: number) => void) => {
    for (const { values, offset } of dense) for (let i = 0; i < n; i++) if (values[i] !== 0) use(i, offset, values[i]!);
    for (const { codes, nLevels, offset } of levels)
      for (let i = 0; i < n; i++) if (codes[i]! >= 0 && codes[i]! < nLevels) use(i, offset + codes[i]!, 1);
    for (const { rows, values, offset } of sparse)
      for (let e = 0; e < rows.length; e++) use(rows[e]!, offset, values[e]!);
  };
  each((row) => {
    starts[row + 1]!++;
  });
  for (let i = 0; i < n; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const indexes = new Int32Array(starts[n]!);
  const values = new Float64Array(starts[n]!);
  each((row, index, value) => {
    const at = next[row]!++;
    indexes[at] = index;
    values[at] = value;
  });
  return { starts, indexes, values };
}

/** Logarithm of a dual variable that is as good as 0. */
const none = -30;
const mostNewton = 12;

interface DualState {
  readonly rows: DesignRows;
  readonly nClasses: number;
  /** Weights, entry after entry, the classes of one entry together. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
  /** Row-major: logarithms of the dual variables. */
  readonly logs: Float64Array;
}

/** The end of the ascent where nothing else is asked for: see {@link DualSolution.isReached}. */
export const dualTolerance = 1e-3;
const mostEpochs = 50;
const interceptRounds = 5;

/** Where the ascent has ended. */
export interface DualSolution {
  /** Intercept and weights of every class, as in linear-pass.ts. */
  readonly weights: Float64Array;
  readonly epochs: number;
  /** Whether the last epoch has moved the rows' distributions by less than the tolerance on average: Σ_k |change of a_k|. */
  readonly isReached: boolean;
}

/** Ascends from nothing. Rows of weight 0 take no part. */
export function dualSoftmax(
  design: Design,
  target: Target,
  rowWeights: Float64Array,
  ridge: number,
  course: Pick<Course, "tolerance" | "onProgress" | "shouldStop"> & { readonly seed: number },
): DualSolution {
  const { n, nWeights } = design;
  const { nClasses, values: y } = target;
  const state: DualState = {
    rows: rowsOfDesign(design),
    nClasses,
    weights: new Float64Array(nWeights * nClasses),
    intercepts: logShares(target, rowWeights),
    logs: new Float64Array(n * nClasses).fill(none),
  };
  for (let i = 0; i < n; i++) state.logs[i * nClasses + y[i]!] = 0;
  const rng = createRng(course.seed).fork("dual");
  const step = rowStep(state, ridge);
  const used = Int32Array.from(rowWeights.keys()).filter((i) => rowWeights[i]! > 0);
  let epochs = 0;
  let change = Number.POSITIVE_INFINITY;
  while (epochs < mostEpochs && change >= course.tolerance * used.length) {
    change = 0;
    for (const at of permutation(used.length, rng)) {
      heed(course);
      change += step(used[at]!, rowWeights[used[at]!]!);
    }
    epochs++;
    course.onProgress?.(epochs / mostEpochs);
  }
  freeIntercepts(state, target, rowWeights, used);
  const width = nWeights + 1;
  const weights = new Float64Array(nClasses * width);
  for (let k = 0; k < nClasses; k++) {
    weights[k * width] = state.intercepts[k]!;
    for (let j = 0; j < nWeights; j++) weights[k * width + 1 + j] = state.weights[j * nClasses + k]!;
  }
  return { weights, epochs, isReached: change < course.tolerance * used.length };
}

// Iterative scaling: where the answers sum to less than the class has rows, its intercept grows by the logarithm of the ratio.
function freeIntercepts(state: DualState, target: Target, rowWeights: Float64Array, used: Int32Array): void {
  const { intercepts, nClasses } = state;
  const margins = new Float64Array(used.length * nClasses);
  used.forEach((i, at) => {
    addRow(state, i, margins, at * nClasses);
  });
  const wanted = classSums(target, rowWeights);
  const answer = new Float64Array(nClasses);
  for (let round = 0; round < interceptRounds; round++) {
    const sums = new Float64Array(nClasses);
    used.forEach((i, at) => {
      for (let k = 0; k < nClasses; k++) answer[k] = intercepts[k]! + margins[at * nClasses + k]!;
      softmaxInPlace(answer, 0, nClasses);
      for (let k = 0; k < nClasses; k++) sums[k]! += rowWeights[i]! * answer[k]!;
    });
    for (let k = 0; k < nClasses; k++) if (wanted[k]! > 0) intercepts[k]! += log(wanted[k]! / sums[k]!);
  }
}

function classSums({ values, nClasses }: Target, rowWeights: Float64Array): Float64Array {
  const sums = new Float64Array(nClasses);
  for (let i = 0; i < values.length; i++) sums[values[i]!]! += rowWeights[i]!;
  return sums;
}

function logShares(target: Target, rowWeights: Float64Array): Float64Array {
  const sums = classSums(target, rowWeights);
  const total = sums.reduce((sum, part) => sum + part, 0);
  return sums.map((sum) => (sum > 0 ? log(sum / total) : none));
}

// Adds a row's product with the weights to `out` from `at` on, and gives its squared length.
function addRow({ rows, weights, nClasses }: DualState, i: number, out: Float64Array, at: number): number {
  const { starts, indexes, values } = rows;
  let squares = 0;
  for (let e = starts[i]!; e < starts[i + 1]!; e++) {
    const value = values[e]!;
    const from = indexes[e]! * nClasses;
    squares += value * value;
    for (let k = 0; k < nClasses; k++) out[at + k]! += value * weights[from + k]!;
  }
  return squares;
}

// One step for one row of a weight: gives how much its distribution has moved in sum.
function rowStep(state: DualState, ridge: number): (i: number, rowWeight: number) => number {
  const { rows, weights, intercepts, logs, nClasses } = state;
  const { starts, indexes, values } = rows;
  const goals = new Float64Array(nClasses);
  const z = new Float64Array(nClasses);
  const a = new Float64Array(nClasses);
  const push = new Float64Array(nClasses);
  return (i, rowWeight) => {
    goals.set(intercepts);
    const q = (rowWeight * (1 + addRow(state, i, goals, 0))) / ridge;
    for (let k = 0; k < nClasses; k++) {
      z[k] = logs[i * nClasses + k]!;
      a[k] = exp(z[k]!);
      push[k] = a[k]!;
      goals[k]! += q * a[k]!;
    }
    const total = balance(z, a, goals, q);
    const logTotal = log(total);
    let change = 0;
    for (let k = 0; k < nClasses; k++) {
      const own = a[k]! / total;
      logs[i * nClasses + k] = Math.max(none, z[k]! - logTotal);
      change += Math.abs(own - push[k]!);
      push[k] = (rowWeight * (push[k]! - own)) / ridge;
      intercepts[k]! += push[k]!;
    }
    for (let e = starts[i]!; e < starts[i + 1]!; e++) {
      const value = values[e]!;
      const from = indexes[e]! * nClasses;
      for (let k = 0; k < nClasses; k++) weights[from + k]! += value * push[k]!;
    }
    return change;
  };
}

// Solves z + q · a = goal + ν with a = exp(z), Σ a = 1, from z and a on, and gives Σ a, which is nearly 1.
function balance(z: Float64Array, a: Float64Array, goals: Float64Array, q: number): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k]!;
  for (let round = 0, moved = 1; round < mostNewton && moved > 1e-5; round++) {
    let slope = 0;
    let left = 0;
    for (let k = 0; k < a.length; k++) {
      const share = a[k]! / (1 + q * a[k]!);
      slope += share;
      left += share * (goals[k]! - z[k]! - q * a[k]!);
    }
    const nu = (1 - total - left) / slope;
    total = 0;
    moved = 0;
    for (let k = 0; k < a.length; k++) {
      z[k] = Math.min(0, z[k]! + (goals[k]! + nu - z[k]! - q * a[k]!) / (1 + q * a[k]!));
      const next = exp(z[k]!);
      moved += Math.abs(next - a[k]!);
      a[k] = next;
      total += next;
    }
  }
  return total;
}
