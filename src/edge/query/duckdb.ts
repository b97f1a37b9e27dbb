import type { DuckDBConnection, DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";

/** How much DuckDB may take: it would take 80 % of the memory and every core by itself. */
export interface DuckdbLimits {
  /** Default 2. */
  readonly threads?: number;
  /** Default `2GB`. */
  readonly memoryLimit?: string;
}

/** Calls back with a connection to a DuckDB in memory that is closed afterwards. Loaded on first use: it costs 90 ms. */
export async function withDuckdb<T>(
  limits: DuckdbLimits,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { connection, close } = await openDuckdb(limits);
  try {
    return await use(connection);
  } finally {
    close();
  }
}

/** Opens a DuckDB in memory, in UTC, whose results keep the order of the rows on any number of threads. */
export async function openDuckdb(
  limits: DuckdbLimits,
): Promise<{ readonly connection: DuckDBConnection; readonly close: () => void }> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(limits.threads ?? 2),
    memory_limit: limits.memoryLimit ?? "2GB",
    temp_directory: "",
    // A block is the least that a column of a table takes: 256 KiB by default, 2.5 GB for 10,000 columns.
    default_block_size: "16384",
    preserve_insertion_order: "true",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  // Minutes on 10,000 columns, of no use in the simple queries of this room.
  await connection.run(
    "SET disabled_optimizers = 'statistics_propagation,common_subexpressions,unused_columns,column_lifetime'",
  );
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  return { connection, close };
}

/** The result of a query, chunk by chunk (at most 2,048 rows each), without holding all of it. */
export async function* streamChunks(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk;
  }
}

/** Rows of a query as arrays of JavaScript values: for facts about files, never for data. */
export async function queryRows(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRows();
}

/**
 * The values of a DOUBLE vector without boxing: nine times faster than `getItem`. The field is private in the types of
 * the package; the bytes of a null are undefined, so queries replace nulls by NaN.
 */
export function vectorItems(vector: DuckDBVector): Float64Array {
  return (vector as unknown as { readonly items: Float64Array }).items;
}

/**
 * The 16-byte string headers of a VARCHAR vector as four words a row: length, then up to 12 bytes of text in place, or
 * 4 bytes of prefix and a pointer.
 */
export function stringHeaders(vector: DuckDBVector): Uint32Array {
  const { dataView } = vector as unknown as { readonly dataView: DataView };
  return new Uint32Array(dataView.buffer, dataView.byteOffset, dataView.byteLength >> 2);
}

/** A text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A path as the argument of `read_parquet`, with the marks of a file pattern taken literally. */
export function sqlPath(path: string): string {
  return sqlText(path.replace(/[*?[]/g, "[$&]"));
}

/** Version of the DuckDB in use. */
export async function duckdbVersion(): Promise<string> {
  const { version } = await import("@duckdb/node-api");
  return version();
}
