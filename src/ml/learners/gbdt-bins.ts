import { argsort, sortedFloat32 } from "../stats/index.ts";
import type { Column, Table } from "../table/index.ts";
import { bundleColumns, ownColumns } from "./gbdt-bundles.ts";
import type { BinnedTable, FeatureBins, Workspace } from "./gbdt-workspace.ts";

/** Most bins with a value; bin `missingBin` of a feature holds what is missing, unseen or too rare. */
const maxValueBins = 254;

/** Rows that decide the bins of a column, evenly spaced, where there are twice as many and more. */
const mostRowsForBins = 200_000;

/** Rows that a bin should have: few rows need few bins, and small tables with many columns are quicker for it. */
const fewestRowsPerBin = 3;

/** The greatest f32 number: infinities, and f64 numbers beyond it, are binned with it, so that every threshold is finite. */
export const greatestFloat32 = 3.4028234663852886e38;

/**
 * Bins learned from a table. Numbers: at most `mostBins` (254 by default) bins between f32-rounded midpoints and about 3 rows in each, one
 * per distinct value where there are few, of equal count else. Categories: one bin per level; of more than 254 levels the most frequent, the rest count as missing.
 */
export function learnBins(features: Table, mostBins = maxValueBins): FeatureBins[] {
  return [...features.entries()].map(([, column]) => binsOf(column, mostBins));
}

function binsOf(column: Column, mostBins: number): FeatureBins {
  if (column.kind === "category") return categoryBins(column.codes, column.dictionary.length);
  const thresholds = thresholdsOf(column.values, mostBins);
  return { kind: "number", nBins: thresholds.length + 2, thresholds };
}

function thresholdsOf(values: Float64Array, most: number): Float32Array {
  const sorted = sortedFloat32(sampleOf(values));
  const mostBins = Math.max(2, Math.min(most, Math.floor(sorted.length / fewestRowsPerBin)));
  const { distinct, counts } = distinctOf(sorted);
  return distinct.length <= mostBins
    ? Float32Array.from({ length: Math.max(0, distinct.length - 1) }, (_, k) =>
        midpoint(distinct[k]!, distinct[k + 1]!),
      )
    : equalCounts(distinct, counts, sorted.length, mostBins);
}

function sampleOf(values: Float64Array): Float32Array {
  const step = Math.max(1, Math.floor(values.length / mostRowsForBins));
  const present = new Float32Array(Math.ceil(values.length / step));
  let n = 0;
  for (let i = 0; i < values.length; i += step) {
    const value = values[i]!;
    if (value === value) present[n++] = Math.min(greatestFloat32, Math.max(-greatestFloat32, value));
  }
  return present.subarray(0, n);
}

function distinctOf(sorted: Float32Array): { distinct: Float32Array; counts: Int32Array } {
  const distinct = new Float32Array(sorted.length);
  const counts = new Int32Array(sorted.length);
  let n = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (n === 0 || sorted[i]! !== distinct[n - 1]!) distinct[n++] = sorted[i]!;
    counts[n - 1]!++;
  }
  return { distinct: distinct.subarray(0, n), counts: counts.subarray(0, n) };
}

// Equal counts; a value that fills more than its share takes a bin of its own.
function equalCounts(distinct: Float32Array, counts: Int32Array, n: number, mostBins: number): Float32Array {
  const cuts: number[] = [];
  let left = n;
  let room = mostBins;
  let inBin = 0;
  for (let k = 0; k + 1 < distinct.length && cuts.length < mostBins - 1; k++) {
    inBin += counts[k]!;
    const goal = left / room;
    if (inBin < goal && !(counts[k + 1]! >= goal && inBin > 0.5 * goal)) continue;
    cuts.push(midpoint(distinct[k]!, distinct[k + 1]!));
    left -= inBin;
    room -= 1;
    inBin = 0;
  }
  return Float32Array.from(cuts);
}

// The f32 number between two f32 numbers at which `value <= cut` tells them apart.
function midpoint(a: number, b: number): number {
  const middle = Math.fround(a / 2 + b / 2);
  return middle >= a && middle < b ? middle : a;
}

function categoryBins(codes: Int32Array, nLevels: number): FeatureBins {
  const counts = new Float64Array(nLevels);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const frequent = argsort(counts.map((count) => -count))
    .slice(0, maxValueBins)
    .sort();
  const codeOfBin = nLevels <= maxValueBins ? Int32Array.from({ length: nLevels }, (_, code) => code) : frequent;
  const missing = codeOfBin.length;
  const binOfCode = new Uint8Array(nLevels).fill(missing);
  codeOfBin.forEach((code, bin) => {
    binOfCode[code] = bin;
  });
  return { kind: "category", nBins: missing + 1, codeOfBin, binOfCode };
}

/**
 * A table in the bins of another, in a column of bytes per feature; with `bundle`, features that are never off their most frequent bin
 * together share one.
 */
export function binTable(
  features: Table,
  learned: readonly FeatureBins[],
  workspace: Workspace,
  bundle = false,
): BinnedTable {
  const n = features.nRows;
  const byFeature = workspace.uint8(n * learned.length);
  let j = 0;
  for (const [, column] of features.entries()) {
    binColumn(column, learned[j]!, byFeature.subarray(j * n, (j + 1) * n), workspace);
    j++;
  }
  const layout = bundle ? bundleColumns(byFeature, n, learned) : ownColumns(learned);
  const nColumns = layout.columnBins.length;
  const columns = layout.write === null ? byFeature : workspace.uint8(n * nColumns);
  layout.write?.(columns);
  const stride = 16 * Math.ceil(nColumns / 16);
  const rows = workspace.uint8(n * stride);
  workspace.toRows(columns, nColumns, stride, rows);
  const { columnOf, startOf, defaultOf, columnBins } = layout;
  return { n, features: learned, columnOf, startOf, defaultOf, columnBins, columns, rows, stride };
}

function binColumn(column: Column, feature: FeatureBins, out: Uint8Array, workspace: Workspace): void {
  if (column.kind !== "category" && feature.kind === "number") {
    workspace.binNumbers(column.values, feature.thresholds, out);
    return;
  }
  if (column.kind !== "category" || feature.kind !== "category") return;
  const missing = feature.nBins - 1;
  const { binOfCode } = feature;
  for (let i = 0; i < out.length; i++) {
    const code = column.codes[i]!;
    out[i] = code >= 0 && code < binOfCode.length ? binOfCode[code]! : missing;
  }
}

/** 256 bytes that say which bytes of a feature's column go left, from which of its bins do. */
export function sidesOfColumn(table: BinnedTable, feature: number, goesLeft: Uint8Array): Uint8Array {
  const sides = new Uint8Array(256);
  const byDefault = table.defaultOf[feature]!;
  if (byDefault < 0) {
    sides.set(goesLeft);
    return sides;
  }
  sides.fill(goesLeft[byDefault]!);
  const start = table.startOf[feature]!;
  goesLeft.forEach((side, bin) => {
    if (bin !== byDefault) sides[start + (bin < byDefault ? bin : bin - 1)] = side;
  });
  return sides;
}
