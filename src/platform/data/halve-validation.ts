import { createRng, permutation } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import { foldRows } from "./cross-validation.ts";
import type { Split } from "./split.ts";

/**
 * Parts the validation rows of a split in two halves: rows at random, stratified as the split is; whole groups at random; in time, the later half,
 * which lies next to the test rows. The second half is what later rows are to be exchangeable with.
 */
export function halveValidation(
  { validation, resample, rule }: Split,
  table: Table,
  target: Target,
  seed: number,
): readonly [Int32Array, Int32Array] {
  if (validation.length < 2) return [validation, new Int32Array(0)];
  if (resample.unit === "row") {
    const [half] = foldRows(validation, 2, { kind: "stratified", target }, seed);
    return [half!.train, half!.validation];
  }
  if (resample.unit === "group") return halfOfGroups(validation, resample.groups, seed);
  const name = rule.kind === "time" ? rule.column : rule.kind === "official" ? rule.time : undefined;
  const column = name === undefined ? undefined : table.column(name);
  return laterHalf(validation, column === undefined || column.kind === "category" ? null : column.values);
}

function halfOfGroups(rows: Int32Array, groups: Int32Array, seed: number): readonly [Int32Array, Int32Array] {
  const codes = [...new Set(Array.from(rows, (row) => groups[row]!))];
  const chosen = new Set<number>();
  let taken = 0;
  for (const k of permutation(codes.length, createRng(seed).fork("halve"))) {
    if (2 * taken >= rows.length || chosen.size === codes.length - 1) break;
    chosen.add(codes[k]!);
    for (const row of rows) if (groups[row] === codes[k]) taken++;
  }
  return [rows.filter((row) => !chosen.has(groups[row]!)), rows.filter((row) => chosen.has(groups[row]!))];
}

// No instant lies in both halves.
function laterHalf(rows: Int32Array, times: Float64Array | null): readonly [Int32Array, Int32Array] {
  let at = Math.floor(rows.length / 2);
  if (times !== null) while (at < rows.length && times[rows[at]!] === times[rows[at - 1]!]) at++;
  return [rows.slice(0, at), rows.slice(at)];
}
