import assert from "node:assert/strict";
import { test } from "node:test";
import { FettleError } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { loadCapsule } from "../capsule/index.ts";
import type { Schema } from "../data/index.ts";
import type { ModelVersion } from "../registry/index.ts";
import type { ModelDefinition } from "../training/index.ts";
import { compareVersions, type PipelinePorts, trainRun, verifyRun } from "./index.ts";
import { portsOf } from "./memory-ports.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import { trainAny } from "./tasks.ts";

const schema: Schema = [
  { name: "x", type: "number" },
  { name: "plan", type: "category" },
  { name: "left", type: "category" },
];

function tableOf(n: number, label: (score: number, i: number) => string | null): Table {
  const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898) * 3);
  return Table.of({
    x: numberColumn(x),
    plan: categoryColumn(Array.from(x, (_, i) => `plan ${i % 3}`)),
    left: categoryColumn(Array.from(x, (score, i) => label(score + Math.cos(i * 78.233), i))),
  });
}

const honest = tableOf(300, (score) => (score > 0 ? "yes" : "no"));
const definition: ModelDefinition = {
  name: "churn",
  data: { files: ["a.csv"] },
  target: { column: "left" },
  search: { configurations: [{ family: "linear", params: {} }] },
  evaluation: { resamples: 200, crossValidation: "never" },
};

const train = (ports: PipelinePorts, rest: Partial<ModelDefinition> = {}) =>
  trainRun(ports, { ...definition, ...rest }, (path) => path);

test("trainRun() registers a version with everything that leads back to its data", async () => {
  const { ports, objects, runs } = portsOf({ "a.csv": honest }, schema);
  const { version, report, reportPath } = await train(ports);
  assert.deepEqual([version.version, report.version, reportPath], [1, 1, "churn-1.html"]);
  assert.ok(version.gatesPassed);
  for (const id of [version.capsule, version.report, version.definitionObject]) assert.ok(objects.has(id!));
  const run = runs.get(version.runId)!;
  assert.equal(run.end?.status, "succeeded");
  assert.equal(run.end?.metrics["test.rocAuc"], version.primary.value);
  assert.equal(report.split.testEvaluations, 1);
  assert.equal(report.reproduce, "fettle verify churn@1");
});

test("trainRun() compares with the champion, counts the use of the test rows, and gives equal capsules for equal input", async () => {
  const { ports, versions } = portsOf({ "a.csv": honest }, schema);
  await train(ports);
  const second = await train(ports);
  assert.equal(second.report.champion, "churn@1");
  assert.equal(second.report.split.testEvaluations, 2);
  const third = await train(ports, { seed: 2 });
  assert.equal(third.report.split.testEvaluations, 1, "another seed parts the rows in another way");
  assert.equal(versions[0]!.snapshot, versions[2]!.snapshot);
  const found = compareVersions(
    { version: versions[1]!, report: second.report },
    { version: versions[2]!, report: third.report },
  );
  assert.deepEqual(
    found.find(({ what }) => what === "seed"),
    { what: "seed", left: "1", right: "2" },
  );
  assert.ok(!found.some(({ what }) => what === "snapshot" || what === "columns"));
  assert.deepEqual(
    compareVersions({ version: versions[1]!, report: second.report }, { version: versions[1]!, report: second.report }),
    [],
  );
});

