import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "../../lib/index.ts";
import { type Explainer, explainerOf, type StackData } from "../../ml/learners/index.ts";
import { type Capsule, loadPredictor, manifestOf, openCapsule } from "../capsule/index.ts";
import { loadFeatures } from "../features/index.ts";
import { partOf } from "./part.ts";
import { prepareRun } from "./prepare-run.ts";
import { sampleInput, sampleTable } from "./sample-input.ts";
import { familyFeatures, search } from "./search.ts";
import { refitChosen, tryStack } from "./stack.ts";
import { trainModel } from "./train.ts";

const configurations = [
  { family: "linear", params: {} },
  { family: "gbdt", params: { nTrees: 30, maxLeaves: 8 } },
  { family: "gam", params: { nBags: 2, nRounds: 60, interactions: 1 } },
] as const;

// The stack is refitted whether or not the search would choose it.
function stackOf(definition: Parameters<typeof sampleInput>[0]) {
  const run = prepareRun(sampleInput({ ...definition, search: { configurations } }));
  const [train, validation] = [partOf(run, run.split.train), partOf(run, run.split.validation)];
  const features = {
    linear: familyFeatures(run, "linear", [], train, validation),
    gbdt: familyFeatures(run, "gbdt", [], train, validation),
  };
  const input = { run, train, validation, metric: definition.column === "amount" ? "rmse" : "logLoss", hooks: {} };
  const { trials } = search({ ...input, features, configurations, stack: null, maxSeconds: 60 });
  const trial = tryStack(
    input,
    [],
    trials.filter(({ role }) => role === "candidate"),
  )!;
  return {
    run,
    trial,
    trials,
    test: partOf(run, run.split.test),
    fitted: refitChosen(run, trial, [], run.split.train, {}),
  };
}

const cases = [
  { says: "two classes", column: "binary" },
  { says: "three classes", column: "three" },
  { says: "numbers in groups", column: "amount", split: { kind: "group", column: "place" } },
  { says: "numbers in time", column: "amount", split: { kind: "time", column: "when" } },
] as const;

for (const { says, ...definition } of cases)
  test(`a stack of three families, ${says}: a row equals the batch, models that count for nothing are left out, and it explains itself`, () => {
    const { trial, test: part, fitted } = stackOf(definition);
    const { features, model } = fitted;
    const data = model.toJSON() as StackData;
    assert.ok(data.bases.length >= 2 && data.weights.every((weight) => weight > 0), `${data.weights}`);
    assert.equal(Object.keys(trial.learner.params).length, 3);
    assert.deepEqual(trial.stack!.weights, data.weights);
    const table = features.transform(part.table);
    const outputs = model.predict(table);
    const explained = (explainerOf(data) as Explainer).explain(table);
    const encoded = new Float64Array(features.outputs.length);
    const encode = features.compileRow();
    const read = loadFeatures(JSON.parse(JSON.stringify(features.toJSON())));
    const out = new Float64Array(model.nOutputs);
    const stride = encoded.length + 1;
    for (let i = 0; i < part.table.nRows; i++) {
      const cells = part.table.row(i);
      const raw = read.inputs.map(({ name, type }) =>
        type === "instant" ? part.table.instants(name).values[i]! : cells[name]!,
      );
      encode(raw, encoded);
      model.predictRow(encoded, out);
      const expected = outputs.slice(i * model.nOutputs, (i + 1) * model.nOutputs);
      assert.deepEqual(out, expected);
      const scores = Array.from(out, (_, k) => {
        const from = (i * model.nOutputs + k) * stride;
        return explained.subarray(from, from + stride).reduce((sum, share) => sum + share, 0);
      });
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      const linked = { binary: (s: number) => 1 / (1 + Math.exp(-s)), multiclass: (s: number) => Math.exp(s) / total };
      scores.forEach((score, k) => {
        const said = model.task === "regression" ? score : linked[model.task as "binary" | "multiclass"](score);
        assert.ok(Math.abs(said - expected[k]!) <= 1e-9 * Math.max(1, Math.abs(said)), `${said} is not ${expected[k]}`);
      });
    }
  });

test("a stack is no worse on validation rows than the worst of its models, and is tried last", () => {
  const { trial, trials } = stackOf({ column: "amount" });
  const worst = Math.max(...trial.stack!.bases.map(({ value }) => value.value!));
  assert.ok(trial.value.value! < worst, `${trial.value.value} is not below ${worst}`);
  assert.equal(trials.at(-1)!.stack, null);
});

test("trainModel() makes a stack that opens from its capsule, is replayed by its configurations, and is named in the report", () => {
  const input = sampleInput({ column: "amount", search: { configurations, stack: true } }, sampleTable(800));
  const { capsule, report, trials } = trainModel(input);
  assert.deepEqual(trials, configurations);
  assert.deepEqual(manifestOf(trainModel({ ...input, trials }).capsule), manifestOf(capsule));
  const read = JSON.parse(canonicalJson(capsule)) as Capsule;
  openCapsule(read);
  assert.equal(loadPredictor(read).nOutputs, 1);
  const last = report.candidates.at(-1)!;
  assert.deepEqual([last.name, last.family], ["stack", "stack"]);
  assert.deepEqual(Object.keys(last.params).sort(), ["additive model", "boosted trees", "linear"]);
});

test("trainModel() makes no stack of a single configuration", () => {
  const { report } = trainModel(
    sampleInput({ column: "binary", search: { configurations: configurations.slice(0, 1), stack: true } }),
  );
  assert.ok(report.candidates.every(({ name }) => name !== "stack"));
});
