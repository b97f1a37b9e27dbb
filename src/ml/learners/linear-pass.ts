/*
 * Products of a design with weights, and of its transpose with numbers per row. Both at once read the dense columns only once: block of
 * rows after block, so small that the second product finds in the cache what the first has read. Four columns at a time share the loads
 * and stores of the row's numbers. The order of every sum is fixed: columns in order per row; per column even and odd rows apart, block
 * after block.
 *
 * Weights have the length nOutputs × (1 + nWeights), per output the intercept first; numbers per row have nOutputs × n, output after output.
 */
import type { DenseColumn, Design } from "./linear-design.ts";

/** What one pass over the rows computes: either product, or both with a step between them. */
export interface Pass {
  /** Replaces `margins` by the design's product with `weights`. */
  readonly forward?: { readonly weights: Float64Array; readonly margins: Float64Array };
  /** Called for each block of rows once its margins are known, before they are used. */
  readonly between?: (from: number, to: number) => void;
  /** Replaces `out` by the transposed design's product with `rows`. */
  readonly back?: { readonly rows: Float64Array; readonly out: Float64Array };
}

// Numbers in a block of dense columns: 2 MiB, which stays in the cache between the two products; at least so many rows that calls cost little.
const blockNumbers = 262_144;
const leastBlockRows = 256;
const mostBlockRows = 4096;

/** Runs one pass. */
export function passOver(design: Design, nOutputs: number, { forward, between, back }: Pass): void {
  const { n, dense } = design;
  const width = design.nWeights + 1;
  if (forward)
    for (let k = 0; k < nOutputs; k++) {
      const weights = forward.weights.subarray(k * width, (k + 1) * width);
      addSparse(design, weights, forward.margins.subarray(k * n, (k + 1) * n).fill(weights[0]!));
    }
  back?.out.fill(0);
  const wanted = Math.floor(blockNumbers / Math.max(1, dense.length));
  const blockRows = 2 * Math.floor(Math.max(leastBlockRows, Math.min(mostBlockRows, wanted)) / 2);
  for (let from = 0; from < n; from += blockRows) {
    const to = Math.min(n, from + blockRows);
    if (forward)
      for (let k = 0; k < nOutputs; k++)
        addDense(dense, forward.weights, k * width + 1, forward.margins, k * n, from, to);
    between?.(from, to);
    if (back)
      for (let k = 0; k < nOutputs; k++) {
        back.out[k * width]! += sumOf(back.rows, k * n + from, k * n + to);
        sumDense(dense, back.rows, k * n, from, to, back.out, k * width + 1);
      }
  }
  if (back)
    for (let k = 0; k < nOutputs; k++)
      sumSparse(design, back.rows.subarray(k * n, (k + 1) * n), back.out.subarray(k * width, (k + 1) * width));
}

/** Adds to `out` the sums per weight of `rows` times the squared columns; the intercept's is the sum itself. */
export function addSquares(design: Design, rows: Float64Array, out: Float64Array): void {
  out[0]! += sumOf(rows, 0, design.n);
  for (const { values, offset } of design.dense) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += rows[i]! * values[i]! * values[i]!;
    out[offset + 1]! += sum;
  }
  for (const { rows: at, values, offset } of design.sparse) {
    let sum = 0;
    for (let i = 0; i < at.length; i++) sum += rows[at[i]!]! * values[i]! * values[i]!;
    out[offset + 1]! += sum;
  }
  sumLevels(design, rows, out);
}

function addSparse({ sparse, levels, n }: Design, weights: Float64Array, margins: Float64Array): void {
  for (const { rows, values, offset } of sparse) {
    const weight = weights[offset + 1]!;
    if (weight !== 0) for (let i = 0; i < rows.length; i++) margins[rows[i]!]! += weight * values[i]!;
  }
  for (const { codes, nLevels, offset } of levels)
    for (let i = 0; i < n; i++) {
      const code = codes[i]!;
      if (code >= 0 && code < nLevels) margins[i]! += weights[offset + 1 + code]!;
    }
}

