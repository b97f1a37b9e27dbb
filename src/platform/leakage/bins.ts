import { sortedPresent } from "../../ml/stats/index.ts";
import type { Column } from "../../ml/table/index.ts";

/** A column as bins: a bin per level, or per range of about equal count; bin 0 is missing. */
export interface Bins {
  /** Per row, 0 … nBins − 1. */
  readonly codes: Int32Array;
  readonly nBins: number;
}

/** Cuts a column into bins whose edges are read off the first `nTrain` rows only. */
export function binsOf(column: Column, nTrain: number): Bins {
  if (column.kind === "category")
    return { codes: column.codes.map((code) => code + 1), nBins: column.dictionary.length + 1 };
  const edges = edgesOf(sortedPresent(column.values.subarray(0, nTrain)));
  const codes = new Int32Array(column.values.length);
  for (let i = 0; i < codes.length; i++) {
    const value = column.values[i]!;
    codes[i] = value === value ? 1 + firstAtLeast(edges, value) : 0;
  }
  return { codes, nBins: edges.length + 2 };
}

// Upper edges: every distinct value where they are few, else quantiles of at least ten rows each.
function edgesOf(sorted: Float64Array): number[] {
  const most = Math.min(200, Math.max(4, Math.floor(sorted.length / 10)));
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value !== distinct.at(-1)) distinct.push(value);
    if (distinct.length > most) return quantiles(sorted, most);
  }
  return distinct;
}

function quantiles(sorted: Float64Array, n: number): number[] {
  return [...new Set(Array.from({ length: n }, (_, i) => sorted[Math.floor((i * sorted.length) / n)]!))];
}

function firstAtLeast(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
