import type { SourceReader } from "../../platform/data/index.ts";
import { readLog } from "./file-log.ts";
import { openFiles, type RawRows, readParts } from "./read-files.ts";
import { emptyFile } from "./source-file.ts";
import { typeRows } from "./typed-rows.ts";

/**
 * Reads CSV, TSV, JSON, NDJSON, Parquet and svmlight files; files read together are put below one another, columns joined by name.
 * Throws DATA_FILE_MISSING, DATA_EMPTY (no row), DATA_FORMAT, DATA_UNREADABLE, ENCODING_UNKNOWN, READ_OPTION.
 */
export function createSourceReader(): SourceReader {
  return {
    async read(paths, options = {}) {
      const opened = await openFiles(paths, options);
      const log = readLog();
      const parts = readParts(opened, options, Number.POSITIVE_INFINITY, log);
      let rows: RawRows | null = null;
      let step = await parts.next();
      for (; !step.done; step = await parts.next()) rows = step.value;
      const { notes, ...rejects } = log.take();
      const files = opened.files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }));
      if (rows === null) throw emptyFile(files.map(({ name }) => name).join(", "), rejects.rejected);
      const typed = typeRows(rows, options);
      return {
        table: typed.table,
        schema: typed.schema,
        options: step.value,
        files,
        ...rejects,
        notes: [...notes, ...typed.notes],
      };
    },
  };
}
