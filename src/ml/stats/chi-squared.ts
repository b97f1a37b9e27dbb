import { exp, log } from "./elementary.ts";
import { normalUpperTail } from "./normal.ts";

/**
 * P(X > x) of a chi-squared X with a whole number of degrees of freedom, at least 1: the closed form (Abramowitz & Stegun 26.4.4 and 26.4.5), whose
 * terms are positive. Relative error below 1e-12.
 */
export function chiSquaredUpperTail(x: number, degrees: number): number {
  if (!(x > 0)) return x <= 0 ? 1 : Number.NaN;
  const half = x / 2;
  // Terms half^(k/2) e^−half / Γ(k/2 + 1), from the logarithm of the first on: e^−half alone may vanish.
  const isOdd = degrees % 2 === 1;
  let logTerm = isOdd ? 0.5 * log(half) - half - log(0.886226925452758) : -half; // Γ(3/2)
  let sum = isOdd ? 2 * normalUpperTail(Math.sqrt(x)) : 0;
  for (let k = isOdd ? 1 : 0; k <= degrees - 2; k += 2) {
    sum += exp(logTerm);
    logTerm += log(half) - log(k / 2 + 1);
  }
  return Math.min(1, sum);
}

/** Value that a chi-squared variable exceeds with probability p, 0 < p < 1, by bisection to full precision. */
export function chiSquaredUpperQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = degrees;
  while (chiSquaredUpperTail(high, degrees) > p) high *= 2;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    if (chiSquaredUpperTail(middle, degrees) > p) low = middle;
    else high = middle;
  }
}
