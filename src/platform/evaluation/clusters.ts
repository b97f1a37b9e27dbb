import type { Resample } from "./evaluation-input.ts";

/** Rows per block of a block bootstrap: ⌈n^(1/3)⌉. */
export function blockLength(nRows: number): number {
  let length = 1;
  while (length * length * length < nRows) length++;
  return length;
}

/** Which rows stand or fall together: groups, or consecutive blocks in time, renumbered 0 … nClusters−1. */
export function clustersOf(nRows: number, resample: Resample): { codes: Int32Array; nClusters: number } {
  const codes = new Int32Array(nRows);
  if (resample.unit === "group") {
    const numberOf = new Map<number, number>();
    for (let i = 0; i < nRows; i++) {
      const group = resample.groups[i]!;
      if (!numberOf.has(group)) numberOf.set(group, numberOf.size);
      codes[i] = numberOf.get(group)!;
    }
    return { codes, nClusters: numberOf.size };
  }
  const length = resample.unit === "block" ? blockLength(nRows) : 1;
  for (let i = 0; i < nRows; i++) codes[i] = Math.floor(i / length);
  return { codes, nClusters: Math.ceil(nRows / length) };
}
