import type { Measured } from "./metric.ts";

/** One forecast of one series beside what came. */
export interface SeriesForecast {
  /** The series up to the forecast's origin; NaN where missing. Only scaled metrics read it. */
  readonly history: Float64Array;
  /** Steps of a season, 1 for none. */
  readonly period: number;
  /** What came, length horizon. Steps with NaN do not count. */
  readonly yTrue: Float64Array;
  /** What was forecast, length horizon. */
  readonly yPred: Float64Array;
  /** The history's {@link naiveScales}, where one history is measured many times. */
  readonly scales?: NaiveScales;
}

/** Mean losses of the seasonal naive forecast within a history. */
export interface NaiveScales {
  readonly absolute: Measured;
  readonly squared: Measured;
}

/** A metric of one forecast of one series. All are to be made small. */
export interface ForecastMetric {
  readonly name: string;
  /** The convention chosen, in one sentence. */
  readonly definition: string;
  readonly of: (forecast: SeriesForecast) => Measured;
}

const nothing: Measured = { undefined: "no step has a value" };

function meanOf(yTrue: Float64Array, yPred: Float64Array, lossOf: (y: number, f: number) => number): Measured {
  let sum = 0;
  let n = 0;
  for (let h = 0; h < yTrue.length; h++) {
    if (yTrue[h] !== yTrue[h]) continue;
    sum += lossOf(yTrue[h]!, yPred[h]!);
    n++;
  }
  return n === 0 ? nothing : sum / n;
}

const absolute = (y: number, f: number) => Math.abs(y - f);
const squared = (y: number, f: number) => (y - f) ** 2;

/** The scales of a history, NaN where missing: of MASE (absolute) and of RMSSE (squared). */
export function naiveScales(history: Float64Array, period: number): NaiveScales {
  return { absolute: naiveLoss(history, period, absolute), squared: naiveLoss(history, period, squared) };
}

/** Mean absolute error of the seasonal naive forecast within a history, NaN where missing: the scale of MASE. */
export function seasonalNaiveError(history: Float64Array, period: number): Measured {
  return naiveLoss(history, period, absolute);
}

function naiveLoss(history: Float64Array, period: number, lossOf: (y: number, f: number) => number): Measured {
  let sum = 0;
  let n = 0;
  for (let t = period; t < history.length; t++) {
    const loss = lossOf(history[t]!, history[t - period]!);
    if (loss !== loss) continue;
    sum += loss;
    n++;
  }
  if (n === 0) return { undefined: "the history holds no two values a season apart" };
  return sum === 0 ? { undefined: "the history repeats itself: its seasonal naive error is 0" } : sum / n;
}

function scaleOf({ history, period, scales }: SeriesForecast, loss: keyof NaiveScales): Measured {
  return (scales ?? naiveScales(history, period))[loss];
}

function ratio(of: Measured, by: Measured): Measured {
  if (typeof by !== "number") return by;
  return typeof of === "number" ? of / by : of;
}

