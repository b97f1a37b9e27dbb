/*
 * One half of alternating least squares: with the factors of one side fixed, those of each row of the other are the minimum of a quadratic function
 * (Hu, Koren & Volinsky 2008, doi 10.1109/ICDM.2008.22). A few steps of conjugate gradients from where the last half left them come near enough to it
 * (Takács, Pilászy & Tikk 2011, doi 10.1145/2043932.2043987), and no step makes the objective rise.
 *
 * All numbers are f32, each operation rounded: this is the specification of the compiled kernel, which gives the same bits. A dot product has four sums, of
 * places k ≡ 0, 1, 2, 3 (mod 4), and ends as (s0 + s2) + (s1 + s3). Every other sum goes in ascending order.
 */

import type { ConfidentRows } from "./als-problem.ts";

const { fround } = Math;

/** Numbers per row of factors: their number, rounded up to a multiple of 4; those beyond are 0. */
export function strideOf(nFactors: number): number {
  return 4 * Math.ceil(nFactors / 4);
}

/** Dot product of n numbers of `a`, from a place on, with those of `b`; n is a multiple of 4. */
export function dot(a: Float32Array, from: number, b: Float32Array, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let k = 0; k < n; k += 4) {
    s0 = fround(s0 + fround(a[from + k]! * b[k]!));
    s1 = fround(s1 + fround(a[from + k + 1]! * b[k + 1]!));
    s2 = fround(s2 + fround(a[from + k + 2]! * b[k + 2]!));
    s3 = fround(s3 + fround(a[from + k + 3]! * b[k + 3]!));
  }
  return fround(fround(s0 + s2) + fround(s1 + s3));
}

// out += factor · a[from …]
function addTimes(out: Float32Array, factor: number, a: Float32Array, from: number, n: number): void {
  for (let k = 0; k < n; k++) out[k] = out[k]! + fround(factor * a[from + k]!);
}

/** Squared length at which a residual counts as nought. */
const negligible = fround(1e-20);

/**
 * Improves the factors of rows `from` … `to` by at most so many steps; a row without partners becomes 0.
 * @param gram stride × stride: Σ y yᵀ over all fixed rows, plus lambda on the diagonal of the real factors
 * @param fixed factors of the other side, row-major
 * @param factors of this side, row-major: read and written
 */
export function solveRows(
  { offsets, partners, confidences }: ConfidentRows,
  from: number,
  to: number,
  gram: Float32Array,
  fixed: Float32Array,
  factors: Float32Array,
  stride: number,
  nSteps: number,
): void {
  const product = new Float32Array(stride);
  const residual = new Float32Array(stride);
  const direction = new Float32Array(stride);
  for (let row = from; row < to; row++) {
    const [first, last] = [offsets[row]!, offsets[row + 1]!];
    const x = factors.subarray(row * stride, (row + 1) * stride);
    if (first === last) {
      x.fill(0);
      continue;
    }
    // residual = Σ (1 + c) y − A x, where A = gram + Σ c y yᵀ
    residual.fill(0);
    for (let k = 0; k < stride; k++) addTimes(residual, -x[k]!, gram, k * stride, stride);
    for (let at = first; at < last; at++) {
      const c = confidences[at]!;
      const y = partners[at]! * stride;
      addTimes(residual, fround(fround(1 + c) - fround(c * dot(fixed, y, x, stride))), fixed, y, stride);
    }
    direction.set(residual);
    let length = dot(residual, 0, residual, stride);
    for (let step = 0; step < nSteps && length > negligible; step++) {
      product.fill(0);
      for (let k = 0; k < stride; k++) addTimes(product, direction[k]!, gram, k * stride, stride);
      for (let at = first; at < last; at++) {
        const y = partners[at]! * stride;
        addTimes(product, fround(confidences[at]! * dot(fixed, y, direction, stride)), fixed, y, stride);
      }
      const curvature = dot(product, 0, direction, stride);
      if (!(curvature > 0)) break; // rounding alone can make it so
      const along = fround(length / curvature);
      addTimes(x, along, direction, 0, stride);
      addTimes(residual, -along, product, 0, stride);
      const next = dot(residual, 0, residual, stride);
      const turn = fround(next / length);
      for (let k = 0; k < stride; k++) direction[k] = residual[k]! + fround(turn * direction[k]!);
      length = next;
    }
  }
}

/** Rows whose products are summed as f32 before they join a sum of f64. */
export const gramBlock = 256;

/** Adds Σ y yᵀ over rows `from` … `to` to `sum`, the upper triangle alone of stride × stride numbers. */
export function addGram(factors: Float32Array, from: number, to: number, stride: number, sum: Float64Array): void {
  for (let start = from; start < to; start += gramBlock) {
    const part = new Float32Array(stride * stride);
    for (let row = start; row < Math.min(to, start + gramBlock); row++)
      for (let i = 0; i < stride; i++) {
        const factor = factors[row * stride + i]!;
        for (let j = i; j < stride; j++)
          part[i * stride + j] = part[i * stride + j]! + fround(factor * factors[row * stride + j]!);
      }
    for (let k = 0; k < part.length; k++) sum[k]! += part[k]!;
  }
}

/** The upper triangle in f64 as the whole matrix in f32, with lambda on the diagonal of the real factors. */
export function gramOf(sum: Float64Array, nFactors: number, lambda: number): Float32Array {
  const stride = strideOf(nFactors);
  const gram = new Float32Array(stride * stride);
  for (let i = 0; i < nFactors; i++)
    for (let j = i; j < nFactors; j++) {
      gram[i * stride + j] = sum[i * stride + j]! + (i === j ? lambda : 0);
      gram[j * stride + i] = gram[i * stride + j]!;
    }
  return gram;
}
