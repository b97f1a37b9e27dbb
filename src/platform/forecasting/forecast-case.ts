import {
  type ForecastMetric,
  forecastMetrics,
  intervalCoverage,
  intervalScore,
  type Measured,
  type NaiveScales,
  naiveScales,
  weightedQuantileLoss,
} from "../../ml/metrics/index.ts";

/** A band around a forecast, both of the horizon's length; NaN at steps without an interval. */
export interface Band {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** One forecast of one series from one origin, beside what came. */
export interface ForecastCase {
  /** Index of the series. */
  readonly series: number;
  /** 0 for the latest origin of its part. */
  readonly origin: number;
  /** The series up to the origin. */
  readonly history: Float64Array;
  readonly period: number;
  readonly yTrue: Float64Array;
  readonly yPred: Float64Array;
  /** Of the history. */
  readonly scales: NaiveScales;
  /** Aligned with the levels; empty before intervals are known. */
  readonly bands: readonly Band[];
}

/** A forecast beside what came, with the scales of its history and no bands. */
export function caseOf(forecast: Omit<ForecastCase, "scales" | "bands">): ForecastCase {
  return { ...forecast, scales: naiveScales(forecast.history, forecast.period), bands: [] };
}

/** Mean absolute error of the seasonal naive forecast in the history; null where it is undefined. */
export function scaleOf({ scales }: Pick<ForecastCase, "scales">): number | null {
  return typeof scales.absolute === "number" ? scales.absolute : null;
}

/** A metric of one case. */
export type CaseMetric = (forecast: ForecastCase) => Measured;

/** The metrics of a test by name, in the order of the report. */
export function testMetrics(levels: readonly number[], primary: string): ReadonlyMap<string, CaseMetric> {
  const points = ["mase", "rmsse", "smape", "wape", "mae", "rmse"] as const;
  const metrics = new Map<string, CaseMetric>([[primary, pointMetric(primary)]]);
  for (const name of points) metrics.set(name, pointMetric(name));
  metrics.set("wql", (forecast) => quantileLoss(forecast, levels));
  levels.forEach((level, k) => {
    metrics.set(`coverage@${level}`, ({ yTrue, bands }) =>
      withBand(bands[k], ({ low, high }) => intervalCoverage(yTrue, low, high)),
    );
    metrics.set(`msis@${level}`, (forecast) => scaledIntervalScore(forecast, k, level));
  });
  return metrics;
}

/** A metric of point forecasts. */
export function pointMetric(name: string): CaseMetric {
  return (forecastMetrics as Readonly<Record<string, ForecastMetric>>)[name]!.of;
}

const noInterval: Measured = { undefined: "a step has no interval" };

function withBand(band: Band | undefined, of: (band: Band) => Measured): Measured {
  return band === undefined || band.low.some(Number.isNaN) ? noInterval : of(band);
}

function quantileLoss({ yTrue, yPred, bands }: ForecastCase, levels: readonly number[]): Measured {
  if (bands.length === 0 || bands.some(({ low }) => low.some(Number.isNaN))) return noInterval;
  const quantiles = [...bands.map(({ low }) => low), yPred, ...bands.map(({ high }) => high)];
  const at = [...levels.map((level) => (1 - level) / 2), 0.5, ...levels.map((level) => (1 + level) / 2)];
  return weightedQuantileLoss(yTrue, quantiles, at);
}

function scaledIntervalScore({ yTrue, bands, scales }: ForecastCase, k: number, level: number): Measured {
  const scale = scales.absolute;
  if (typeof scale !== "number") return scale;
  const score = withBand(bands[k], ({ low, high }) => intervalScore(yTrue, low, high, level));
  return typeof score === "number" ? score / scale : score;
}
