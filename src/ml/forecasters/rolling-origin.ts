import type { FittedForecaster, Forecaster, SeriesOptions } from "./forecaster.ts";

/** Where a rolling-origin evaluation stands. */
export interface OriginOptions {
  /** Steps that are forecast from each origin. */
  readonly horizon: number;
  /** Most origins. */
  readonly nOrigins: number;
  /** Steps from one origin to the next; default the horizon, so that no step is forecast twice. */
  readonly step?: number;
  /** Fewest values before the first origin; default 1. */
  readonly leastHistory?: number;
}

/**
 * Origins of a series of n steps, ascending: an origin is the number of steps known. The last leaves exactly the horizon; fewer than asked, or none,
 * where the series is too short.
 */
export function rollingOrigins(
  n: number,
  { horizon, nOrigins, step = horizon, leastHistory = 1 }: OriginOptions,
): number[] {
  const origins: number[] = [];
  for (let k = nOrigins - 1; k >= 0; k--) {
    const origin = n - horizon - k * step;
    if (origin >= leastHistory) origins.push(origin);
  }
  return origins;
}

/** What was forecast from one origin, and what came. */
export interface Backtest {
  readonly origin: number;
  /** Length horizon. */
  readonly yPred: Float64Array;
  /** Length horizon; NaN where missing. */
  readonly yTrue: Float64Array;
}

/**
 * Forecasts from each origin with what was known there.
 * @param refit true: parameters are learned anew at each origin (the honest way); false: at the first origin alone, and then only the state goes on
 */
export function backtest(
  forecaster: Forecaster,
  series: Float64Array,
  {
    origins,
    horizon,
    refit = true,
    ...options
  }: SeriesOptions & { readonly origins: readonly number[]; readonly horizon: number; readonly refit?: boolean },
): Backtest[] {
  let known = 0;
  let fitted: FittedForecaster | undefined;
  return origins.map((origin) => {
    fitted =
      refit || fitted === undefined
        ? forecaster.fit(series.subarray(0, origin), options)
        : fitted.update(series.subarray(known, origin));
    known = origin;
    return { origin, yPred: fitted.forecast(horizon), yTrue: series.slice(origin, origin + horizon) };
  });
}
