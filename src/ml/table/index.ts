export {
  type CategoryColumn,
  type Cell,
  type Column,
  categoryColumn,
  cellOf,
  columnLength,
  countMissing,
  type InstantColumn,
  instantColumn,
  isMissing,
  type NumberColumn,
  numberColumn,
  takeRows,
} from "./column.ts";
export { type SparseBlock, type SparseRow, sparseBlock, sparseRowOf } from "./sparse-block.ts";
export { Table } from "./table.ts";
