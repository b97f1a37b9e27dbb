import type { FittedForecaster, Forecaster } from "./forecaster.ts";
import type { DriftData, MeanData } from "./forecaster-data.ts";
import { checkFinite, checkHorizon, checkSeries } from "./series-errors.ts";

/** Forecasts the mean of all values. */
export function mean(): Forecaster {
  return {
    kind: "mean",
    params: {},
    fit(series, { period }) {
      checkSeries(series, period);
      const fitted = meanModel({ kind: "mean", period, notes: [], mean: 0, n: 0 }).update(series);
      const [level] = fitted.forecast(1);
      return { ...fitted, residuals: series.map((value) => value - level!) };
    },
  };
}

/** The fitted forecaster of its data. */
export function meanModel(data: MeanData): FittedForecaster {
  const { kind, period, notes } = data;
  return {
    kind,
    period,
    notes,
    label: "Mean",
    forecast(horizon) {
      checkHorizon(horizon);
      return new Float64Array(horizon).fill(data.mean);
    },
    update(values) {
      checkFinite(values);
      let { mean, n } = data;
      for (const value of values) if (value === value) mean += (value - mean) / ++n;
      return meanModel({ ...data, mean, n });
    },
    toJSON: () => data,
  };
}

/** Goes on along the line through the first and the last value; flat where there is one alone. */
export function drift(): Forecaster {
  return {
    kind: "drift",
    params: {},
    fit(series, { period }) {
      checkSeries(series, period);
      const from = series.findIndex((value) => !Number.isNaN(value));
      const first = series[from]!;
      const notes = series.filter((value) => value === value).length > 1 ? [] : ["one value alone: no slope"];
      const start: DriftData = { kind: "drift", period, notes, first, last: first, steps: 0, since: 0 };
      const fitted = driftModel(start).update(series.subarray(from + 1));
      const residuals = new Float64Array(series.length).fill(Number.NaN);
      const { last, steps } = fitted.toJSON() as DriftData;
      const slope = steps === 0 ? 0 : (last - first) / steps;
      let known = first;
      let knownAt = from;
      for (let t = from + 1; t < series.length; t++) {
        if (series[t] !== series[t]) continue;
        residuals[t] = series[t]! - (known + slope * (t - knownAt));
        known = series[t]!;
        knownAt = t;
      }
      return { ...fitted, residuals };
    },
  };
}

/** The fitted forecaster of its data. */
export function driftModel(data: DriftData): FittedForecaster {
  const { kind, period, notes, first, last, steps, since } = data;
  const slope = steps === 0 ? 0 : (last - first) / steps;
  return {
    kind,
    period,
    notes,
    label: "Drift",
    forecast(horizon) {
      checkHorizon(horizon);
      return Float64Array.from({ length: horizon }, (_, h) => last + slope * (since + h + 1));
    },
    update(values) {
      checkFinite(values);
      const at = values.findLastIndex((value) => !Number.isNaN(value));
      if (at < 0) return driftModel({ ...data, since: since + values.length });
      return driftModel({
        ...data,
        last: values[at]!,
        steps: steps + since + at + 1,
        since: values.length - 1 - at,
      });
    },
    toJSON: () => data,
  };
}
