/*
 * Trees in few bytes, for a model that is sent elsewhere. What is lost is chosen: leaves become f32 numbers, or whole numbers of 16 or 8 bits
 * times the tree's own scale. A threshold is kept as its rank among those of its feature, which loses nothing while there are at most 65,536
 * (`int8`: 256) of them; beyond, thresholds share the nearest of so many of their quantiles. Gains and covers are left behind.
 *
 * `nodes`: per tree, in the order parent, left side, right side: 0 for a leaf, else 1 + 4 × feature + 2 × (asks for a category) + (missing
 * goes left), then the threshold's rank, or the number of codes and the distance of each from the last (the first from −1). Whole numbers are
 * written seven bits a byte, the lowest first, all but the last with the eighth bit set.
 * `leaves`: per tree f32 scale (`float32`: none), then its leaves in that order. `thresholds`: per feature the number, then f32 each.
 */
import { fromBase64, toBase64 } from "../../lib/index.ts";
import { createBytes, type GrowingBytes } from "./growing-bytes.ts";
import type { GbdtData, TreeData } from "./model-data.ts";

/** How exactly the leaves are kept. */
export type Precision = "float32" | "int16" | "int8";

/** {@link Precision}s, the most exact first. */
export const precisions: readonly Precision[] = ["float32", "int16", "int8"];

/** A model of trees in few bytes, as plain data. */
export interface PackedTrees extends Omit<GbdtData, "kind" | "trees"> {
  readonly kind: "packed-trees";
  /** The kind of the model. */
  readonly of: GbdtData["kind"];
  readonly precision: Precision;
  readonly nTrees: number;
  /** Base64, each. */
  readonly thresholds: string;
  readonly nodes: string;
  readonly leaves: string;
}

/** Most distinct thresholds of a feature. */
const mostThresholds: Readonly<Record<Precision, number>> = { float32: 65_536, int16: 65_536, int8: 256 };

/** Greatest whole number of a leaf. */
const greatestLeaf = { int16: 32_767, int8: 127 } as const;

/** Packs trees: see {@link Precision}. */
export function packTrees({ kind, trees, ...rest }: GbdtData, precision: Precision): PackedTrees {
  const grids = gridsOf(trees, rest.featureNames.length, mostThresholds[precision]);
  const thresholds = createBytes();
  for (const grid of grids) {
    writeWhole(thresholds, grid.length);
    for (const threshold of grid) thresholds.f32(threshold);
  }
  const nodes = createBytes();
  const leaves = createBytes();
  for (const tree of trees) {
    const order = preorder(tree);
    for (const node of order) writeNode(nodes, tree, node, grids);
    writeLeaves(
      leaves,
      order.filter((node) => node < 0).map((node) => tree.value[~node]!),
      precision,
    );
  }
  const [t, n, l] = [thresholds, nodes, leaves].map((bytes) => toBase64(bytes.done()));
  return {
    ...rest,
    kind: "packed-trees",
    of: kind,
    precision,
    nTrees: trees.length,
    thresholds: t!,
    nodes: n!,
    leaves: l!,
  };
}

// Inner nodes, and leaves as ~leaf.
function preorder({ feature, left, right }: TreeData): number[] {
  const order: number[] = [];
  const open = [feature.length === 0 ? ~0 : 0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    order.push(node);
    if (node >= 0) open.push(right[node]!, left[node]!);
  }
  return order;
}

// Per feature its distinct thresholds, ascending, or that many quantiles of all of them. The greatest number, which parts missing from the
// rest, is kept as it is.
function gridsOf(trees: readonly TreeData[], nFeatures: number, most: number): Float32Array[] {
  const used = Array.from({ length: nFeatures }, (): number[] => []);
  for (const { feature, threshold, categories } of trees)
    feature.forEach((j, node) => {
      if (categories[node] === null) used[j]!.push(threshold[node]!);
    });
  return used.map((values) => {
    const sorted = Float32Array.from(values).sort();
    const distinct = sorted.filter((x, k) => k === 0 || x !== sorted[k - 1]);
    if (distinct.length <= most) return distinct;
    const last = distinct.at(-1)!;
    const inner = sorted.filter((x) => x !== last);
    const grid = Float32Array.from(
      { length: most - 1 },
      (_, k) => inner[Math.floor(((k + 0.5) * inner.length) / (most - 1))]!,
    );
    return Float32Array.from([...new Set(grid), last]);
  });
}

