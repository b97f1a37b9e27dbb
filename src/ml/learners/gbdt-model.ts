import { assertNever } from "../../lib/index.ts";
import { exp, sigmoid } from "../stats/index.ts";
import type { Table } from "../table/index.ts";
import { greatestFloat32 } from "./gbdt-thresholds.ts";
import type { FittedModel } from "./learner.ts";
import { softmaxInPlace } from "./linear-objective.ts";
import type { GbdtData, Link, TreeData } from "./model-data.ts";

/** Boosted trees, with the number of rounds that early stopping kept. */
export interface FittedGbdt extends FittedModel {
  readonly bestRound: number;
}

/** Rows that are walked through all trees at a time, so that they stay in the processor's cache. */
const blockRows = 512;

/** All trees of a model as flat arrays: fast to walk, no objects. */
interface Forest {
  readonly roots: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly missingLeft: Uint8Array;
  /** Children as node numbers, or `~leaf`. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly value: Float64Array;
  /** Start of a category node's bits in `bits`, −1 for a number node; and how many codes they cover. */
  readonly bitsFrom: Int32Array;
  readonly nCodes: Int32Array;
  readonly bits: Uint8Array;
}

/** A model of trees from its data. A row's score is summed in f64 from the start score on, tree after tree, on every path. */
export function gbdtModel(data: GbdtData): FittedGbdt {
  const { kind, task, loss, link, featureNames, base, trees } = data;
  const nOutputs = base.length;
  const nFeatures = featureNames.length;
  const forest = flatten(trees);
  const single = new Float32Array(nFeatures);

  const scoreBlock = (rows: Float32Array, n: number, out: Float64Array, from: number) => {
    for (let i = 0; i < n; i++) for (let k = 0; k < nOutputs; k++) out[from + i * nOutputs + k] = base[k]!;
    for (let t = 0; t < trees.length; t++) {
      const k = t % nOutputs;
      for (let i = 0; i < n; i++) out[from + i * nOutputs + k]! += leafValue(forest, t, rows, i * nFeatures);
    }
    for (let i = 0; i < n; i++) finish(out, from + i * nOutputs);
  };
  const finish = (out: Float64Array, from: number) => {
    applyLink(link, out, from, nOutputs);
    // Quantiles of different levels are fitted apart and may cross: sorting them never raises the loss (Chernozhukov et al. 2010).
    if (loss === "quantile" && nOutputs > 1) out.subarray(from, from + nOutputs).sort();
  };
  return {
    kind,
    task,
    nOutputs,
    featureNames,
    bestRound: trees.length / nOutputs,
    predict(features) {
      const n = features.nRows;
      const out = new Float64Array(n * nOutputs);
      const block = new Float32Array(blockRows * nFeatures);
      const columns = featureNames.map((name) => valuesOf(features, name));
      for (let from = 0; from < n; from += blockRows) {
        const size = Math.min(blockRows, n - from);
        for (let j = 0; j < nFeatures; j++) {
          const values = columns[j]!;
          for (let i = 0; i < size; i++) block[i * nFeatures + j] = values[from + i]!;
        }
        scoreBlock(block, size, out, from * nOutputs);
      }
      return out;
    },
    predictRow(row, out) {
      for (let j = 0; j < nFeatures; j++) single[j] = row[j]!;
      scoreBlock(single, 1, out, 0);
    },
    toJSON: () => data,
  };
}

/** Turns the nOutputs scores from `from` on into outputs. */
export function applyLink(link: Link, out: Float64Array, from: number, nOutputs: number): void {
  switch (link) {
    case "identity":
      return;
    case "logistic":
      out[from] = sigmoid(out[from]!);
      return;
    case "softmax":
      softmaxInPlace(out, from, nOutputs);
      return;
    case "exp":
      out[from] = exp(out[from]!);
      return;
    case "shares":
      sharesInPlace(out, from, nOutputs);
      return;
    default:
      assertNever(link);
  }
}

function sharesInPlace(out: Float64Array, from: number, nOutputs: number): void {
  if (nOutputs === 1) {
    out[from] = Math.min(1, Math.max(0, out[from]!));
    return;
  }
  let sum = 0;
  for (let k = from; k < from + nOutputs; k++) {
    out[k] = Math.max(0, out[k]!);
    sum += out[k]!;
  }
  for (let k = from; k < from + nOutputs; k++) out[k] = sum > 0 ? out[k]! / sum : 1 / nOutputs;
}

function valuesOf(features: Table, name: string): Float64Array | Int32Array {
  const column = features.column(name);
  return column.kind === "category" ? column.codes : column.values;
}

function flatten(trees: readonly TreeData[]): Forest {
  const count = (of: (tree: TreeData) => number) => trees.reduce((sum, tree) => sum + of(tree), 0);
  const nNodes = count((tree) => tree.feature.length);
  const forest = {
    roots: new Int32Array(trees.length),
    feature: new Int32Array(nNodes),
    threshold: new Float32Array(nNodes),
    missingLeft: new Uint8Array(nNodes),
    left: new Int32Array(nNodes),
    right: new Int32Array(nNodes),
    value: new Float64Array(count((tree) => tree.value.length)),
    bitsFrom: new Int32Array(nNodes).fill(-1),
    nCodes: new Int32Array(nNodes),
  };
  const bits: number[] = [];
  let node = 0;
  let leaf = 0;
  trees.forEach((tree, t) => {
    const child = (index: number) => (index < 0 ? ~(leaf + ~index) : node + index);
    forest.roots[t] = tree.feature.length === 0 ? ~leaf : node;
    tree.feature.forEach((feature, k) => {
      forest.feature[node + k] = feature;
      // Below the greatest number lies every value, infinity too: the node parts what is missing from what is not.
      forest.threshold[node + k] =
        tree.threshold[k] === greatestFloat32 ? Number.POSITIVE_INFINITY : tree.threshold[k]!;
      forest.missingLeft[node + k] = tree.missingLeft[k]!;
      forest.left[node + k] = child(tree.left[k]!);
      forest.right[node + k] = child(tree.right[k]!);
      const codes = tree.categories[k];
      if (!codes) return;
      const nCodes = (codes.at(-1) ?? -1) + 1;
      forest.bitsFrom[node + k] = bits.length;
      forest.nCodes[node + k] = nCodes;
      const from = bits.length;
      for (let code = 0; code < nCodes; code++) bits.push(0);
      for (const code of codes) bits[from + code] = 1;
    });
    forest.value.set(tree.value, leaf);
    node += tree.feature.length;
    leaf += tree.value.length;
  });
  return { ...forest, bits: Uint8Array.from(bits) };
}

function leafValue(forest: Forest, tree: number, rows: Float32Array, from: number): number {
  const { feature, threshold, left, right, missingLeft, bitsFrom, nCodes, bits } = forest;
  let node = forest.roots[tree]!;
  while (node >= 0) {
    const x = rows[from + feature[node]!]!;
    const start = bitsFrom[node]!;
    let goesLeft: boolean;
    if (start < 0) goesLeft = x === x ? x <= threshold[node]! : missingLeft[node] === 1;
    else if (x >= 0) goesLeft = x < nCodes[node]! && bits[start + x] === 1;
    else goesLeft = missingLeft[node] === 1;
    node = goesLeft ? left[node]! : right[node]!;
  }
  return forest.value[~node]!;
}
