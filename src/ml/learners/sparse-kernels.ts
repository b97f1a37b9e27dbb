/*
 * Products of one sparse row with weights, of which the numbers of one entry lie together: what dual ascent does most of its time. The compiled
 * form (assembly/rows.ts) computes two numbers at a time, to the same bits.
 */

/** Arrays to work on, and the two products over them. Entries of a row are those from `from` up to `to`. */
export interface SparseMemory {
  readonly indexes: Int32Array;
  readonly values: Float64Array;
  /** Entry after entry, `stride` numbers each. */
  readonly weights: Float64Array;
  /** `stride` numbers. */
  readonly row: Float64Array;
  /** Adds Σ value · weights[index] over the entries to `row`. */
  gather(from: number, to: number): void;
  /** Adds value · row to weights[index], for each entry. */
  scatter(from: number, to: number): void;
}

/** Makes a memory for `nEntries` entries of rows and `nWeights` × `stride` weights; `stride` is a multiple of 8. Arrays begin as 0. */
export type SparseKernels = (nEntries: number, nWeights: number, stride: number) => SparseMemory;

/** The form without WebAssembly. */
export const plainSparse: SparseKernels = (nEntries, nWeights, stride) => {
  const indexes = new Int32Array(nEntries);
  const values = new Float64Array(nEntries);
  const weights = new Float64Array(nWeights * stride);
  const row = new Float64Array(stride);
  return {
    indexes,
    values,
    weights,
    row,
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
  };
};
