/*
 * Columns: the three kinds of values that a table holds.
 *
 * Encoding and invariants (stated here only):
 *   number    Float64Array, missing is NaN
 *   category  Int32Array of codes into a dictionary of distinct strings, missing is -1
 *   instant   Float64Array of epoch milliseconds (UTC), missing is NaN
 * Free text is a category whose dictionary happens to be long. Columns are immutable: nobody writes into `values` or
 * `codes` after construction, so tables share them.
 */

/** Numbers; missing is NaN. */
export interface NumberColumn {
  readonly kind: "number";
  readonly values: Float64Array;
}

/** Strings, coded over a dictionary of distinct values; missing is code -1. */
export interface CategoryColumn {
  readonly kind: "category";
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

/** Instants in epoch milliseconds, UTC; missing is NaN. */
export interface InstantColumn {
  readonly kind: "instant";
  readonly values: Float64Array;
}

/** One column of a table. */
export type Column = NumberColumn | CategoryColumn | InstantColumn;

/** A cell as a person or JSON sees it: instants are ISO 8601 UTC text, missing is null. */
export type Cell = number | string | null;

/** A number column from numbers; null and undefined become missing. */
export function numberColumn(values: ArrayLike<number | null | undefined> | Float64Array): NumberColumn {
  if (values instanceof Float64Array) return { kind: "number", values };
  return { kind: "number", values: Float64Array.from(values, (value) => value ?? Number.NaN) };
}

/** An instant column from epoch milliseconds; null and undefined become missing. */
export function instantColumn(values: ArrayLike<number | null | undefined> | Float64Array): InstantColumn {
  return { kind: "instant", values: numberColumn(values).values };
}

/** A category column from strings; null and undefined become missing. The dictionary is in order of first appearance. */
export function categoryColumn(values: ArrayLike<string | null | undefined>): CategoryColumn {
  const codeOf = new Map<string, number>();
  const codes = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) {
      codes[i] = -1;
      continue;
    }
    let code = codeOf.get(value);
    if (code === undefined) {
      code = codeOf.size;
      codeOf.set(value, code);
    }
    codes[i] = code;
  }
  return { kind: "category", codes, dictionary: [...codeOf.keys()] };
}

/** Number of rows of a column. */
export function columnLength(column: Column): number {
  return column.kind === "category" ? column.codes.length : column.values.length;
}

/** Whether row `i` of a column is missing. */
export function isMissing(column: Column, i: number): boolean {
  return column.kind === "category" ? column.codes[i]! < 0 : Number.isNaN(column.values[i]!);
}

/** Number of missing rows. */
export function countMissing(column: Column): number {
  let n = 0;
  for (let i = columnLength(column) - 1; i >= 0; i--) if (isMissing(column, i)) n++;
  return n;
}

/** The cell of row `i` as text, number or null; an instant as ISO 8601 UTC. */
export function cellOf(column: Column, i: number): Cell {
  if (isMissing(column, i)) return null;
  if (column.kind === "category") return column.dictionary[column.codes[i]!]!;
  return column.kind === "number" ? column.values[i]! : new Date(column.values[i]!).toISOString();
}

/** The rows of a column at `indexes`, in that order. The dictionary is shared. */
export function takeRows<C extends Column>(column: C, indexes: ArrayLike<number>): C {
  if (column.kind === "category") {
    const codes = new Int32Array(indexes.length);
    for (let i = 0; i < codes.length; i++) codes[i] = column.codes[indexes[i]!]!;
    return { ...column, codes };
  }
  const values = new Float64Array(indexes.length);
  for (let i = 0; i < values.length; i++) values[i] = column.values[indexes[i]!]!;
  return { ...column, values };
}
