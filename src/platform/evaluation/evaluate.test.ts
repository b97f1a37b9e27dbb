import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, createRng, FettleError } from "../../lib/index.ts";
import type { Task } from "../../ml/learners/index.ts";
import { sigmoid } from "../../ml/stats/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import {
  type EvaluationInput,
  evaluate,
  measureMetric,
  measureModel,
  primaryMetric,
  type ScoredPart,
} from "./index.ts";

const nResamples = 100;

/** Parts of n rows scored by a model that knows the truth but for noise, for any task. */
function inputOf(task: Task, n = 400, seed = 1): EvaluationInput {
  const rng = createRng(seed).fork("evaluate");
  const nClasses = { binary: 2, multiclass: 3, regression: 0, ranking: 0 }[task];
  const predictWith = (table: Table) => {
    const x = table.numbers("x").values;
    if (task === "regression") return x.slice();
    if (task === "binary") return x.map(sigmoid);
    return Float64Array.from([...x].flatMap((value) => [0.5 * sigmoid(value), 0.5 * sigmoid(-value), 0.5]));
  };
  const part = (): ScoredPart => {
    const table = Table.of({
      x: numberColumn(Float64Array.from({ length: n }, () => 6 * rng.uniform() - 3)),
      city: categoryColumn(Array.from({ length: n }, () => ["Rome", "Bern", "Oslo"][rng.below(3)]!)),
      mail: categoryColumn(Array.from({ length: n }, (_, i) => `secret${i}@mail.org`)),
    });
    const prediction = predictWith(table);
    const width = prediction.length / n;
    const yTrue = Float64Array.from({ length: n }, (_, i) => {
      if (task === "regression") return prediction[i]! + rng.uniform();
      if (task === "binary") return Number(rng.uniform() < prediction[i]!);
      const u = rng.uniform();
      return u < prediction[i * width]! ? 0 : u < prediction[i * width]! + prediction[i * width + 1]! ? 1 : 2;
    });
    return { yTrue, prediction, table, resample: { unit: "row" } };
  };
  const test = part();
  return {
    task,
    classes: ["no", "yes", "maybe"].slice(0, nClasses),
    test,
    validation: part(),
    baseline: { name: "constant", prediction: test.prediction.map(() => (task === "regression" ? 0 : 1 / nClasses)) },
    schema: [
      { name: "x", type: "number" },
      { name: "city", type: "category" },
      { name: "mail", type: "id" },
    ],
    personalData: ["mail"],
    slices: ["city", "mail"],
    protectedColumns: ["city"],
    predictWith,
    seed: 1,
    nResamples,
  };
}

for (const task of ["binary", "multiclass", "regression"] as const)
  test(`evaluate() of a ${task} model is plain data, the same twice, without personal values`, () => {
    const input = inputOf(task);
    const shares: number[] = [];
    const evaluation = evaluate({ ...input, onProgress: (share) => shares.push(share) });
    const text = canonicalJson(evaluation);
    assert.equal(canonicalJson(evaluate(input)), text);
    assert.doesNotMatch(text, /secret/);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
    assert.equal(evaluation.nTest, 400);
    assert.equal(evaluation.comparisons[0]!.verdict, "better");
    assert.equal(evaluation.importance[0]!.column, "x");
    assert.equal(evaluation.slices.filter(({ origin }) => origin === "named").length, 3);
    const counts = evaluation.confusion?.flat() ?? [400];
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      400,
    );
    assert.equal(evaluation.threshold === null, task !== "binary");
    assert.equal(evaluation.calibration === null, task === "regression");
    const bins = evaluation.calibration?.bins ?? evaluation.curves.residuals!.counts.map((n) => ({ n }));
    assert.equal(
      bins.reduce((sum, { n }) => sum + n, 0),
      400,
    );
    for (const [name, { value, low, high }] of Object.entries(evaluation.metrics))
      assert.ok(value === null || (low! <= value + 1e-12 && value <= high! + 1e-12) || name === "ece", name);
  });

