export type { DurableStep, StepHook } from "./durable-file.ts";
export { writeDurably } from "./durable-file.ts";
export { isSafeSqlite, oldestSqlite } from "./ledger-schema.ts";
export { createObjectStore, hashFile } from "./object-store.ts";
export { openPredictionLog, type PredictionLogOptions, readPredictionLog } from "./prediction-log.ts";
export { type LedgerOptions, openLedger, sqliteVersion } from "./sqlite-ledger.ts";
