/** Points in (0, 1) and their weights, which sum to 1. */
export interface Quadrature {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Gauss–Legendre quadrature over [0, 1] at `n` ≥ 1 points, ascending: exact for polynomials up to degree 2n − 1. The roots of P_n are
 * bisected between those of P_(n−1), which part them: no trigonometry, so the same bits everywhere.
 */
export function gaussLegendre(n: number): Quadrature {
  let roots: number[] = [];
  for (let degree = 1; degree <= n; degree++) {
    const ends = [-1, ...roots, 1];
    roots = Array.from({ length: degree }, (_, k) => rootBetween(degree, ends[k]!, ends[k + 1]!));
  }
  return {
    points: Float64Array.from(roots, (x) => (1 + x) / 2),
    weights: Float64Array.from(roots, (x) => {
      const slope = (n * legendre(n - 1, x)) / (1 - x * x); // P_n'(x) where P_n(x) = 0
      return 1 / ((1 - x * x) * slope * slope);
    }),
  };
}

/** P_n(x) by its three-term recurrence. */
function legendre(n: number, x: number): number {
  let previous = 1;
  let current = n === 0 ? 1 : x;
  for (let k = 2; k <= n; k++) [previous, current] = [current, ((2 * k - 1) * x * current - (k - 1) * previous) / k];
  return current;
}

function rootBetween(degree: number, low: number, high: number): number {
  const sign = Math.sign(legendre(degree, low));
  let [from, to] = [low, high];
  for (;;) {
    const middle = (from + to) / 2;
    if (middle <= from || middle >= to) return middle;
    const value = legendre(degree, middle);
    if (value === 0) return middle;
    if (Math.sign(value) === sign) from = middle;
    else to = middle;
  }
}
