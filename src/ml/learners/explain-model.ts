import { assertNever } from "../../lib/index.ts";
import type { SparseRow } from "../table/index.ts";
import { type Explainer, explainerOn, type NoExplainer, type ScoreScale, scaleOfLink } from "./explainer.ts";
import { cellOfRow } from "./gam-axes.ts";
import type { Task } from "./learner.ts";
import { addSparseRow, weightsOfBlock } from "./linear-blocks.ts";
import type { ConstantData, GamData, LinearData, ModelData, StackData } from "./model-data.ts";
import { explainTrees, type TreeExplainer } from "./tree-explainer.ts";
import type { ShapKernels } from "./tree-shap-memory.ts";

/** The explainer of a model, whatever its family. With compiled kernels trees are explained faster, to the same bits. */
export function explainerOf(data: ModelData, kernels?: ShapKernels): Explainer | TreeExplainer | NoExplainer {
  switch (data.kind) {
    case "gbdt":
    case "forest":
      return explainTrees(data, kernels);
    case "linear":
      return explainLinear(data);
    case "gam":
      return explainGam(data);
    case "stack":
      return explainStack(data, kernels);
    case "prior":
    case "mean":
    case "median":
    case "quantile":
    case "previous-value":
      return explainConstant(data);
    default:
      return assertNever(data);
  }
}

const blockNames = (nBlocks: number) => Array.from({ length: nBlocks }, (_, b) => `block ${b + 1}`);

const scaleOfTask: Readonly<Record<Task, ScoreScale>> = {
  binary: "log-odds",
  multiclass: "class-score",
  regression: "value",
  ranking: "value",
};

/** Weight × (value − mean over the training rows): the SHAP values of a linear model whose features vary independently. */
function explainLinear(data: LinearData): Explainer | NoExplainer {
  const { featureNames, nLevels, weights, intercepts, means } = data;
  if (means === undefined) return { reason: "it was trained by an earlier version of fettle, which kept no means" };
  const blocks = (data.blocks ?? []).map(weightsOfBlock);
  const nOutputs = intercepts.length;
  const names = [...featureNames, ...blockNames(blocks.length)];
  const stride = names.length + 1;
  const starts = startsOf(nLevels);
  const scores = new Float64Array(nOutputs);
  const average = weights.map((w) =>
    starts.map((from, j) => {
      let sum = 0;
      for (let k = from; k < from + Math.max(1, nLevels[j]!); k++) sum += w[k]! * means[k]!;
      return sum;
    }),
  );
  data.blocks?.forEach(({ averages }) => {
    averages.forEach((part, k) => {
      average[k]!.push(part);
    });
  });
  const expected = intercepts.map((intercept, k) => average[k]!.reduce((sum, part) => sum + part, intercept));
  const contribute = (row: Float64Array, out: Float64Array, sparse: readonly SparseRow[]) => {
    weights.forEach((w, k) => {
      starts.forEach((from, j) => {
        const x = row[j]!;
        const levels = nLevels[j]!;
        const own = levels === 0 ? (x === x ? w[from]! * x : 0) : x >= 0 && x < levels ? w[from + x]! : 0;
        out[k * stride + j] = own - average[k]![j]!;
      });
    });
    blocks.forEach((ofBlock, b) => {
      addSparseRow(sparse[b]!, ofBlock, nOutputs, scores.fill(0), 0);
      const j = featureNames.length + b;
      for (let k = 0; k < nOutputs; k++) out[k * stride + j] = scores[k]! - average[k]![j]!;
    });
  };
  const entryWeight: Explainer["entryWeight"] = (block, index, output) => blocks[block]![index * nOutputs + output]!;
  return explainerOn(
    scaleOfTask[data.task],
    names,
    Float64Array.from(expected),
    contribute,
    blocks.length,
    entryWeight,
  );
}

function startsOf(nLevels: readonly number[]): number[] {
  let next = 0;
  return nLevels.map((levels) => {
    const start = next;
    next += Math.max(1, levels);
    return start;
  });
}

/** The terms of the row: a pair's is shared by its two features in halves. */
function explainGam({ featureNames, link, intercepts, terms }: GamData): Explainer {
  const stride = featureNames.length + 1;
  return explainerOn(scaleOfLink[link], featureNames, Float64Array.from(intercepts), (row, out) => {
    out.fill(0);
    for (const { axes, scores } of terms) {
      const cell = cellOfRow(axes, row);
      scores.forEach((ofOutput, k) => {
        for (const { feature } of axes) out[k * stride + feature]! += ofOutput[cell]! / axes.length;
      });
    }
  });
}

/** Each model's contributions times its weight. Of several classes the scores are meant up to one number for all, which softmax does not see. */
function explainStack(data: StackData, kernels?: ShapKernels): Explainer | NoExplainer {
  const { task, featureNames, nOutputs, intercept, weights } = data;
  const bases: {
    readonly explainer: Explainer;
    /** Features of the base that are no sparse blocks. */
    readonly nDense: number;
    readonly from: number;
    readonly out: Float64Array;
  }[] = [];
  for (const { model, from } of data.bases) {
    const explainer = explainerOf(model, kernels);
    if ("reason" in explainer) return explainer;
    if (explainer.scale !== scaleOfTask[task])
      return { reason: `one of its models is explained as ${explainer.scale}` };
    const nDense = model.featureNames.length;
    bases.push({ explainer, nDense, from, out: new Float64Array(nOutputs * (explainer.featureNames.length + 1)) });
  }
  const expected = Float64Array.from({ length: nOutputs }, (_, k) =>
    bases.reduce((sum, { explainer }, b) => sum + weights[b]! * explainer.expected[k]!, intercept),
  );
  const nBlocks = Math.max(...bases.map(({ explainer, nDense }) => explainer.featureNames.length - nDense));
  const names = [...featureNames, ...blockNames(nBlocks)];
  const stride = names.length + 1;
  const contribute = (row: Float64Array, out: Float64Array, sparse: readonly SparseRow[]) => {
    out.fill(0);
    bases.forEach(({ explainer, nDense, from, out: own }, b) => {
      const n = explainer.featureNames.length;
      explainer.explainRow(row.subarray(from, from + nDense), own, sparse);
      const place = (j: number) => (j < nDense ? from + j : featureNames.length + j - nDense);
      for (let k = 0; k < nOutputs; k++)
        for (let j = 0; j < n; j++) out[k * stride + place(j)]! += weights[b]! * own[k * (n + 1) + j]!;
    });
  };
  const entryWeight: Explainer["entryWeight"] = (block, index, output) =>
    bases.reduce((sum, { explainer }, b) => sum + weights[b]! * explainer.entryWeight(block, index, output), 0);
  return explainerOn(scaleOfTask[task], names, expected, contribute, nBlocks, entryWeight);
}

/** A constant owes nothing to any feature. */
function explainConstant({ task, featureNames, outputs }: ConstantData): Explainer {
  const scale = task === "regression" ? "value" : "share";
  return explainerOn(scale, featureNames, Float64Array.from(outputs), (_, out) => out.fill(0));
}
