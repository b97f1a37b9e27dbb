import { greatestFloat32 } from "./gbdt-thresholds.ts";
import type { TreeData } from "./model-data.ts";

/**
 * All trees of a model as flat arrays, made ready for TreeSHAP. Nodes stand in preorder, tree after tree: a parent before its children.
 * An edge is numbered 2 × node + (0 left, 1 right), within its tree. Where a node asks for a feature that was asked for above, the last such
 * edge is its `above`.
 */
export interface ShapForest {
  readonly nTrees: number;
  /** nTrees + 1 starts of the trees' nodes. */
  readonly nodeFrom: Int32Array;
  /** 0, or `~leaf` of a tree of one leaf. */
  readonly root: Int32Array;
  /** Quadrature points per tree, an even number. */
  readonly nPoints: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly missingLeft: Uint8Array;
  /** Start of a category node's bits in `bits`, −1 for a number node; and how many codes they cover. */
  readonly bitsFrom: Int32Array;
  readonly nCodes: Int32Array;
  readonly bits: Uint8Array;
  /** Children as node numbers within the tree, or `~leaf` over all trees. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly value: Float64Array;
  /** Edge above with the same feature, −1 for none. */
  readonly above: Int32Array;
  /** Share of the node's rows that go left, and right. */
  readonly shareLeft: Float64Array;
  readonly shareRight: Float64Array;
  /** Product of the shares at this feature along the path, down to each child; and down to `above` (1 for none). */
  readonly zeroLeft: Float64Array;
  readonly zeroRight: Float64Array;
  readonly zeroAbove: Float64Array;
  /** Most nodes of one tree. */
  readonly mostNodes: number;
  /** Greatest of nPoints. */
  readonly mostPoints: number;
  /** Expected value per tree: its leaves weighted by cover. */
  readonly expected: Float64Array;
}

interface Visit {
  readonly node: number;
  /** Where the parent wants to know this node's number: an edge, −1 for the root. */
  readonly edge: number;
  readonly path: Path | null;
}

/** The edges on the way to a node, the last one first. */
interface Path {
  readonly up: Path | null;
  readonly edge: number;
  readonly feature: number;
  /** Product of the shares at this feature so far. */
  readonly zero: number;
  readonly nFeatures: number;
}

function lastOf(path: Path | null, feature: number): Path | null {
  for (let at = path; at !== null; at = at.up) if (at.feature === feature) return at;
  return null;
}

