import { sigmoid } from "../stats/index.ts";
import { type Column, sparseRowOf } from "../table/index.ts";
import type { FittedModel } from "./learner.ts";
import { addSparseRow, weightsOfBlock } from "./linear-blocks.ts";
import { offsetsOf } from "./linear-design.ts";
import { softmaxInPlace } from "./linear-objective.ts";
import type { LinearData } from "./model-data.ts";

/** A linear model from its data. */
export function linearModel(data: LinearData): FittedModel {
  const { task, featureNames, nLevels, intercepts } = data;
  const nOutputs = intercepts.length;
  const weights = data.weights.map((output) => Float64Array.from(output));
  const offsets = offsetsOf(nLevels);
  const blockWeights = (data.blocks ?? []).map(weightsOfBlock);
  const finish = (scores: Float64Array, from: number) => {
    if (task === "binary") scores[from] = sigmoid(scores[from]!);
    else if (task === "multiclass") softmaxInPlace(scores, from, nOutputs);
  };
  return {
    kind: "linear",
    task,
    nOutputs,
    featureNames,
    predict(features) {
      const columns = featureNames.map((name) => features.column(name));
      const n = features.nRows;
      const scores = new Float64Array(n * nOutputs);
      const margins = new Float64Array(n);
      for (let k = 0; k < nOutputs; k++) {
        margins.fill(intercepts[k]!);
        columns.forEach((column, j) => {
          addColumn(column, nLevels[j]!, weights[k]!.subarray(offsets[j]), margins);
        });
        for (let i = 0; i < n; i++) scores[i * nOutputs + k] = margins[i]!;
      }
      blockWeights.forEach((ofBlock, b) => {
        const block = features.blocks[b]!;
        for (let i = 0; i < n; i++) addSparseRow(sparseRowOf(block, i), ofBlock, nOutputs, scores, i * nOutputs);
      });
      if (task !== "regression") for (let i = 0; i < n; i++) finish(scores, i * nOutputs);
      return scores;
    },
    predictRow(row, out, sparse = []) {
      for (let k = 0; k < nOutputs; k++) {
        const w = weights[k]!;
        let sum = intercepts[k]!;
        for (let j = 0; j < nLevels.length; j++) {
          const x = row[j]!;
          const levels = nLevels[j]!;
          if (levels === 0) sum += w[offsets[j]!]! * (x === x ? x : 0);
          else if (x >= 0 && x < levels) sum += w[offsets[j]! + x]!;
        }
        out[k] = sum;
      }
      blockWeights.forEach((ofBlock, b) => {
        addSparseRow(sparse[b]!, ofBlock, nOutputs, out, 0);
      });
      finish(out, 0);
    },
    toJSON: () => data,
  };
}

// Columns are added one after another: the order in which a single row is summed too.
function addColumn(column: Column, nLevels: number, weights: Float64Array, margins: Float64Array): void {
  if (column.kind === "category") {
    const { codes } = column;
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      if (code >= 0 && code < nLevels) margins[i]! += weights[code]!;
    }
    return;
  }
  const { values } = column;
  const weight = weights[0]!;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    margins[i]! += weight * (value === value ? value : 0);
  }
}
