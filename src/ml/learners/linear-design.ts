import type { Table } from "../table/index.ts";
import { columnsOfBlock } from "./linear-blocks.ts";

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
  /** Weights in all: one per number column, one per level of a category, then one per entry of a sparse block. */
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

/** Lays a table out. NaN is not looked for in dense columns: see {@link withoutNaN}. A code outside the levels contributes nothing. */
export function designOf(features: Table, nLevels: readonly number[]): Design {
  const offsets = offsetsOf(nLevels);
  const dense: DenseColumn[] = [];
  const sparse: SparseColumn[] = [];
  const levels: LevelColumn[] = [];
  [...features.entries()].forEach(([, column], j) => {
    const offset = offsets[j]!;
    if (column.kind === "category") levels.push({ codes: column.codes, nLevels: nLevels[j]!, offset });
    else if (isMostlyZero(column.values)) sparse.push({ ...nonZeroOf(column.values), offset });
    else dense.push({ values: column.values, offset });
  });
  let nWeights = nLevels.reduce((sum, nLevel) => sum + Math.max(1, nLevel), 0);
  for (const block of features.blocks) {
    for (const column of columnsOfBlock(block, nWeights)) sparse.push(column);
    nWeights += block.width;
  }
  return { n: features.nRows, nWeights, dense, sparse, levels };
}

/** The design with 0 for NaN in the dense columns that `isClean` does not vouch for. */
export function withoutNaN(design: Design, isClean: (offset: number) => boolean): Design {
  const clean = (value: number) => (value === value ? value : 0);
  const dense = design.dense.map(({ values, offset }) => ({
    values: isClean(offset) ? values : values.map(clean),
    offset,
  }));
  return { ...design, dense };
}

// A few rows tell most dense columns from those that need counting.
function isMostlyZero(values: Float64Array): boolean {
  const stride = Math.max(1, Math.floor(values.length / 128));
  return shareNonZero(values, stride) <= 2 * mostlyZero && shareNonZero(values, 1) <= mostlyZero;
}

function shareNonZero(values: Float64Array, stride: number): number {
  let seen = 0;
  let nonZero = 0;
  for (let i = 0; i < values.length; i += stride, seen++) if (values[i]! > 0 || values[i]! < 0) nonZero++;
  return nonZero / seen;
}

function nonZeroOf(values: Float64Array): { rows: Int32Array; values: Float64Array } {
  const rows: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i]! > 0 || values[i]! < 0) rows.push(i);
  const at = Int32Array.from(rows);
  return { rows: at, values: takeNumbers(values, at) };
}

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
