export { type BatchFormat, createBatchWriter } from "./batch-writer.ts";
export { readBatches } from "./batches.ts";
export { duckdbVersion } from "./duckdb.ts";
export { createSourceReader } from "./source-reader.ts";
export { tableFiles } from "./table-files.ts";
