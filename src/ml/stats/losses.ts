import { exp, log } from "./elementary.ts";

/**
 * Unit deviance of the Tweedie family (Jørgensen 1987) of one row: 0 where prediction and truth are equal, lower is better. Power 1 is Poisson,
 * 2 is gamma, 1 < power < 2 a compound of both with a mass at 0. The variance is proportional to prediction^power.
 * @param yTrue ≥ 0; of power 2 > 0
 * @param yPred > 0
 */
export function deviance(yTrue: number, yPred: number, power: number): number {
  if (power === 1) return 2 * (yPred - yTrue + (yTrue === 0 ? 0 : yTrue * log(yTrue / yPred)));
  if (power === 2) return 2 * (log(yPred / yTrue) + yTrue / yPred - 1);
  const own = yTrue === 0 ? 0 : exp((2 - power) * log(yTrue)) / ((1 - power) * (2 - power));
  const score = log(yPred);
  return 2 * (own - (yTrue * exp((1 - power) * score)) / (1 - power) + exp((2 - power) * score) / (2 - power));
}

/** Huber's loss of one residual (1964): half its square up to `delta`, linear beyond. */
export function huber(residual: number, delta: number): number {
  const size = Math.abs(residual);
  return size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
}
