import { open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FettleError } from "../../lib/index.ts";
import type { ScoreWriter } from "../../platform/pipelines/index.ts";
import { parquetWriter } from "./batch-parquet.ts";
import { type PartWriter, textWriter } from "./batch-text.ts";

/** Formats that a table is written in. */
export type BatchFormat = "parquet" | "csv" | "ndjson";

let count = 0;

/**
 * Starts a writer; an older file under the name stays until `finish` is done. Its scratch files lie beside `path`. Throws OUTPUT_FOLDER_MISSING where its folder does not exist,
 * OUTPUT_IS_FOLDER where `path` is one.
 */
export async function createBatchWriter(path: string, format: BatchFormat): Promise<ScoreWriter> {
  const target = resolve(path);
  const folder = dirname(target);
  if (!(await isFolder(folder)))
    throw new FettleError("not-found", "OUTPUT_FOLDER_MISSING", `Cannot write "${path}": its folder does not exist`, {
      hint: `Make it first: mkdir -p "${folder}"`,
    });
  if (await isFolder(target))
    throw new FettleError(
      "invalid-input",
      "OUTPUT_IS_FOLDER",
      `Cannot write "${path}": it is a folder, a file is needed`,
    );
  count += 1;
  const temporary = join(folder, `.${basename(target)}.${process.pid}-${count}.tmp`);
  const writer: PartWriter =
    format === "parquet" ? await parquetWriter(temporary) : await textWriter(temporary, format);
  let isDone = false;
  return {
    write: (table, schema) => writer.write(table, schema),
    async finish() {
      const notes = await writer.finish();
      await syncPath(temporary);
      await rename(temporary, target);
      isDone = true;
      await syncPath(folder);
      return notes;
    },
    async abort() {
      if (isDone) return;
      await writer.abort();
      await rm(temporary, { force: true });
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

async function syncPath(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}
