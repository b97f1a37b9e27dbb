import { canonicalJson, hasher, type Sha256 } from "../../lib/index.ts";
import type { CategoryColumn, Column, Table } from "../../ml/table/index.ts";
import type { Schema } from "./schema.ts";

/**
 * Identity of a dataset: sha256 over its schema and, column by column, its values. Numbers count as their f64 bytes with one NaN and one
 * zero, texts by their order of first appearance; neither the order of a dictionary, nor threads, nor a writer's version can change it.
 */
export function snapshotId(table: Table, schema: Schema): Sha256 {
  const hash = hasher().update(canonicalJson(["fettle-snapshot/1", table.nRows, schema]));
  for (const { name } of schema) addColumn(table.column(name), (bytes) => hash.update(bytes));
  return hash.digest();
}

function addColumn(column: Column, add: (bytes: Uint8Array | string) => void): void {
  if (column.kind === "category") {
    const { codes, dictionary } = byFirstAppearance(column);
    add(canonicalJson(dictionary));
    add(new Uint8Array(codes.buffer));
    return;
  }
  const values = column.values.map((value) => (value !== value ? Number.NaN : value === 0 ? 0 : value));
  add(new Uint8Array(values.buffer));
}

/** A category column whose dictionary holds exactly its values, in order of first appearance. */
export function byFirstAppearance({ codes, dictionary }: CategoryColumn): CategoryColumn {
  const recoded = new Int32Array(dictionary.length).fill(-1);
  const kept: string[] = [];
  const out = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code < 0) out[i] = -1;
    else {
      if (recoded[code] === -1) {
        recoded[code] = kept.length;
        kept.push(dictionary[code]!);
      }
      out[i] = recoded[code]!;
    }
  }
  return { kind: "category", codes: out, dictionary: kept };
}
