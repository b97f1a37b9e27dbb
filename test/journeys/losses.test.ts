import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { customers, fettle, put, scratchFolder, type TrainJson } from "../support.ts";

const focal = `import { defineLoss, sigmoid, log } from "fettle";
import { gamma } from "./gamma.ts";

const pt = (score: number, y: number) => sigmoid(y === 1 ? score : -score);

export const focal = defineLoss({
  link: "logistic",
  loss: (score, y) => -((1 - pt(score, y)) ** gamma) * log(Math.max(pt(score, y), 1e-300)),
  gradient(score, y) {
    const p = pt(score, y);
    const inner = gamma * p * log(Math.max(p, 1e-300)) + p - 1;
    return (y === 1 ? 1 : -1) * (1 - p) ** gamma * inner;
  },
  hessian(score, y) {
    const p = pt(score, y);
    return (1 - p) ** gamma * p * (1 - p);
  },
});
export const infinite = defineLoss({ ...focal, gradient: (score, y) => (y === 1 ? 1 / 0 : score) });
export const endless = defineLoss({
  ...focal,
  hessian(score) {
    for (;;) if (score !== score) return 1;
  },
});
`;

function projectOf(context: TestContext, table: string, definition: string): string {
  const folder = scratchFolder(context);
  for (const name of ["models", "losses"]) mkdirSync(join(folder, name));
  put(folder, "fettle.config.ts", 'import { defineConfig } from "fettle";\nexport default defineConfig({});\n');
  put(folder, "table.csv", table);
  put(folder, "losses/focal.ts", focal);
  put(folder, "losses/gamma.ts", "export const gamma = 2;\n");
  put(folder, "models/model.ts", `import { defineModel } from "fettle";\nexport default defineModel(${definition});\n`);
  return folder;
}

const search = `search: { configurations: [{ family: "gbdt", params: { nTrees: 30 } }] }, evaluation: { resamples: 200, crossValidation: "never" }`;
const withLoss = (name: string) =>
  `{ name: "model", data: { files: ["table.csv"] }, target: { column: "churn" }, loss: { module: "./losses/focal.ts", export: "${name}" }, ${search} }`;

test("a loss of one's own trains, is part of the lineage, and verifies until its code changes", async (context) => {
  const folder = projectOf(context, customers(), withLoss("focal"));
  const ran = await fettle(folder, ["train", "model", "--json"]);
  const trained = ran.json as TrainJson;
  assert.ok(trained.metrics.test.rocAuc!.value! > 0.7);
  assert.match(readFileSync(trained.report, "utf8"), /custom/);
  const verified = await fettle(folder, ["verify", "model@1", "--json"]);
  assert.equal((verified.json as { verdict: string }).verdict, "identical");
  assert.doesNotMatch((await fettle(folder, ["doctor"])).stdout, /differs from/);
  await fettle(folder, ["export", "model@1", "--to", "capsule", "--out", "model.json"]);
  const capsule = readFileSync(join(folder, "model.json"), "utf8");
  assert.match(capsule, /"loss":"custom:focal"/);
  assert.doesNotMatch(capsule, /defineLoss|sigmoid\(/);
  put(folder, "losses/gamma.ts", "export const gamma = 3;\n");
  const changed = await fettle(folder, ["verify", "model@1", "--json"]);
  assert.equal((changed.json as { verdict: string }).verdict, "cannot-verify");
  assert.match((changed.json as { message: string }).message, /focal\.ts" is not what it was/);
  assert.match((await fettle(folder, ["doctor"])).stdout, /differs from what model@1 was trained with/);
});

const wrong = [
  { name: "an infinite gradient", loss: "infinite", code: "FIT_LOSS_NUMBERS", says: /for \d+ of 360 rows/ },
  { name: "an export that is not there", loss: "focus", code: "LOSS_MODULE_UNREADABLE", says: /has no export / },
];

for (const { name, loss, code, says } of wrong)
  test(`${name} of a loss is an error that says so, and leaves no version`, async (context) => {
    const folder = projectOf(context, customers(), withLoss(loss));
    const ran = await fettle(folder, ["train", "model", "--json"]);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr + ran.stdout, new RegExp(code));
    assert.match(ran.stderr + ran.stdout, says);
    assert.equal((await fettle(folder, ["models", "--json"])).stdout.includes('"version":1'), false);
  });

test("a loss that never ends is ended with the training", async (context) => {
  const folder = projectOf(context, customers(), withLoss("endless"));
  const abort = new AbortController();
  const running = fettle(folder, ["train", "model", "--json"], abort.signal);
  setTimeout(() => abort.abort(), 1500);
  assert.equal((await running).exit, 130);
});
