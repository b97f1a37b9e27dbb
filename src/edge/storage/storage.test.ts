import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { PredictionRecord } from "../../platform/serving/index.ts";
import { ledgerConformance, objectStoreConformance } from "../../testing.ts";
import {
  createObjectStore,
  type DurableStep,
  isSafeSqlite,
  openLedger,
  openPredictionLog,
  readPredictionLog,
  sqliteVersion,
  writeDurably,
} from "./index.ts";

function scratch(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "fettle-storage-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

for (const { name, run } of objectStoreConformance)
  test(`object store on disk: ${name}`, (context) => run(() => createObjectStore(scratch(context))));

for (const { name, run } of ledgerConformance)
  test(`SQLite ledger: ${name}`, (context) => run(() => openLedger(scratch(context))));

test("createObjectStore() reports a flipped byte as damage", async (context) => {
  const folder = scratch(context);
  const store = createObjectStore(folder);
  const id = await store.put(new TextEncoder().encode("whole"));
  const path = join(folder, "objects", id.slice(0, 2), id);
  writeFileSync(path, "whale");
  await assert.rejects(async () => store.get(id), { code: "OBJECT_DAMAGED", kind: "damaged" });
  await assert.rejects(async () => store.verifiedPath(id), { code: "OBJECT_DAMAGED" });
});

test("writeDurably() goes through its steps in order and leaves no temporary file", (context) => {
  const folder = scratch(context);
  const steps: DurableStep[] = [];
  writeDurably(
    join(folder, "a", "file"),
    join(folder, "tmp"),
    (path) => writeFileSync(path, "x"),
    (step) => steps.push(step),
  );
  assert.deepEqual(steps, ["temp-written", "file-synced", "renamed", "folder-synced"]);
  assert.deepEqual(readdirSync(join(folder, "tmp")), []);
  assert.throws(() =>
    writeDurably(join(folder, "b"), join(folder, "tmp"), () => {
      throw new Error("disk full");
    }),
  );
  assert.deepEqual(readdirSync(join(folder, "tmp")), []);
});

test("openLedger() keeps its folder to its owner and survives reopening", async (context) => {
  const folder = join(scratch(context), "store");
  const ledger = openLedger(folder);
  await ledger.close();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  const again = openLedger(folder);
  assert.deepEqual(await again.versions(), []);
  await again.close();
});

test("isSafeSqlite() knows the release that mended the WAL-reset damage", () => {
  assert.equal(isSafeSqlite("3.51.3"), true);
  assert.equal(isSafeSqlite("3.52.0"), true);
  assert.equal(isSafeSqlite("3.51.2"), false);
  assert.equal(isSafeSqlite("3.9.9"), false);
  assert.equal(isSafeSqlite(sqliteVersion()), true);
});

const record = (k: number): PredictionRecord => ({
  id: `id-${k}`,
  at: k,
  model: "churn",
  version: 1,
  inputs: [k, "text", null],
  outputs: [0.1 + 0.2],
  latencyUs: 30,
});

test("openPredictionLog() gives back what it was given, at either ack level", async (context) => {
  for (const ackLevel of ["buffered", "sync"] as const) {
    const folder = scratch(context);
    const log = openPredictionLog(folder, { ackLevel, now: () => 1 });
    await log.append([record(1), record(2)]);
    if (ackLevel === "sync") assert.equal(readPredictionLog(folder).records.length, 2);
    await log.close();
    assert.deepEqual(readPredictionLog(folder), { records: [record(1), record(2)], tornBytes: 0 });
  }
});

test("readPredictionLog() passes over a torn tail, and calls a changed frame damage", async (context) => {
  const folder = scratch(context);
  const log = openPredictionLog(folder, { now: () => 1 });
  await log.append([record(1), record(2)]);
  await log.close();
  const name = readdirSync(join(folder, "predictions"))[0]!;
  const path = join(folder, "predictions", name);
  truncateSync(path, statSync(path).size - 5);
  const torn = readPredictionLog(folder);
  assert.deepEqual(torn.records, [record(1)]);
  assert.ok(torn.tornBytes > 0);
  const bytes = readFileSync(path);
  bytes[12]! ^= 1;
  writeFileSync(path, bytes);
  assert.throws(() => readPredictionLog(folder), { code: "PREDICTIONS_DAMAGED" });
});
