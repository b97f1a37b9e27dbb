import type { FittedForecaster, Forecaster } from "./forecaster.ts";
import type { LastSeasonData } from "./forecaster-data.ts";
import { checkFinite, checkHorizon, checkSeries } from "./series-errors.ts";

/** Forecasts the last value. */
export function naive(): Forecaster {
  return lastSeasonForecaster("naive", () => 1);
}

/**
 * Forecasts each step by the last value a whole number of seasons before it. A step of the season that was never seen gets the series' last value; a
 * series of less than a season gets it throughout. Both are noted.
 */
export function seasonalNaive(): Forecaster {
  return lastSeasonForecaster("seasonal-naive", (period) => period);
}

function lastSeasonForecaster(kind: LastSeasonData["kind"], lengthOf: (period: number) => number): Forecaster {
  return {
    kind,
    params: {},
    fit(series, { period }) {
      checkSeries(series, period);
      const m = lengthOf(period);
      const season = new Float64Array(m).fill(Number.NaN);
      const residuals = new Float64Array(series.length);
      let last = Number.NaN;
      for (let t = 0; t < series.length; t++) {
        const value = series[t]!;
        residuals[t] = value - season[t % m]!;
        if (value !== value) continue;
        season[t % m] = value;
        last = value;
      }
      const next = Float64Array.from(season, (_, h) => season[(series.length + h) % m]!);
      const nUnseen = next.filter((value) => value !== value).length;
      const notes = nUnseen === 0 ? [] : [`${nUnseen} of ${m} steps of the season were never seen: the last value`];
      const data = { kind, period, notes, season: Array.from(next, (value) => (value === value ? value : last)) };
      return { ...lastSeasonModel(data), residuals };
    },
  };
}

/** The fitted forecaster of its data. */
export function lastSeasonModel(data: LastSeasonData): FittedForecaster {
  const { kind, period, notes, season } = data;
  const m = season.length;
  return {
    kind,
    period,
    notes,
    label: kind === "naive" ? "Naive" : "Seasonal naive",
    forecast(horizon) {
      checkHorizon(horizon);
      return Float64Array.from({ length: horizon }, (_, h) => season[h % m]!);
    },
    update(values) {
      checkFinite(values);
      const next = [...season];
      values.forEach((value, t) => {
        if (value === value) next[t % m] = value;
      });
      return lastSeasonModel({ ...data, season: next.map((_, h) => next[(values.length + h) % m]!) });
    },
    toJSON: () => data,
  };
}