/** Metrics of point forecasts by name. */
export const forecastMetrics: Readonly<Record<"mase" | "rmsse" | "smape" | "wape" | "mae" | "rmse", ForecastMetric>> = {
  mase: {
    name: "mase",
    definition:
      "Mean absolute error over the mean absolute error of the seasonal naive forecast within the history, as in M4; undefined where the history repeats itself or is shorter than a season.",
    of: (forecast) => ratio(meanOf(forecast.yTrue, forecast.yPred, absolute), scaleOf(forecast, "absolute")),
  },
  rmsse: {
    name: "rmsse",
    definition: "Root of the mean squared error over that of the seasonal naive forecast within the history.",
    of(forecast) {
      const share = ratio(meanOf(forecast.yTrue, forecast.yPred, squared), scaleOf(forecast, "squared"));
      return typeof share === "number" ? Math.sqrt(share) : share;
    },
  },
  smape: {
    name: "smape",
    definition: "Mean of 200 |y − f| / (|y| + |f|), in %, as in M4; a step at which both are 0 counts 0.",
    of: ({ yTrue, yPred }) =>
      meanOf(yTrue, yPred, (y, f) => (y === f ? 0 : (200 * Math.abs(y - f)) / (Math.abs(y) + Math.abs(f)))),
  },
  wape: {
    name: "wape",
    definition: "Sum of absolute errors over the sum of absolute values, a share; undefined where all values are 0.",
    of({ yTrue, yPred }) {
      const size = meanOf(yTrue, yPred, (y) => Math.abs(y));
      return size === 0 ? { undefined: "all values are 0" } : ratio(meanOf(yTrue, yPred, absolute), size);
    },
  },
  mae: {
    name: "mae",
    definition: "Mean absolute error.",
    of: ({ yTrue, yPred }) => meanOf(yTrue, yPred, absolute),
  },
  rmse: {
    name: "rmse",
    definition: "Root of the mean squared error.",
    of({ yTrue, yPred }) {
      const mean = meanOf(yTrue, yPred, squared);
      return typeof mean === "number" ? Math.sqrt(mean) : mean;
    },
  },
};

/** A mean over series. Those without a value are left out and counted. */
export interface MeanOverSeries {
  /** null, with a reason, where no series has one. */
  readonly value: number | null;
  readonly n: number;
  readonly nUndefined: number;
  /** Why the first of those without a value has none. */
  readonly reason?: string;
}

/** Mean of a metric over series, each counting once. */
export function meanOverSeries(measured: readonly Measured[]): MeanOverSeries {
  let sum = 0;
  let n = 0;
  let reason: string | undefined;
  for (const value of measured)
    if (typeof value === "number") {
      sum += value;
      n++;
    } else reason ??= value.undefined;
  const nUndefined = measured.length - n;
  const value = n === 0 ? null : sum / n;
  if (measured.length === 0) return { value, n, nUndefined, reason: "there is no series" };
  return reason === undefined ? { value, n, nUndefined } : { value, n, nUndefined, reason };
}

/**
 * Weighted quantile loss of steps of one series or of many together: twice the summed pinball loss over the summed absolute values, averaged over
 * the levels (as in GluonTS). 0 is best; undefined where all values are 0.
 * @param quantiles per level the forecasts of all steps, as long as `yTrue`
 */
export function weightedQuantileLoss(
  yTrue: Float64Array,
  quantiles: readonly Float64Array[],
  levels: readonly number[],
): Measured {
  let sum = 0;
  for (const [k, level] of levels.entries()) {
    const loss = meanOf(yTrue, quantiles[k]!, (y, q) => Math.max(level * (y - q), (level - 1) * (y - q)));
    if (typeof loss !== "number") return loss;
    sum += (2 * loss) / levels.length;
  }
  const size = meanOf(yTrue, yTrue, (y) => Math.abs(y));
  return size === 0 ? { undefined: "all values are 0" } : ratio(sum, size);
}

/** Share of values within their intervals, bounds included. */
export function intervalCoverage(yTrue: Float64Array, lower: Float64Array, upper: Float64Array): Measured {
  const inside = Float64Array.from(yTrue, (y, i) => Number(lower[i]! <= y && y <= upper[i]!));
  return meanOf(yTrue, inside, (_, isInside) => isInside);
}

/**
 * Mean interval score of Winkler (1972; Gneiting and Raftery 2007, eq. 43): the width, and 2 / (1 − level) times the distance of a value that lies
 * outside. Small is good; it rewards the right coverage with narrow intervals.
 */
export function intervalScore(yTrue: Float64Array, lower: Float64Array, upper: Float64Array, level: number): Measured {
  const scores = Float64Array.from(
    yTrue,
    (y, i) => upper[i]! - lower[i]! + (2 / (1 - level)) * (Math.max(lower[i]! - y, 0) + Math.max(y - upper[i]!, 0)),
  );
  return meanOf(yTrue, scores, (_, score) => score);
}
