import { hashOf } from "../src/lib/index.ts";
import type { Table } from "../src/ml/table/index.ts";
import { type Schema, snapshotId } from "../src/platform/data/index.ts";

/** A table as a training takes it, without an earlier version and without an official test part. */
export function untouched(table: Table, schema: Schema) {
  return {
    snapshot: {
      id: snapshotId(table, schema),
      schema,
      nRows: table.nRows,
      object: hashOf("object"),
      source: { files: [], options: {}, nRejected: 0, rejected: [], notes: [] },
    },
    table,
    testStart: null,
    champion: null,
  };
}
