import type { Database } from "better-sqlite3";
import { FettleError } from "../../lib/index.ts";

/** Tables of the ledger. Rows are only ever inserted; JSON columns are text. */
export interface LedgerTables {
  snapshots: { id: string; created_at: number; body: string; row_hash: string };
  runs: {
    id: string;
    model: string;
    started_at: number;
    body: string;
    row_hash: string;
    kind: string;
    parent: string | null;
  };
  run_ends: { run_id: string; ended_at: number; status: string; body: string; row_hash: string };
  run_metrics: { run_id: string; key: string; step: number; value: number };
  model_versions: {
    model: string;
    version: number;
    created_at: number;
    run_id: string;
    body: string;
    row_hash: string;
  };
  test_evaluations: { test_rows: string; run_id: string; at: number };
  audit: { seq: number; at: number; action: string; subject: string; previous: string; hash: string };
}

// One entry per schema version; user_version counts how many have been applied.
const migrations = [
  `CREATE TABLE snapshots (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, body TEXT NOT NULL, row_hash TEXT NOT NULL) STRICT;
   CREATE TABLE runs (id TEXT PRIMARY KEY, model TEXT NOT NULL, started_at INTEGER NOT NULL, body TEXT NOT NULL, row_hash TEXT NOT NULL) STRICT;
   CREATE INDEX runs_by_model ON runs (model, started_at);
   CREATE TABLE run_ends (run_id TEXT PRIMARY KEY REFERENCES runs (id), ended_at INTEGER NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL, row_hash TEXT NOT NULL) STRICT;
   CREATE TABLE run_metrics (run_id TEXT NOT NULL REFERENCES runs (id), key TEXT NOT NULL, step INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (run_id, key, step)) STRICT, WITHOUT ROWID;
   CREATE TABLE model_versions (model TEXT NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL, run_id TEXT NOT NULL REFERENCES runs (id), body TEXT NOT NULL, row_hash TEXT NOT NULL, PRIMARY KEY (model, version)) STRICT;
   CREATE TABLE test_evaluations (test_rows TEXT NOT NULL, run_id TEXT NOT NULL REFERENCES runs (id), at INTEGER NOT NULL, PRIMARY KEY (test_rows, run_id)) STRICT;
   CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT;`,
  `ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'train';
   ALTER TABLE runs ADD COLUMN parent TEXT;
   CREATE INDEX runs_by_parent ON runs (parent);`,
];

/** Oldest SQLite without the WAL-reset corruption (fixed in 3.51.3, https://sqlite.org/wal.html#walresetbug). */
export const oldestSqlite = [3, 51, 3] as const;

/** Whether a version text such as `3.54.1` is at least {@link oldestSqlite}. */
export function isSafeSqlite(version: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [i, needed] of oldestSqlite.entries()) if ((parts[i] ?? 0) !== needed) return (parts[i] ?? 0) > needed;
  return true;
}

/** Sets durability, checks the engine and brings the schema up to date, one transaction per step. */
export function prepareDatabase(database: Database): void {
  const version = database.prepare("select sqlite_version() as v").pluck().get() as string;
  if (!isSafeSqlite(version))
    throw new FettleError(
      "unavailable",
      "LEDGER_SQLITE_OLD",
      `Cannot open the ledger: SQLite is ${version}, ${oldestSqlite.join(".")} or newer is needed`,
    );
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("foreign_keys = ON");
  database.pragma("busy_timeout = 5000");
  const applied = database.pragma("user_version", { simple: true }) as number;
  if (applied > migrations.length)
    throw new FettleError(
      "not-ready",
      "LEDGER_NEWER",
      `Cannot open the ledger: its schema is version ${applied}, this fettle knows ${migrations.length}`,
      {
        hint: "Use the newer fettle that wrote it",
      },
    );
  for (let i = applied; i < migrations.length; i++)
    database
      .transaction(() => {
        // Another process may have migrated between the reading above and this lock.
        if ((database.pragma("user_version", { simple: true }) as number) > i) return;
        database.exec(migrations[i]!);
        database.pragma(`user_version = ${i + 1}`);
      })
      .immediate();
}
