/*
 * The memory of one training and what is done in it at native speed. Two forms give the same bits: `gbdt-plain.ts`, the specification, and
 * `gbdt-compiled.ts`, which calls the compiled kernels, on several threads where there are some. They agree because they only add
 * whole numbers: gradients and hessians are rounded once per tree, so no order of work can change a sum.
 */

import type { QueryArrays } from "./lambda-gradients.ts";

/** How one feature's values become small whole numbers. The last bin is the missing one. */
export type FeatureBins =
  | { readonly kind: "number"; readonly nBins: number; readonly thresholds: Float32Array }
  | {
      readonly kind: "category";
      readonly nBins: number;
      readonly codeOfBin: Int32Array;
      readonly binOfCode: Uint8Array;
    };

/**
 * A table as bytes. A feature has a column of bytes to itself, or shares one: with features that are at their default bin wherever another is
 * not (a bundle), where byte 0 says that all are, and the other bins of a feature follow one another from `start` on; or with features of few
 * bins (a cross), where a byte is the sum of their bins times their steps, like the digits of a number.
 */
export interface BinnedTable {
  readonly n: number;
  readonly features: readonly FeatureBins[];
  /** Per feature: its column of bytes. */
  readonly columnOf: Int32Array;
  /** Per feature: the byte of its first bin but the default one; 0 where it has the column to itself. */
  readonly startOf: Int32Array;
  /** Per feature: the bin that a bundle leaves out; −1 where it has the column to itself. */
  readonly defaultOf: Int32Array;
  /** Per feature: its step in a cross; 0 elsewhere. */
  readonly stepOf: Int32Array;
  /** Per column: how many different bytes it may hold. */
  readonly columnBins: Int32Array;
  /** nColumns × n: column after column, for parting rows. */
  readonly columns: Uint8Array;
  /** n × stride, stride a multiple of 16: row after row, for histograms. */
  readonly rows: Uint8Array;
  readonly stride: number;
}

/** The features whose histograms a tree needs. */
export interface HistogramLayout {
  /** Active columns, ascending; the first 4 · nQuads of them come as runs of four neighbours. */
  readonly columns: Int32Array;
  readonly nQuads: number;
  /** Where each active column's bins begin, in bins; one more entry for the end. */
  readonly offsets: Int32Array;
  /** Active features, in the order of their columns. */
  readonly items: readonly ScanItem[];
}

/** One active feature. */
export interface ScanItem {
  readonly feature: number;
  readonly kind: FeatureBins["kind"];
  readonly nBins: number;
  /** Place of its column among the active ones. */
  readonly slot: number;
  /** Where its bins begin in a histogram, in bins. */
  readonly offset: number;
  readonly defaultBin: number;
  readonly step: number;
  /** Bins of its column. */
  readonly columnBins: number;
}

/** What bounds a split. Lambda, hessian, smoothing and gain are in the units of the whole numbers. */
export interface SplitSettings {
  readonly lambda: number;
  readonly minHessian: number;
  readonly minRows: number;
  /** Rows that a category's level needs to be sorted at all. */
  readonly minLevelRows: number;
  readonly minGain: number;
  readonly categorySmoothing: number;
}

/** Sums over the rows of a leaf: whole numbers. */
export interface Sums {
  readonly g: number;
  readonly h: number;
  readonly n: number;
}

/** A split of one leaf. */
export interface Split {
  readonly gain: number;
  readonly item: ScanItem;
  /** The last bin on the left side; −1 for a category. */
  readonly bin: number;
  /** 1 per bin of the feature that goes left; the last one says where missing goes. */
  readonly goesLeft: Uint8Array;
  readonly left: Sums;
}

/** What is to be scanned of a child: its sums, and the items that may split it, ascending. */
export interface ScanTask {
  readonly sums: Sums;
  readonly items: Int32Array;
  /** Where values are bounded, or splits drawn by chance: see {@link SplitRule}. */
  readonly rule?: SplitRule;
}

/** Restrictions beyond the settings. */
export interface SplitRule {
  /** Leaf values in the units −g/(h+λ) of the whole numbers stay within these. */
  readonly low: number;
  readonly high: number;
  /** Per item of the layout: 1 the value must not fall as the feature grows, −1 not rise, 0 free. */
  readonly monotone: Int32Array;
  /** Per item of the layout: a number in [0, 1) picks the one threshold tried among those that part the rows; −1 tries all. */
  readonly draws: Float64Array;
}

/** A histogram that the space holds. */
export type Slot = number;

/** A tree in bins, for walking rows that are already binned. */
export interface BinnedTree {
  /** Per inner node: column, children (`~leaf` below 0), and 256 bytes that say which go left. */
  readonly column: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly tables: readonly Uint8Array[];
  readonly value: readonly number[];
}

