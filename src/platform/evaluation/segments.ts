import type { Table } from "../../ml/table/index.ts";
import type { LogicalType, Schema } from "../data/index.ts";
import { type Binning, binCodes, binningOf } from "./binning.ts";

/** Columns that can be said as conditions, with the bin of every row of one table. */
export interface SegmentColumns {
  readonly binnings: readonly Binning[];
  /** Aligned with `binnings`; each nSamples long. */
  readonly codes: readonly Int32Array[];
}

/** One condition: a bin of a column. */
export interface Condition {
  readonly binning: Binning;
  readonly bin: number;
}

const isSayable: Readonly<Record<LogicalType, boolean>> = {
  number: true,
  integer: true,
  instant: true,
  category: true,
  text: false,
  id: false,
};

/** Cuts the columns of a table that may be shown: no ids, no free text, no personal data. At most `nColumns`. */
export function segmentColumns(
  table: Table,
  schema: Schema,
  hidden: ReadonlySet<string>,
  nColumns = 60,
): SegmentColumns {
  const names = schema
    .filter(({ name, type }) => isSayable[type] && !hidden.has(name) && table.has(name))
    .slice(0, nColumns)
    .map(({ name }) => name);
  const binnings = names.map((name) => binningOf(name, table.column(name)));
  return { binnings, codes: binnings.map((binning, c) => binCodes(binning, table.column(names[c]!))) };
}

/** Row numbers of a table that meet every condition, ascending. */
export function rowsMeeting(conditions: readonly Condition[], table: Table): Int32Array {
  const codes = conditions.map(({ binning }) => binCodes(binning, table.column(binning.column)));
  const rows: number[] = [];
  for (let i = 0; i < table.nRows; i++) if (conditions.every(({ bin }, c) => codes[c]![i] === bin)) rows.push(i);
  return Int32Array.from(rows);
}
