import type { Table } from "../../ml/table/index.ts";
import type { LogicalType, Schema } from "./schema.ts";

/** File formats that a source may have. */
export type SourceFormat = "csv" | "tsv" | "json" | "ndjson" | "parquet" | "svmlight";

/** How to read files. Everything left out is detected, and what was detected is recorded in {@link SourceReading}. */
export interface ReadOptions {
  readonly format?: SourceFormat;
  /** One character between fields. */
  readonly separator?: string;
  /** Quote character; an empty string reads quotes as plain text. */
  readonly quote?: string;
  /** Whether the first row holds names. Without one, columns are `column1` … `columnN`. */
  readonly header?: boolean;
  /** A WHATWG label: `utf-8`, `utf-16le`, `windows-1252` … */
  readonly encoding?: string;
  /** Texts that mean missing, besides the empty field. Default: `NA`, `N/A`, `#N/A`, `NaN`, `nan`, `NULL`, `null`, `?`, `-`. Not `None`. */
  readonly missing?: readonly string[];
  /** Columns to which no missing mark is applied: the target. The empty field stays missing. */
  readonly literalColumns?: readonly string[];
  /** Types that a user fixed; others are inferred. */
  readonly types?: Readonly<Record<string, LogicalType>>;
}

/** A row that could not be read: counted and shown, never dropped in silence. */
export interface RejectedRow {
  readonly file: string;
  /** 1-based line in the file. */
  readonly line: number;
  readonly reason: string;
}

/** What was found in files and how they were read. */
export interface SourceReading {
  readonly table: Table;
  readonly schema: Schema;
  /** The options in force, detected or given: reading again with them gives the same table. */
  readonly options: ReadOptions;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  readonly nRejected: number;
  /** The first 100. */
  readonly rejected: readonly RejectedRow[];
  /** Facts a user should know, one sentence each: values coerced, columns renamed, NUL bytes removed … */
  readonly notes: readonly string[];
}

/** Port: reads files into one table. The edge implements it. */
export interface SourceReader {
  read(files: readonly string[], options?: ReadOptions): Promise<SourceReading>;
}