/** Flattens trees. A node without any cover counts as halved. */
export function shapForest(trees: readonly TreeData[]): ShapForest {
  const count = (of: (tree: TreeData) => number) => trees.reduce((sum, tree) => sum + of(tree), 0);
  const nNodes = count((tree) => tree.feature.length);
  const forest = {
    nTrees: trees.length,
    nodeFrom: new Int32Array(trees.length + 1),
    root: new Int32Array(trees.length),
    nPoints: new Int32Array(trees.length),
    feature: new Int32Array(nNodes),
    threshold: new Float32Array(nNodes),
    missingLeft: new Uint8Array(nNodes),
    bitsFrom: new Int32Array(nNodes).fill(-1),
    nCodes: new Int32Array(nNodes),
    left: new Int32Array(nNodes),
    right: new Int32Array(nNodes),
    value: Float64Array.from(trees.flatMap(({ value }) => value)),
    above: new Int32Array(nNodes).fill(-1),
    shareLeft: new Float64Array(nNodes),
    shareRight: new Float64Array(nNodes),
    zeroLeft: new Float64Array(nNodes),
    zeroRight: new Float64Array(nNodes),
    zeroAbove: new Float64Array(nNodes).fill(1),
    expected: new Float64Array(trees.length),
  };
  const bits: number[] = [];
  let firstLeaf = 0;
  trees.forEach((tree, t) => {
    const from = forest.nodeFrom[t]!;
    if (tree.feature.length === 0) forest.root[t] = ~firstLeaf;
    let size = 0;
    let mostFeatures = 0;
    const stack: Visit[] = tree.feature.length === 0 ? [] : [{ node: 0, edge: -1, path: null }];
    for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
      const { node, edge, path } = visit;
      const k = from + size;
      if (edge >= 0) (edge % 2 === 0 ? forest.left : forest.right)[from + (edge >> 1)] = size;
      const feature = tree.feature[node]!;
      const prior = lastOf(path, feature);
      const zero = prior?.zero ?? 1;
      const [shareLeft, shareRight] = sharesOf(tree, node);
      forest.feature[k] = feature;
      // Below the greatest number lies every value, infinity too: the node parts what is missing from what is not.
      forest.threshold[k] = tree.threshold[node] === greatestFloat32 ? Number.POSITIVE_INFINITY : tree.threshold[node]!;
      forest.missingLeft[k] = tree.missingLeft[node]!;
      forest.above[k] = prior?.edge ?? -1;
      forest.zeroAbove[k] = zero;
      forest.shareLeft[k] = shareLeft;
      forest.shareRight[k] = shareRight;
      forest.zeroLeft[k] = zero * shareLeft;
      forest.zeroRight[k] = zero * shareRight;
      const codes = tree.categories[node];
      if (codes) {
        forest.bitsFrom[k] = bits.length;
        forest.nCodes[k] = (codes.at(-1) ?? -1) + 1;
        const at = bits.length;
        for (let code = 0; code < forest.nCodes[k]!; code++) bits.push(0);
        for (const code of codes) bits[at + code] = 1;
      }
      for (const side of [1, 0] as const) {
        const child = (side === 0 ? tree.left : tree.right)[node]!;
        const below: Path = {
          up: path,
          edge: 2 * size + side,
          feature,
          zero: (side === 0 ? forest.zeroLeft : forest.zeroRight)[k]!,
          nFeatures: (path?.nFeatures ?? 0) + (prior === null ? 1 : 0),
        };
        mostFeatures = Math.max(mostFeatures, below.nFeatures);
        if (child < 0) (side === 0 ? forest.left : forest.right)[k] = ~(firstLeaf + ~child);
        else stack.push({ node: child, edge: 2 * size + side, path: below });
      }
      size += 1;
    }
    forest.nodeFrom[t + 1] = from + size;
    // A product of m factors less one is of degree m − 1: m/2 points are exact.
    forest.nPoints[t] = 2 * Math.ceil(mostFeatures / 4);
    forest.expected[t] = expectedOf(tree, 0);
    firstLeaf += tree.value.length;
  });
  const sizes = Array.from(forest.nPoints, (_, t) => forest.nodeFrom[t + 1]! - forest.nodeFrom[t]!);
  return {
    ...forest,
    bits: Uint8Array.from(bits),
    mostNodes: sizes.reduce((most, size) => Math.max(most, size), 0),
    mostPoints: forest.nPoints.reduce((most, n) => Math.max(most, n), 0),
  };
}

function coverOf(tree: TreeData, child: number): number {
  return child < 0 ? tree.leafCover[~child]! : tree.cover[child]!;
}

function sharesOf(tree: TreeData, node: number): readonly [number, number] {
  const all = tree.cover[node]!;
  if (!(all > 0)) return [0.5, 0.5];
  return [coverOf(tree, tree.left[node]!) / all, coverOf(tree, tree.right[node]!) / all];
}

function expectedOf(tree: TreeData, node: number): number {
  if (tree.feature.length === 0) return tree.value[0]!;
  if (node < 0) return tree.value[~node]!;
  const [left, right] = sharesOf(tree, node);
  return left * expectedOf(tree, tree.left[node]!) + right * expectedOf(tree, tree.right[node]!);
}

/** Whether a row goes left at a node. */
export function goesLeft(forest: ShapForest, node: number, row: Float32Array): boolean {
  const x = row[forest.feature[node]!]!;
  const start = forest.bitsFrom[node]!;
  if (start < 0) return x === x ? x <= forest.threshold[node]! : forest.missingLeft[node] === 1;
  if (x >= 0) return x < forest.nCodes[node]! && forest.bits[start + x] === 1;
  return forest.missingLeft[node] === 1;
}

/** The leaf value that a row reaches in each tree. */
export function leafValues(forest: ShapForest, row: Float32Array): Float64Array {
  return Float64Array.from({ length: forest.nTrees }, (_, t) => {
    const from = forest.nodeFrom[t]!;
    let child = forest.root[t]!;
    while (child >= 0) child = (goesLeft(forest, from + child, row) ? forest.left : forest.right)[from + child]!;
    return forest.value[~child]!;
  });
}
