import assert from "node:assert/strict";
import { test } from "node:test";
import { numberColumn } from "../../ml/table/index.ts";
import { meanLoss } from "../tuning/index.ts";
import { openTrials, type TrialRequest, type TuneSettings } from "./index.ts";
import { type SampleDefinition, sampleInput, sampleTable } from "./sample-input.ts";

const settings: TuneSettings = { folds: 3, window: "expanding", embargo: 0, objectives: ["quality"], outerFolds: 0 };
const trees = {
  family: "gbdt",
  params: { nTrees: 30, learningRate: 0.5, maxLeaves: 6, earlyStoppingRounds: 0 },
} as const;
const request: TrialRequest = { outer: null, configuration: trees, cutoffs: {} };

function open(definition: SampleDefinition, changed: Partial<TuneSettings> = {}, table = sampleTable(240)) {
  return openTrials({ ...sampleInput(definition, table), settings: { ...settings, ...changed } });
}

const cases: readonly (SampleDefinition & { readonly says: string; readonly measured: RegExp })[] = [
  { says: "two classes", column: "binary", measured: /^by 3 stratified folds$/ },
  { says: "three classes", column: "three", measured: /stratified/ },
  { says: "a number and weights", column: "amount", weight: "weight", measured: /stratified/ },
  { says: "groups", column: "binary", split: { kind: "group", column: "place" }, measured: /folds of whole groups/ },
  {
    says: "time",
    column: "amount",
    split: { kind: "time", column: "when" },
    measured: /3 folds in time \(expanding window\)/,
  },
];
for (const { says, measured, ...definition } of cases)
  test(`runTrial() with ${says}: the same outcome from the same request, its loss that of its blocks`, () => {
    const bench = open(definition);
    assert.match(bench.subject.says, measured);
    const outcome = bench.runTrial(request, {});
    assert.deepEqual(bench.runTrial(request, {}), outcome);
    assert.equal(outcome.status, "complete");
    assert.equal(outcome.loss, meanLoss(outcome.blocks!));
    assert.equal(outcome.foldLosses.length, 3);
    assert.ok(outcome.value !== null && outcome.bytes! > 100 && outcome.rounds! >= 1);
    assert.deepEqual(
      outcome.rungs.map(({ rung }) => rung),
      ["gbdt way 9", "fold 1"],
    );
    assert.equal(outcome.latencyMicros, null, "not asked for");
  });

test("runTrial() ends at the first rung whose cutoff it misses, and passes one that it meets", () => {
  const bench = open({ column: "amount" });
  const { rungs } = bench.runTrial(request, {});
  rungs.forEach(({ rung, loss }, k) => {
    const missed = bench.runTrial({ ...request, cutoffs: { [rung]: loss * 0.999 } }, {});
    assert.deepEqual([missed.status, missed.loss, missed.rungs.length], ["pruned", null, k + 1]);
    assert.equal(bench.runTrial({ ...request, cutoffs: { [rung]: loss } }, {}).status, "complete");
  });
});

test("runTrial() never looks at test rows: other values there change nothing", () => {
  const table = sampleTable(240);
  const split = { kind: "time", column: "when" } as const;
  const changed = table.with(
    "amount",
    numberColumn(table.numbers("amount").values.map((value, i) => (i >= 200 ? value + 1000 : value))),
  );
  const [plain, other] = [table, changed].map((one) =>
    open({ column: "amount", split }, {}, one).runTrial(request, {}),
  );
  assert.deepEqual(other, plain);
});

test("runTrial() measures the served form where latency is asked for", () => {
  let ticks = 0;
  const bench = open({ column: "binary" }, { objectives: ["quality", "latency"] });
  const { latencyMicros } = bench.runTrial(request, { elapsedSeconds: () => (ticks++ * 7) / 1e6 });
  assert.ok(Math.abs(latencyMicros! - 7) < 1e-6, String(latencyMicros));
});

test("openTrials() with 1 fold takes the validation part of the split, with the embargo in time", () => {
  const split = { kind: "time", column: "when" } as const;
  const day = 86_400_000;
  const loss = (embargo: number) => open({ column: "amount", split }, { folds: 1, embargo }).runTrial(request, {}).loss;
  assert.notEqual(loss(20 * day), loss(0));
  assert.match(open({ column: "binary" }, { folds: 1 }).subject.says, /validation part/);
});

test("runOuter() measures rows that the outer fold's trials did not see", () => {
  const bench = open({ column: "binary" }, { outerFolds: 2 });
  const inner = bench.runTrial({ ...request, outer: 1 }, {});
  assert.notDeepEqual(inner.foldLosses, bench.runTrial(request, {}).foldLosses);
  const { blocks, value } = bench.runOuter!({ outer: 1, configuration: trees, rounds: inner.rounds }, {});
  assert.ok(value! > 0.5);
  assert.equal(
    blocks.weights.reduce((sum, weight) => sum + weight, 0),
    96,
    "half of the 192 rows before the test",
  );
});

test("openTrials() refuses families that cannot learn the loss in the learner's own words", () => {
  assert.throws(() => open({ column: "amount", loss: "absolute", search: { families: ["linear"] } }), {
    code: "FAMILY_LOSS",
  });
});
