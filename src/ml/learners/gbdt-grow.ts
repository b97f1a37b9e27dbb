import { type BinnedTable, type FeatureBins, greatestFloat32 } from "./gbdt-bins.ts";
import { type HistogramLayout, numbersPerBin, type Workspace } from "./gbdt-workspace.ts";
import type { TreeData } from "./model-data.ts";

/** What decides the shape of one tree. Lambda and minHessian are in the units of the gradients given. */
export interface GrowParams {
  readonly maxLeaves: number;
  readonly minSamplesLeaf: number;
  readonly minHessian: number;
  readonly lambda: number;
  /** Added to lambda where a category is split, and to the hessian by which its levels are sorted. */
  readonly categorySmoothing: number;
  /** Indexes of the features that may be used, ascending. */
  readonly active: Int32Array;
}

/** A grown tree and the leaf of every row. */
export interface GrownTree {
  readonly tree: TreeData;
  readonly leafOfRow: Int32Array;
  readonly nLeaves: number;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  /** 1 per bin that goes left. */
  readonly goesLeft: Uint8Array;
  /** The last value bin on the left side of a number feature. */
  readonly bin: number;
}

interface Leaf {
  readonly from: number;
  readonly to: number;
  /** Null where the leaf is not to be split. */
  readonly histogram: Float64Array | null;
  readonly sums: readonly [g: number, h: number];
  readonly split: Split | null;
  /** The parent node and side to be linked when this leaf is numbered or split; −1 for the root. */
  readonly parent: number;
  readonly isLeft: boolean;
}

const stride = numbersPerBin;

/** What every tree of a fit writes over. */
export interface GrowMemory {
  readonly workspace: Workspace;
  readonly rows: Int32Array;
  readonly spare: Int32Array;
  /** Histograms that no leaf holds, each with room for the features of any tree. */
  readonly histograms: Float64Array[];
  /** Numbers that a tree's histogram may need. */
  readonly histogramLength: number;
}

/** The memory in which the trees of one fit grow, each from at most `nActive` features. */
export function growMemory(
  workspace: Workspace,
  n: number,
  features: readonly FeatureBins[],
  nActive: number,
): GrowMemory {
  const mostBins = features.map(({ nBins }) => nBins).sort((a, b) => b - a);
  const histogramLength = mostBins.slice(0, nActive).reduce((sum, nBins) => sum + stride * nBins, 0);
  return { workspace, rows: workspace.int32(n), spare: workspace.int32(n), histograms: [], histogramLength };
}

/**
 * Grows one tree leaf by leaf, the greatest gain first. Gradients and hessians are whole numbers (see `quantise`), so every sum is exact
 * and no order of work can change the tree.
 * @param pairs gradient and hessian of each row, one after the other: 2n numbers of the memory's workspace
 */
export function growTree(table: BinnedTable, pairs: Float64Array, params: GrowParams, memory: GrowMemory): GrownTree {
  const { n, features } = table;
  const { workspace, rows, spare, histograms } = memory;
  const layout = layoutOf(features, params.active);
  for (let i = 0; i < n; i++) rows[i] = i;
  const tree = emptyTree();
  const leaves: Leaf[] = [];

  const sumRows = (from: number, to: number): Float64Array => {
    const histogram = histograms.pop() ?? workspace.float64(memory.histogramLength);
    histogram.fill(0, 0, layout.length);
    workspace.histogram(table, rows, from, to, pairs, layout, histogram);
    return histogram;
  };
  // A leaf that cannot be split gives its histogram back at once.
  const evaluated = (from: number, to: number, histogram: Float64Array, parent: number, isLeft: boolean): Leaf => {
    const sums = totalOf(histogram, features[layout.active[0] ?? 0]);
    const canSplit = to - from >= 2 * params.minSamplesLeaf;
    const split = canSplit ? bestSplit(histogram, layout.offsets, features, sums, to - from, params) : null;
    if (split) return { from, to, histogram, sums, split, parent, isLeft };
    histograms.push(histogram);
    return { from, to, histogram: null, sums, split, parent, isLeft };
  };
  leaves.push(evaluated(0, n, sumRows(0, n), -1, false));

  while (leaves.length < params.maxLeaves) {
    const next = leaves.reduce((best, leaf, k) => (gainOf(leaf) > gainOf(leaves[best]) ? k : best), 0);
    const leaf = leaves[next];
    if (!leaf?.split || !leaf.histogram) break;
    const node = addNode(tree, leaf, features[leaf.split.feature]!);
    const middle = partition(table, rows, spare, leaf.from, leaf.to, leaf.split);
    const leftIsSmaller = middle - leaf.from <= leaf.to - middle;
    const smaller = leftIsSmaller ? sumRows(leaf.from, middle) : sumRows(middle, leaf.to);
    const larger = subtract(leaf.histogram, smaller, layout.length);
    leaves[next] = evaluated(leaf.from, middle, leftIsSmaller ? smaller : larger, node, true);
    leaves.push(evaluated(middle, leaf.to, leftIsSmaller ? larger : smaller, node, false));
  }
  for (const { histogram } of leaves) if (histogram) histograms.push(histogram);
  return finishTree(tree, leaves, rows, n, params.lambda);
}

