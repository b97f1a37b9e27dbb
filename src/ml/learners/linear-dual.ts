/*
 * Softmax regression with a ridge by dual coordinate ascent (Shalev-Shwartz and Zhang 2013; Yu, Huang and Lin 2011): for designs of very many
 * weights and few numbers a row, such as n-grams of texts, where it needs a quarter of the passes of Newton's method.
 *
 * Every row i has a distribution a_i over the classes, its dual variables, and the weights are W = 1/λ · Σ_i w_i · x_i · (y_i − a_i)ᵀ. At the
 * minimum a_i is what softmax answers to the row. A step looks at one row: with margins m and q = w_i · ‖x_i‖² / λ the best a solves
 * ln a_k + q · a_k = m_k + q · a_k(before) + ν for all k, with the ν that makes Σ a_k = 1: Newton's method on ln a. Rows take turns in an order
 * that is drawn anew for each epoch.
 *
 * The intercepts take part as a column of ones that is pulled by λ to the logarithms of the class shares, and are set free at the end.
 */
import { createRng, permutation } from "../../lib/index.ts";
import { log } from "../stats/index.ts";
import type { Target } from "./learner.ts";
import type { Design } from "./linear-design.ts";
import { softmaxInPlace } from "./linear-objective.ts";
import { type Course, heed } from "./linear-solve.ts";
import { leastLog, plainSparse, type SparseKernels, type SparseMemory } from "./sparse-kernels.ts";

interface DualState {
  readonly nClasses: number;
  /** Numbers of one entry: the classes, then zeros up to a multiple of 8. */
  readonly stride: number;
  /** Entries of row i: from `starts[i]` up to `starts[i + 1]`. */
  readonly starts: Int32Array;
  readonly memory: SparseMemory;
  /** Per row, 1 (of the intercept) and its squared length. */
  readonly squares: Float64Array;
  readonly intercepts: Float64Array;
  /** Row-major: logarithms of the dual variables. */
  readonly logs: Float64Array;
}

function stateOf(design: Design, target: Target, rowWeights: Float64Array, kernels: SparseKernels): DualState {
  const { n, dense, sparse, levels } = design;
  const { nClasses, values: y } = target;
  const each = (use: (row: number, index: number, value: number) => void) => {
    for (const { values, offset } of dense) for (let i = 0; i < n; i++) if (values[i] !== 0) use(i, offset, values[i]!);
    for (const { codes, nLevels, offset } of levels)
      for (let i = 0; i < n; i++) if (codes[i]! >= 0 && codes[i]! < nLevels) use(i, offset + codes[i]!, 1);
    for (const { rows, values, offset } of sparse)
      for (let e = 0; e < rows.length; e++) use(rows[e]!, offset, values[e]!);
  };
  const starts = new Int32Array(n + 1);
  each((row) => {
    starts[row + 1]!++;
  });
  for (let i = 0; i < n; i++) starts[i + 1]! += starts[i]!;
  const stride = 8 * Math.ceil(nClasses / 8);
  const memory = kernels(starts[n]!, design.nWeights, stride);
  const squares = new Float64Array(n).fill(1);
  const next = starts.slice();
  each((row, index, value) => {
    const at = next[row]!++;
    memory.indexes[at] = index;
    memory.values[at] = value;
    squares[row]! += value * value;
  });
  const logs = new Float64Array(n * nClasses).fill(none);
  for (let i = 0; i < n; i++) logs[i * nClasses + y[i]!] = 0;
  return { nClasses, stride, starts, memory, squares, intercepts: logShares(target, rowWeights), logs };
}

/** Logarithm of a dual variable that is as good as 0. */
const none = -30;

/** How little an epoch must change for the ascent to end: see {@link DualSolution.isReached}. */
export const dualTolerance = 1e-3;
const mostEpochs = 100;
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
  kernels: SparseKernels = plainSparse,
): DualSolution {
  const { nWeights } = design;
  const { nClasses } = target;
  const state = stateOf(design, target, rowWeights, kernels);
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
    for (let j = 0; j < nWeights; j++) weights[k * width + 1 + j] = state.memory.weights[j * state.stride + k]!;
  }
  return { weights, epochs, isReached: change < course.tolerance * used.length };
}

// Iterative scaling: where the answers sum to less than the class has rows, its intercept grows by the logarithm of the ratio.
function freeIntercepts(state: DualState, target: Target, rowWeights: Float64Array, used: Int32Array): void {
  const { intercepts, nClasses, starts, memory } = state;
  const margins = new Float64Array(used.length * nClasses);
  used.forEach((i, at) => {
    memory.row.fill(0);
    memory.gather(starts[i]!, starts[i + 1]!);
    margins.set(memory.row.subarray(0, nClasses), at * nClasses);
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

// One step for one row of a weight: gives how much its distribution has moved in sum.
function rowStep(state: DualState, ridge: number): (i: number, rowWeight: number) => number {
  const { memory, starts, squares, intercepts, logs, nClasses } = state;
  const { row, shares, before } = memory;
  // A class beyond the last, where their number is odd: it stays without a share.
  const even = nClasses + (nClasses % 2);
  return (i, rowWeight) => {
    const own = logs.subarray(i * nClasses, (i + 1) * nClasses);
    memory.logs.set(own);
    row.set(intercepts);
    if (even > nClasses) {
      memory.logs[nClasses] = leastLog;
      row[nClasses] = 2 * leastLog;
    }
    memory.gather(starts[i]!, starts[i + 1]!);
    const total = memory.balance(even, (rowWeight * squares[i]!) / ridge);
    const logTotal = log(total);
    let change = 0;
    for (let k = 0; k < nClasses; k++) {
      const share = shares[k]! / total;
      own[k] = Math.max(none, memory.logs[k]! - logTotal);
      change += Math.abs(share - before[k]!);
      row[k] = (rowWeight * (before[k]! - share)) / ridge;
      intercepts[k]! += row[k]!;
    }
    if (even > nClasses) row[nClasses] = 0;
    memory.scatter(starts[i]!, starts[i + 1]!);
    return change;
  };
}
