import { accuracy, balancedAccuracy, f1, mcc, precision, recall } from "./label-metrics.ts";
import type { Measured, Metric, Ranked } from "./metric.ts";
import { brier, ece, logLoss, topK } from "./probability-metrics.ts";
import { meanAveragePrecision, meanReciprocalRank, ndcg } from "./query-metrics.ts";
import { prAuc, rocAuc } from "./ranking-metrics.ts";
import { huber, mae, mape, medianAbsoluteError, pinball, r2, rmse, tweedieDeviance } from "./regression-metrics.ts";

/** Every metric by name, with its convention. `pinball` is at level 0.5, `huber` at δ 1, `tweedieDeviance` at power 1.5; others by the functions. */
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
  huber: huber(1),
  poissonDeviance: tweedieDeviance(1),
  tweedieDeviance: tweedieDeviance(1.5),
  gammaDeviance: tweedieDeviance(2),
  "ndcg@1": ndcg(1),
  "ndcg@3": ndcg(3),
  "ndcg@5": ndcg(5),
  "ndcg@10": ndcg(10),
  map: meanAveragePrecision(),
  mrr: meanReciprocalRank(),
};

/** One metric on rows, each counting once or by its weight. */
export function measure(
  metric: Metric,
  yTrue: Float64Array,
  prediction: Float64Array,
  weight?: Float64Array,
  ranked?: Ranked,
): Measured {
  return metric.prepare(yTrue, prediction, ranked)(weight ?? new Float64Array(yTrue.length).fill(1));
}
