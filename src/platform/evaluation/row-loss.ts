import type { Task } from "../../ml/learners/index.ts";
import { log } from "../../ml/stats/index.ts";
import type { RegressionLoss } from "./evaluation-input.ts";

/** A loss per row, and the metric that is its mean (for rmse: the root of its mean). Lower is better. */
export interface RowLosses {
  readonly metric: "logLoss" | "rmse" | "mae" | "pinball";
  /** Length nSamples. */
  readonly values: Float64Array;
}

/** Probabilities are clipped to [clip, 1 − clip] before the logarithm: the smallest step that an f64 near 1 can hold. */
const clip = 2.220446049250313e-16;

/**
 * The loss of each row: log loss (natural log) for classification; squared error, absolute error or pinball loss (mean over
 * the quantiles) for regression. These losses choose between models and find slices, because they compare row by row.
 */
export function rowLosses(
  task: Task,
  yTrue: Float64Array,
  prediction: Float64Array,
  loss: RegressionLoss = { kind: "squared" },
): RowLosses {
  if (task === "binary") return { metric: "logLoss", values: binaryLogLosses(yTrue, prediction) };
  if (task === "multiclass") return { metric: "logLoss", values: multiclassLogLosses(yTrue, prediction) };
  if (loss.kind === "quantile")
    return { metric: "pinball", values: pinballLosses(yTrue, prediction, loss.quantiles ?? [0.5]) };
  const errors = yTrue.map((y, i) => Math.abs(prediction[i]! - y));
  return loss.kind === "absolute"
    ? { metric: "mae", values: errors }
    : { metric: "rmse", values: errors.map((error) => error * error) };
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
