import { greatestFloat32 } from "./gbdt-thresholds.ts";
import type { TreeData } from "./model-data.ts";

/** All trees of a model as flat arrays: fast to walk, no objects. */
export interface Forest {
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

/** Trees as flat arrays, one after another. */
export function flatten(trees: readonly TreeData[]): Forest {
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

/** The value of the leaf that a row of f32 numbers, beginning at `from` of `rows`, reaches in a tree: the specification of every other path. */
export function leafValue(forest: Forest, tree: number, rows: Float32Array, from: number): number {
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
