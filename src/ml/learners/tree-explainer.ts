import type { Table } from "../table/index.ts";
import { type Explainer, explainerOn, type NoExplainer, rowReader, scaleOfLink } from "./explainer.ts";
import type { GbdtData, TreeData } from "./model-data.ts";
import { plainShap } from "./tree-shap.ts";
import { leafValues, shapForest } from "./tree-shap-forest.ts";
import { treeInteractions } from "./tree-shap-interactions.ts";
import { addInterventional } from "./tree-shap-interventional.ts";
import { type ShapKernels, shapMemory } from "./tree-shap-memory.ts";

/** An explainer of trees, which also knows what features do together. */
export interface TreeExplainer extends Explainer {
  /**
   * Writes SHAP interaction values to `out`: per output an nFeatures × nFeatures matrix, symmetric; off the diagonal half of what two
   * features contribute only together, on it what the feature contributes alone. Each row of it sums to the feature's contribution.
   */
  interactRow(row: Float64Array, out: Float64Array): void;
}

/** Path-dependent TreeSHAP: what is unknown is averaged by the training rows that each node has seen. */
export function explainTrees(data: GbdtData, kernels: ShapKernels = plainShap): TreeExplainer | NoExplainer {
  const { featureNames, base, trees, link } = data;
  if (!trees.every(hasCover)) return { reason: "its trees do not say how many rows reached each node" };
  const sizes = sizesOf(data);
  const forest = shapForest(trees);
  const memory = shapMemory(forest, kernels, sizes);
  const explainer = explainerOn(scaleOfLink[link], featureNames, withTrees(base, forest.expected), (row, out) => {
    memory.row.set(row);
    memory.out.fill(0);
    memory.add();
    out.set(memory.out);
  });
  const addInteractions = treeInteractions(forest, sizes);
  return {
    ...explainer,
    interactRow(row, out) {
      const shap = new Float64Array(sizes.nOutputs * sizes.stride);
      explainer.explainRow(row, shap);
      addInteractions(Float32Array.from(row), shap, out.fill(0));
    },
  };
}

/**
 * Interventional TreeSHAP: what is unknown is replaced by the values of given rows, one after another, and averaged; exact. `background` holds
 * the features and at least one row; each of its rows costs about as much as one prediction.
 */
export function explainTreesAgainst(data: GbdtData, background: Table): Explainer {
  const { featureNames, base, trees, link } = data;
  const forest = shapForest(trees);
  const sizes = sizesOf(data);
  const rowAt = rowReader(background, featureNames);
  const rows = Array.from({ length: background.nRows }, (_, i) => Float32Array.from(rowAt(i)));
  const expected = new Float64Array(sizes.nOutputs);
  for (const row of rows)
    withTrees(base, leafValues(forest, row)).forEach((score, k) => {
      expected[k]! += score / rows.length;
    });
  return explainerOn(scaleOfLink[link], featureNames, expected, (row, out) => {
    out.fill(0);
    const single = Float32Array.from(row);
    for (const other of rows) addInterventional(forest, single, other, out, sizes);
    for (let j = 0; j < out.length; j++) out[j]! /= rows.length;
  });
}

function sizesOf({ featureNames, base }: GbdtData) {
  return { nFeatures: featureNames.length, nOutputs: base.length, stride: featureNames.length + 1 };
}

/** Start scores plus one number per tree. */
function withTrees(base: readonly number[], values: Float64Array): Float64Array {
  const scores = Float64Array.from(base);
  values.forEach((value, t) => {
    scores[t % base.length]! += value;
  });
  return scores;
}

// Models of an earlier version, and some imported ones, have none.
function hasCover({ feature, value, cover, leafCover }: TreeData): boolean {
  const isKnown = (numbers: readonly number[] | undefined, n: number) =>
    numbers?.length === n && numbers.every((rows) => rows >= 0);
  return isKnown(cover, feature.length) && isKnown(leafCover, value.length);
}
