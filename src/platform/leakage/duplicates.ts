import { createRng, fnv1a, permutation, type Rng } from "../../lib/index.ts";
import type { Column, Table } from "../../ml/table/index.ts";
import type { Split } from "../data/index.ts";
import type { LeakageEvidence } from "./finding.ts";
import { thresholds } from "./thresholds.ts";

type Duplicates = Extract<LeakageEvidence, { kind: "duplicate-rows" }>;

const maxRows = 200_000;

/**
 * Validation and test rows that equal a training row in every column of `table`. Null below ten or 1 % of them, or below three times
 * the share that chance gives: the same count after one half of the columns is shuffled against the other. Reads no target.
 * Of more than 200,000 rows, the first of each part are looked at.
 */
export function duplicateRows(table: Table, split: Split, seed: number): Duplicates | null {
  if (table.nColumns < 2) return null;
  const cap = (rows: Int32Array) =>
    rows.subarray(0, Math.ceil((maxRows * rows.length) / Math.max(maxRows, table.nRows)));
  const train = cap(split.train);
  const held = [...cap(split.validation), ...cap(split.test)];
  const columns = [...table.entries()].map(([, column]) => column);
  const half = columns.length >> 1;
  const left = rowHashes(columns.slice(0, half), table.nRows);
  const right = rowHashes(columns.slice(half), table.nRows);
  const count = countShared(left, right, train, held);
  const share = count / Math.max(1, held.length);
  if (count < thresholds.duplicateRows || share < thresholds.duplicateShare) return null;
  const mixed = shuffled(right, createRng(seed).fork("duplicates"));
  const byChance = countShared(left, mixed, train, held) / held.length;
  return share >= thresholds.duplicateRatio * byChance ? { kind: "duplicate-rows", count, share } : null;
}

function shuffled(values: Uint32Array, rng: Rng): Uint32Array {
  const order = permutation(values.length, rng);
  return values.map((_, i) => values[order[i]!]!);
}

function countShared(left: Uint32Array, right: Uint32Array, train: Int32Array, held: readonly number[]): number {
  const keyOf = (row: number) => left[row]! * 2097152 + (right[row]! >>> 11);
  const known = new Set<number>();
  for (const row of train) known.add(keyOf(row));
  return held.reduce((n, row) => (known.has(keyOf(row)) ? n + 1 : n), 0);
}

/** One 32-bit hash per row over the bits of its cells. */
export function rowHashes(columns: readonly Column[], nRows: number): Uint32Array {
  const hashes = new Uint32Array(nRows).fill(fnv1a("row"));
  const mix = (i: number, word: number) => {
    let h = hashes[i]! ^ Math.imul(word, 0xcc9e2d51);
    h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
    hashes[i] = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  };
  for (const column of columns) {
    if (column.kind === "category") for (let i = 0; i < nRows; i++) mix(i, column.codes[i]!);
    else {
      const words = new Uint32Array(column.values.map((x) => (x === 0 ? 0 : x)).buffer);
      for (let i = 0; i < nRows; i++) {
        mix(i, words[2 * i]!);
        mix(i, words[2 * i + 1]!);
      }
    }
  }
  return hashes;
}
