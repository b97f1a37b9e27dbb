import type { FittedForecaster } from "../../ml/forecasters/index.ts";
import { type ForecastMethod, forecasterOf } from "../capsule/index.ts";

/** A method fitted to several series. */
export interface FittedSeries {
  /** Point forecasts of the series at `i`. */
  forecast(i: number, horizon: number): Float64Array;
  /** The state of the series at `i` after further values. */
  after(i: number, values: Float64Array): FittedForecaster;
  /** What had to be done otherwise than asked, per series. */
  notes(i: number): readonly string[];
}

/**
 * Fits a method to the series given, each by itself.
 * @param known values up to the origin; null for a series that takes no part
 */
export function fitSeries(
  method: ForecastMethod,
  known: readonly (Float64Array | null)[],
  period: number,
  check: (share: number) => void,
): FittedSeries {
  const forecaster = forecasterOf(method);
  const fitted = known.map((values, i) => {
    check(i / known.length);
    return values === null ? null : forecaster.fit(values, { period });
  });
  const at = (i: number) => fitted[i]!;
  return {
    forecast: (i, horizon) => at(i).forecast(horizon),
    after: (i, values) => (values.length === 0 ? at(i) : at(i).update(values)),
    notes: (i) => at(i).notes,
  };
}
