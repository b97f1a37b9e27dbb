import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Kysely, SqliteDialect, sql, type Transaction } from "kysely";
import { canonicalJson, FettleError, hashOf, type Sha256, sha256 } from "../../lib/index.ts";
import type { Snapshot } from "../../platform/data/index.ts";
import type { Ledger, ModelVersion, RunEnd, RunRecord, RunStart } from "../../platform/registry/index.ts";
import { type LedgerTables, prepareDatabase } from "./ledger-schema.ts";

const firstLink = "0".repeat(64) as Sha256;

/** Version of the SQLite engine in use. */
export function sqliteVersion(): string {
  const memory = new Database(":memory:");
  try {
    return memory.prepare("select sqlite_version()").pluck().get() as string;
  } finally {
    memory.close();
  }
}

/** Options of {@link openLedger}. */
export interface LedgerOptions {
  /** Told just before and just after a transaction commits; fault tests end the process there. */
  readonly onStep?: (step: "before-commit" | "committed", action: string) => void;
}

/**
 * Opens (or creates) the ledger `ledger.db` in a `.fettle` folder: SQLite in WAL mode with synchronous=FULL, so what is
 * acknowledged survives a power loss. SQLite has no checksums of its own: each row that matters carries the sha256 of its
 * body, checked on every read.
 */
export function openLedger(dir: string, options: LedgerOptions = {}): Ledger {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const database = guard(() => {
    const opened = new Database(join(dir, "ledger.db"));
    prepareDatabase(opened);
    return opened;
  });
  const db = new Kysely<LedgerTables>({ dialect: new SqliteDialect({ database }) });

  // Every change is one transaction that ends with one audit row, chained to the row before by its hash.
  async function change(
    action: string,
    subject: string,
    at: number,
    write: (tx: Transaction<LedgerTables>) => Promise<void>,
  ) {
    await guardAsync(() =>
      db.transaction().execute(async (tx) => {
        await write(tx);
        const last = await tx
          .selectFrom("audit")
          .select(["seq", "hash"])
          .orderBy("seq", "desc")
          .limit(1)
          .executeTakeFirst();
        const previous = last?.hash ?? firstLink;
        const seq = (last?.seq ?? 0) + 1;
        await tx
          .insertInto("audit")
          .values({ seq, at, action, subject, previous, hash: hashOf([seq, at, action, subject, previous]) })
          .execute();
        options.onStep?.("before-commit", action);
      }),
    );
    options.onStep?.("committed", action);
  }

  async function insertEnd(tx: Transaction<LedgerTables>, end: RunEnd): Promise<void> {
    await tx
      .insertInto("run_ends")
      .values({ run_id: end.id, ended_at: end.endedAt, status: end.status, ...sealed(end) })
      .execute();
    const metrics = Object.entries(end.metrics).map(([key, value]) => ({ run_id: end.id, key, step: 0, value }));
    if (metrics.length > 0) await tx.insertInto("run_metrics").values(metrics).execute();
  }

  const runQuery = () =>
    db
      .selectFrom("runs")
      .leftJoin("run_ends", "run_ends.run_id", "runs.id")
      .select(["runs.id", "runs.body", "runs.row_hash", "run_ends.body as end_body", "run_ends.row_hash as end_hash"]);
  type RunRow = { id: string; body: string; row_hash: string; end_body: string | null; end_hash: string | null };
  const toRun = (row: RunRow): RunRecord => ({
    ...unsealed<RunStart>("run", row),
    end:
      row.end_body === null ? null : unsealed<RunEnd>("run end", { body: row.end_body, row_hash: row.end_hash ?? "" }),
  });

  return {
    async saveSnapshot(snapshot, at) {
      if (await this.snapshot(snapshot.id)) return;
      await change("snapshot.save", snapshot.id, at, async (tx) => {
        await tx
          .insertInto("snapshots")
          .values({ id: snapshot.id, created_at: at, ...sealed(snapshot) })
          .execute();
      });
    },
    async snapshot(id) {
      const row = await guardAsync(() =>
        db.selectFrom("snapshots").selectAll().where("id", "=", id).executeTakeFirst(),
      );
      return row ? unsealed<Snapshot>("snapshot", row) : null;
    },
    startRun: (run) =>
      change("run.start", run.id, run.startedAt, async (tx) => {
        const { id, model, startedAt, kind = "train", parent = null } = run;
        await tx
          .insertInto("runs")
          .values({ id, model, started_at: startedAt, kind, parent, ...sealed(run) })
          .execute();
      }),
    endRun: (end) => change(`run.${end.status}`, end.id, end.endedAt, (tx) => insertEnd(tx, end)),
    async register(version, end, testRows) {
      let registered: ModelVersion | undefined;
      await change("model.register", `${version.model} by run ${version.runId}`, version.createdAt, async (tx) => {
        await insertEnd(tx, end);
        if (testRows !== null)
          await tx
            .insertInto("test_evaluations")
            .values({ test_rows: testRows, run_id: end.id, at: end.endedAt })
            .execute();
        const last = await tx
          .selectFrom("model_versions")
          .select(db.fn.max("version").as("version"))
          .where("model", "=", version.model)
          .executeTakeFirst();
        registered = { ...version, version: (last?.version ?? 0) + 1 };
        const { model, createdAt, runId } = version;
        await tx
          .insertInto("model_versions")
          .values({ model, version: registered.version, created_at: createdAt, run_id: runId, ...sealed(registered) })
          .execute();
      });
      return registered!;
    },
    async run(id) {
      const row = await guardAsync(() => runQuery().where("runs.id", "=", id).executeTakeFirst());
      return row ? toRun(row) : null;
    },
    async runs(model) {
      const all = runQuery().where("runs.kind", "!=", "trial");
      const query = model === undefined ? all : all.where("runs.model", "=", model);
      return (await guardAsync(() => query.orderBy("runs.started_at").orderBy("runs.id").execute())).map(toRun);
    },
    async runsOf(parent) {
      // Rows of run_ends are numbered in the order in which they were written.
      const query = runQuery()
        .where("runs.parent", "=", parent)
        .orderBy(sql`run_ends.rowid IS NULL`)
        .orderBy(sql`run_ends.rowid`)
        .orderBy("runs.id");
      return (await guardAsync(() => query.execute())).map(toRun);
    },
    async versions(model) {
      const all = db.selectFrom("model_versions").selectAll().orderBy("model").orderBy("version");
      const rows = await guardAsync(() => (model === undefined ? all : all.where("model", "=", model)).execute());
      return rows.map((row) => unsealed<ModelVersion>("model version", row));
    },
    async version(model, version) {
      const query = db
        .selectFrom("model_versions")
        .selectAll()
        .where("model", "=", model)
        .where("version", "=", version);
      const row = await guardAsync(() => query.executeTakeFirst());
      return row ? unsealed<ModelVersion>("model version", row) : null;
    },
    async testEvaluations(testRows) {
      const query = db
        .selectFrom("test_evaluations")
        .select(db.fn.countAll<number>().as("n"))
        .where("test_rows", "=", testRows);
      return (await guardAsync(() => query.executeTakeFirstOrThrow())).n;
    },
    async audit() {
      const rows = await guardAsync(() => db.selectFrom("audit").selectAll().orderBy("seq").execute());
      let previous = firstLink;
      for (const row of rows) {
        if (row.previous !== previous || row.hash !== hashOf([row.seq, row.at, row.action, row.subject, row.previous]))
          throw damagedRow("audit");
        previous = row.hash as Sha256;
      }
      return rows.map((row) => ({ ...row, previous: row.previous as Sha256, hash: row.hash as Sha256 }));
    },
    async probeLock() {
      guard(() => database.transaction(() => {}).immediate());
    },
    close: () => db.destroy(),
  };
}