test("trainRun() leaves a run that says why it failed, and no version", async () => {
  const { ports, versions, runs } = portsOf({ "a.csv": tableOf(300, () => "no") }, schema);
  await assert.rejects(train(ports), { code: "TARGET_CONSTANT" });
  assert.equal(versions.length, 0);
  assert.deepEqual(runs.get("run-1")?.end?.error?.code, "TARGET_CONSTANT");
  const broken = portsOf({ "a.csv": honest }, schema);
  const fails: PipelinePorts = { ...broken.ports, train: () => Promise.reject(new Error("secret row value")) };
  await assert.rejects(train(fails));
  assert.deepEqual(broken.runs.get("run-1")?.end?.error, { code: "INTERNAL", message: "an internal error happened" });
  const cancelled: PipelinePorts = {
    ...broken.ports,
    train: () => Promise.reject(new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish")),
  };
  await assert.rejects(train(cancelled), { code: "FIT_CANCELLED" });
  assert.equal([...broken.runs.values()].at(-1)?.end?.status, "cancelled");
  await assert.rejects(train(broken.ports, { name: "../churn" }), { code: "MODEL_NAME" });
});

test("verifyRun() trains again and finds the same bytes, also for a version that had a champion", async () => {
  const { ports } = portsOf({ "a.csv": honest }, schema);
  await train(ports);
  await train(ports, { search: { trials: 2, families: ["linear"] } });
  for (const version of [1, 2]) {
    const verification = await verifyRun(ports, { model: "churn", version });
    assert.equal(verification.verdict, "identical", verification.message);
    assert.deepEqual(
      verification.threads.map(({ threads }) => threads),
      [1, 2],
    );
  }
});

test("verifyRun() repeats as many resamples of a small table as time allowed", async () => {
  const { ports, versions } = portsOf({ "a.csv": honest }, schema);
  let seconds = 0;
  const hurried: PipelinePorts = {
    ...ports,
    train: async (input) => trainAny(input, { elapsedSeconds: () => seconds++ }),
  };
  await train(hurried, { search: { ...definition.search, seconds: 25 }, evaluation: { resamples: 200 } });
  const { evaluation } = await loadCapsule(ports.objects, versions[0]!.capsule);
  const { nResamples, nPlanned } = evaluation!.repeated!;
  assert.ok(nResamples >= 2 && nResamples < nPlanned, `${nResamples} of ${nPlanned}`);
  const verification = await verifyRun(ports, { model: "churn", version: 1 });
  assert.equal(verification.verdict, "identical", verification.message);
});

test("trainRun() goes on from an earlier version, and verifyRun() does so again", async () => {
  const { ports } = portsOf({ "a.csv": honest }, schema);
  const search = { configurations: [{ family: "gbdt", params: { nTrees: 5, maxLeaves: 4 } }] } as const;
  await train(ports, { search });
  const { version, report } = await train(ports, { search, warmStart: "churn@1" });
  assert.equal(report.warmStart, "churn@1");
  const { model } = await loadCapsule(ports.objects, version.capsule);
  assert.ok(model.kind === "gbdt" && model.trees.length > 5);
  const verification = await verifyRun(ports, { model: "churn", version: 2 });
  assert.equal(verification.verdict, "identical", verification.message);
  const [first, second] = await Promise.all([1, 2].map((number) => ports.ledger.version("churn", number)));
  const reportOf = async ({ report: id }: ModelVersion) =>
    JSON.parse(new TextDecoder().decode(await ports.objects.get(id!))) as typeof report;
  const found = compareVersions(
    { version: first!, report: await reportOf(first!) },
    { version: second!, report: await reportOf(second!) },
  );
  assert.deepEqual(
    found.find(({ what }) => what === "goes on from"),
    { what: "goes on from", left: "nothing", right: "churn@1" },
  );
  await assert.rejects(train(ports, { search, warmStart: "churn@7" }), { code: "VERSION_NOT_FOUND" });
});

test("verifyRun() says what differs, refuses damaged rows, and says nothing of another fettle's model", async () => {
  const { ports, tables } = portsOf({ "a.csv": honest }, schema);
  const { version } = await train(ports);
  const reference = { model: "churn", version: 1 };
  const other = await verifyRun(
    {
      ...ports,
      train: async (input) => trainAny({ ...input, definition: { ...input.definition, seed: 9 } } as typeof input),
    },
    reference,
  );
  assert.equal(other.verdict, "differs");
  assert.match(other.message, /lineage/);
  const elsewhere = await verifyRun({ ...ports, environment: async () => ({ fettle: "9.9.9" }) }, reference);
  assert.equal(elsewhere.verdict, "cannot-verify");
  const { object } = (await ports.ledger.snapshot(version.snapshot))!;
  tables.set(object, honest.with("x", numberColumn(new Float64Array(300))));
  await assert.rejects(verifyRun(ports, reference), { code: "SNAPSHOT_DAMAGED" });
});

test("takeSnapshot() reads the target literally, and the user's literal columns too", async () => {
  const { ports, asked } = portsOf({ "a.csv": honest }, schema);
  const options = { literalColumns: ["plan"], separator: ";" };
  await takeSnapshot(ports, { ...definition, data: { files: ["a.csv"], options } }, (path) => path);
  assert.deepEqual(asked[0], { separator: ";", literalColumns: ["left", "plan"] });
});

test("takeSnapshot() puts an official test file below, and mends labels that end in a full stop", async () => {
  const official = tableOf(100, (score, i) => (i === 7 ? null : score > 0 ? "yes." : "no."));
  const { ports } = portsOf({ "a.csv": honest, "t.csv": official }, schema);
  const taken = await takeSnapshot(ports, { ...definition, data: { files: ["a.csv"], test: "t.csv" } }, (path) => path);
  assert.equal(taken.testStart, 300);
  assert.equal(taken.table.nRows, 400);
  assert.deepEqual([...taken.table.categories("left").dictionary].sort(), ["no", "yes"]);
  assert.equal(taken.table.categories("left").codes[307], -1);
  assert.match(taken.snapshot.source.notes.join(), /full stop/);
});

test("takeSnapshot() refuses a test file with other columns or other classes", async () => {
  const wrong = {
    "a.csv": honest,
    "t.csv": honest.drop(["x", "plan"]),
    "u.csv": tableOf(50, (_, i) => `class ${i % 2}`),
  };
  const { ports } = portsOf(wrong, schema);
  const take = (file: string) =>
    takeSnapshot(ports, { ...definition, data: { files: ["a.csv"], test: file } }, (path) => path);
  await assert.rejects(take("t.csv"), { code: "TEST_FILE_COLUMNS", facts: { absent: ["x", "plan"] } });
  await assert.rejects(take("u.csv"), { code: "TEST_FILE_TARGET" });
});
