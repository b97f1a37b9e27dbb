import type { DuckDBConnection } from "@duckdb/node-api";
import { FettleError } from "../../lib/index.ts";
import type { ReadOptions, SourceFormat, TextColumn } from "../../platform/data/index.ts";
import { readCsv } from "./csv-file.ts";
import { openDuckdb, sqlPath, streamChunks } from "./duckdb.ts";
import type { ReadLog } from "./file-log.ts";
import { readJson } from "./json-file.ts";
import {
  numberCollector,
  type ParquetColumn,
  parquetColumns,
  textVectorCollector,
  type VectorCollector,
} from "./parquet-columns.ts";
import { detectFormat, emptyFile, inspectFile, type SourceFile } from "./source-file.ts";
import { readSvmlight } from "./svmlight-file.ts";
import { textTable } from "./text-columns.ts";

/** One column as a file gives it: texts of which the type is to be found, or values that have a type. */
export type RawColumn =
  | ({ readonly kind: "untyped" | "text" | "boolean" } & TextColumn)
  | { readonly kind: "number" | "integer" | "instant"; readonly name: string; readonly values: Float64Array };

/** Rows of files, columns of equal length. */
export interface RawRows {
  readonly nRows: number;
  readonly columns: readonly RawColumn[];
}

/** Files that were looked at, all of one format. */
export interface OpenedFiles {
  readonly format: SourceFormat;
  readonly files: readonly SourceFile[];
}

/** Looks at every file. Throws as `inspectFile` does, and DATA_FORMATS where the formats differ. */
export async function openFiles(paths: readonly string[], options: ReadOptions): Promise<OpenedFiles> {
  const files: SourceFile[] = [];
  for (const path of paths) files.push(await inspectFile(path));
  const [first, ...rest] = files;
  if (first === undefined) throw emptyFile("no file");
  const format = options.format ?? detectFormat(first);
  const other = options.format === undefined ? rest.find((file) => detectFormat(file) !== format) : undefined;
  if (other === undefined) return { format, files };
  throw new FettleError(
    "invalid-input",
    "DATA_FORMATS",
    `Cannot read the files together: "${first.name}" is ${format}, "${other.name}" is ${detectFormat(other)}, one format is needed`,
    { facts: { file: other.name } },
  );
}

/**
 * Reads files row by row and gives the rows over in parts: one is given when it has `rowsPerPart` rows, at the next pause
 * of the reading (256 KiB of text, 2,048 rows of Parquet). Every file's columns are joined by name. Returns the options in
 * force; one that differs between the files is left out, so that it is detected again.
 */
export async function* readParts(
  { format, files }: OpenedFiles,
  options: ReadOptions,
  rowsPerPart: number,
  log: ReadLog,
): AsyncGenerator<RawRows, ReadOptions> {
  if (format === "parquet") {
    yield* parquetParts(files, rowsPerPart);
    return { ...options, format };
  }
  const table = textTable();
  const given = format === "tsv" ? { separator: "\t", ...options } : options;
  const found: ReadOptions[] = [];
  for (const file of files) {
    const fileLog = log.forFile(file.name);
    const reading =
      format === "json" || format === "ndjson"
        ? readJson(file, format, given, table, fileLog)
        : format === "svmlight"
          ? readSvmlight(file, given, table, fileLog)
          : readCsv(file, given, table, fileLog);
    for (;;) {
      const step = await reading.next();
      if (step.done) {
        found.push(step.value);
        break;
      }
      if (table.nRows >= rowsPerPart) yield takeRows();
    }
  }
  if (table.nRows > 0) yield takeRows();
  return { ...sharedOptions(found), format };

  function takeRows(): RawRows {
    const { nRows } = table;
    return { nRows, columns: table.take().map((column) => ({ kind: "untyped" as const, ...column })) };
  }
}

function sharedOptions(found: readonly ReadOptions[]): ReadOptions {
  const [first = {}, ...rest] = found;
  const isShared = ([key, value]: [string, unknown]) =>
    rest.every((other) => (other as Record<string, unknown>)[key] === value);
  return Object.fromEntries(Object.entries(first).filter(isShared));
}

async function* parquetParts(files: readonly SourceFile[], rowsPerPart: number): AsyncGenerator<RawRows> {
  const { connection, close } = await openDuckdb({});
  try {
    yield* relationParts(
      connection,
      `read_parquet([${files.map((file) => sqlPath(file.path)).join(", ")}], union_by_name = true, binary_as_string = true)`,
      rowsPerPart,
    );
  } catch (cause) {
    if (cause instanceof FettleError) throw cause;
    const names = files.map((file) => file.name).join(", ");
    throw new FettleError(
      "invalid-input",
      "DATA_UNREADABLE",
      `Cannot read "${names}": it is no whole Parquet file, one is needed`,
      { facts: { file: names }, cause },
    );
  } finally {
    close();
  }
}

/** The rows of an SQL relation, in parts, in the order of the relation. */
export async function* relationParts(
  connection: DuckDBConnection,
  relation: string,
  rowsPerPart: number,
): AsyncGenerator<RawRows> {
  const described = await parquetColumns(connection, relation);
  const columns = described.map(columnCollector);
  let nRows = 0;
  const take = (): RawRows => {
    const taken = { nRows, columns: columns.map((column) => column.take()) };
    nRows = 0;
    return taken;
  };
  const sql = `SELECT ${described.map(({ expression }) => expression).join(", ")} FROM ${relation}`;
  for await (const chunk of streamChunks(connection, sql)) {
    columns.forEach((column, k) => {
      column.add(chunk.getColumnVector(k), chunk.rowCount);
    });
    nRows += chunk.rowCount;
    if (nRows >= rowsPerPart) yield take();
  }
  if (nRows > 0) yield take();
}

function columnCollector({ name, kind }: ParquetColumn): VectorCollector<RawColumn> {
  if (kind === "text" || kind === "boolean") {
    const texts = textVectorCollector();
    return { add: texts.add, take: () => ({ name, kind, ...texts.take() }) };
  }
  const numbers = numberCollector();
  return { add: numbers.add, take: () => ({ name, kind, values: numbers.take() }) };
}
