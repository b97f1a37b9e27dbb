import {
  explainTrees,
  type GbdtData,
  type PredictKernels,
  type ShapKernels,
  scorerOf,
  type TreeData,
  type TreeExplainer,
} from "../learners/index.ts";
import { exp, log } from "../stats/index.ts";
import type { FittedDetector } from "./detector.ts";
import type { IsolationForestData, IsolationTreeData } from "./detector-data.ts";

const eulerGamma = 0.57721566490153286;

/**
 * Splits that it takes on average to part a row from n − 1 others, as in a search of a binary tree that fails (Preiss 1999): 0 for one row, 1 for two.
 */
export function averagePathLength(n: number): number {
  if (n <= 2) return n <= 1 ? 0 : 1;
  return 2 * (log(n - 1) + eulerGamma) - (2 * (n - 1)) / n;
}

/**
 * An isolation forest from its data. Path lengths are sums over trees, so they are scored and explained as those of boosted trees are: the same
 * kernels, the same bits on every path. Reasons are exact SHAP values of the path length (TreeSHAP over the rows that the trees have seen), in
 * halvings of the score: log₂ score = expected + their sum.
 */
export function isolationModel(
  data: IsolationForestData,
  kernels: { readonly predictKernels?: PredictKernels; readonly shapKernels?: ShapKernels } = {},
): FittedDetector {
  const { featureNames } = data;
  const nFeatures = featureNames.length;
  const forest = pathForest(data);
  // Path lengths over all trees that halve the score once.
  const halving = data.trees.length * averagePathLength(data.sampleRows);
  const scoreOf = (path: number) => exp(-Math.LN2 * (path / halving));
  const scorer = once(() => scorerOf(forest.trees, forest.base, nFeatures, kernels.predictKernels));
  const explainer = once(() => explainTrees(forest, kernels.shapKernels) as TreeExplainer);
  const path = new Float64Array(1);
  const shap = new Float64Array(nFeatures + 1);
  return {
    kind: data.kind,
    featureNames,
    score(features) {
      const out = new Float64Array(features.nRows);
      scorer().scoreColumns(
        featureNames.map((name) => features.numbers(name).values),
        features.nRows,
        out,
      );
      return out.map(scoreOf);
    },
    scoreRow(row) {
      scorer().scoreRow(row, path);
      return scoreOf(path[0]!);
    },
    explainRow(row, out) {
      explainer().explainRow(row, shap);
      for (let j = 0; j < nFeatures; j++) out[j] = -shap[j]! / halving + 0;
    },
    reasonScale: "log2-score",
    get expected() {
      return -explainer().expected[0]! / halving;
    },
    toJSON: () => data,
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Trees whose leaves hold path lengths. */
function pathForest({ featureNames, trees }: IsolationForestData): GbdtData {
  return {
    kind: "forest",
    task: "regression",
    loss: "squared",
    link: "identity",
    featureNames,
    base: [0],
    trees: trees.map(pathTree),
  };
}

function pathTree({ leafRows, ...tree }: IsolationTreeData): TreeData {
  const nNodes = tree.feature.length;
  const depth = new Int32Array(nNodes);
  const value = leafRows.map(averagePathLength);
  const cover = new Array<number>(nNodes).fill(0);
  for (let node = 0; node < nNodes; node++)
    for (const child of [tree.left[node]!, tree.right[node]!])
      if (child >= 0) depth[child] = depth[node]! + 1;
      else value[~child]! += depth[node]! + 1;
  for (let node = nNodes - 1; node >= 0; node--)
    for (const child of [tree.left[node]!, tree.right[node]!])
      cover[node]! += child >= 0 ? cover[child]! : leafRows[~child]!;
  return {
    ...tree,
    categories: tree.feature.map(() => null),
    value,
    gain: tree.feature.map(() => 0),
    cover,
    leafCover: leafRows,
  };
}
