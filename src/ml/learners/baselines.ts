import { FettleError } from "../../lib/index.ts";
import { argsort } from "../stats/index.ts";
import type { Table } from "../table/index.ts";
import { type FitOptions, type FittedModel, isNumeric, type Learner, type Target } from "./learner.ts";
import { checkFit, checkQuantiles, weightsOf } from "./learner-errors.ts";
import { type ConstantData, withoutNegativeZero } from "./model-data.ts";

/** Predicts each class by its weighted share of the training rows; a regression gets the mean. */
export function prior(): Learner {
  return constantLearner("prior", {}, (target, weights) =>
    isNumeric(target.task) ? [weightedMean(target.values, weights)] : classShares(target, weights),
  );
}

/** Predicts the weighted mean of the target. */
export function mean(): Learner {
  return constantLearner("mean", {}, ({ values }, weights) => [weightedMean(values, weights)]);
}

/** Predicts the weighted median of the target. */
export function median(): Learner {
  return constantLearner("median", {}, ({ values }, weights) => [weightedQuantile(values, weights, 0.5)]);
}

/** Predicts weighted quantiles of the target: one output per level, default the median alone. */
export function quantile({ quantiles = [0.5] }: { quantiles?: readonly number[] } = {}): Learner {
  checkQuantiles("quantiles", quantiles);
  return constantLearner("quantile", { quantiles }, ({ values }, weights) =>
    quantiles.map((level) => weightedQuantile(values, weights, level)),
  );
}

/** Predicts the target of the last training row: the naive forecast, for rows in time order. */
export function previousValue(): Learner {
  return constantLearner("previous-value", {}, ({ values }) => [values.at(-1)!]);
}

function constantLearner(
  kind: ConstantData["kind"],
  params: Learner["params"],
  outputsOf: (target: Target, weights: Float64Array) => number[],
): Learner {
  return {
    kind,
    params,
    fit(features: Table, target: Target, options: FitOptions) {
      checkFit(features, target, options);
      if (kind !== "prior" && target.task === "multiclass")
        throw new FettleError(
          "invalid-input",
          "BASELINE_TASK",
          `Cannot fit the baseline "${kind}": the target has ${target.nClasses} classes, a number is needed`,
          { hint: 'Use the baseline "prior"' },
        );
      const outputs = outputsOf(target, weightsOf(target.values.length, options.sampleWeight));
      return constantModel({
        kind,
        task: target.task,
        featureNames: features.names,
        outputs: outputs.map(withoutNegativeZero),
      });
    },
  };
}

/** A constant model from its data. */
export function constantModel(data: ConstantData): FittedModel {
  const { kind, task, featureNames, outputs } = data;
  return {
    kind,
    task,
    featureNames,
    nOutputs: outputs.length,
    predict: ({ nRows }) =>
      Float64Array.from({ length: nRows * outputs.length }, (_, i) => outputs[i % outputs.length]!),
    predictRow: (_row, out) => out.set(outputs),
    toJSON: () => data,
  };
}

function classShares({ task, values, nClasses }: Target, weights: Float64Array): number[] {
  const sums = new Array<number>(nClasses).fill(0);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sums[values[i]!]! += weights[i]!;
    total += weights[i]!;
  }
  return task === "binary" ? [sums[1]! / total] : sums.map((sum) => sum / total);
}

/** Weighted mean. */
export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return sum / total;
}

/**
 * The smallest value at which the cumulative weight passes `level` of the total; halfway to the next value where it meets it
 * exactly, so that the unweighted median is the usual one. Values of weight 0 do not count.
 */
export function weightedQuantile(values: Float64Array, weights: Float64Array, level: number): number {
  const order = argsort(values).filter((i) => weights[i]! > 0);
  let total = 0;
  for (const weight of weights) total += weight;
  let below = 0;
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!;
    below += weights[i]!;
    if (below > level * total) return values[i]!;
    if (below === level * total && k + 1 < order.length) return (values[i]! + values[order[k + 1]!]!) / 2;
  }
  return values[order.at(-1) ?? 0]!;
}
