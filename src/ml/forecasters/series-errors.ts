import { FettleError } from "../../lib/index.ts";

const refuse = (code: string, message: string, hint?: string) =>
  new FettleError("invalid-input", code, message, hint === undefined ? {} : { hint });

/** Refuses a period that is none: SERIES_PERIOD. */
export function checkPeriod(period: number): void {
  if (!Number.isInteger(period) || period < 1)
    throw refuse(
      "SERIES_PERIOD",
      `Cannot fit the series: its period is ${period} steps, a whole number from 1 on is needed`,
      "Use the period 1 for a series without seasons",
    );
}

/** Refuses what no forecaster can fit: SERIES_PERIOD, SERIES_NOT_FINITE, SERIES_EMPTY. */
export function checkSeries(series: Float64Array, period: number): void {
  checkPeriod(period);
  checkFinite(series);
  if (!series.some((value) => value === value))
    throw refuse("SERIES_EMPTY", `Cannot fit the series: 0 of its ${series.length} steps have a value, 1 is needed`);
}

/** Refuses infinite values: SERIES_NOT_FINITE. */
export function checkFinite(series: Float64Array): void {
  let nInfinite = 0;
  for (const value of series) if (Math.abs(value) === Number.POSITIVE_INFINITY) nInfinite++;
  if (nInfinite > 0)
    throw refuse(
      "SERIES_NOT_FINITE",
      `Cannot use the series: ${nInfinite} of its values are infinite, finite numbers are needed`,
      "Mark values that are not known as missing",
    );
}

/** Refuses a horizon that is none: FORECAST_HORIZON. */
export function checkHorizon(horizon: number, most = Number.POSITIVE_INFINITY): void {
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > most)
    throw refuse(
      "FORECAST_HORIZON",
      `Cannot forecast: the horizon is ${horizon} steps, a whole number from 1 ${most === Number.POSITIVE_INFINITY ? "on" : `to ${most}`} is needed`,
    );
}

/** Refuses values that are not above 0, which a multiplicative model divides by: SERIES_NOT_POSITIVE. */
export function checkPositive(series: Float64Array, label: string): void {
  let nBad = 0;
  for (const value of series) if (value <= 0) nBad++;
  if (nBad > 0)
    throw refuse(
      "SERIES_NOT_POSITIVE",
      `Cannot use ${label}: ${nBad} values of the series are 0 or below, a multiplicative model needs all above 0`,
      "Use additive errors and seasons, or leave the choice to the method",
    );
}