const wrong: readonly {
  readonly code: string;
  readonly says: RegExp;
  readonly edit: (input: EvaluationInput) => EvaluationInput;
}[] = [
  {
    code: "EVALUATION_EMPTY",
    says: /the test part has 0 rows/,
    edit: (input) => ({ ...input, test: { ...input.test, yTrue: new Float64Array(0) } }),
  },
  {
    code: "EVALUATION_LENGTHS_UNEQUAL",
    says: /the validation prediction has 401 values/,
    edit: (input) => ({ ...input, validation: { ...input.validation, prediction: new Float64Array(401) } }),
  },
  {
    code: "EVALUATION_LENGTHS_UNEQUAL",
    says: /the test table has 399/,
    edit: (input) => ({ ...input, test: { ...input.test, table: input.test.table.slice(0, 399) } }),
  },
  {
    code: "EVALUATION_LENGTHS_UNEQUAL",
    says: /the test sample weight has 2/,
    edit: (input) => ({ ...input, test: { ...input.test, sampleWeight: Float64Array.of(1, 2) } }),
  },
  {
    code: "EVALUATION_LENGTHS_UNEQUAL",
    says: /the test group code has 1/,
    edit: (input) => ({ ...input, test: { ...input.test, resample: { unit: "group", groups: Int32Array.of(1) } } }),
  },
  {
    code: "EVALUATION_LENGTHS_UNEQUAL",
    says: /the prediction of "champion"/,
    edit: (input) => ({ ...input, champion: { name: "champion", prediction: new Float64Array(0) } }),
  },
  {
    code: "EVALUATION_CLASSES_MISSING",
    says: /comes with 1 class names, 2 are needed/,
    edit: (input) => ({ ...input, classes: ["no"] }),
  },
  { code: "EVALUATION_METRIC_UNKNOWN", says: /by "rocAcu"/, edit: (input) => ({ ...input, primary: "rocAcu" }) },
  {
    code: "COSTS_INVALID",
    says: /the costs are 0 and 0/,
    edit: (input) => ({ ...input, costs: { falsePositive: 0, falseNegative: 0 } }),
  },
  { code: "EVALUATION_CANCELLED", says: /it was stopped/, edit: (input) => ({ ...input, shouldStop: () => true }) },
];

for (const { code, says, edit } of wrong)
  test(`evaluate() refuses with ${code}: ${says.source}`, () => {
    assert.throws(
      () => evaluate(edit(inputOf("binary", 400))),
      (error) => error instanceof FettleError && error.code === code && says.test(error.message),
    );
  });

test("primaryMetric() has a default by task and loss, and knows the nearest name", () => {
  assert.equal(primaryMetric({ task: "binary" }), "rocAuc");
  assert.equal(primaryMetric({ task: "multiclass" }), "logLoss");
  assert.equal(primaryMetric({ task: "regression" }), "rmse");
  assert.equal(primaryMetric({ task: "regression", loss: { kind: "absolute" } }), "mae");
  assert.equal(primaryMetric({ task: "regression", loss: { kind: "quantile" } }), "pinball");
  assert.throws(() => primaryMetric({ task: "binary" }, "acuracy"), { hint: 'Did you mean "accuracy"?' });
});

test("measureMetric() gives what measureModel() gives, for decisions and for quantiles too", () => {
  const bootstrap = { resample: { unit: "row" } as const, seed: 1, nResamples };
  const binary = inputOf("binary").test;
  const scoring = { task: "binary", threshold: 0.3 } as const;
  const all = measureModel(scoring, binary, binary.prediction, bootstrap);
  for (const name of ["rocAuc", "accuracy", "f1", "logLoss"])
    assert.deepEqual(measureMetric(name, scoring, binary, binary.prediction, bootstrap), all[name], name);
  const { yTrue, prediction } = inputOf("regression").test;
  const quantiles = Float64Array.from({ length: 800 }, (_, k) => prediction[k >> 1]! + (k & 1));
  const loss = { task: "regression", loss: { kind: "quantile", quantiles: [0.2, 0.8] } } as const;
  const measured = measureModel(loss, { yTrue }, quantiles, bootstrap);
  assert.deepEqual(measureMetric("pinball", loss, { yTrue }, quantiles, bootstrap), measured.pinball);
  assert.deepEqual(measureMetric("mae", loss, { yTrue }, quantiles, bootstrap), measured.mae);
});
