import { log } from "../stats/index.ts";
import type { EtsForm } from "./ets-form.ts";
import { sums } from "./ets-recursion.ts";
import type { SmoothingEngine, SmoothingShape } from "./smoothing-engine.ts";

/** What a fit makes small: −2 log likelihood, or the sum of squared one-step errors on the series' scale. */
export type EtsCriterion = "likelihood" | "sse";

/** Bounds of the smoothing parameters: least and greatest α (β lies in [least, α], γ in [least, 1 − α]) and φ. */
export interface SmoothingBounds {
  readonly smoothing: readonly [number, number];
  readonly damping: readonly [number, number];
}

/** The shape of a form's recursion for seasons of `period` steps. */
export function shapeOf({ error, season }: EtsForm, period: number, criterion: EtsCriterion): SmoothingShape {
  return {
    m: season === "none" ? 1 : period,
    isSeasonMultiplicative: season === "multiplicative",
    isErrorMultiplicative: error === "multiplicative" && criterion === "likelihood",
  };
}

const log2To300 = 207.94415416798357;

/** n log Σ e² + 2 Σ log μ of the last pass; `floor` is the least Σ e² that is told from 0. */
export function criterionOf({ out, isErrorMultiplicative }: SmoothingEngine, floor: number): number {
  const squares = Math.max(out[sums.squares]!, floor);
  const ofErrors = out[sums.count]! * log(squares);
  return isErrorMultiplicative ? ofErrors + 2 * (log(out[sums.product]!) + log2To300 * out[sums.exponent]!) : ofErrors;
}

/** Smallest Σ e² that counts: rounding errors of values of this size. */
export function leastSquares(y: Float64Array, isRelative: boolean): number {
  let size = 0;
  let n = 0;
  for (const value of y) {
    if (value !== value) continue;
    size += isRelative ? 1 : value * value;
    n++;
  }
  return Math.max(size * 1e-26, 1e-300 * Math.max(n, 1));
}
