import { log } from "../stats/index.ts";

/** A pivot below this share of its diagonal element is taken for 0. */
const leastPivot = 1e-10;

/** The lower triangle L of a symmetric p × p matrix A = L Lᵀ, row after row; null where A is not positive definite, but for rounding. */
export function cholesky(matrix: Float64Array, p: number): Float64Array | null {
  const lower = new Float64Array(p * p);
  for (let i = 0; i < p; i++)
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * p + j]!;
      for (let k = 0; k < j; k++) rest -= lower[i * p + k]! * lower[j * p + k]!;
      if (i > j) lower[i * p + j] = rest / lower[j * p + j]!;
      else if (rest > leastPivot * matrix[i * p + i]!) lower[i * p + i] = Math.sqrt(rest);
      else return null;
    }
  return lower;
}

/** Logarithm of the determinant of L Lᵀ. */
export function logDeterminant(lower: Float64Array, p: number): number {
  let sum = 0;
  for (let i = 0; i < p; i++) sum += 2 * log(lower[i * p + i]!);
  return sum;
}

/** Turns x into L⁻¹ x in place and returns its squared length, the quadratic form xᵀ (L Lᵀ)⁻¹ x. */
export function solveLower(lower: Float64Array, p: number, x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p; i++) {
    let rest = x[i]!;
    for (let k = 0; k < i; k++) rest -= lower[i * p + k]! * x[k]!;
    const value = rest / lower[i * p + i]!;
    x[i] = value;
    sum += value * value;
  }
  return sum;
}

/** Turns y into L⁻ᵀ y in place. */
export function solveUpper(lower: Float64Array, p: number, y: Float64Array): void {
  for (let i = p - 1; i >= 0; i--) {
    let rest = y[i]!;
    for (let k = i + 1; k < p; k++) rest -= lower[k * p + i]! * y[k]!;
    y[i] = rest / lower[i * p + i]!;
  }
}
