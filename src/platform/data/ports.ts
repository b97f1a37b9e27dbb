import type { Sha256 } from "../../lib/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { Schema } from "./schema.ts";

/**
 * Port: immutable bytes by their sha256. A put is durable when its promise resolves; a get verifies every byte and throws
 * OBJECT_DAMAGED (kind `damaged`) or OBJECT_NOT_FOUND. One conformance suite runs over every implementation.
 */
export interface ObjectStore {
  put(bytes: Uint8Array): Promise<Sha256>;
  /** Takes a finished file in by copy. */
  putFile(path: string): Promise<Sha256>;
  get(id: Sha256): Promise<Uint8Array>;
  /** A local path to the object's bytes, verified just now. */
  verifiedPath(id: Sha256): Promise<string>;
  has(id: Sha256): Promise<boolean>;
  /** Every object's id, in ascending order. */
  list(): AsyncIterable<Sha256>;
}

/** Port: tables as Parquet files that Fettle wrote itself. */
export interface TableFiles {
  /** Writes a whole table; the file is there, complete, when the promise resolves. */
  write(table: Table, schema: Schema, path: string): Promise<void>;
  /** Reads it back, column for column; any number of threads gives the same table. */
  read(path: string, schema: Schema, options?: { readonly threads?: number }): Promise<Table>;
}