// A body with the hash that later proves it whole.
function sealed(value: unknown): { body: string; row_hash: string } {
  const body = canonicalJson(value);
  return { body, row_hash: sha256(body) };
}

function unsealed<T>(what: string, row: { body: string; row_hash: string }): T {
  if (sha256(row.body) !== row.row_hash) throw damagedRow(what);
  return JSON.parse(row.body) as T;
}

function damagedRow(what: string, cause?: unknown): FettleError {
  return new FettleError(
    "damaged",
    "LEDGER_DAMAGED",
    `Cannot read the ledger: a ${what} row does not match its hash, the row that was written is needed`,
    {
      hint: "Restore .fettle/ledger.db from a backup; nothing is guessed from a damaged ledger",
      cause,
    },
  );
}

// SQLite's own words for damage become ours; everything else passes.
function asOurs(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string" && /^SQLITE_(CORRUPT|NOTADB)/.test(code))
    return new FettleError(
      "damaged",
      "LEDGER_DAMAGED",
      "Cannot read the ledger: its file is damaged, the file that was written is needed",
      {
        hint: "Restore .fettle/ledger.db from a backup; nothing is guessed from a damaged ledger",
        cause: error,
      },
    );
  if (typeof code === "string" && /^SQLITE_(BUSY|LOCKED)/.test(code))
    return new FettleError(
      "unavailable",
      "LEDGER_BUSY",
      "Cannot write the ledger: another process has held it for 5 s, a free ledger is needed",
      { cause: error },
    );
  if (typeof code === "string" && /^SQLITE_(READONLY|FULL|IOERR|CANTOPEN)/.test(code))
    return new FettleError(
      "unavailable",
      "LEDGER_UNWRITABLE",
      `Cannot use the ledger: the disk answers ${code}, a writable folder with free space is needed`,
      {
        hint: 'Run "fettle doctor"',
        cause: error,
      },
    );
  return error;
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asOurs(error);
  }
}

async function guardAsync<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asOurs(error);
  }
}
