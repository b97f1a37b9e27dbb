import { FettleError, nearestName } from "../../lib/index.ts";
import type { Task } from "../../ml/learners/index.ts";
import {
  bootstrapDifference,
  bootstrapMetrics,
  type MetricValue,
  metrics,
  type Ranked,
} from "../../ml/metrics/index.ts";
import { type BootstrapOptions, bootstrapSums, differenceOf, ratioOf, valueWithInterval } from "./bootstrap-sums.ts";
import { type DecisionRule, decideClasses, pointPrediction } from "./decided.ts";
import type { Metrics } from "./evaluation.ts";
import type { RegressionLoss } from "./evaluation-input.ts";
import { lossMetric, rowLosses } from "./row-loss.ts";

/** How predictions are read: what a model was trained for, and where its probabilities become decisions. */
export interface Scoring extends DecisionRule {
  readonly task: Task;
  /** Default squared. */
  readonly loss?: RegressionLoss;
}

/** Truth and weights of the rows that are measured. */
export interface MeasuredRows {
  readonly yTrue: Float64Array;
  readonly sampleWeight?: Float64Array;
  /** Ranking: which rows belong to one query. */
  readonly ranked?: Ranked;
}

const reported: Readonly<Record<Task, readonly string[]>> = {
  binary: [
    "rocAuc",
    "prAuc",
    "logLoss",
    "brier",
    "ece",
    "accuracy",
    "balancedAccuracy",
    "f1",
    "precision",
    "recall",
    "mcc",
  ],
  multiclass: ["logLoss", "rocAuc", "brier", "ece", "accuracy", "balancedAccuracy", "f1", "mcc", "topK"],
  regression: ["rmse", "mae", "medianAbsoluteError", "mape", "r2"],
  ranking: ["ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10", "map", "mrr"],
};

/**
 * The metric reported first and compared: the user's, else rocAuc (binary), logLoss (multiclass), ndcg@10 (ranking), or the trained loss
 * (rmse, mae, pinball, poissonDeviance …). AUC is the default for two classes because it needs neither a threshold nor calibration, which are chosen later;
 * candidates are still selected by log loss, row by row. Throws EVALUATION_METRIC_UNKNOWN.
 */
export function primaryMetric({ task, loss }: Scoring, asked?: string): string {
  const own = lossMetric(loss);
  const known = [...reported[task], ...(task === "regression" ? [own] : [])];
  const name = asked ?? { binary: "rocAuc", multiclass: "logLoss", regression: own, ranking: "ndcg@10" }[task];
  if (known.includes(name)) return name;
  const near = nearestName(name, known);
  throw new FettleError(
    "invalid-input",
    "EVALUATION_METRIC_UNKNOWN",
    `Cannot evaluate by "${name}": it is no ${task} metric, one of ${known.join(", ")} is needed`,
    near === undefined ? {} : { hint: `Did you mean "${near}"?` },
  );
}

/** Whether a greater value of a metric is better. */
export function isGreaterBetter(metric: string): boolean {
  return metrics[metric]?.direction === "maximise";
}

/**
 * Every metric of the task with its interval, from one set of resamples. Metrics of decisions (accuracy, f1 …) read the decisions at the
 * threshold; metrics of several quantiles read the one nearest to the median, but pinball reads them all. The mean of the trained loss is among them.
 */
export function measureModel(
  scoring: Scoring,
  rows: MeasuredRows,
  prediction: Float64Array,
  bootstrap: BootstrapOptions,
): Metrics {
  const options = optionsOf(rows, bootstrap);
  const byNeed = Map.groupBy(reported[scoring.task], (name) => readsDecisions(name, scoring));
  const measured = [...byNeed].flatMap(([, names]) =>
    Object.entries(bootstrapMetrics(names, rows.yTrue, predictionFor(names[0]!, scoring, rows, prediction), options)),
  );
  const own = lossMetric(scoring.loss);
  if (isTrainedLoss(own, scoring)) measured.push([own, meanLoss(scoring, rows, [prediction], bootstrap)]);
  return Object.fromEntries(measured);
}