function writeNode(bytes: GrowingBytes, tree: TreeData, node: number, grids: readonly Float32Array[]): void {
  if (node < 0) {
    writeWhole(bytes, 0);
    return;
  }
  const codes = tree.categories[node] ?? null;
  const feature = tree.feature[node]!;
  writeWhole(bytes, 1 + 4 * feature + (codes === null ? 0 : 2) + tree.missingLeft[node]!);
  if (codes === null) writeWhole(bytes, nearest(grids[feature]!, tree.threshold[node]!));
  else {
    writeWhole(bytes, codes.length);
    for (let k = 0; k < codes.length; k++) writeWhole(bytes, codes[k]! - (codes[k - 1] ?? -1));
  }
}

// The last of a coarse grid is met only by itself.
function nearest(grid: Float32Array, threshold: number): number {
  const x = Math.fround(threshold);
  let low = 0;
  let high = grid.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (grid[middle]! < x) low = middle + 1;
    else high = middle;
  }
  if (grid[low] === x || low === 0) return low;
  return low === grid.length - 1 || x - grid[low - 1]! <= grid[low]! - x ? low - 1 : low;
}

function writeLeaves(bytes: GrowingBytes, values: readonly number[], precision: Precision): void {
  if (precision === "float32") {
    for (const value of values) bytes.f32(value);
    return;
  }
  const greatest = greatestLeaf[precision];
  const scale = Math.fround(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / greatest);
  bytes.f32(scale);
  for (const value of values) {
    const whole = scale === 0 ? 0 : Math.max(-greatest, Math.min(greatest, Math.round(value / scale)));
    if (precision === "int16") bytes.u16(whole);
    else bytes.u8(whole);
  }
}

function writeWhole(bytes: GrowingBytes, value: number): void {
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.u8((rest % 128) + 128);
  bytes.u8(rest);
}

/** The model that was packed, but for what the precision loses. */
export function unpackTrees(packed: PackedTrees): GbdtData {
  const { of, precision, nTrees, thresholds, nodes, leaves, ...rest } = packed;
  const from = readerOf(fromBase64(thresholds));
  const grids = rest.featureNames.map(() => Float32Array.from({ length: from.whole() }, () => from.f32()));
  const nodeReader = readerOf(fromBase64(nodes));
  const leafReader = readerOf(fromBase64(leaves));
  const trees = Array.from({ length: nTrees }, () => readTree(nodeReader, leafReader, grids, precision));
  return { ...rest, kind: of, trees };
}

interface Reader {
  whole(): number;
  f32(): number;
  i16(): number;
  i8(): number;
}

function readerOf(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer);
  let at = 0;
  const take = (n: number) => {
    at += n;
    return at - n;
  };
  return {
    whole() {
      let value = 0;
      for (let unit = 1; ; unit *= 128) {
        const byte = view.getUint8(take(1));
        value += (byte % 128) * unit;
        if (byte < 128) return value;
      }
    },
    f32: () => view.getFloat32(take(4), true),
    i16: () => view.getInt16(take(2), true),
    i8: () => view.getInt8(take(1)),
  };
}

function readTree(nodes: Reader, leaves: Reader, grids: readonly Float32Array[], precision: Precision): TreeData {
  const tree = { feature: [], threshold: [], missingLeft: [], left: [], right: [] } as {
    [K in "feature" | "threshold" | "missingLeft" | "left" | "right"]: number[];
  };
  const categories: (readonly number[] | null)[] = [];
  let nLeaves = 0;
  // Where the next node belongs: as a child of an inner one, or (−1) at the root.
  const open: { parent: number; side: "left" | "right" }[] = [{ parent: -1, side: "left" }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const head = nodes.whole() - 1;
    const node = head < 0 ? ~nLeaves++ : tree.feature.length;
    if (place.parent >= 0) tree[place.side][place.parent] = node;
    if (head < 0) continue;
    const feature = Math.floor(head / 4);
    const asksCategory = head % 4 >= 2;
    tree.feature.push(feature);
    tree.missingLeft.push(head % 2);
    tree.threshold.push(asksCategory ? 0 : grids[feature]![nodes.whole()]!);
    categories.push(asksCategory ? readCodes(nodes) : null);
    open.push({ parent: node, side: "right" }, { parent: node, side: "left" });
  }
  const scale = precision === "float32" ? 1 : leaves.f32();
  const next = { float32: leaves.f32, int16: leaves.i16, int8: leaves.i8 }[precision];
  const value = Array.from({ length: nLeaves }, () => scale * next() + 0);
  return { ...tree, categories, value, gain: [], cover: [], leafCover: [] };
}

function readCodes(nodes: Reader): number[] {
  let code = -1;
  return Array.from({ length: nodes.whole() }, () => {
    code += nodes.whole();
    return code;
  });
}
