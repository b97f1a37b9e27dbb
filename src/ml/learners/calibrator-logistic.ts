import { log, sigmoid, softplus } from "../stats/index.ts";

/** A logistic regression without a penalty on very few columns. */
export interface LogisticFit {
  readonly slopes: readonly number[];
  readonly intercept: number;
  /** Sum of the weighted log loss. */
  readonly loss: number;
}

/**
 * Newton's method from the slopes 0 on. Targets are shares in [0, 1]. Rows that a line parts entirely have no optimum: then the steps end after 100, with
 * probabilities near 0 and 1.
 */
export function fitLogistic(
  columns: readonly Float64Array[],
  target: Float64Array,
  weights: Float64Array,
): LogisticFit {
  const size = columns.length + 1;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const scoreAt = (theta: readonly number[], i: number) => {
    let z = theta[0]!;
    for (let j = 1; j < size; j++) z += theta[j]! * columns[j - 1]![i]!;
    return z;
  };
  const lossAt = (theta: readonly number[]) => {
    let sum = 0;
    for (let i = 0; i < target.length; i++) {
      const z = scoreAt(theta, i);
      sum += weights[i]! * (softplus(z) - target[i]! * z);
    }
    return sum;
  };
  const positive = weights.reduce((sum, weight, i) => sum + weight * target[i]!, 0);
  let theta = [log((positive + 1) / (total - positive + 1)), ...columns.map(() => 0)];
  let loss = lossAt(theta);
  for (let iteration = 0; iteration < 100; iteration++) {
    const { gradient, hessian } = derive(columns, target, weights, (i) => scoreAt(theta, i));
    if (gradient.every((g) => Math.abs(g) < 1e-9 * total)) break;
    const step = solve(hessian, gradient);
    const slope = gradient.reduce((sum, g, j) => sum + g * step[j]!, 0);
    const at = (share: number) => theta.map((value, j) => value - share * step[j]!);
    // So near the optimum the loss no longer tells steps apart; a full Newton step squares what is left of the error.
    if (slope < 1e-10 * total) {
      theta = at(1);
      break;
    }
    let share = 1;
    while (!(lossAt(at(share)) <= loss) && share > 1e-10) share /= 2;
    const next = lossAt(at(share));
    if (!(next <= loss)) break;
    theta = at(share);
    loss = next;
  }
  return { slopes: theta.slice(1), intercept: theta[0]!, loss: lossAt(theta) };
}

function derive(
  columns: readonly Float64Array[],
  target: Float64Array,
  weights: Float64Array,
  scoreAt: (i: number) => number,
): { readonly gradient: number[]; readonly hessian: number[][] } {
  const size = columns.length + 1;
  const gradient = new Array<number>(size).fill(0);
  const hessian = gradient.map((_, j) => gradient.map((_zero, k) => (j === k ? 1e-12 : 0)));
  const row = new Array<number>(size).fill(1);
  for (let i = 0; i < target.length; i++) {
    for (let j = 1; j < size; j++) row[j] = columns[j - 1]![i]!;
    const p = sigmoid(scoreAt(i));
    const r = weights[i]! * (p - target[i]!);
    const h = weights[i]! * p * (1 - p);
    for (let j = 0; j < size; j++) {
      gradient[j]! += r * row[j]!;
      for (let k = 0; k < size; k++) hessian[j]![k]! += h * row[j]! * row[k]!;
    }
  }
  return { gradient, hessian };
}

// Gaussian elimination with pivots; a direction without curvature gets the step 0.
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length;
  const rows = matrix.map((row, j) => [...row, right[j]!]);
  for (let k = 0; k < size; k++) {
    const pivot = rows.reduce(
      (best, row, j) => (j >= k && Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? j : best),
      k,
    );
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    if (rows[k]![k] === 0) continue;
    for (let j = k + 1; j < size; j++) {
      const factor = rows[j]![k]! / rows[k]![k]!;
      for (let c = k; c <= size; c++) rows[j]![c]! -= factor * rows[k]![c]!;
    }
  }
  const x = new Array<number>(size).fill(0);
  for (let k = size - 1; k >= 0; k--) {
    let sum = rows[k]![size]!;
    for (let c = k + 1; c < size; c++) sum -= rows[k]![c]! * x[c]!;
    x[k] = rows[k]![k] === 0 ? 0 : sum / rows[k]![k]!;
  }
  return x;
}
