/*
 * What dual ascent over sparse rows does most of its time (see linear-dual.ts): products of one row with weights, of which the numbers of one entry
 * lie together, and the distribution of one row. The compiled form (assembly/rows.ts) computes two numbers at a time, to the same bits: sums over
 * classes are those of even and of odd ones apart.
 */
import { exp } from "../stats/index.ts";

/** Arrays to work on, and the functions over them. Entries of a row are those from `from` up to `to`. */
export interface SparseMemory {
  readonly indexes: Int32Array;
  readonly values: Float64Array;
  /** Entry after entry, `stride` numbers each. */
  readonly weights: Float64Array;
  /** `stride` numbers each: margins or what is added to weights; logarithms of a distribution, its shares, those before, and scratch. */
  readonly row: Float64Array;
  readonly logs: Float64Array;
  readonly shares: Float64Array;
  readonly before: Float64Array;
  readonly goals: Float64Array;
  /** Adds Σ value · weights[index] over the entries to `row`. */
  gather(from: number, to: number): void;
  /** Adds value · row to weights[index], for each entry. */
  scatter(from: number, to: number): void;
  /**
   * Solves ln a + q · a = margin + q · a(before) + ν with the ν that makes Σ a = 1, by Newton's method on ln a, for the margins in `row` and the
   * distribution before in `logs`, over their first `n` numbers (even). Leaves ln a in `logs`, a in `shares`, what it was in `before`, and gives Σ a, which is nearly 1.
   */
  balance(n: number, q: number): number;
}

/** Makes a memory for `nEntries` entries of rows and `nWeights` × `stride` weights; `stride` is a multiple of 8. Arrays begin as 0. */
export type SparseKernels = (nEntries: number, nWeights: number, stride: number) => SparseMemory;

/** Most steps of {@link SparseMemory.balance}: it ends where a step moves the shares by 1e-3 in sum. */
export const mostBalanceRounds = 12;

/** The least logarithm of a share. */
export const leastLog = -700;

/** The form without WebAssembly. */
export const plainSparse: SparseKernels = (nEntries, nWeights, stride) => {
  const indexes = new Int32Array(nEntries);
  const values = new Float64Array(nEntries);
  const weights = new Float64Array(nWeights * stride);
  const [row, logs, shares, before, goals] = Array.from({ length: 5 }, () => new Float64Array(stride)) as Five;
  return {
    indexes,
    values,
    weights,
    row,
    logs,
    shares,
    before,
    goals,
    gather(from, to) {
      for (let e = from; e < to; e++) {
        const value = values[e]!;
        const at = indexes[e]! * stride;
        for (let k = 0; k < stride; k++) row[k]! += value * weights[at + k]!;
      }
    },
    scatter(from, to) {
      for (let e = from; e < to; e++) {
        const value = values[e]!;
        const at = indexes[e]! * stride;
        for (let k = 0; k < stride; k++) weights[at + k]! += value * row[k]!;
      }
    },
    balance(n, q) {
      for (let k = 0; k < n; k++) {
        shares[k] = exp(logs[k]!);
        before[k] = shares[k]!;
        goals[k] = row[k]! + q * shares[k]!;
      }
      let total = pairSum(n, (k) => shares[k]!);
      for (let round = 0, moved = 1; round < mostBalanceRounds && moved > 1e-3; round++) {
        const share = (k: number) => shares[k]! / (1 + q * shares[k]!);
        const left = pairSum(n, (k) => share(k) * (goals[k]! - logs[k]! - q * shares[k]!));
        const nu = (1 - total - left) / pairSum(n, share);
        moved = pairSum(n, (k) => {
          const pull = q * shares[k]!;
          logs[k] = Math.max(leastLog, Math.min(0, logs[k]! + (goals[k]! + nu - logs[k]! - pull) / (1 + pull)));
          const last = shares[k]!;
          shares[k] = exp(logs[k]!);
          return Math.abs(shares[k]! - last);
        });
        total = pairSum(n, (k) => shares[k]!);
      }
      return total;
    },
  };
};

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

function pairSum(n: number, at: (k: number) => number): number {
  let [even, odd] = [0, 0];
  for (let k = 0; k < n; k += 2) {
    even += at(k);
    odd += at(k + 1);
  }
  return even + odd;
}
