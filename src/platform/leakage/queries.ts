import { rowsByQuery } from "../../ml/stats/index.ts";
import { type Column, isMissing, type Table } from "../../ml/table/index.ts";
import type { Split } from "../data/index.ts";
import { rowHashes } from "./duplicates.ts";
import type { LeakageEvidence } from "./finding.ts";
import type { Sample } from "./sample.ts";
import { thresholds } from "./thresholds.ts";

/** Rows of a query that are compared with each other, at most. */
const mostRows = 100;

/**
 * How far a number orders the rows of a query as their grades do: the share of pairs of different grades that stand in one order, equal numbers half; of
 * either direction. Null for other tasks, for categories, and below 100 pairs or 20 queries with one.
 */
export function queryOrderOf(column: Column, { target }: Sample): number | null {
  if (target.queries === undefined || column.kind === "category") return null;
  const { values } = column;
  let nPairs = 0;
  let nQueries = 0;
  let wins = 0;
  for (const all of rowsByQuery(target.queries)) {
    const rows = all.filter((row) => !isMissing(column, row)).subarray(0, mostRows);
    const before = nPairs;
    for (const a of rows)
      for (const b of rows) {
        if (!(target.values[a]! > target.values[b]!)) continue;
        nPairs += 1;
        wins += values[a]! > values[b]! ? 1 : values[a] === values[b] ? 0.5 : 0;
      }
    if (nPairs > before) nQueries += 1;
  }
  if (nPairs < thresholds.orderPairs || nQueries < thresholds.orderQueries) return null;
  return Math.max(wins, nPairs - wins) / nPairs;
}

type DuplicateQueries = Extract<LeakageEvidence, { kind: "duplicate-queries" }>;

/**
 * Validation and test queries most of whose rows equal rows of one training query in every column of `table`. Reads no target. Null below two or 1 % of
 * them.
 */
export function duplicateQueries(table: Table, queries: Int32Array, split: Split): DuplicateQueries | null {
  const columns = [...table.entries()].map(([, column]) => column);
  if (columns.length === 0) return null;
  const hashes = rowHashes(columns, table.nRows);
  const trainQueriesOf = new Map<number, Set<number>>();
  for (const row of split.train) {
    const found = trainQueriesOf.get(hashes[row]!) ?? new Set();
    trainQueriesOf.set(hashes[row]!, found.add(queries[row]!));
  }
  const held = [...split.validation, ...split.test];
  const groups = Map.groupBy(held, (row) => queries[row]!);
  let count = 0;
  for (const rows of groups.values()) {
    if (rows.length < thresholds.duplicateQueryRows) continue;
    const shared = new Map<number, number>();
    for (const row of rows)
      for (const query of trainQueriesOf.get(hashes[row]!) ?? []) shared.set(query, (shared.get(query) ?? 0) + 1);
    const most = Math.max(0, ...shared.values());
    if (most >= thresholds.duplicateQueryShare * rows.length) count += 1;
  }
  const share = count / Math.max(1, groups.size);
  return count >= 2 && share >= thresholds.duplicateShare ? { kind: "duplicate-queries", count, share } : null;
}
