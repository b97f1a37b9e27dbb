export { type BootstrapOptions, bootstrapDifference, bootstrapMetrics, type ResampleUnit } from "./bootstrap.ts";
export { type CurvePoint, precisionRecallCurve, type ReliabilityBin, reliabilityBins, rocCurve } from "./curves.ts";
export { measure, metrics } from "./dictionary.ts";
export type { Measured, Metric } from "./metric.ts";
export type * from "./metric-value.ts";
export { pinball } from "./regression-metrics.ts";