type MutableTree = { -readonly [Key in keyof TreeData]: TreeData[Key][number][] };

function emptyTree(): MutableTree {
  const shape = { feature: [], threshold: [], categories: [], missingLeft: [], left: [], right: [] };
  return { ...shape, value: [], gain: [], cover: [], leafCover: [] };
}

const gainOf = (leaf: Leaf | undefined) => leaf?.split?.gain ?? 0;

// Only active features have a histogram.
function layoutOf(features: readonly FeatureBins[], active: Int32Array): HistogramLayout {
  const offsets = new Int32Array(active.length);
  let length = 0;
  active.forEach((feature, k) => {
    offsets[k] = length;
    length += features[feature]!.nBins * stride;
  });
  return { active, offsets, length };
}

// The parent's histogram is not needed again, so its memory becomes the larger child's.
function subtract(parent: Float64Array, child: Float64Array, length: number): Float64Array {
  for (let k = 0; k < length; k++) parent[k]! -= child[k]!;
  return parent;
}

function totalOf(histogram: Float64Array, first: FeatureBins | undefined): [number, number] {
  let g = 0;
  let h = 0;
  for (let bin = 0; bin < (first?.nBins ?? 0); bin++) {
    g += histogram[stride * bin]!;
    h += histogram[stride * bin + 1]!;
  }
  return [g, h];
}

function bestSplit(
  histogram: Float64Array,
  offsets: Int32Array,
  features: readonly FeatureBins[],
  [g, h]: readonly [number, number],
  n: number,
  params: GrowParams,
): Split | null {
  let best: Split | null = null;
  for (let k = 0; k < params.active.length; k++) {
    const j = params.active[k]!;
    const feature = features[j]!;
    const from = offsets[k]!;
    const part = histogram.subarray(from, from + stride * feature.nBins);
    const scan = feature.kind === "number" ? scanNumber : scanCategory;
    const split = scan(part, feature.nBins, g, h, n, j, params, best?.gain ?? 0);
    if (split) best = split;
  }
  return best;
}

type Scan = (
  part: Float64Array,
  nBins: number,
  g: number,
  h: number,
  n: number,
  feature: number,
  params: GrowParams,
  least: number,
) => Split | null;

// The threshold of greatest gain, missing on either side; without missing rows, missing goes with the heavier side.
const scanNumber: Scan = (part, nBins, g, h, n, feature, params, least) => {
  const { lambda, minSamplesLeaf, minHessian } = params;
  const missing = nBins - 1;
  const [gMissing, hMissing, nMissing] = [
    part[stride * missing]!,
    part[stride * missing + 1]!,
    part[stride * missing + 2]!,
  ];
  const parentScore = (g * g) / (h + lambda);
  let gain = least;
  let bin = -1;
  let isMissingLeft = false;
  let nLeftBest = 0;
  for (const missingLeft of nMissing > 0 ? [false, true] : [false]) {
    let gl = missingLeft ? gMissing : 0;
    let hl = missingLeft ? hMissing : 0;
    let nl = missingLeft ? nMissing : 0;
    const last = missingLeft || nMissing === 0 ? missing - 1 : missing;
    for (let b = 0; b < last; b++) {
      gl += part[stride * b]!;
      hl += part[stride * b + 1]!;
      nl += part[stride * b + 2]!;
      if (nl < minSamplesLeaf || hl < minHessian) continue;
      const hr = h - hl;
      if (n - nl < minSamplesLeaf || hr < minHessian) break;
      const gr = g - gl;
      const here = (gl * gl) / (hl + lambda) + (gr * gr) / (hr + lambda) - parentScore;
      if (here > gain) {
        gain = here;
        bin = b;
        isMissingLeft = missingLeft;
        nLeftBest = nl;
      }
    }
  }
  if (bin < 0) return null;
  if (nMissing === 0) isMissingLeft = 2 * nLeftBest >= n;
  const goesLeft = new Uint8Array(nBins).fill(1, 0, bin + 1);
  goesLeft[missing] = isMissingLeft ? 1 : 0;
  return { gain, feature, goesLeft, bin };
};

