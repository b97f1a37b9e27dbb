import type { Factorisation } from "./als-model.ts";
import { strideOf } from "./als-solve.ts";

/** Σ y yᵀ over all items in f64: nFactors × nFactors, the lower triangle alone. */
export function gramInFull(items: Float32Array, nFactors: number): Float64Array {
  const stride = strideOf(nFactors);
  const gram = new Float64Array(nFactors * nFactors);
  for (let at = 0; at < items.length; at += stride)
    for (let i = 0; i < nFactors; i++) {
      const factor = items[at + i]!;
      for (let j = 0; j <= i; j++) gram[i * nFactors + j]! += factor * items[at + j]!;
    }
  return gram;
}

/** Items without duplicates, weights above 0. */
interface HistoryRow {
  readonly items: Int32Array;
  readonly weights: Float64Array;
}

/**
 * Factors of a user whose history is given, with the items' factors as they are: the exact minimum for this row, solved in f64 by Cholesky's
 * decomposition of gram + lambda + Σ c y yᵀ, and rounded to f32. Padded to the stride. What is returned has a workspace that is its own, so that a request
 * allocates nothing, and gives the same array each time.
 */
export function foldIn({
  nFactors: n,
  lambda,
  alpha,
  items,
  gram,
}: Omit<Factorisation, "users">): (row: HistoryRow) => Float32Array {
  const stride = strideOf(n);
  const a = new Float64Array(n * n);
  const b = new Float64Array(n);
  const y = new Float64Array(n);
  const factors = new Float32Array(stride);
  return (row) => {
    a.set(gram);
    b.fill(0);
    for (let i = 0; i < n; i++) a[i * n + i]! += lambda;
    for (let k = 0; k < row.items.length; k++) {
      const c = alpha * row.weights[k]!;
      const at = row.items[k]! * stride;
      for (let i = 0; i < n; i++) y[i] = items[at + i]!;
      for (let i = 0; i < n; i++) {
        const factor = c * y[i]!;
        const line = i * n;
        b[i]! += (1 + c) * y[i]!;
        for (let j = 0; j <= i; j++) a[line + j]! += factor * y[j]!;
      }
    }
    solveByCholesky(a, b);
    factors.set(b);
    return factors;
  };
}

// Solves a x = b for a symmetric positive definite matrix whose lower triangle is given; b becomes x, a its decomposition.
function solveByCholesky(a: Float64Array, b: Float64Array): void {
  const n = b.length;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]!;
    }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i]! -= a[i * n + k]! * b[k]!;
    b[i]! /= a[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) b[i]! -= a[k * n + i]! * b[k]!;
    b[i]! /= a[i * n + i]!;
  }
}
