import { sidesOfColumn } from "./gbdt-bins.ts";
import type { NodeRules } from "./gbdt-rules.ts";
import { boundedValue } from "./gbdt-scan.ts";
import { greatestFloat32 } from "./gbdt-thresholds.ts";
import type {
  BinnedTable,
  BinnedTree,
  FeatureBins,
  GrowSpace,
  HistogramLayout,
  ScanItem,
  ScanTask,
  Slot,
  Split,
  SplitSettings,
  Sums,
} from "./gbdt-workspace.ts";
import { cancelled } from "./learner-errors.ts";
import type { TreeData } from "./model-data.ts";

/** What decides the shape of one tree. */
export interface GrowParams {
  readonly settings: SplitSettings;
  readonly maxLeaves: number;
  readonly maxDepth: number;
  readonly rules: NodeRules;
  /** Asked at every split; true ends the fit with FIT_CANCELLED. */
  readonly shouldStop: () => boolean;
}

/** A grown tree: leaf values are −g/(h+λ) in whole-number units. */
export interface GrownTree {
  readonly tree: TreeData;
  /** Ranges of `space.rows`. */
  readonly leaves: readonly { readonly from: number; readonly to: number }[];
  /** The same tree in the bins of its table. */
  readonly binned: BinnedTree;
  /** Per inner node: which bins of its feature go left. */
  readonly splits: readonly { readonly feature: number; readonly goesLeft: Uint8Array }[];
}

interface Leaf {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  readonly sums: Sums;
  readonly bounds: Bounds;
  /** Features on the way here; null where no rule asks for them. */
  readonly path: readonly number[];
  readonly split: Split | null;
  /** −1 where the leaf is not to be split. */
  readonly slot: Slot;
  /** The parent node and side to be linked when this leaf is numbered or split; −1 for the root. */
  readonly parent: number;
  readonly isLeft: boolean;
}

/** Bounds of a leaf's value, in the units of −g/(h+λ). */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

const noSlot = -1;
const unbounded: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** The histograms of one tree: which columns and items are active, and where their bins lie. */
export function layoutOf(table: BinnedTable, active: Int32Array): HistogramLayout {
  const { features, columnOf, startOf, defaultOf, stepOf, columnBins } = table;
  const columns = Int32Array.from(new Set(active.map((feature) => columnOf[feature]!))).sort();
  const slotOf = new Map<number, number>();
  const offsets = new Int32Array(columns.length + 1);
  columns.forEach((column, slot) => {
    slotOf.set(column, slot);
    offsets[slot + 1] = offsets[slot]! + columnBins[column]!;
  });
  const items = Array.from(active, (feature): ScanItem => {
    const { kind, nBins } = features[feature]!;
    const slot = slotOf.get(columnOf[feature]!)!;
    const offset = offsets[slot]! + startOf[feature]!;
    const place = {
      defaultBin: defaultOf[feature]!,
      step: stepOf[feature]!,
      columnBins: columnBins[columnOf[feature]!]!,
    };
    return { feature, kind, nBins, slot, offset, ...place };
  }).sort((a, b) => a.slot - b.slot || a.feature - b.feature);
  return { columns, nQuads: quadsOf(columns), offsets, items };
}

// How many runs of four neighbours the columns begin with.
function quadsOf(columns: Int32Array): number {
  let quads = 0;
  while (4 * quads + 4 <= columns.length && columns[4 * quads + 3]! === columns[4 * quads]! + 3) quads++;
  return quads;
}

/**
 * Grows one tree leaf by leaf, the greatest gain first; without a limit of leaves, the newest leaf first, which needs few histograms. Every sum is exact, so no order
 * of work can change the tree.
 */
