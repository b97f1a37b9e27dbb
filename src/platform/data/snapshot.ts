import type { Sha256 } from "../../lib/index.ts";
import type { Schema } from "./schema.ts";
import type { ReadOptions, RejectedRow } from "./source.ts";

/** An immutable dataset. Its id is a hash over schema and values, not over the bytes that happen to store them. */
export interface Snapshot {
  readonly id: Sha256;
  readonly schema: Schema;
  readonly nRows: number;
  /** sha256 of the Parquet object that holds the rows; verified on read. */
  readonly object: Sha256;
  readonly source: {
    readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
    readonly options: ReadOptions;
    readonly nRejected: number;
    readonly rejected: readonly RejectedRow[];
    readonly notes: readonly string[];
  };
}
