import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { untouched } from "../../../test/sample-snapshot.ts";
import { createRng } from "../../lib/index.ts";
import { type Column, categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { manifestOf } from "../capsule/index.ts";
import type { RepeatedEstimate } from "../evaluation/index.ts";
import { type ModelDefinition, trainModel } from "./index.ts";
import { type SampleDefinition, sampleInput, sampleTable } from "./sample-input.ts";
import type { TrainInput } from "./train-input.ts";

const linear = { configurations: [{ family: "linear", params: {} }] } as const;
const two = {
  configurations: [
    { family: "linear", params: {} },
    { family: "gbdt", params: { nTrees: 15, maxLeaves: 6 } },
  ],
} as const;

const small = (definition: SampleDefinition, nRows = 240) =>
  sampleInput({ ...definition, evaluation: { crossValidation: "auto", ...definition.evaluation } }, sampleTable(nRows));

const cases: readonly (SampleDefinition & {
  readonly says: string;
  readonly testStart?: number;
  readonly references?: number;
})[] = [
  { says: "two classes", column: "binary", search: two },
  { says: "three classes and class weights", column: "three", search: linear, classWeights: "balanced" },
  { says: "a number", column: "amount", search: two },
  {
    says: "a count, which has no linear model",
    column: "count",
    loss: "poisson",
    search: { configurations: [two.configurations[1]] },
    references: 1,
  },
  { says: "groups", column: "binary", search: linear, split: { kind: "group", column: "place" } },
  { says: "an official test part", column: "binary", search: linear, testStart: 200 },
  {
    says: "a ranking",
    column: "grade",
    task: "ranking",
    query: "place",
    search: { configurations: [two.configurations[1]] },
    references: 1,
  },
  { says: "row weights", column: "binary", weight: "weight", search: linear },
];

for (const { says, testStart = null, references = 2, ...definition } of cases)
  test(`trainModel() of a small table repeats the whole procedure: ${says}`, () => {
    const input = { ...small(definition), testStart };
    const { capsule, report } = trainModel(input);
    if (["two classes", "groups"].includes(says))
      assert.deepEqual(manifestOf(trainModel(input).capsule), manifestOf(capsule));
    const repeated = capsule.evaluation.repeated!;
    assert.match(repeated.because, /the test part has \d+ rows, fewer than 300/);
    assert.equal(repeated.nResamples, 50);
    assert.equal(repeated.nPlanned, 50);
    assert.equal(repeated.metric, capsule.evaluation.primary);
    const nRows = testStart ?? 240;
    assert.ok(Math.abs(repeated.nTrain - 0.8 * nRows) < 12, `${repeated.nTrain}`);
    assert.equal(repeated.nTrain + repeated.nTest, nRows);
    assert.equal(repeated.comparisons.length, references);
    for (const { difference, value, detectable, verdict } of repeated.comparisons) {
      assert.ok(Math.abs(repeated.value.value! - value.value! - difference.value!) < 1e-9);
      // An interval is 2 × 2.01 standard errors wide, a difference of 2.86 of them is found in 4 of 5 cases.
      assert.ok(Math.abs(detectable / (difference.high! - difference.low!) - 0.712) < 0.01 || detectable === 0);
      assert.equal(verdict === "no-evidence", difference.low! <= 0 && difference.high! >= 0);
    }
    // The best single feature orders these few queries as well as trees do.
    if (definition.task !== "ranking")
      assert.equal(repeated.comparisons[0]!.verdict, "better", repeated.comparisons[0]!.sentence);
    assert.equal(report.gates[0]!.message, repeated.comparisons[0]!.sentence);
    assert.equal(
      repeated.choice.frequencies.reduce((sum, { n }) => sum + n, 0),
      50,
    );
    assert.equal(repeated.choice.rival === null, definition.search!.configurations!.length === 1);
    const { points } = repeated.curve!;
    assert.ok(points.every(({ nRows: n }, k) => k === 0 || n > 1.5 * points[k - 1]!.nRows));
    assert.ok(points.length >= 2 && points.at(-1)!.nRows === repeated.nTrain);
  });

test("a small table of noise beats no baseline, and more of it is not said to help", () => {
  const rng = createRng(8).fork("noise");
  const table = sampleTable(200);
  const labels = categoryColumn(Array.from({ length: 200 }, () => (rng.uniform() < 0.5 ? "yes" : "no")));
  const { repeated } = trainModel({ ...small({ column: "binary", search: two }), table: table.with("binary", labels) })
    .capsule.evaluation;
  assert.equal(repeated!.comparisons[0]!.verdict, "no-evidence", repeated!.comparisons[0]!.sentence);
  assert.match(repeated!.comparisons[0]!.sentence, /would be missed in more than one of five such tables/);
  assert.ok(Math.abs(repeated!.value.value! - 0.5) < 0.1);
  assert.equal(repeated!.choice.rival!.name, repeated!.choice.chosen === "linear" ? "boosted trees" : "linear");
  assert.match(repeated!.curve!.sentence, /is not told/);
});

test("what a column knows of single rows alone does not pass from rows that are trained on to rows that are measured", () => {
  // Each level has two rows of one label: a mean of the target by level would give the other row's label away, were it learned from all rows.
  const rng = createRng(3).fork("pairs");
  const labels = Array.from({ length: 100 }, () => (rng.uniform() < 0.5 ? "yes" : "no"));
  const table = sampleTable(200)
    .with("binary", categoryColumn(Array.from({ length: 200 }, (_, i) => labels[i % 100]!)))
    .with("level", categoryColumn(Array.from({ length: 200 }, (_, i) => `l${i % 100}`)))
    .with("place", categoryColumn(Array.from({ length: 200 }, (_, i) => `p${i % 100}`)));
  const definition = {
    column: "binary",
    search: linear,
    split: { kind: "group", column: "place" },
    leakage: { keep: ["level"] },
    features: { level: { kind: "target-mean" } },
  } as const;
  const { value } = trainModel({ ...small(definition), table }).capsule.evaluation.repeated!;
  assert.ok(value.low! < 0.5 && value.value! < 0.62, JSON.stringify(value));
});

test("repeated cross-validation ends where time runs out, and a replay of so many resamples is the same", () => {
  const input = small({ column: "binary", search: { ...two, seconds: 30 } });
  // Every look at the clock takes a second.
  const clock = () => {
    let seconds = 0;
    return { elapsedSeconds: () => seconds++ };
  };
  const ended = trainModel(input, clock());
  const { repeated } = ended.capsule.evaluation;
  assert.ok(repeated!.nResamples >= 2 && repeated!.nResamples < 50, `${repeated!.nResamples}`);
  assert.equal(repeated!.nPlanned, 50);
  assert.equal(repeated!.curve, null);
  const replay: TrainInput = {
    ...input,
    trials: ended.trials,
    resampling: { nResamples: repeated!.nResamples, hasCurve: false },
  };
  assert.deepEqual(manifestOf(trainModel(replay).capsule), manifestOf(ended.capsule));
});

test("repeated cross-validation tells where it is, and ends when it is asked to", () => {
  const input = small({ column: "binary", search: linear });
  const says: string[] = [];
  trainModel(input, {
    onProgress: ({ stage, says: what }) => stage === "repeat" && what !== undefined && says.push(what),
  });
  assert.equal(says[0], "resample 1 of 50");
  assert.equal(says[49], "resample 50 of 50");
  assert.match(says[50]!, /^learning curve, 1 of 10/);
  let stop = false;
  assert.throws(
    () =>
      trainModel(input, {
        onProgress: ({ says: what }) => {
          stop ||= what === "resample 7 of 50";
        },
        shouldStop: () => stop,
      }),
    { code: "FIT_CANCELLED", kind: "cancelled" },
  );
});

const withheld: readonly {
  readonly says: string;
  readonly definition: SampleDefinition;
  readonly nRows?: number;
  readonly reason?: RegExp;
}[] = [
  { says: "of a large table", definition: { column: "amount", search: linear }, nRows: 1600 },
  {
    says: "where the definition wants none",
    definition: { column: "binary", search: linear, evaluation: { crossValidation: "never" } },
  },
  {
    says: "in time",
    definition: { column: "amount", search: linear, split: { kind: "time", column: "when" } },
    reason: /would know the future/,
  },
];

for (const { says, definition, nRows, reason } of withheld)
  test(`nothing is repeated ${says}`, () => {
    const { evaluation } = trainModel(small(definition, nRows)).capsule;
    assert.equal(evaluation.repeated, undefined);
    if (reason === undefined) assert.equal(evaluation.notRepeated, undefined);
    else assert.match(evaluation.notRepeated!, reason);
  });

test("a table with few rows of the rarer class is small, and a large one is repeated where it is asked for", () => {
  const table = sampleTable(1600);
  const { values } = table.numbers("b");
  const rare = categoryColumn(Array.from(values, (b, i) => (b > 0.9 && i % 2 === 0 ? "yes" : "no")));
  const { repeated } = trainModel({
    ...small({ column: "binary", search: linear }, 1600),
    table: table.with("binary", rare),
  }).capsule.evaluation;
  assert.match(repeated!.because, /rows of the rarer class, fewer than 50/);
  const asked = trainModel(
    small({ column: "amount", search: linear, evaluation: { crossValidation: "always" } }, 1600),
  );
  assert.equal(asked.capsule.evaluation.repeated!.because, "the definition asks for it");
  assert.equal(asked.capsule.evaluation.repeated!.nResamples, 25);
});

const folder = process.env.FETTLE_REFERENCE_DATA ?? "";

/** A reference table whose first column that is no number makes a category; read plainly, because these files are plain. */
function referenceInput(file: string, hasHeader: boolean, column: string, rest: Partial<ModelDefinition>): TrainInput {
  const lines = readFileSync(`${folder}/${file}`, "utf8").trim().split(/\r?\n/);
  const cells = lines.map((line) => line.split(",").map((cell) => cell.replaceAll(/^["']|["']$/g, "")));
  const names = hasHeader ? cells[0]! : cells[0]!.map((_, j) => `column${j + 1}`);
  const rows = hasHeader ? cells.slice(1) : cells;
  const columnOf = (name: string, j: number): Column => {
    const texts = rows.map((row) => (row[j] === "" || row[j] === "NA" ? null : row[j]!));
    const isNumber = name !== column && texts.every((text) => text === null || !Number.isNaN(Number(text)));
    return isNumber ? numberColumn(texts.map((text) => (text === null ? null : Number(text)))) : categoryColumn(texts);
  };
  const table = Table.of(names.map((name, j) => [name, columnOf(name, j)] as const));
  const schema = names.map((name) => ({ name, type: table.column(name).kind }));
  return {
    definition: {
      name: "reference",
      data: { files: [file] },
      target: { column },
      search: linear,
      evaluation: { resamples: 200 },
      ...rest,
    },
    ...untouched(table, schema),
  };
}

const references = [
  {
    file: "german-credit/german.csv",
    column: "column21",
    header: false,
    positive: "2",
    metric: "rocAuc",
    from: 0.77,
    to: 0.81,
  },
  {
    file: "penguins/penguins.csv",
    column: "species",
    header: true,
    positive: undefined,
    metric: "logLoss",
    from: 0,
    to: 0.1,
  },
] as const;

for (const { file, column, header, positive, metric, from, to } of references) {
  const skip = existsSync(`${folder}/${file}`) ? false : `FETTLE_REFERENCE_DATA holds no ${file}`;
  test(`a logistic regression of ${file} reaches what others report, with an interval narrower than that of its test part`, {
    skip,
  }, () => {
    const target = { column, ...(positive === undefined ? {} : { positive }) };
    const { evaluation } = trainModel(referenceInput(file, header, column, { target })).capsule;
    const repeated: RepeatedEstimate = evaluation.repeated!;
    const { value, low, high } = repeated.value;
    assert.equal(repeated.metric, metric);
    assert.ok(value! > from && value! < to, `${metric} ${value}`);
    const alone = evaluation.metrics[metric]!;
    if (metric === "rocAuc") assert.ok(high! - low! < alone.high! - alone.low!);
    assert.equal(repeated.comparisons[0]!.verdict, "better");
    assert.equal(repeated.comparisons[1]!.detectable, 0, "a linear model is what it is");
  });
}