/** Where trees of one table grow. */
export interface GrowSpace {
  /** Row indexes; a leaf is a range of them. */
  readonly rows: Int32Array;
  /** Gradient and hessian of each row of the table, whole numbers: 2n. */
  readonly pairs: Int32Array;
  /** A tree begins: all rows of the table in order, or the first `sample` of `rows`. */
  begin(layout: HistogramLayout, settings: SplitSettings, sample: number | null): void;
  /** Histogram of all rows of the tree. */
  root(): { readonly slot: Slot; readonly sums: Sums };
  /** The best split of a leaf. */
  scan(slot: Slot, task: ScanTask): Split | null;
  /**
   * Histograms of two children: the smaller one's is built from its rows, the larger one's is what remains of the parent's. Null tasks are
   * not scanned.
   */
  children(
    parent: Slot,
    smaller: { readonly from: number; readonly to: number; readonly task: ScanTask | null },
    larger: ScanTask | null,
  ): { readonly slot: Slot; readonly smaller: Split | null; readonly larger: Split | null };
  release(slot: Slot): void;
  /** Brings the rows that go left to the front of the range, both sides in their old order; returns where the right side starts. */
  partition(from: number, to: number, column: number, table: Uint8Array): number;
  /** Adds each leaf's value to the scores of its rows. */
  addLeaves(
    scores: Float64Array,
    leaves: readonly { readonly from: number; readonly to: number }[],
    values: readonly number[],
  ): void;
}

/** Gives arrays, and works on arrays that it gave. */
export interface Workspace {
  uint8(n: number): Uint8Array;
  int32(n: number): Int32Array;
  float64(n: number): Float64Array;
  /** Thresholds between the bins of number columns, at most so many bins each. */
  thresholds(columns: readonly Float64Array[], mostBins: number): Float32Array[];
  /** Bins of numbers: the index of the first threshold that is not below the number as f32; the last bin for NaN. */
  binNumbers(values: Float64Array, thresholds: Float32Array, out: Uint8Array): void;
  /** The row-major form of nColumns columns. */
  toRows(columns: Uint8Array, nColumns: number, stride: number, rows: Uint8Array): void;
  space(table: BinnedTable): GrowSpace;
  /**
   * Puts the rows of a binned table, and of arrays beside it, into another order: row i becomes what row order[i] was. In place; `spare`, 2n
   * long, is overwritten. Both are of the workspace.
   */
  reorder(order: Int32Array, spare: Int32Array, table: BinnedTable, beside: readonly Float64Array[]): void;
  /** Adds a tree to the scores of every row of a binned table. */
  addTree(table: BinnedTable, tree: BinnedTree, scores: Float64Array): void;
  /** Pairs of the logistic loss. */
  logisticPairs(loss: PairInput, scale: PairScale, pairs: Int32Array): void;
  /** Gradients of the squared loss; returns the greatest magnitude. */
  squaredGradients(loss: PairInput, gradients: Float64Array): number;
  /** Prepares to derive LambdaMART for queries whose arrays are all of the workspace: see `lambdaGradients`. */
  lambdaGradients(
    queries: QueryArrays,
  ): (scores: Float64Array, gradients: Float64Array, hessians: Float64Array) => void;
  /** Rounds gradients and hessians to pairs; a number stands for hessians that are all alike. */
  roundPairs(gradients: Float64Array, hessians: Float64Array | number, scale: PairScale, pairs: Int32Array): void;
}

/** Arrays of a loss with one output, all of the workspace, n numbers each. */
export interface PairInput {
  readonly scores: Float64Array;
  readonly labels: Float64Array;
  readonly weights: Float64Array | null;
}

/** Whole number = number × factor, to the nearest. */
export interface PairScale {
  readonly perGradient: number;
  readonly perHessian: number;
}

/** Rows a table may have: their number takes bits that the sums of hessians then lack. */
export const mostRows = 2 ** 27;

/** Bits that hold a number of rows up to n. */
function countBitsOf(n: number): number {
  return Math.max(1, 32 - Math.clz32(n));
}

/** Bits that are left for a sum of hessians beside the number of rows, in 63. */
export function hessianBitsOf(n: number): number {
  return 63 - countBitsOf(n);
}

/** The factors for gradients and hessians up to these magnitudes: powers of two, so large that little is lost and so small that no sum overflows. */
export function pairScale(n: number, mostGradient: number, mostHessian: number): PairScale {
  const bits = countBitsOf(n);
  return {
    perGradient: factorFor(mostGradient, 2 ** Math.min(30, 51 - bits)),
    perHessian: factorFor(mostHessian, 2 ** Math.min(30, 51 - bits, 62 - 2 * bits)),
  };
}

function factorFor(most: number, limit: number): number {
  let factor = 1;
  while (most > 0 && most * factor < limit / 2 && factor < 2 ** 1000) factor *= 2;
  while (most * factor > limit) factor /= 2;
  return factor;
}

/** 1.5 · 2^52: adding and taking it away rounds to the nearest whole number, halves to the even one. */
const roundsToWhole = 6_755_399_441_055_744;

/** The nearest whole number of a number below 2^51 either way. */
export const nearestWhole = (x: number): number => x + roundsToWhole - roundsToWhole;
