import assert from "node:assert/strict";
import type { Sha256 } from "./lib/index.ts";
import type { ObjectStore, Snapshot } from "./platform/data/index.ts";
import type { Ledger, NewVersion, RunEnd, RunStart } from "./platform/registry/index.ts";

export type {
  AuditRow,
  Ledger,
  ModelVersion,
  NewVersion,
  RunEnd,
  RunRecord,
  RunStart,
} from "./platform/registry/index.ts";
export type { ObjectStore, Sha256, Snapshot };

/** One promise of a port, as a check that throws where it is not kept. */
export interface Conformance<Port> {
  readonly name: string;
  /** `open` gives a fresh, empty implementation at each call. */
  run(open: () => Promise<Port> | Port): Promise<void>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const absent = "0".repeat(64) as Sha256;

/**
 * What every object store keeps. Run them over an implementation of your own:
 *
 * ```ts
 * for (const { name, run } of objectStoreConformance) test(name, () => run(() => createMyStore()));
 * ```
 */
export const objectStoreConformance: readonly Conformance<ObjectStore>[] = [
  {
    name: "put() names bytes by their sha256",
    async run(open) {
      const store = await open();
      const id = await store.put(bytes("abc"));
      assert.equal(id, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
      assert.deepEqual(new Uint8Array(await store.get(id)), bytes("abc"));
    },
  },
  {
    name: "put() of the same bytes again changes nothing",
    async run(open) {
      const store = await open();
      assert.equal(await store.put(bytes("x")), await store.put(bytes("x")));
      assert.equal((await idsOf(store)).length, 1);
    },
  },
  {
    name: "put() keeps empty bytes and large ones",
    async run(open) {
      const store = await open();
      for (const content of [new Uint8Array(0), new Uint8Array(3_000_000).fill(7)])
        assert.deepEqual(new Uint8Array(await store.get(await store.put(content))), content);
    },
  },
  {
    name: "get() of an absent object is OBJECT_NOT_FOUND",
    async run(open) {
      const store = await open();
      assert.equal(await store.has(absent), false);
      await assert.rejects(async () => store.get(absent), { code: "OBJECT_NOT_FOUND" });
      await assert.rejects(async () => store.verifiedPath(absent), { code: "OBJECT_NOT_FOUND" });
    },
  },
  {
    name: "an id that is no sha256 reaches nothing",
    async run(open) {
      const store = await open();
      for (const id of ["../ledger.db", "", "ABC", `${absent}0`])
        await assert.rejects(async () => store.get(id as Sha256), { code: "OBJECT_ID" });
    },
  },
  {
    name: "list() gives every id in ascending order",
    async run(open) {
      const store = await open();
      const ids = await Promise.all(["a", "b", "c", "d"].map((text) => store.put(bytes(text))));
      assert.deepEqual(await idsOf(store), ids.sort());
    },
  },
];

async function idsOf(store: ObjectStore): Promise<Sha256[]> {
  const ids: Sha256[] = [];
  for await (const id of store.list()) ids.push(id);
  return ids;
}

const hash = (digit: string) => digit.repeat(64) as Sha256;

const run: RunStart = {
  id: "run-1",
  model: "churn",
  startedAt: 1_700_000_000_000,
  snapshot: hash("a"),
  definition: hash("b"),
  seed: 1,
  environment: { fettle: "0.1.0", gitCommit: null },
};

const ended = (id: string): RunEnd => ({
  id,
  endedAt: 1_700_000_001_000,
  status: "succeeded",
  metrics: { "test.rocAuc": 0.8 },
  trials: [{ family: "linear", params: {} }],
  resources: { wallSeconds: 1, cpuSeconds: 1.5, peakMemoryBytes: 2 ** 27 },
  error: null,
});

const newVersion = (runId: string): NewVersion => ({
  model: "churn",
  createdAt: 1_700_000_001_000,
  runId,
  snapshot: hash("a"),
  definition: hash("b"),
  definitionObject: hash("c"),
  capsule: hash("d"),
  report: hash("e"),
  gatesPassed: true,
  task: "binary",
  primary: { metric: "rocAuc", value: 0.8, low: 0.7, high: 0.9 },
});

const snapshot: Snapshot = {
  id: hash("a"),
  schema: [{ name: "x", type: "number" }],
  nRows: 3,
  object: hash("f"),
  source: { files: [], options: {}, nRejected: 0, rejected: [], notes: [] },
};

/** What every ledger keeps. */
export const ledgerConformance: readonly Conformance<Ledger>[] = [
  {
    name: "a snapshot is kept once and read back whole",
    async run(open) {
      const ledger = await open();
      await ledger.saveSnapshot(snapshot, 1);
      await ledger.saveSnapshot(snapshot, 2);
      assert.deepEqual(await ledger.snapshot(snapshot.id), snapshot);
      assert.equal(await ledger.snapshot(hash("9")), null);
      await ledger.close();
    },
  },
  {
    name: "a run is read back with its end",
    async run(open) {
      const ledger = await open();
      await ledger.startRun(run);
      assert.deepEqual(await ledger.run(run.id), { ...run, end: null });
      await ledger.endRun({ ...ended(run.id), status: "failed", error: { code: "X", message: "y" } });
      const [kept] = await ledger.runs("churn");
      assert.equal(kept?.end?.status, "failed");
      assert.deepEqual(await ledger.runs("other"), []);
      await ledger.close();
    },
  },
  {
    name: "trials are found by the run they belong to, in the order in which they ended, and not among the runs of a model",
    async run(open) {
      const ledger = await open();
      await ledger.startRun({ ...run, kind: "tune" });
      for (const id of ["trial-1", "trial-2", "trial-3"])
        await ledger.startRun({ ...run, id, kind: "trial", parent: run.id, asked: { number: 1 } });
      for (const id of ["trial-3", "trial-1"]) await ledger.endRun({ ...ended(id), found: { loss: 0.5 } });
      const trials = await ledger.runsOf(run.id);
      assert.deepEqual(
        trials.map(({ id, end }) => [id, end?.found]),
        [
          ["trial-3", { loss: 0.5 }],
          ["trial-1", { loss: 0.5 }],
          ["trial-2", undefined],
        ],
      );
      assert.deepEqual(trials[0]!.asked, { number: 1 });
      assert.deepEqual(
        (await ledger.runs("churn")).map(({ id }) => id),
        [run.id],
      );
      await ledger.close();
    },
  },
  {
    name: "versions count 1, 2, 3 per model, in one transaction with the end of their run",
    async run(open) {
      const ledger = await open();
      for (const id of ["run-1", "run-2"]) {
        await ledger.startRun({ ...run, id });
        await ledger.register(newVersion(id), ended(id), hash("7"));
      }
      assert.deepEqual(
        (await ledger.versions("churn")).map(({ version }) => version),
        [1, 2],
      );
      assert.equal((await ledger.version("churn", 2))?.runId, "run-2");
      assert.equal(await ledger.version("churn", 3), null);
      assert.equal((await ledger.run("run-2"))?.end?.status, "succeeded");
      assert.equal(await ledger.testEvaluations(hash("7")), 2);
      assert.equal(await ledger.testEvaluations(hash("8")), 0);
      await ledger.close();
    },
  },
  {
    name: "a version that was not measured uses no test rows and has no report",
    async run(open) {
      const ledger = await open();
      await ledger.startRun(run);
      const unmeasured = { metric: "rocAuc", value: null, low: null, high: null, reason: "not measured" };
      await ledger.register({ ...newVersion(run.id), report: null, primary: unmeasured }, ended(run.id), null);
      const kept = await ledger.version("churn", 1);
      assert.deepEqual([kept?.report, kept?.primary], [null, unmeasured]);
      assert.equal(await ledger.testEvaluations(hash("7")), 0);
      await ledger.close();
    },
  },
  {
    name: "a registration that fails leaves neither version nor end",
    async run(open) {
      const ledger = await open();
      await ledger.startRun(run);
      await ledger.register(newVersion(run.id), ended(run.id), hash("7"));
      await assert.rejects(ledger.register(newVersion(run.id), ended(run.id), hash("7")));
      assert.equal((await ledger.versions()).length, 1);
      await ledger.close();
    },
  },
  {
    name: "every change has one audit row, chained by hash",
    async run(open) {
      const ledger = await open();
      await ledger.saveSnapshot(snapshot, 1);
      await ledger.startRun(run);
      await ledger.register(newVersion(run.id), ended(run.id), hash("7"));
      const audit = await ledger.audit();
      assert.deepEqual(
        audit.map(({ action }) => action),
        ["snapshot.save", "run.start", "model.register"],
      );
      assert.equal(audit[2]?.previous, audit[1]?.hash);
      await ledger.probeLock();
      await ledger.close();
    },
  },
];