export function growTree(
  table: BinnedTable,
  space: GrowSpace,
  layout: HistogramLayout,
  params: GrowParams,
  sample: number | null,
): GrownTree {
  const { settings, maxLeaves, maxDepth, rules, shouldStop } = params;
  space.begin(layout, settings, sample);
  const size = sample ?? table.n;
  const root = space.root();
  const tree = emptyTree();
  const splits: { feature: number; goesLeft: Uint8Array }[] = [];
  const sides: Uint8Array[] = [];
  const leaves: Leaf[] = [];

  const canSplit = ({ n }: Sums, depth: number) => n >= 2 * settings.minRows && depth < maxDepth;
  const taskOf = (sums: Sums, depth: number, bounds: Bounds, path: readonly number[]): ScanTask | null =>
    canSplit(sums, depth) ? rules.task(layout, sums, bounds, path) : null;
  const keep = (leaf: Omit<Leaf, "slot">, slot: Slot): Leaf => {
    if (leaf.split) return { ...leaf, slot };
    if (slot !== noSlot) space.release(slot);
    return { ...leaf, slot: noSlot };
  };

  const first = taskOf(root.sums, 0, unbounded, []);
  const base = { from: 0, to: size, depth: 0, sums: root.sums, bounds: unbounded, path: [], parent: -1, isLeft: false };
  leaves.push(keep({ ...base, split: first && space.scan(root.slot, first) }, root.slot));

  // Leaves to be split, the newest last: the order where the number of leaves has no limit.
  const open = [0];
  const isDepthFirst = maxLeaves === Number.POSITIVE_INFINITY;
  while (leaves.length < maxLeaves) {
    const next = isDepthFirst ? (open.pop() ?? 0) : greatestGain(leaves);
    const leaf = leaves[next];
    if (!leaf?.split) {
      if (isDepthFirst && open.length > 0) continue;
      break;
    }
    if (shouldStop()) throw cancelled();
    const { split } = leaf;
    const node = addNode(tree, leaf, table.features[split.item.feature]!);
    splits.push({ feature: split.item.feature, goesLeft: split.goesLeft });
    sides.push(sidesOfColumn(table, split.item.feature, split.goesLeft));
    const middle = space.partition(leaf.from, leaf.to, table.columnOf[split.item.feature]!, sides[node]!);
    const sums = { g: leaf.sums.g - split.left.g, h: leaf.sums.h - split.left.h, n: leaf.sums.n - split.left.n };
    const [leftBounds, rightBounds] = rules.childBounds(split, sums, leaf.bounds, settings.lambda);
    const path = rules.needsPath ? [...leaf.path, split.item.feature] : leaf.path;
    const depth = leaf.depth + 1;
    const left = {
      from: leaf.from,
      to: middle,
      depth,
      sums: split.left,
      bounds: leftBounds,
      path,
      parent: node,
      isLeft: true,
    };
    const right = { from: middle, to: leaf.to, depth, sums, bounds: rightBounds, path, parent: node, isLeft: false };
    const isLast = leaves.length + 1 >= maxLeaves;
    const tasks = [left, right].map((child) => (isLast ? null : taskOf(child.sums, depth, child.bounds, path)));
    const isLeftSmaller = middle - leaf.from <= leaf.to - middle;
    const [small, large] = isLeftSmaller ? [left, right] : [right, left];
    const [smallTask, largeTask] = isLeftSmaller ? tasks : tasks.toReversed();
    let children: Leaf[];
    if (smallTask || largeTask) {
      const found = space.children(leaf.slot, { ...small, task: smallTask! }, largeTask!);
      children = [
        keep({ ...small, split: found.smaller }, found.slot),
        keep({ ...large, split: found.larger }, leaf.slot),
      ];
    } else {
      space.release(leaf.slot);
      children = [keep({ ...small, split: null }, noSlot), keep({ ...large, split: null }, noSlot)];
    }
    if (!isLeftSmaller) children.reverse();
    leaves[next] = children[0]!;
    open.push(next, leaves.push(children[1]!) - 1);
  }
  for (const { slot } of leaves) if (slot !== noSlot) space.release(slot);
  return { ...finishTree(tree, leaves, sides, table, settings.lambda), splits };
}

function greatestGain(leaves: readonly Leaf[]): number {
  let best = 0;
  for (let k = 1; k < leaves.length; k++) if (gainOf(leaves[k]!) > gainOf(leaves[best]!)) best = k;
  return best;
}

const gainOf = ({ split }: Leaf) => split?.gain ?? 0;

type MutableTree = { -readonly [Key in keyof TreeData]: TreeData[Key][number][] };

function emptyTree(): MutableTree {
  const shape = { feature: [], threshold: [], categories: [], missingLeft: [], left: [], right: [] };
  return { ...shape, value: [], gain: [], cover: [], leafCover: [] };
}

function addNode(tree: MutableTree, { sums, parent, isLeft, split }: Leaf, feature: FeatureBins): number {
  const node = tree.feature.length;
  const { gain, goesLeft, bin, item } = split!;
  tree.gain.push(gain);
  tree.cover.push(sums.n);
  tree.feature.push(item.feature);
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
  tables: readonly Uint8Array[],
  { columnOf }: BinnedTable,
  lambda: number,
): Omit<GrownTree, "splits"> {
  leaves.forEach(({ sums, bounds, parent, isLeft }, k) => {
    const { g, h, n } = sums;
    tree.value.push(h + lambda > 0 ? boundedValue(g, h, lambda, bounds.low, bounds.high) : 0);
    tree.leafCover.push(n);
    if (parent >= 0) tree[isLeft ? "left" : "right"][parent] = ~k;
  });
  const { left, right, value } = tree;
  const column = tree.feature.map((feature) => columnOf[feature]!);
  return { tree, leaves, binned: { column, left, right, tables, value } };
}
