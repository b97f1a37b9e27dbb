import { FettleError, nearestName } from "../../lib/index.ts";
import {
  type CategoryColumn,
  type Cell,
  type Column,
  cellOf,
  columnLength,
  type InstantColumn,
  type NumberColumn,
  takeRows,
} from "./column.ts";
import { type SparseBlock, takeSparseRows } from "./sparse-block.ts";

/**
 * An immutable, columnar table: named columns of equal length, in a stated order. Verbs return a new table that shares
 * the columns they do not change. A table of features may hold sparse blocks beside its columns; they go along with every verb.
 */
export class Table {
  readonly nRows: number;
  readonly names: readonly string[];
  /** Known by their places; none in a table of sources. */
  readonly blocks: readonly SparseBlock[];
  readonly #columns: ReadonlyMap<string, Column>;

  private constructor(columns: ReadonlyMap<string, Column>, nRows: number, blocks: readonly SparseBlock[]) {
    this.#columns = columns;
    this.blocks = blocks;
    this.names = [...columns.keys()];
    this.nRows = nRows;
  }

  /**
   * A table from named columns, and sparse blocks of as many rows. `nRows` is needed only where there is no column.
   * Throws TABLE_COLUMNS_UNEQUAL where lengths differ.
   */
  static of(
    columns: Readonly<Record<string, Column>> | Iterable<readonly [string, Column]>,
    nRows?: number,
    blocks: readonly SparseBlock[] = [],
  ): Table {
    const entries =
      Symbol.iterator in columns ? [...(columns as Iterable<readonly [string, Column]>)] : Object.entries(columns);
    const map = new Map(entries);
    const rows = nRows ?? (entries[0] ? columnLength(entries[0][1]) : 0);
    for (const [name, column] of map)
      if (columnLength(column) !== rows)
        throw new FettleError(
          "invalid-input",
          "TABLE_COLUMNS_UNEQUAL",
          `Cannot build a table: column "${name}" has ${columnLength(column)} rows, ${rows} are needed`,
        );
    return new Table(map, rows, blocks);
  }

  get nColumns(): number {
    return this.names.length;
  }

  has(name: string): boolean {
    return this.#columns.has(name);
  }

  /** The column of that name. Throws TABLE_COLUMN_UNKNOWN, with the nearest name as a hint. */
  column(name: string): Column {
    const column = this.#columns.get(name);
    if (column) return column;
    const near = nearestName(name, this.names);
    throw new FettleError(
      "invalid-input",
      "TABLE_COLUMN_UNKNOWN",
      `Cannot read column "${name}": the table has no such column`,
      {
        hint: near === undefined ? `Its columns are: ${this.names.slice(0, 20).join(", ")}` : `Did you mean "${near}"?`,
        facts: { column: name },
      },
    );
  }

  /** The number column of that name; throws TABLE_COLUMN_KIND for another kind. */
  numbers(name: string): NumberColumn {
    return this.#ofKind(name, "number") as NumberColumn;
  }

  /** The category column of that name; throws TABLE_COLUMN_KIND for another kind. */
  categories(name: string): CategoryColumn {
    return this.#ofKind(name, "category") as CategoryColumn;
  }

  /** The instant column of that name; throws TABLE_COLUMN_KIND for another kind. */
  instants(name: string): InstantColumn {
    return this.#ofKind(name, "instant") as InstantColumn;
  }

  /** Names and columns in order. */
  entries(): IterableIterator<[string, Column]> {
    return this.#columns.entries() as IterableIterator<[string, Column]>;
  }

  /** Only these columns, in this order. */
  select(names: readonly string[]): Table {
    return Table.of(
      names.map((name) => [name, this.column(name)] as const),
      this.nRows,
      this.blocks,
    );
  }

  /** All columns but these; names that are absent are ignored. */
  drop(names: Iterable<string>): Table {
    const dropped = new Set(names);
    return this.select(this.names.filter((name) => !dropped.has(name)));
  }

  /** This table with a column added at the end, or replaced in place. */
  with(name: string, column: Column): Table {
    return Table.of(
      new Map([...this.#columns, [name, column]]),
      this.nColumns === 0 ? columnLength(column) : this.nRows,
      this.blocks,
    );
  }

  /** The rows at `indexes` (0-based), in that order. */
  take(indexes: ArrayLike<number>): Table {
    return Table.of(
      [...this.#columns].map(([name, column]) => [name, takeRows(column, indexes)] as const),
      indexes.length,
      this.blocks.map((block) => takeSparseRows(block, indexes)),
    );
  }

  /** Rows from `start` up to, not including, `end`. */
  slice(start: number, end: number): Table {
    const from = Math.max(0, start);
    const to = Math.max(from, Math.min(this.nRows, end));
    return this.take(Int32Array.from({ length: to - from }, (_, i) => from + i));
  }

  /** Row `i` as an object of cells. */
  row(i: number): Record<string, Cell> {
    return Object.fromEntries([...this.#columns].map(([name, column]) => [name, cellOf(column, i)]));
  }

  #ofKind(name: string, kind: Column["kind"]): Column {
    const column = this.column(name);
    if (column.kind === kind) return column;
    throw new FettleError(
      "invalid-input",
      "TABLE_COLUMN_KIND",
      `Cannot read column "${name}" as ${kind}: it holds ${column.kind} values, ${kind} values are needed`,
      { facts: { column: name, kind: column.kind } },
    );
  }
}
