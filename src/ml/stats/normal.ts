import { exp, log } from "./elementary.ts";

const sqrtPi = 1.7724538509055160273;

/** 97.5 % quantile of the standard normal distribution: half-width of a 95 % interval in standard errors. */
export const z95 = 1.959963984540054;

/**
 * Complementary error function for x ≥ 0: 1 − the Maclaurin series up to 2, the continued fraction beyond (Abramowitz & Stegun
 * 7.1.6 and 7.1.14; modified Lentz), relative error below 2e-13.
 */
function erfcPositive(x: number): number {
  const square = x * x;
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 200 && Math.abs(term) > 1e-18 * sum; n++) {
      term *= (2 * square) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / sqrtPi) * exp(-square) * sum;
  }
  let fraction = 0;
  for (let n = 120; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return exp(-square) / (sqrtPi * (x + fraction));
}

/** P(Z > z) of a standard normal Z; keeps its precision in the far tail. */
export function normalUpperTail(z: number): number {
  const tail = 0.5 * erfcPositive(Math.abs(z) / Math.SQRT2);
  return z >= 0 ? tail : 1 - tail;
}

/** Quantile of the standard normal distribution, 0 < p < 1, by bisection on the smaller tail to full precision. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  let low = 0;
  let high = 40;
  for (let i = 0; i < 100; i++) {
    const middle = 0.5 * (low + high);
    if (normalUpperTail(middle) > tail) low = middle;
    else high = middle;
  }
  return p < 0.5 ? -low : low;
}

/** Wilson's 95 % interval of a share (Wilson 1927): `successes` of n, n > 0. */
export function wilsonInterval(successes: number, n: number): { low: number; high: number } {
  const p = successes / n;
  const zz = z95 * z95;
  const centre = (p + zz / (2 * n)) / (1 + zz / n);
  const half = (z95 / (1 + zz / n)) * Math.sqrt((p * (1 - p)) / n + zz / (4 * n * n));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * Ratio of two shares a/n and b/m with its 95 % interval on the log scale (Katz et al. 1978), half a case added to each count
 * so that no count is 0.
 */
export function ratioOfShares(
  a: number,
  n: number,
  b: number,
  m: number,
): { ratio: number; low: number; high: number } {
  const top = (a + 0.5) / (n + 0.5);
  const bottom = (b + 0.5) / (m + 0.5);
  const spread = z95 * Math.sqrt(Math.max(0, 1 / (a + 0.5) - 1 / (n + 0.5) + 1 / (b + 0.5) - 1 / (m + 0.5)));
  const centre = log(top / bottom);
  return { ratio: top / bottom, low: exp(centre - spread), high: exp(centre + spread) };
}

/** Benjamini and Hochberg's q-values (1995) of p-values: in input order; a null p-value is not allowed. */
export function benjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const n = pValues.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => pValues[b]! - pValues[a]!);
  const q = new Float64Array(n);
  let least = 1;
  order.forEach((i, k) => {
    least = Math.min(least, (pValues[i]! * n) / (n - k));
    q[i] = least;
  });
  return q;
}
