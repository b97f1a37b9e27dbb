import type { Rng } from "../../lib/index.ts";
import type { IsolationTreeData } from "./detector-data.ts";

/** The greatest f32 number: values beyond it count as it, and as a threshold it parts what is missing from what is not. */
export const greatestFloat32 = 3.4028234663852886e38;

/** A value as trees see it: an f32 number that is finite, or NaN. */
export const treeValue = (x: number): number => Math.fround(Math.min(greatestFloat32, Math.max(-greatestFloat32, x)));

/** The sample of a tree: n × nFeatures values as trees see them, column after column. */
export interface TreeSample {
  readonly values: Float32Array;
  readonly n: number;
  readonly nFeatures: number;
}

interface OpenNode {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  /** Where the parent wants to know this node's number. */
  readonly parent: number;
  readonly side: "left" | "right";
}

/**
 * Grows one isolation tree (Liu, Ting & Zhou 2008): a feature drawn among those that tell rows of the node apart, and a threshold drawn
 * uniformly between the least and the greatest of its values; leaves at `maxDepth`, at single rows and where no feature tells rows apart.
 *
 * Missing: where rows of the node lack the value, a fair coin decides whether the node parts them from the rest, as if missing were a value as far from the
 * others as those are from each other: it is strange where it is rare. Else, and where none of them lacks it, what is missing goes to a
 * side drawn with the odds of the rows on either: as if it had the value of any row of the node.
 */
export function growIsolationTree({ values, n, nFeatures }: TreeSample, maxDepth: number, rng: Rng): IsolationTreeData {
  const tree = { feature: [], threshold: [], missingLeft: [], left: [], right: [], leafRows: [] } as {
    [K in keyof IsolationTreeData]: number[];
  };
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  const order = Int32Array.from({ length: nFeatures }, (_, j) => j);
  const open: OpenNode[] = [{ from: 0, to: n, depth: 0, parent: -1, side: "left" }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { from, to, depth, parent, side } = node;
    const split = depth < maxDepth && to - from > 1 ? drawSplit(values, n, rows, from, to, order, rng) : null;
    const number = split === null ? ~(tree.leafRows.push(to - from) - 1) : tree.feature.length;
    if (parent >= 0) tree[side][parent] = number;
    if (split === null) continue;
    const middle = partition(values.subarray(split.feature * n, (split.feature + 1) * n), rows, from, to, split);
    tree.feature.push(split.feature);
    tree.threshold.push(split.threshold);
    tree.missingLeft.push(split.missingLeft ?? (rng.below(to - from) < middle - from ? 1 : 0));
    tree.left.push(0);
    tree.right.push(0);
    open.push(
      { from: middle, to, depth: depth + 1, parent: number, side: "right" },
      { from, to: middle, depth: depth + 1, parent: number, side: "left" },
    );
  }
  return tree;
}

interface Split {
  readonly feature: number;
  readonly threshold: number;
  /** null: to be drawn once the sides are known. */
  readonly missingLeft: 0 | 1 | null;
}

// Draws features without putting them back until one tells the rows apart; null where none does.
function drawSplit(
  values: Float32Array,
  n: number,
  rows: Int32Array,
  from: number,
  to: number,
  order: Int32Array,
  rng: Rng,
): Split | null {
  for (let drawn = 0; drawn < order.length; drawn++) {
    const at = drawn + rng.below(order.length - drawn);
    const feature = order[at]!;
    order[at] = order[drawn]!;
    order[drawn] = feature;
    const column = values.subarray(feature * n, (feature + 1) * n);
    const { least, greatest, nMissing } = rangeOf(column, rows, from, to);
    const nKnown = to - from - nMissing;
    if (nKnown === 0 || (nMissing === 0 && least === greatest)) continue;
    if (least === greatest || (nMissing > 0 && rng.below(2) === 0))
      return { feature, threshold: greatestFloat32, missingLeft: 0 };
    const drawnAt = Math.fround(least + rng.uniform() * (greatest - least));
    const threshold = drawnAt < greatest ? drawnAt : least;
    const missingLeft = nMissing === 0 ? null : drawSide(column, rows, from, to, threshold, nKnown, rng);
    return { feature, threshold, missingLeft };
  }
  return null;
}

function rangeOf(column: Float32Array, rows: Int32Array, from: number, to: number) {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let nMissing = 0;
  for (let i = from; i < to; i++) {
    const x = column[rows[i]!]!;
    if (x !== x) nMissing++;
    else {
      if (x < least) least = x;
      if (x > greatest) greatest = x;
    }
  }
  return { least, greatest, nMissing };
}

function drawSide(
  column: Float32Array,
  rows: Int32Array,
  from: number,
  to: number,
  threshold: number,
  nKnown: number,
  rng: Rng,
): 0 | 1 {
  let nLeft = 0;
  for (let i = from; i < to; i++) if (column[rows[i]!]! <= threshold) nLeft++;
  return rng.below(nKnown) < nLeft ? 1 : 0;
}

// Brings the rows that go left before the others, both in order; returns where the others begin.
function partition(column: Float32Array, rows: Int32Array, from: number, to: number, split: Split): number {
  const right: number[] = [];
  let middle = from;
  for (let i = from; i < to; i++) {
    const row = rows[i]!;
    const x = column[row]!;
    if (x !== x ? split.missingLeft === 1 : x <= split.threshold) rows[middle++] = row;
    else right.push(row);
  }
  rows.set(right, middle);
  return middle;
}