/** One metric with its interval, read as {@link measureModel} reads it. */
export function measureMetric(
  metric: string,
  scoring: Scoring,
  rows: MeasuredRows,
  prediction: Float64Array,
  bootstrap: BootstrapOptions,
): MetricValue {
  if (isTrainedLoss(metric, scoring)) return meanLoss(scoring, rows, [prediction], bootstrap);
  const options = optionsOf(rows, bootstrap);
  return bootstrapMetrics([metric], rows.yTrue, predictionFor(metric, scoring, rows, prediction), options)[metric]!;
}

/** A metric of prediction `a` minus that of `b` on the same rows, with its paired interval. */
export function pairedDifference(
  metric: string,
  scoring: Scoring,
  rows: MeasuredRows,
  a: Float64Array,
  b: Float64Array,
  bootstrap: BootstrapOptions,
): MetricValue {
  if (isTrainedLoss(metric, scoring)) return meanLoss(scoring, rows, [a, b], bootstrap);
  const read = (prediction: Float64Array) => predictionFor(metric, scoring, rows, prediction);
  const options = optionsOf(rows, bootstrap);
  return bootstrapDifference(metric, rows.yTrue, read(a), read(b), options);
}

// A loss whose parameters only the training knows: the dictionary has no metric of just that meaning.
function isTrainedLoss(metric: string, { task, loss }: Scoring): boolean {
  return task === "regression" && metric === lossMetric(loss) && !reported.regression.includes(metric);
}

function optionsOf({ sampleWeight, ranked }: MeasuredRows, bootstrap: BootstrapOptions) {
  return { ...bootstrap, ...(sampleWeight && { sampleWeight }), ...(ranked && { ranked }) };
}

function readsDecisions(name: string, { task, costMatrix }: Scoring): boolean {
  return (task === "binary" || costMatrix !== undefined) && metrics[name]!.needs === "label";
}

function predictionFor(
  name: string,
  scoring: Scoring,
  { yTrue }: MeasuredRows,
  prediction: Float64Array,
): Float64Array {
  if (scoring.task === "regression") return pointPrediction(prediction, yTrue.length, scoring.loss?.quantiles);
  if (!readsDecisions(name, scoring)) return prediction;
  const decided = decideClasses(scoring.task as "binary" | "multiclass", prediction, yTrue.length, scoring);
  return scoring.task === "binary" ? decided : oneHot(decided, prediction.length / yTrue.length);
}

// Decided classes as probabilities, which tell how many classes there are.
function oneHot(decided: Float64Array, nClasses: number): Float64Array {
  const shares = new Float64Array(decided.length * nClasses);
  decided.forEach((k, i) => {
    shares[i * nClasses + k] = 1;
  });
  return shares;
}

/** Mean of the trained loss (of several quantiles over them too) of one prediction, or the difference of two. */
function meanLoss(
  { task, loss }: Scoring,
  { yTrue, sampleWeight }: MeasuredRows,
  predictions: readonly Float64Array[],
  bootstrap: BootstrapOptions,
): MetricValue {
  const weights = sampleWeight ?? new Float64Array(yTrue.length).fill(1);
  const sums = predictions.map((prediction) => ({
    rows: null,
    values: rowLosses(task, yTrue, prediction, loss).values.map((value, i) => value * weights[i]!),
  }));
  if (sums.some(({ values }) => !values.every(Number.isFinite)))
    return { value: null, low: null, high: null, n: yTrue.length, reason: "the loss of a row is no finite number" };
  const draws = bootstrapSums([...sums, { rows: null, values: weights }], yTrue.length, bootstrap);
  const means = sums.map((_, k) => ratioOf(draws[k]!, draws[sums.length]!));
  const result = means.length === 2 ? differenceOf(means[0]!, means[1]!) : means[0]!;
  return valueWithInterval(result, yTrue.length, "all sample weights are 0");
}