// Levels sorted by their smoothed mean gradient, cut where the gain is greatest (Fisher 1958); missing is one more level, rare levels go right.
const scanCategory: Scan = (part, nBins, g, h, n, feature, params, least) => {
  const { minSamplesLeaf, minHessian, categorySmoothing } = params;
  const lambda = params.lambda + categorySmoothing;
  const fewest = Math.min(10, minSamplesLeaf);
  const order: number[] = [];
  const mean = new Float64Array(nBins);
  for (let b = 0; b < nBins; b++) {
    if (part[stride * b + 2]! < fewest) continue;
    mean[b] = part[stride * b]! / (part[stride * b + 1]! + categorySmoothing);
    order.push(b);
  }
  order.sort((a, b) => mean[a]! - mean[b]! || a - b);
  const parentScore = (g * g) / (h + lambda);
  let gain = least;
  let bestLength = 0;
  let bestFromEnd = false;
  for (const fromEnd of [false, true]) {
    let gl = 0;
    let hl = 0;
    let nl = 0;
    for (let k = 0; k < order.length; k++) {
      const b = order[fromEnd ? order.length - 1 - k : k]!;
      gl += part[stride * b]!;
      hl += part[stride * b + 1]!;
      nl += part[stride * b + 2]!;
      if (nl < minSamplesLeaf || hl < minHessian) continue;
      const hr = h - hl;
      if (n - nl < minSamplesLeaf || hr < minHessian) break;
      const gr = g - gl;
      const here = (gl * gl) / (hl + lambda) + (gr * gr) / (hr + lambda) - parentScore;
      if (here > gain) {
        gain = here;
        bestLength = k + 1;
        bestFromEnd = fromEnd;
      }
    }
  }
  if (bestLength === 0) return null;
  const goesLeft = new Uint8Array(nBins);
  for (const b of bestFromEnd ? order.slice(order.length - bestLength) : order.slice(0, bestLength)) goesLeft[b] = 1;
  return { gain, feature, goesLeft, bin: -1 };
};

// Brings the rows that go left to the front, both sides in their old order, and returns where the right side starts.
function partition(
  { bins, stride: rowBytes }: BinnedTable,
  rows: Int32Array,
  spare: Int32Array,
  from: number,
  to: number,
  { feature, goesLeft }: Split,
): number {
  let left = from;
  let right = 0;
  for (let k = from; k < to; k++) {
    const i = rows[k]!;
    if (goesLeft[bins[i * rowBytes + feature]!] === 1) rows[left++] = i;
    else spare[right++] = i;
  }
  rows.set(spare.subarray(0, right), left);
  return left;
}

function addNode(tree: MutableTree, { from, to, parent, isLeft, split }: Leaf, feature: FeatureBins): number {
  const node = tree.feature.length;
  const { gain, goesLeft, bin, feature: index } = split!;
  tree.gain.push(gain);
  tree.cover.push(to - from);
  tree.feature.push(index);
  tree.missingLeft.push(goesLeft[feature.nBins - 1]!);
  tree.left.push(0);
  tree.right.push(0);
  if (feature.kind === "number") {
    tree.threshold.push(feature.thresholds[bin] ?? greatestFloat32);
    tree.categories.push(null);
  } else {
    tree.threshold.push(0);
    const codes = Array.from(feature.binOfCode.keys()).filter((code) => goesLeft[feature.binOfCode[code]!] === 1);
    tree.categories.push(codes);
  }
  if (parent >= 0) tree[isLeft ? "left" : "right"][parent] = node;
  return node;
}

function finishTree(
  tree: MutableTree,
  leaves: readonly Leaf[],
  rows: Int32Array,
  n: number,
  lambda: number,
): GrownTree {
  const leafOfRow = new Int32Array(n);
  leaves.forEach((leaf, k) => {
    const [g, h] = leaf.sums;
    tree.value.push(h + lambda > 0 ? -g / (h + lambda) : 0);
    tree.leafCover.push(leaf.to - leaf.from);
    if (leaf.parent >= 0) tree[leaf.isLeft ? "left" : "right"][leaf.parent] = ~k;
    for (let at = leaf.from; at < leaf.to; at++) leafOfRow[rows[at]!] = k;
  });
  return { tree, leafOfRow, nLeaves: leaves.length };
}
