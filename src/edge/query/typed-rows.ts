import { type Column, Table } from "../../ml/table/index.ts";
import {
  defaultMissingMarks,
  inferColumns,
  type LogicalType,
  type ReadOptions,
  type Schema,
  storageOf,
  type TextColumn,
} from "../../platform/data/index.ts";
import type { RawColumn, RawRows } from "./read-files.ts";

/** Rows with their types found. */
export interface TypedRows {
  readonly table: Table;
  readonly schema: Schema;
  readonly notes: readonly string[];
}

/**
 * Finds the types of the columns: of untyped texts by what they look like, of texts out of a typed file only which kind of
 * text they are. `options.types` goes before both. Dictionaries are in order of first appearance, without unused entries.
 */
export function typeRows({ nRows, columns }: RawRows, options: ReadOptions): TypedRows {
  // Without a prototype: a column may be named "constructor".
  const types: Record<string, LogicalType> = Object.assign(Object.create(null), options.types);
  const untyped: TextColumn[] = [];
  const typed: TextColumn[] = [];
  const done = new Map<string, { type: LogicalType; column: Column }>();
  for (const column of columns) {
    const given = types[column.name];
    if ("codes" in column) (column.kind === "untyped" ? untyped : typed).push(column);
    else {
      const kind = column.kind === "instant" ? "instant" : "number";
      if (given === undefined || storageOf[given] === kind)
        done.set(column.name, { type: given ?? column.kind, column: { kind, values: column.values } });
      else typed.push(textOfValues(column.name, kind, column.values));
    }
  }
  const notes: string[] = [];
  const add = (found: { table: Table; schema: Schema; notes: readonly string[] }) => {
    for (const { name, type } of found.schema) done.set(name, { type, column: found.table.column(name) });
    notes.push(...found.notes);
  };
  if (untyped.length > 0) add(inferColumns(untyped, { ...options, types }));
  if (typed.length > 0) {
    const inForce = { missing: [], ...options, types };
    const found = inferColumns(typed, inForce);
    const isNoText = ({ name, type }: { name: string; type: LogicalType }) =>
      types[name] === undefined && storageOf[type] !== "category";
    const wrong = found.schema.filter(isNoText);
    if (wrong.length === 0) add(found);
    else {
      const kinds = Object.fromEntries(wrong.map(({ name }) => [name, textKind(typed.find((c) => c.name === name)!)]));
      add(inferColumns(typed, { ...inForce, types: Object.assign(types, kinds) }));
    }
  }
  const ordered = columns.map(({ name }) => [name, done.get(name)!] as const);
  return {
    table: Table.of(
      ordered.map(([name, { column }]) => [name, column] as const),
      nRows,
    ),
    schema: ordered.map(([name, { type }]) => ({ name, type })),
    notes,
  };
}

// Texts that look like numbers or dates, out of a file in which they are texts: levels where they recur, else ids.
function textKind({ codes, dictionary }: TextColumn): LogicalType {
  return dictionary.length <= Math.max(20, codes.length / 10) ? "category" : "id";
}

function textOfValues(name: string, kind: "number" | "instant", values: Float64Array): TextColumn {
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return -1;
    const text = kind === "instant" ? new Date(value).toISOString() : String(value);
    const known = codeOf.get(text) ?? codeOf.size;
    codeOf.set(text, known);
    return known;
  });
  return { name, codes, dictionary: [...codeOf.keys()] };
}

/**
 * How many cells of a column hold a text that its type, a number or an instant, cannot take and that is no mark for a
 * missing value.
 */
export function countCoerced(raw: RawColumn, column: Column, options: ReadOptions): number {
  if (!("codes" in raw) || column.kind === "category") return 0;
  const marks = new Set(options.missing ?? (raw.kind === "untyped" ? defaultMissingMarks : []));
  const isMark = raw.dictionary.map((text) => text.trim() === "" || marks.has(text.trim()));
  let count = 0;
  raw.codes.forEach((code, i) => {
    if (code >= 0 && Number.isNaN(column.values[i]!) && !isMark[code]) count += 1;
  });
  return count;
}
