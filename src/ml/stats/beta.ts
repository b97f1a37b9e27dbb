import { exp, log, log1p } from "./elementary.ts";

const logRootTwoPi = 0.9189385332046727418;

/** Stirling's error: ln Γ(z + 1) − (z + ½) ln z + z − ½ ln 2π, for z > 0. Series from 15 on, below by its recursion. */
function stirlingError(z: number): number {
  let error = 0;
  let at = z;
  for (; at < 15; at++) error += (at + 0.5) * log1p(1 / at) - 1;
  const square = 1 / (at * at);
  const series = 1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)));
  return error + series / at;
}

/** x·ln(x/m) + m − x without loss of digits where x is near m (Loader 2000). */
function deviancePart(x: number, m: number): number {
  const difference = x - m;
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * log(x / m) - difference;
  const v = difference / (x + m);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let k = 1; k < 1000; k++) {
    term *= v * v;
    const next = sum + term / (2 * k + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/** x^a (1 − x)^b / B(a, b), by saddle-point terms, which keep their digits for large a and b (Loader 2000). */
function betaPower(x: number, a: number, b: number): number {
  const n = a + b;
  const errors = stirlingError(n) - stirlingError(a) - stirlingError(b);
  const deviance = deviancePart(a, n * x) + deviancePart(b, n * (1 - x));
  return exp(errors - deviance - logRootTwoPi) * Math.sqrt((a * b) / n);
}

/**
 * Regularised incomplete beta function I_x(a, b) for a, b > 0: the chance that a Beta(a, b) variable is at most x. Continued fraction (Press
 * et al., Numerical Recipes, 6.4; modified Lentz).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x > 0)) return x <= 0 ? 0 : Number.NaN;
  if (x >= 1) return 1;
  // The fraction converges fast on this side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - (betaPower(x, a, b) * continuedFraction(1 - x, b, a)) / b;
  return (betaPower(x, a, b) * continuedFraction(x, a, b)) / a;
}

function continuedFraction(x: number, a: number, b: number): number {
  const least = 1e-300;
  const guarded = (value: number) => (Math.abs(value) < least ? least : value);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let k = 1; k < 10_000; k++) {
    const even = (k * (b - k) * x) / ((a + 2 * k - 1) * (a + 2 * k));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + k) * (a + b + k) * x) / ((a + 2 * k) * (a + 2 * k + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    const step = c * d;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return fraction;
}

/** Quantile of the Beta(a, b) distribution, by bisection. */
export function betaQuantile(p: number, a: number, b: number): number {
  return bisect((x) => incompleteBeta(x, a, b) < p, 0, 1);
}

/** Where a condition that holds below a point and not above it changes, between two ends. */
function bisect(isBelow: (x: number) => boolean, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 200; i++) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

/** P(X ≤ successes) of a binomial X of n tries at `share`; the counts need not be whole (effective numbers of rows). */
export function binomialLowerTail(successes: number, n: number, share: number): number {
  return successes >= n ? 1 : incompleteBeta(1 - share, n - successes, successes + 1);
}

/**
 * Exact 95 % interval of a share (Clopper & Pearson 1934): `successes` of n, n > 0. The counts need not be whole: dividing both by a design
 * effect widens the interval (Korn & Graubard 1998).
 */
export function clopperPearson(successes: number, n: number): { low: number; high: number } {
  return {
    low: successes <= 0 ? 0 : betaQuantile(0.025, successes, n - successes + 1),
    high: successes >= n ? 1 : betaQuantile(0.975, successes + 1, n - successes),
  };
}

/** P(T > t) of Student's t with `degrees` of freedom, which need not be whole. */
export function studentUpperTail(t: number, degrees: number): number {
  const tail = 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t >= 0 ? tail : 1 - tail;
}

/** Quantile of Student's t with `degrees` of freedom, 0 < p < 1. */
export function studentQuantile(p: number, degrees: number): number {
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  let high = 1;
  while (studentUpperTail(high, degrees) > tail) high *= 2;
  const t = bisect((x) => studentUpperTail(x, degrees) > tail, 0, high);
  return p < 0.5 ? -t : t;
}
