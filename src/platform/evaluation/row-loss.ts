import { scoreOf, type Task } from "../../ml/learners/index.ts";
import type { Ranked } from "../../ml/metrics/index.ts";
import { deviance, exponentialGain, huber, log, ndcg, rowsByQuery } from "../../ml/stats/index.ts";
import type { RegressionLoss } from "./evaluation-input.ts";

/** A loss per row, and the metric that is its mean (for rmse: the root of its mean; for ndcg@10: 1 minus it). Lower is better. */
export interface RowLosses {
  readonly metric:
    | "logLoss"
    | "rmse"
    | "mae"
    | "pinball"
    | "huber"
    | "poissonDeviance"
    | "tweedieDeviance"
    | "gammaDeviance"
    | "customLoss"
    | "ndcg@10";
  /** Length nSamples. */
  readonly values: Float64Array;
}

/** Probabilities are clipped to [clip, 1 − clip] before the logarithm: the smallest step that an f64 near 1 can hold. */
const clip = 2.220446049250313e-16;

/**
 * The loss of each row: log loss (natural log) for classification; for regression that of its training (squared error, pinball loss
 * as a mean over the quantiles, deviance …). These losses choose between models and find slices, because they compare row by row. A
 * ranking is judged by query: its rows share 1 − NDCG@10 so that the mean over all rows is that over the queries.
 */
export function rowLosses(
  task: Task,
  yTrue: Float64Array,
  prediction: Float64Array,
  loss: RegressionLoss = { kind: "squared" },
  ranked?: Ranked,
): RowLosses {
  if (task === "binary") return { metric: "logLoss", values: binaryLogLosses(yTrue, prediction) };
  if (task === "multiclass") return { metric: "logLoss", values: multiclassLogLosses(yTrue, prediction) };
  if (task === "ranking") return { metric: "ndcg@10", values: queryLosses(yTrue, prediction, ranked!) };
  if (loss.kind === "quantile")
    return { metric: "pinball", values: pinballLosses(yTrue, prediction, loss.quantiles ?? [0.5]) };
  const lossOf = lossPerRow(loss);
  return { metric: lossMetric(loss), values: yTrue.map((y, i) => lossOf(y, prediction[i]!)) };
}

const metricOfLoss = {
  squared: "rmse",
  absolute: "mae",
  quantile: "pinball",
  huber: "huber",
  poisson: "poissonDeviance",
  tweedie: "tweedieDeviance",
  gamma: "gammaDeviance",
  focal: "logLoss",
  custom: "customLoss",
  lambdarank: "ndcg@10",
  xendcg: "ndcg@10",
} as const satisfies Readonly<Record<RegressionLoss["kind"], RowLosses["metric"]>>;

/** The metric whose mean a loss is: see {@link RowLosses}. */
export function lossMetric({ kind }: RegressionLoss = { kind: "squared" }): RowLosses["metric"] {
  return metricOfLoss[kind];
}

function lossPerRow({ kind, delta = 1, variancePower = 1.5, custom }: RegressionLoss) {
  switch (kind) {
    case "absolute":
      return (y: number, p: number) => Math.abs(p - y);
    case "huber":
      return (y: number, p: number) => huber(y - p, delta);
    case "poisson":
      return (y: number, p: number) => deviance(y, p, 1);
    case "tweedie":
      return (y: number, p: number) => deviance(y, p, variancePower);
    case "gamma":
      return (y: number, p: number) => deviance(y, p, 2);
    case "custom":
      return (y: number, p: number) => custom!.loss(scoreOf(custom!.link ?? "identity", p), y);
    default:
      return (y: number, p: number) => (p - y) * (p - y);
  }
}

// A query counts as much as any other, however many rows it has; one without a relevant row has no loss.
function queryLosses(yTrue: Float64Array, prediction: Float64Array, { queries, gains }: Ranked): Float64Array {
  const losses = new Float64Array(yTrue.length);
  const found = rowsByQuery(queries).map((rows) => {
    const gain = Float64Array.from(rows, (i) => (gains === null ? exponentialGain(yTrue[i]!) : gains[yTrue[i]!]!));
    const scores = Float64Array.from(rows, (i) => prediction[i]!);
    return { rows, value: ndcg(gain, scores, 10) };
  });
  const nJudged = found.filter(({ value }) => value !== null).length;
  for (const { rows, value } of found)
    for (const i of rows) losses[i] = value === null ? 0 : ((1 - value) * yTrue.length) / (nJudged * rows.length);
  return losses;
}

function negativeLog(probability: number): number {
  return -log(Math.min(1 - clip, Math.max(clip, probability)));
}

function binaryLogLosses(yTrue: Float64Array, yProba: Float64Array): Float64Array {
  return yTrue.map((y, i) => negativeLog(y === 1 ? yProba[i]! : 1 - yProba[i]!));
}

function multiclassLogLosses(yTrue: Float64Array, yProba: Float64Array): Float64Array {
  const nClasses = yProba.length / yTrue.length;
  return yTrue.map((y, i) => negativeLog(yProba[i * nClasses + y]!));
}

function pinballLosses(yTrue: Float64Array, prediction: Float64Array, quantiles: readonly number[]): Float64Array {
  const k = quantiles.length;
  return yTrue.map((y, i) => {
    let sum = 0;
    for (let q = 0; q < k; q++) {
      const error = y - prediction[i * k + q]!;
      sum += Math.max(quantiles[q]! * error, (quantiles[q]! - 1) * error);
    }
    return sum / k;
  });
}
