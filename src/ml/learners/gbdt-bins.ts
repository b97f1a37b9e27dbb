import { argsort, sortedFloat32 } from "../stats/index.ts";
import type { Column, Table } from "../table/index.ts";
import type { BinRows, Workspace } from "./gbdt-workspace.ts";

/** Most bins with a value; bin `missingBin` of a feature holds what is missing, unseen or too rare. */
const maxValueBins = 254;

/** Rows that decide the bins of a column, evenly spaced, where there are twice as many and more. */
const mostRowsForBins = 200_000;

/** Rows that a bin should have: few rows need few bins, and small tables with many columns are quicker for it. */
const fewestRowsPerBin = 3;

/** The greatest f32 number: infinities, and f64 numbers beyond it, are binned with it, so that every threshold is finite. */
export const greatestFloat32 = 3.4028234663852886e38;

/** How one feature's values become small whole numbers. The last bin is the missing one. */
export type FeatureBins =
  | { readonly kind: "number"; readonly nBins: number; readonly thresholds: Float32Array }
  | {
      readonly kind: "category";
      readonly nBins: number;
      readonly codeOfBin: Int32Array;
      readonly binOfCode: Uint8Array;
    };

/** A table as bins. */
export interface BinnedTable extends BinRows {
  readonly n: number;
  readonly features: readonly FeatureBins[];
}

/**
 * Bins learned from a table. Numbers: at most 254 bins between f32-rounded midpoints and about 3 rows in each, one
 * per distinct value where there are few, of equal count else. Categories: one bin per level; of more than 254 levels the most frequent, the rest count as missing.
 */
export function learnBins(features: Table): FeatureBins[] {
  return [...features.entries()].map(([, column]) => binsOf(column));
}

function binsOf(column: Column): FeatureBins {
  if (column.kind === "category") return categoryBins(column.codes, column.dictionary.length);
  const thresholds = thresholdsOf(column.values);
  return { kind: "number", nBins: thresholds.length + 2, thresholds };
}

function thresholdsOf(values: Float64Array): Float32Array {
  const step = Math.max(1, Math.floor(values.length / mostRowsForBins));
  const present = new Float32Array(Math.ceil(values.length / step));
  let n = 0;
  for (let i = 0; i < values.length; i += step) {
    const value = values[i]!;
    if (value === value) present[n++] = Math.min(greatestFloat32, Math.max(-greatestFloat32, value));
  }
  const sorted = sortedFloat32(present.subarray(0, n));
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (value === distinct.at(-1)) counts[counts.length - 1]!++;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  const cuts: number[] = [];
  const mostBins = Math.max(2, Math.min(maxValueBins, Math.floor(sorted.length / fewestRowsPerBin)));
  if (distinct.length <= mostBins) {
    for (let k = 1; k < distinct.length; k++) cuts.push(midpoint(distinct[k - 1]!, distinct[k]!));
    return Float32Array.from(cuts);
  }
  // Equal counts; a value that fills more than its share takes a bin of its own.
  let left = sorted.length;
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

/** A table in the bins of another. */
export function binTable(features: Table, learned: readonly FeatureBins[], workspace: Workspace): BinnedTable {
  const n = features.nRows;
  const stride = 16 * Math.ceil(learned.length / 16);
  const bins = workspace.uint8(n * stride);
  let j = 0;
  for (const [, column] of features.entries()) {
    const feature = learned[j]!;
    const missing = feature.nBins - 1;
    if (column.kind === "category" && feature.kind === "category") {
      const { binOfCode } = feature;
      for (let i = 0; i < n; i++) {
        const code = column.codes[i]!;
        bins[i * stride + j] = code >= 0 && code < binOfCode.length ? binOfCode[code]! : missing;
      }
    } else if (column.kind !== "category" && feature.kind === "number") {
      const { thresholds } = feature;
      for (let i = 0; i < n; i++) {
        const value = Math.fround(column.values[i]!);
        bins[i * stride + j] = value === value ? firstAtLeast(thresholds, value) : missing;
      }
    }
    j++;
  }
  return { n, features: learned, bins, stride };
}

// Index of the first threshold that is not below the value; their number where all are.
function firstAtLeast(thresholds: Float32Array, value: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