function sumSparse(design: Design, rows: Float64Array, out: Float64Array): void {
  for (const { rows: at, values, offset } of design.sparse) {
    let sum = 0;
    for (let i = 0; i < at.length; i++) sum += rows[at[i]!]! * values[i]!;
    out[offset + 1] = sum;
  }
  sumLevels(design, rows, out);
}

function sumLevels({ levels, n }: Design, rows: Float64Array, out: Float64Array): void {
  for (const { codes, nLevels, offset } of levels)
    for (let i = 0; i < n; i++) {
      const code = codes[i]!;
      if (code >= 0 && code < nLevels) out[offset + 1 + code]! += rows[i]!;
    }
}

// The simple form: for each column, for each row i in [from, to): out[at + i] += weight × values[i].
function addDense(
  columns: readonly DenseColumn[],
  weights: Float64Array,
  first: number,
  out: Float64Array,
  at: number,
  from: number,
  to: number,
): void {
  let j = 0;
  for (; j + 4 <= columns.length; j += 4) {
    const { values: a, offset: oa } = columns[j]!;
    const { values: b, offset: ob } = columns[j + 1]!;
    const { values: c, offset: oc } = columns[j + 2]!;
    const { values: d, offset: od } = columns[j + 3]!;
    const wa = weights[first + oa]!;
    const wb = weights[first + ob]!;
    const wc = weights[first + oc]!;
    const wd = weights[first + od]!;
    for (let i = from; i < to; i++) out[at + i] = out[at + i]! + wa * a[i]! + wb * b[i]! + wc * c[i]! + wd * d[i]!;
  }
  for (; j < columns.length; j++) {
    const { values, offset } = columns[j]!;
    const weight = weights[first + offset]!;
    for (let i = from; i < to; i++) out[at + i]! += weight * values[i]!;
  }
}

// The simple form: for each column, out[column] += Σ rows[at + i] × values[i] over rows i in [from, to), even and odd ones apart.
function sumDense(
  columns: readonly DenseColumn[],
  rows: Float64Array,
  at: number,
  from: number,
  to: number,
  out: Float64Array,
  first: number,
): void {
  const pairs = from + 2 * Math.floor((to - from) / 2);
  let j = 0;
  for (; j + 4 <= columns.length; j += 4) {
    const { values: a, offset: oa } = columns[j]!;
    const { values: b, offset: ob } = columns[j + 1]!;
    const { values: c, offset: oc } = columns[j + 2]!;
    const { values: d, offset: od } = columns[j + 3]!;
    let [a0, a1, b0, b1, c0, c1, d0, d1] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let i = from; i < pairs; i += 2) {
      const even = rows[at + i]!;
      const odd = rows[at + i + 1]!;
      a0 += even * a[i]!;
      a1 += odd * a[i + 1]!;
      b0 += even * b[i]!;
      b1 += odd * b[i + 1]!;
      c0 += even * c[i]!;
      c1 += odd * c[i + 1]!;
      d0 += even * d[i]!;
      d1 += odd * d[i + 1]!;
    }
    if (pairs < to) {
      const last = rows[at + pairs]!;
      a0 += last * a[pairs]!;
      b0 += last * b[pairs]!;
      c0 += last * c[pairs]!;
      d0 += last * d[pairs]!;
    }
    out[first + oa]! += a0 + a1;
    out[first + ob]! += b0 + b1;
    out[first + oc]! += c0 + c1;
    out[first + od]! += d0 + d1;
  }
  for (; j < columns.length; j++) {
    const { values, offset } = columns[j]!;
    let [even, odd] = [0, 0];
    for (let i = from; i < pairs; i += 2) {
      even += rows[at + i]! * values[i]!;
      odd += rows[at + i + 1]! * values[i + 1]!;
    }
    if (pairs < to) even += rows[at + pairs]! * values[pairs]!;
    out[first + offset]! += even + odd;
  }
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum;
}
