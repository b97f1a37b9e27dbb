import { accuracy, balancedAccuracy, f1, mcc, precision, recall } from "./label-metrics.ts";
import type { Measured, Metric } from "./metric.ts";
import { brier, ece, logLoss, topK } from "./probability-metrics.ts";
import { prAuc, rocAuc } from "./ranking-metrics.ts";
import { mae, mape, medianAbsoluteError, pinball, r2, rmse } from "./regression-metrics.ts";

/** Every metric by name, with its convention. `pinball` is at level 0.5; other levels by the function. */
export const metrics: Readonly<Record<string, Metric>> = {
  rocAuc,
  prAuc,
  logLoss,
  brier,
  ece,
  accuracy,
  balancedAccuracy,
  precision,
  recall,
  f1,
  mcc,
  topK,
  rmse,
  mae,
  medianAbsoluteError,
  mape,
  r2,
  pinball: pinball(0.5),
};

/** One metric on rows, each counting once or by its weight. */
export function measure(
  metric: Metric,
  yTrue: Float64Array,
  prediction: Float64Array,
  weight?: Float64Array,
): Measured {
  return metric.prepare(yTrue, prediction)(weight ?? new Float64Array(yTrue.length).fill(1));
}
