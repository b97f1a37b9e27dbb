import { FettleError, nearestName } from "../../lib/index.ts";
import type { Task } from "../../ml/learners/index.ts";
import { bootstrapDifference, bootstrapMetrics, type MetricValue, metrics } from "../../ml/metrics/index.ts";
import { type BootstrapOptions, bootstrapSums, differenceOf, ratioOf, valueWithInterval } from "./bootstrap-sums.ts";
import { decideClasses, pointPrediction } from "./decided.ts";
import type { Metrics } from "./evaluation.ts";
import type { RegressionLoss } from "./evaluation-input.ts";
import { rowLosses } from "./row-loss.ts";

/** How predictions are read: what a model was trained for, and where its probabilities become decisions. */
export interface Scoring {
  readonly task: Task;
  /** Default squared. */
  readonly loss?: RegressionLoss;
  /** Binary only. Default 0.5. */
  readonly threshold?: number;
}

/** Truth and weights of the rows that are measured. */
export interface MeasuredRows {
  readonly yTrue: Float64Array;
  readonly sampleWeight?: Float64Array;
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
};

/**
 * The metric reported first and compared: the user's, else rocAuc (binary), logLoss (multiclass), or the trained loss (rmse, mae,
 * pinball). AUC is the default for two classes because it needs neither a threshold nor calibration, which are chosen later;
 * candidates are still selected by log loss, row by row. Throws EVALUATION_METRIC_UNKNOWN.
 */
export function primaryMetric({ task, loss }: Scoring, asked?: string): string {
  const own = { squared: "rmse", absolute: "mae", quantile: "pinball" }[loss?.kind ?? "squared"];
  const known = [...reported[task], ...(task === "regression" ? [own] : [])];
  const name = asked ?? { binary: "rocAuc", multiclass: "logLoss", regression: own }[task];
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
 * threshold; metrics of several quantiles read the one nearest to the median, but pinball reads them all.
 */
export function measureModel(
  scoring: Scoring,
  rows: MeasuredRows,
  prediction: Float64Array,
  bootstrap: BootstrapOptions,
): Metrics {
  const options = { ...bootstrap, ...(rows.sampleWeight && { sampleWeight: rows.sampleWeight }) };
  const byNeed = Map.groupBy(reported[scoring.task], (name) => readsDecisions(name, scoring));
  const measured = [...byNeed].flatMap(([, names]) =>
    Object.entries(bootstrapMetrics(names, rows.yTrue, predictionFor(names[0]!, scoring, rows, prediction), options)),
  );
  if (scoring.loss?.kind === "quantile") measured.push(["pinball", pinball(scoring, rows, [prediction], bootstrap)]);
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
  if (metric === "pinball") return pinball(scoring, rows, [prediction], bootstrap);
  const options = { ...bootstrap, ...(rows.sampleWeight && { sampleWeight: rows.sampleWeight }) };
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
  if (metric === "pinball") return pinball(scoring, rows, [a, b], bootstrap);
  const read = (prediction: Float64Array) => predictionFor(metric, scoring, rows, prediction);
  const options = { ...bootstrap, ...(rows.sampleWeight && { sampleWeight: rows.sampleWeight }) };
  return bootstrapDifference(metric, rows.yTrue, read(a), read(b), options);
}

function readsDecisions(name: string, { task }: Scoring): boolean {
  return task === "binary" && metrics[name]!.needs === "label";
}

function predictionFor(
  name: string,
  scoring: Scoring,
  { yTrue }: MeasuredRows,
  prediction: Float64Array,
): Float64Array {
  if (scoring.task === "regression") return pointPrediction(prediction, yTrue.length, scoring.loss?.quantiles);
  if (!readsDecisions(name, scoring)) return prediction;
  return decideClasses("binary", prediction, yTrue.length, scoring.threshold ?? 0.5);
}

/** Mean pinball loss over rows and quantiles of one prediction, or the difference of two. */
function pinball(
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
  const draws = bootstrapSums([...sums, { rows: null, values: weights }], yTrue.length, bootstrap);
  const means = sums.map((_, k) => ratioOf(draws[k]!, draws[sums.length]!));
  const result = means.length === 2 ? differenceOf(means[0]!, means[1]!) : means[0]!;
  return valueWithInterval(result, yTrue.length, "all sample weights are 0");
}
