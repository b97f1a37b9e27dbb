export { type BootstrapOptions, bootstrapDifference, bootstrapMetrics, type ResampleUnit } from "./bootstrap.ts";
export { type CurvePoint, precisionRecallCurve, type ReliabilityBin, reliabilityBins, rocCurve } from "./curves.ts";
export { measure, metrics } from "./dictionary.ts";
export {
  type ForecastMetric,
  forecastMetrics,
  intervalCoverage,
  intervalScore,
  type MeanOverSeries,
  meanOverSeries,
  seasonalNaiveError,
  type SeriesForecast,
  weightedQuantileLoss,
} from "./forecast-metrics.ts";
export type { Measured, Metric, Ranked } from "./metric.ts";
export type * from "./metric-value.ts";
export { type EmptyQueries, meanAveragePrecision, meanReciprocalRank, ndcg } from "./query-metrics.ts";
export { huber, pinball, tweedieDeviance } from "./regression-metrics.ts";
