import { log, sigmoid } from "../stats/index.ts";
import { Table } from "../table/index.ts";
import { inside, logit } from "./calibrator.ts";
import type { FittedModel, Task } from "./learner.ts";
import { softmaxInPlace } from "./linear-objective.ts";
import type { ModelData, StackData } from "./model-data.ts";
import type { StackWeights } from "./stack-weights.ts";

/** A stack from its data; `load` opens the models in it. */
export function stackModel(data: StackData, load: (model: ModelData) => FittedModel): FittedModel {
  const { task, featureNames, nOutputs } = data;
  const bases = data.bases.map(({ model, from }) => ({ model: load(model), from }));
  const single = bases.map(() => new Float64Array(nOutputs));
  return {
    kind: "stack",
    task,
    nOutputs,
    featureNames,
    predict(features) {
      const predictions = bases.map(({ model, from }) =>
        model.predict(
          Table.of(
            model.featureNames.map((name, j) => [name, features.column(featureNames[from + j]!)] as const),
            features.nRows,
            features.blocks,
          ),
        ),
      );
      return joinPredictions(task, data, predictions, nOutputs);
    },
    predictRow(row, out, sparse) {
      bases.forEach(({ model, from }, b) => {
        model.predictRow(row.subarray(from, from + model.featureNames.length), single[b]!, sparse);
      });
      out.set(joinPredictions(task, data, single, nOutputs));
    },
    toJSON: () => data,
  };
}

/** What a stack weighs: log-odds, logarithms of probabilities, or numbers as they are. */
export function stackColumns(task: Task, prediction: Float64Array): Float64Array {
  if (task === "binary") return prediction.map(logit);
  return task === "multiclass" ? prediction.map((p) => log(inside(p))) : prediction;
}

/** Outputs of a stack from those of its models, row-major. */
export function joinPredictions(
  task: Task,
  { weights, intercept }: StackWeights,
  predictions: readonly Float64Array[],
  nOutputs: number,
): Float64Array {
  const scores = new Float64Array(predictions[0]!.length).fill(intercept);
  predictions.forEach((prediction, b) => {
    const weight = weights[b]!;
    stackColumns(task, prediction).forEach((score, i) => {
      scores[i]! += weight * score;
    });
  });
  if (task === "binary") return scores.map(sigmoid);
  if (task === "multiclass")
    for (let from = 0; from < scores.length; from += nOutputs) softmaxInPlace(scores, from, nOutputs);
  return scores;
}
