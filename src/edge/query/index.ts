export { type BatchFormat, type BatchWriter, createBatchWriter } from "./batch-writer.ts";
export { type RowBatch, readBatches } from "./batches.ts";
export { duckdbVersion } from "./duckdb.ts";
export { createSourceReader } from "./source-reader.ts";
export { tableFiles } from "./table-files.ts";
