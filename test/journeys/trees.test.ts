import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { customers, fettle, put, trainedProject } from "../support.ts";

test("constrained boosted trees go on from a version with new rows, are verified, shown and exported", async (context) => {
  const folder = await trainedProject(context);
  const params =
    "{ nTrees: 30, minSamplesLeaf: 10, monotone: { tenure: -1, charges: 1 }, interactions: [['tenure', 'charges']] }";
  const model = join(folder, "models/churn.ts");
  const written = readFileSync(model, "utf8");
  const changed = written.replace(
    /search: \{[^}]*\}/,
    `search: { configurations: [{ family: 'gbdt', params: ${params} }] }`,
  );
  assert.notEqual(changed, written);
  put(folder, "models/churn.ts", changed);
  const asked = ["train", "churn", "--json"];
  assert.ok((await fettle(folder, asked)).exit <= 1);
  put(folder, "customers.csv", customers({ n: 900, seed: 2 }));
  const ran = await fettle(folder, [...asked, "--warm-start", "churn@2"]);
  assert.ok(ran.exit <= 1, ran.stderr);
  assert.equal((ran.json as { warmStart: string }).warmStart, "churn@2");
  assert.match((await fettle(folder, ["show", "churn@3"])).stdout, /goes on from\s+churn@2/);
  const verified = await fettle(folder, ["verify", "churn@3", "--json"]);
  assert.equal((verified.json as { verdict: string }).verdict, "identical");

  assert.equal((await fettle(folder, ["export", "churn@3", "--to", "module", "--out", "churn.mjs"])).exit, 0);
  const { predict } = (await import(pathToFileURL(join(folder, "churn.mjs")).href)) as {
    predict(row: object): { probabilities: { Yes: number } };
  };
  const row = { tenure: 10, contract: "one year", charges: 70, support: 2, since: "2021-05-01" };
  const chances = (name: "tenure" | "charges", values: readonly number[]) =>
    values.map((value) => predict({ ...row, [name]: value }).probabilities.Yes);
  const isRising = (values: readonly number[]) => values.every((value, k) => k === 0 || value >= values[k - 1]!);
  const steps = Array.from({ length: 60 }, (_, k) => k);
  assert.ok(
    isRising(
      chances(
        "charges",
        steps.map((k) => 20 + 2 * k),
      ),
    ),
  );
  assert.ok(isRising(chances("tenure", steps).toReversed()));
});

test("a version that cannot be gone on from is refused by its code", async (context) => {
  const folder = await trainedProject(context);
  const codeOf = async (version: string) => {
    const ran = await fettle(folder, ["train", "churn", "--trials", "2", "--json", "--warm-start", version]);
    assert.equal(ran.exit, 2);
    return /\b[A-Z]+(?:_[A-Z]+)+\b/.exec(`${ran.stdout}${ran.stderr}`)?.[0];
  };
  assert.equal(await codeOf("churn"), "DEFINITION_INVALID");
  assert.equal(await codeOf("churn@9"), "VERSION_NOT_FOUND");
});
