export {
  type BootstrapOptions,
  bootstrapDifference,
  bootstrapMeans,
  bootstrapMetrics,
  type ResampleUnit,
} from "./bootstrap.ts";
export { catalogueConcentration, catalogueCoverage, listNovelty } from "./catalogue-metrics.ts";
export { type CurvePoint, precisionRecallCurve, type ReliabilityBin, reliabilityBins, rocCurve } from "./curves.ts";
export { measure, metrics } from "./dictionary.ts";
export {
  type ForecastMetric,
  forecastMetrics,
  intervalCoverage,
  intervalScore,
  type MeanOverSeries,
  meanOverSeries,
  type NaiveScales,
  naiveScales,
  type SeriesForecast,
  seasonalNaiveError,
  weightedQuantileLoss,
} from "./forecast-metrics.ts";
export {
  type ListDiscount,
  type ListMetric,
  type ListMetricOptions,
  listMetrics,
  perUser,
  type UserList,
} from "./list-metrics.ts";
export type { Measured, Metric, Ranked } from "./metric.ts";
export { forecastMetricFacts, listMetricFacts, type MetricFacts, metricFacts } from "./metric-facts.ts";
export type * from "./metric-value.ts";
export { type EmptyQueries, meanAveragePrecision, meanReciprocalRank, ndcg } from "./query-metrics.ts";
export { metricAtCount, precisionAt, precisionAtPositives, recallAt } from "./ranking-metrics.ts";
export { huber, pinball, tweedieDeviance } from "./regression-metrics.ts";
