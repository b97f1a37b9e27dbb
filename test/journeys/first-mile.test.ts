import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { openApp } from "../../src/app.ts";
import { createClient } from "../../src/edge/client/index.ts";
import { customers, fettle, put, type TrainJson, train, trainedProject } from "../support.ts";

test("a table becomes a registered, reported version in two commands", async (context) => {
  const folder = await trainedProject(context);
  const again = await train(folder);
  assert.equal(again.model, "churn");
  assert.equal(again.version, 2);
  assert.equal(again.task, "binary");
  assert.match(again.snapshot, /^[0-9a-f]{64}$/);
  const { value, low, high, n } = again.metrics.test.rocAuc!;
  assert.ok(low! < value! && value! < high! && n === 120);
  assert.ok(again.baseline.test.rocAuc!.value! < value!);
  assert.deepEqual(
    again.candidates.map(({ role }) => role),
    ["baseline", "baseline", "candidate", "candidate"],
  );
  for (const key of ["leakage", "violations", "gates"] as const) assert.ok(Array.isArray(again[key]), key);
  assert.match(readFileSync(again.report, "utf8"), /^<!doctype html>/i);
  assert.ok(Object.values(again.seconds).every((seconds) => typeof seconds === "number"));
});

test("the written project is short, typed TypeScript beside its contract", async (context) => {
  const folder = await trainedProject(context);
  const model = readFileSync(join(folder, "models/churn.ts"), "utf8");
  assert.match(model, /defineModel\(\{/);
  assert.ok(model.split("\n").length < 40);
  assert.match(readFileSync(join(folder, "models/churn.contract.ts"), "utf8"), /tenure: \{ type: 'integer', min: 0/);
  for (const name of ["fettle.config.ts", "package.json", "tsconfig.json"])
    assert.ok(existsSync(join(folder, name)), name);
});

test("show, models and diff tell what a version is", async (context) => {
  const folder = await trainedProject(context);
  await fettle(folder, ["train", "churn", "--trials", "2", "--seed", "2"]);
  const shown = await fettle(folder, ["show", "churn@1"]);
  assert.match(shown.stdout, /snapshot/);
  assert.match(shown.stdout, /rocAuc/);
  const listed = await fettle(folder, ["models", "--json"]);
  assert.match(listed.stdout, /"version":2/);
  const differences = await fettle(folder, ["diff", "churn@1", "churn@2"]);
  assert.match(differences.stdout, /seed\s+1\s+2/);
});

test("verify proves the same bytes on one and two threads", async (context) => {
  const folder = await trainedProject(context);
  const verified = await fettle(folder, ["verify", "churn@1", "--json"]);
  assert.equal(verified.exit, 0);
  const { verdict, threads } = verified.json as { verdict: string; threads: { threads: number }[] };
  assert.equal(verdict, "identical");
  assert.deepEqual(
    threads.map((run) => run.threads),
    [1, 2],
  );
});

test("another fettle answers that it cannot verify, which is not that it differs", async (context) => {
  const folder = await trainedProject(context);
  const app = await openApp(folder, { version: "0.2.0" });
  context.after(() => app.close());
  assert.equal((await app.verify("churn@1", {})).verdict, "cannot-verify");
});

test("the server, the exported module and batch scoring answer alike, to the bit", async (context) => {
  const folder = await trainedProject(context);
  put(folder, "new.csv", customers({ n: 50, seed: 9 }));
  const app = await openApp(folder, { version: "0.1.0" });
  const server = await app.serve({
    models: [],
    host: "127.0.0.1",
    port: 0,
    auth: true,
    sync: true,
    allowHost: [],
  });
  context.after(async () => {
    await server.stop();
    await app.close();
  });
  const client = createClient({ url: server.url, token: server.token! });
  const scored = await fettle(folder, ["score", "churn@1", "--in", "new.csv", "--out", "scored.ndjson", "--json"]);
  assert.equal(scored.exit, 0, scored.stderr);
  const rows = readFileSync(join(folder, "scored.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string | number | null>);
  assert.equal(rows.length, 50);
  const exported = await fettle(folder, ["export", "churn@1", "--to", "module", "--out", "churn.mjs", "--json"]);
  assert.equal(exported.exit, 0, exported.stderr);
  assert.doesNotMatch(readFileSync(join(folder, "churn.mjs"), "utf8"), /^\s*import\b|\bimport\(|require\(/m);
  const module = (await import(pathToFileURL(join(folder, "churn.mjs")).href)) as {
    predict(row: object): { probability: number; label: string };
  };
  const { inputs } = await client.describe("churn");
  const requests = rows.map((row) => Object.fromEntries(inputs.map(({ name }) => [name, row[name] ?? null])));
  const { predictions } = await client.predict("churn", requests);
  for (const [i, prediction] of predictions.entries()) {
    assert.ok("label" in prediction);
    const embedded = module.predict(requests[i]!);
    assert.equal(embedded.probability, prediction.probability);
    assert.equal(embedded.label, prediction.label);
    assert.equal(rows[i]!.prediction, prediction.label);
    assert.equal(rows[i]!.probability, prediction.probability);
  }
});

test("a leak is found, named and left out; --keep takes it back and fails the gate", async (context) => {
  const folder = await trainedProject(context, {
    extra: (i, churned) => ({ cancellation_reason: churned ? ["price", "moved", "service"][i % 3]! : "" }),
  });
  const trained = await train(folder);
  assert.deepEqual(trained.excluded, ["cancellation_reason"]);
  assert.ok(trained.pretended!.withLeak > trained.pretended!.without + 0.05);
  const kept = await fettle(folder, ["train", "churn", "--trials", "1", "--keep", "cancellation_reason", "--json"]);
  assert.equal(kept.exit, 1);
  const gates = (kept.json as TrainJson).gates;
  assert.equal(gates.find(({ name }) => name === "no-known-leak")?.passed, false);
});

test("doctor finds nothing wrong with a healthy project, and a changed definition", async (context) => {
  const folder = await trainedProject(context);
  assert.equal((await fettle(folder, ["doctor"])).exit, 0);
  const path = join(folder, "models/churn.ts");
  put(folder, "models/churn.ts", readFileSync(path, "utf8").replace("seed: 1", "seed: 7"));
  assert.match((await fettle(folder, ["doctor"])).stdout, /differs from what churn@1 was trained with/);
});

test("a cancelled training leaves no version and exits 130", async (context) => {
  const folder = await trainedProject(context);
  const abort = new AbortController();
  const running = fettle(folder, ["train", "churn", "--trials", "100", "--json"], abort.signal);
  setTimeout(() => abort.abort(), 400);
  const cancelled = await running;
  assert.equal(cancelled.exit, 130);
  const listed = await fettle(folder, ["models", "--json"]);
  assert.doesNotMatch(listed.stdout, /"version":2/);
});
