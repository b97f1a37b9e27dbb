import assert from "node:assert/strict";
import { test } from "node:test";
import type { GbdtData } from "../../ml/learners/index.ts";
import { loadPredictor } from "../capsule/index.ts";
import { type ExplanationSummary, summariseExplanations } from "./explanation-summary.ts";
import { trainModel } from "./index.ts";
import { type SampleDefinition, sampleInput } from "./sample-input.ts";

const trees = { configurations: [{ family: "gbdt", params: { nTrees: 10, maxLeaves: 6 } }] } as const;
const linear = { configurations: [{ family: "linear", params: {} }] } as const;

const runs: readonly (SampleDefinition & { readonly says: string })[] = [
  { says: "two classes by trees", column: "binary", search: trees },
  { says: "two classes by a linear model", column: "binary", search: linear },
  { says: "three classes by trees", column: "three", search: trees },
  { says: "quantiles", column: "amount", loss: "quantile", quantiles: [0.1, 0.5, 0.9], search: trees },
  { says: "groups", column: "amount", split: { kind: "group", column: "place" }, search: trees },
  { says: "a ranking", column: "grade", task: "ranking", query: "place", search: trees },
];

for (const { says, ...definition } of runs)
  test(`trainModel() explains ${says}: importances with intervals, rows that add up`, () => {
    const { capsule, report } = trainModel(sampleInput(definition));
    assert.ok("columns" in report.explanations);
    const { columns, swarm, examples, nRows, pairs } = report.explanations as ExplanationSummary;
    const byTrees = capsule.model.kind === "gbdt";
    assert.equal(nRows, report.evaluation.nTest);
    assert.equal(columns.length, capsule.signature.inputs.length);
    for (const {
      meanAbsolute: { value, low, high },
    } of columns) {
      assert.ok(low! <= value! && value! <= high!);
      assert.ok(value! >= 0);
    }
    const gain = columns.reduce((sum, column) => sum + (column.gain ?? 0), 0);
    assert.ok(byTrees ? Math.abs(gain - 1) < 1e-12 : gain === 0);
    assert.equal(swarm === null, definition.column === "three");
    for (const { points } of swarm?.columns ?? []) assert.equal(points.length, nRows);
    if (!byTrees) assert.deepEqual(pairs, []);
    assert.equal(examples.length, definition.task === "ranking" ? 0 : 2);
    for (const {
      explanation: { base, score, contributions, rest = 0 },
    } of examples) {
      const sum = contributions.reduce((total, { contribution }) => total + contribution, base + rest);
      assert.ok(Math.abs(sum - score) < 1e-12);
    }
  });

test("summariseExplanations() shows no value of a hidden column, and says why a model is not explained", () => {
  const { table, definition } = sampleInput({ column: "binary", search: trees });
  const { capsule } = trainModel(sampleInput({ column: "binary", search: trees }));
  const summary = (data: typeof capsule) =>
    summariseExplanations({
      data,
      test: { table, resample: { unit: "row" } },
      outputs: loadPredictor(capsule).predict(table),
      worst: [3],
      hidden: new Set(["a", "level"]),
      seed: definition.seed ?? 1,
    });
  const { examples, swarm } = summary(capsule) as ExplanationSummary;
  const shown = new Map(examples[0]!.explanation.contributions.map(({ feature, value }) => [feature, value]));
  assert.deepEqual([shown.get("a"), shown.get("level")], ["•••", "•••"]);
  assert.match(String(shown.get("when")), /^1970-01-02T/);
  const points = swarm!.columns.find(({ column }) => column === "a")!.points;
  assert.ok(points.every(([, value]) => value === null));
  const { trees: own, ...model } = capsule.model as GbdtData;
  const bare = { ...model, trees: own.map((tree) => ({ ...tree, cover: [] })) };
  assert.deepEqual(summary({ ...capsule, model: bare }), {
    reason: "its trees do not say how many rows reached each node",
  });
});
