import type { Table } from "../table/index.ts";

/** One number a row, all rows. */
export interface DenseColumn {
  readonly values: Float64Array;
  /** Index of its weight. */
  readonly offset: number;
}

/** A column that is mostly 0: the rows where it is not, ascending, and its values there. */
export interface SparseColumn {
  readonly rows: Int32Array;
  readonly values: Float64Array;
  readonly offset: number;
}

/** One indicator per level, of which a row has one or none; its weights follow one another from `offset` on. */
export interface LevelColumn {
  readonly codes: Int32Array;
  readonly nLevels: number;
  readonly offset: number;
}

/**
 * The columns of a table as the fit of a linear model sees them. Dense columns are those of the table itself, not copies; sparse ones and
 * categories cost what they hold.
 */
export interface Design {
  readonly n: number;
  /** Weights in all: one per number column, one per level of a category. */
  readonly nWeights: number;
  readonly dense: readonly DenseColumn[];
  readonly sparse: readonly SparseColumn[];
  readonly levels: readonly LevelColumn[];
}

/** A number column is kept as a list of its numbers where at most this share of them is not 0: there the list is the faster form. */
const mostlyZero = 0.2;

/** Levels per column; 0 for numbers. */
export function nLevelsOf(features: Table): number[] {
  return [...features.entries()].map(([, column]) => (column.kind === "category" ? column.dictionary.length : 0));
}

/** Index of each column's first weight. */
export function offsetsOf(nLevels: readonly number[]): number[] {
  let next = 0;
  return nLevels.map((levels) => {
    const offset = next;
    next += Math.max(1, levels);
    return offset;
  });
}

/** Lays a table out; NaN becomes 0, a code outside the levels contributes nothing. */
export function designOf(features: Table, nLevels: readonly number[]): Design {
  const offsets = offsetsOf(nLevels);
  const dense: DenseColumn[] = [];
  const sparse: SparseColumn[] = [];
  const levels: LevelColumn[] = [];
  const n = features.nRows;
  let j = 0;
  for (const [, column] of features.entries()) {
    const offset = offsets[j]!;
    if (column.kind === "category") levels.push({ codes: column.codes, nLevels: nLevels[j]!, offset });
    else {
      const counts = countOf(column.values);
      if (counts.nonZero <= mostlyZero * n) sparse.push({ ...nonZeroOf(column.values, counts.nonZero), offset });
      else dense.push({ values: counts.missing === 0 ? column.values : withoutNaN(column.values), offset });
    }
    j++;
  }
  const nWeights = nLevels.reduce((sum, nLevel) => sum + Math.max(1, nLevel), 0);
  return { n, nWeights, dense, sparse, levels };
}

function countOf(values: Float64Array): { nonZero: number; missing: number } {
  let zero = 0;
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === 0) zero++;
    else if (value !== value) missing++;
  }
  return { nonZero: values.length - zero - missing, missing };
}

function nonZeroOf(values: Float64Array, nonZero: number): { rows: Int32Array; values: Float64Array } {
  const rows = new Int32Array(nonZero);
  const kept = new Float64Array(nonZero);
  let k = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === 0 || value !== value) continue;
    rows[k] = i;
    kept[k++] = value;
  }
  return { rows, values: kept };
}

const withoutNaN = (values: Float64Array): Float64Array => {
  const clean = values.slice();
  for (let i = 0; i < clean.length; i++) if (clean[i] !== clean[i]) clean[i] = 0;
  return clean;
};

/** The rows at `indexes`, ascending. */
export function takeDesign(design: Design, indexes: Int32Array): Design {
  const position = new Int32Array(design.n).fill(-1);
  indexes.forEach((row, at) => {
    position[row] = at;
  });
  return {
    n: indexes.length,
    nWeights: design.nWeights,
    dense: design.dense.map(({ values, offset }) => ({ values: takeNumbers(values, indexes), offset })),
    sparse: design.sparse.map(({ rows, values, offset }) => {
      const kept = rows.map((row, k) => (position[row]! < 0 ? -1 : k)).filter((k) => k >= 0);
      return { rows: kept.map((k) => position[rows[k]!]!), values: takeNumbers(values, kept), offset };
    }),
    levels: design.levels.map((column) => ({ ...column, codes: indexes.map((row) => column.codes[row]!) })),
  };
}

/** The numbers at `indexes`. */
export function takeNumbers(values: Float64Array, indexes: Int32Array): Float64Array {
  const taken = new Float64Array(indexes.length);
  for (let k = 0; k < taken.length; k++) taken[k] = values[indexes[k]!]!;
  return taken;
}

/** The rows of each level, ascending. */
export function listsOfLevels({ codes, nLevels }: LevelColumn): Int32Array[] {
  const counts = new Int32Array(nLevels);
  for (const code of codes) if (code >= 0 && code < nLevels) counts[code]!++;
  const lists = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  codes.forEach((code, i) => {
    if (code >= 0 && code < nLevels) lists[code]![counts[code]!++] = i;
  });
  return lists;
}
