import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import type { Column } from "../../ml/table/index.ts";
import { storageOf } from "../../platform/data/index.ts";
import type { PartWriter } from "./batch-text.ts";
import { openDuckdb, sqlName, sqlPath, sqlText, vectorItems, withDuckdb } from "./duckdb.ts";

const rowsPerChunk = 2048;
const mostRowsPerPart = 1 << 16;
const cellsPerPart = 1 << 19;

const limits = { threads: 1, memoryLimit: "128MB" };

type Opened = Awaited<ReturnType<typeof openDuckdb>>;

function closedOnce({ connection, close }: Opened): Opened {
  let open = true;
  return {
    connection,
    close() {
      if (open) close();
      open = false;
    },
  };
}

interface PartColumn {
  readonly name: string;
  readonly storage: Column["kind"];
  /** Whether every number so far is a safe integer and none is −0. */
  isWhole: boolean;
}

/**
 * Writes Parquet: rows gather in DuckDB's memory, about half a million cells of them go to a part file, and one streaming
 * COPY joins the parts. Only then it is known which numbers are whole and become BIGINT, and which instants become TIMESTAMP.
 */
export async function parquetWriter(path: string): Promise<PartWriter> {
  const { connection, close } = closedOnce(await openDuckdb(limits));
  const folder = `${path}-parts`;
  const parts: string[] = [];
  let columns: PartColumn[] = [];
  let chunk: DuckDBDataChunk | null = null;
  let appender: DuckDBAppender | null = null;
  let buffered = 0;
  let rowsPerPart = mostRowsPerPart;

  async function flush(): Promise<void> {
    appender?.flushSync();
    if (parts.length === 0) await mkdir(folder, { recursive: true });
    const part = join(folder, `${String(parts.length).padStart(6, "0")}.parquet`);
    await connection.run(`COPY buffered TO ${sqlText(part)} (FORMAT parquet)`);
    await connection.run("TRUNCATE buffered");
    parts.push(part);
    buffered = 0;
  }
  async function end(): Promise<void> {
    close();
    await rm(folder, { recursive: true, force: true });
  }
  return {
    async write(table, schema) {
      if (columns.length === 0) {
        columns = schema.map(({ name, type }) => ({ name, storage: storageOf[type], isWhole: true }));
        rowsPerPart = Math.max(rowsPerChunk, Math.min(mostRowsPerPart, Math.floor(cellsPerPart / columns.length)));
        await createTable(connection, columns);
      }
      const taken = columns.map(({ name }) => table.column(name));
      columns.forEach((column, k) => {
        column.isWhole &&= isWhole(taken[k]!);
      });
      chunk ??= await createChunk(columns);
      appender ??= await connection.createAppender("buffered");
      for (let start = 0; start < table.nRows; start += rowsPerChunk) {
        const n = Math.min(rowsPerChunk, table.nRows - start);
        appendChunk(appender, chunk, taken, start, n);
        buffered += n;
        if (buffered < rowsPerPart) continue;
        await flush();
      }
    },
    async finish() {
      try {
        if (parts.length > 0 && buffered > 0) await flush();
        appender?.closeSync();
        const join = (relation: string) =>
          `COPY (SELECT ${columns.map(selection).join(", ")} FROM ${relation}) TO ${sqlText(path)} (FORMAT parquet, ROW_GROUP_SIZE ${rowsPerPart})`;
        if (parts.length === 0) await connection.run(join("buffered"));
        else {
          // The parts are joined by a fresh DuckDB: the memory of the first is given back before.
          close();
          await withDuckdb(limits, (fresh) => fresh.run(join(`read_parquet([${parts.map(sqlPath).join(", ")}])`)));
        }
      } finally {
        await end();
      }
      return [];
    },
    abort: end,
  };
}

async function createTable(connection: DuckDBConnection, columns: readonly PartColumn[]): Promise<void> {
  const types = columns.map(({ storage }, k) => `c${k} ${storage === "category" ? "VARCHAR" : "DOUBLE"}`);
  await connection.run(`CREATE TABLE buffered (${types.join(", ")})`);
}

async function createChunk(columns: readonly PartColumn[]): Promise<DuckDBDataChunk> {
  const { DuckDBDataChunk, DOUBLE, VARCHAR } = await import("@duckdb/node-api");
  return DuckDBDataChunk.create(columns.map(({ storage }) => (storage === "category" ? VARCHAR : DOUBLE)));
}

// One chunk is used over and over: the memory of a dropped one is only freed with the garbage.
function appendChunk(
  appender: DuckDBAppender,
  chunk: DuckDBDataChunk,
  columns: readonly Column[],
  start: number,
  n: number,
): void {
  chunk.reset();
  chunk.rowCount = n;
  columns.forEach((column, k) => {
    const vector = chunk.getColumnVector(k);
    if (column.kind !== "category") {
      const values = column.values.subarray(start, start + n);
      vectorItems(vector).set(values);
      for (let i = 0; i < n; i++) if (Number.isNaN(values[i]!)) vector.setItem(i, null);
    } else
      for (let i = 0; i < n; i++) {
        const code = column.codes[start + i]!;
        vector.setItem(i, code < 0 ? null : column.dictionary[code]!);
      }
    vector.flush();
  });
  appender.appendDataChunk(chunk);
}

function selection({ storage, isWhole, name }: PartColumn, k: number): string {
  const as = `AS ${sqlName(name === "" ? `column${k + 1}` : name)}`;
  if (storage === "category" || !isWhole) return `c${k} ${as}`;
  return storage === "instant" ? `make_timestamp(c${k}::BIGINT * 1000) ${as}` : `c${k}::BIGINT ${as}`;
}

function isWhole(column: Column): boolean {
  if (column.kind === "category") return true;
  return column.values.every((value) => Number.isNaN(value) || (Number.isSafeInteger(value) && !Object.is(value, -0)));
}
