import type { LogicalType, ReadOptions } from "../../platform/data/index.ts";
import type { ScoreBatch } from "../../platform/pipelines/index.ts";
import { readLog } from "./file-log.ts";
import { openFiles, type RawRows, readParts } from "./read-files.ts";
import { emptyFile } from "./source-file.ts";
import { countCoerced, typeRows } from "./typed-rows.ts";

/**
 * Reads files in parts of about `batchRows` rows, in memory for one part. Columns in `types` have those types; any other
 * column of a text format is text as it stands. Throws as `createSourceReader` does.
 */
export async function* readBatches(
  paths: readonly string[],
  options: ReadOptions & { readonly types: Readonly<Record<string, LogicalType>> },
  batchRows = 16_384,
): AsyncGenerator<ScoreBatch> {
  const opened = await openFiles(paths, options);
  const log = readLog();
  const parts = readParts(opened, options, batchRows, log);
  let last: RawRows | null = null;
  for await (const rows of parts) {
    yield batchOf(rows);
    last = rows;
  }
  const { nRejected, rejected, notes } = log.take();
  if (last === null) throw emptyFile(opened.files.map(({ name }) => name).join(", "), rejected);
  if (nRejected + notes.length === 0) return;
  const none = typeRows(emptyRows(last), optionsFor(last));
  yield { ...none, nRejected, rejected, notes, nCoerced: new Map() };

  function optionsFor({ columns }: RawRows): ReadOptions {
    const others = columns.filter(({ name, kind }) => kind === "untyped" && !Object.hasOwn(options.types, name));
    const types = Object.fromEntries(others.map(({ name }) => [name, "text" as const]));
    const literalColumns = [...(options.literalColumns ?? []), ...others.map(({ name }) => name)];
    return { ...options, types: { ...types, ...options.types }, literalColumns };
  }
  function batchOf(rows: RawRows): ScoreBatch {
    const { table, schema } = typeRows(rows, optionsFor(rows));
    const counts = rows.columns.map((raw) => [raw.name, countCoerced(raw, table.column(raw.name), options)] as const);
    return { table, schema, ...log.take(), nCoerced: new Map(counts.filter(([, n]) => n > 0)) };
  }
}

function emptyRows({ columns }: RawRows): RawRows {
  return {
    nRows: 0,
    columns: columns.map((column) =>
      "codes" in column
        ? { ...column, codes: new Int32Array(0), dictionary: [] }
        : { ...column, values: new Float64Array(0) },
    ),
  };
}
