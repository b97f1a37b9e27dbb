import type { Json } from "../../lib/index.ts";
import type { ForecasterData } from "./forecaster-data.ts";

/** Options of {@link Forecaster.fit}. */
export interface SeriesOptions {
  /** Steps of a season: 24 for hours of days, 12 for months of years, 1 for none. */
  readonly period: number;
}

/**
 * A forecaster as a fit leaves it: what it has learned, and its state after the last value it has seen. A value: `update` gives a new one.
 */
export interface FittedForecaster {
  readonly kind: ForecasterData["kind"];
  readonly period: number;
  /** What was fitted, in the field's notation, for example `ETS(A,Ad,M)`. */
  readonly label: string;
  /** What had to be done otherwise than asked, in sentences; empty where nothing had. */
  readonly notes: readonly string[];
  /** Point forecasts of the next `horizon` steps, a whole number ≥ 1. Throws FORECAST_HORIZON. */
  forecast(horizon: number): Float64Array;
  /** The same parameters with the state after these further values, NaN where one is missing. Throws SERIES_NOT_FINITE. */
  update(values: Float64Array): FittedForecaster;
  /** As plain data: `loadForecaster(fitted.toJSON())` forecasts the same bytes. */
  toJSON(): ForecasterData;
}

/** What a fit gives: the fitted forecaster, and how it did on the series it was fitted to. */
export interface SeriesFit extends FittedForecaster {
  /**
   * Value less one-step forecast, of the series' length, with the parameters of the whole series; NaN where the value is missing or nothing was
   * known to forecast it from.
   */
  readonly residuals: Float64Array;
}

/** A forecasting method with its parameters. Holds nothing learned. */
export interface Forecaster {
  readonly kind: ForecasterData["kind"];
  /** All parameters with their defaults filled in, as plain data. */
  readonly params: Readonly<Record<string, Json>>;
  /**
   * Learns from one series of regular steps, NaN where a value is missing. Pure: same input, same bytes.
   * Throws SERIES_EMPTY, SERIES_NOT_FINITE, SERIES_PERIOD, and what the method says.
   */
  fit(series: Float64Array, options: SeriesOptions): SeriesFit;
}
