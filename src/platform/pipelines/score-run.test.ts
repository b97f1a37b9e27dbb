import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { type Answer, answerOf, type Predictor, type RowExplainer, type Signature } from "../capsule/index.ts";
import type { Schema } from "../data/index.ts";
import { answerColumns, contributionColumns, readBackground, type ScoreBatch, scoreRun } from "./score-run.ts";

const signature: Signature = {
  inputs: [
    { name: "age", type: "integer" },
    { name: "plan", type: "category" },
    { name: "since", type: "instant" },
  ],
  task: "binary",
  classes: ["no", "yes"],
  outputs: [],
  threshold: 0.3,
};

/** Answers age / 100, 0 where it is missing; keeps what it was asked. */
function fakePredictor(asked: Table[]): Predictor {
  return {
    signature,
    nOutputs: 1,
    predictRow: () => [],
    predict(table) {
      asked.push(table);
      return table.numbers("age").values.map((age) => (Number.isNaN(age) ? 0 : age / 100));
    },
  };
}

function collectingWriter() {
  const written: { table: Table; schema: Schema }[] = [];
  const ended: string[] = [];
  return {
    written,
    ended,
    write: async (table: Table, schema: Schema) => void written.push({ table, schema }),
    finish: async () => {
      ended.push("finish");
      return ["written"];
    },
    abort: async () => void ended.push("abort"),
  };
}

const schema: Schema = [
  { name: "id", type: "text" },
  { name: "age", type: "text" },
  { name: "plan", type: "integer" },
  { name: "since", type: "text" },
  { name: "prediction", type: "text" },
];
const batchOf = (ages: (string | null)[], nRejected = 0): ScoreBatch => ({
  table: Table.of({
    id: categoryColumn(ages.map((_, i) => `r${i}`)),
    age: categoryColumn(ages),
    plan: numberColumn(ages.map((_, i) => i)),
    since: categoryColumn(ages.map(() => "2024-01-02")),
    prediction: categoryColumn(ages.map(() => "old")),
  }),
  schema,
  nRejected,
  rejected: Array.from({ length: nRejected }, (_, k) => ({ file: "f", line: k + 1, reason: "r" })),
  notes: ["a note"],
  nCoerced: new Map([["age", 2]]),
});

async function* several(...batches: ScoreBatch[]) {
  yield* batches;
}

test("scoreRun() writes every column and the answer, in the types of the model", async () => {
  const asked: Table[] = [];
  const writer = collectingWriter();
  const rows: number[] = [];
  const summary = await scoreRun({
    batches: several(batchOf(["10", "30", "old", null], 1), batchOf(["90"], 120), batchOf([], 3)),
    predictor: fakePredictor(asked),
    writer,
    onRows: (n) => rows.push(n),
  });
  assert.deepEqual([...asked[0]!.numbers("age").values], [10, 30, Number.NaN, Number.NaN]);
  assert.deepEqual(asked[0]!.categories("plan").dictionary, ["0", "1", "2", "3"]);
  assert.equal(asked[0]!.instants("since").values[0], Date.UTC(2024, 0, 2));
  assert.deepEqual(writer.written[0]!.table.row(1), {
    id: "r1",
    age: "30",
    plan: 1,
    since: "2024-01-02",
    prediction: "old",
    prediction_2: "yes",
    probability: 0.3,
    probability_no: 0.7,
    probability_yes: 0.3,
  });
  assert.deepEqual(
    writer.written[0]!.schema.map(({ name }) => name),
    writer.written[0]!.table.names,
  );
  assert.deepEqual(rows, [4, 5, 5]);
  assert.deepEqual([summary.nRows, summary.nRejected, summary.rejected.length], [5, 124, 100]);
  assert.deepEqual(summary.notes, [
    "a note",
    'column "prediction" is in the input already; the answer is in "prediction_2"',
    'column "age": 7 values do not fit its type and count as missing',
    "written",
  ]);
  assert.deepEqual(writer.ended, ["finish"]);
});

test("scoreRun() names the nearest column where an input is absent, and aborts the writer", async () => {
  const writer = collectingWriter();
  const batch = batchOf(["1"]);
  const renamed = { ...batch, table: batch.table.drop(["age"]).with("Agee", numberColumn([1])) };
  await assert.rejects(scoreRun({ batches: several(renamed), predictor: fakePredictor([]), writer }), {
    code: "SCORE_COLUMNS",
    hint: 'Did you mean "age" by "Agee"?',
  });
  assert.deepEqual(writer.ended, ["abort"]);
});

test("scoreRun() ends on the signal and aborts the writer", async () => {
  const writer = collectingWriter();
  const control = new AbortController();
  const input = { predictor: fakePredictor([]), writer, signal: control.signal, onRows: () => control.abort() };
  await assert.rejects(scoreRun({ ...input, batches: several(batchOf(["1"]), batchOf(["2"])) }), { kind: "cancelled" });
  assert.equal(writer.written.length, 1);
  assert.deepEqual(writer.ended, ["abort"]);
});

const answers: { name: string; signature: Signature; outputs: number[] }[] = [
  { name: "binary", signature, outputs: [0.1, 0.3, 0.29999, 1] },
  {
    name: "multiclass with ties",
    signature: { ...signature, task: "multiclass", classes: ["a", "b", "c"], threshold: null },
    outputs: [0.2, 0.5, 0.3, 0.4, 0.4, 0.2],
  },
  {
    name: "regression",
    signature: { ...signature, task: "regression", classes: [], outputs: ["value"] },
    outputs: [1, -2],
  },
  {
    name: "quantiles",
    signature: { ...signature, task: "regression", classes: [], outputs: ["q0.1", "q0.5", "q0.9"] },
    outputs: [1, 2, 3, 4, 5, 6],
  },
];
for (const { name, signature, outputs } of answers)
  test(`answerColumns() says the same as answerOf(): ${name}`, () => {
    const width = signature.task === "binary" ? 1 : Math.max(signature.classes.length, signature.outputs.length);
    const nRows = outputs.length / width;
    const values = Float64Array.from(outputs);
    const columns = answerColumns(signature, values, nRows);
    const table = Table.of(columns.map((column) => [column.name, column.column] as const));
    for (let i = 0; i < nRows; i++) assert.deepEqual(table.row(i), flat(answerOf(signature, values, i * width)));
  });

function flat(answer: Answer): Record<string, string | number> {
  if (!("label" in answer)) return { prediction: answer.value, ...answer.quantiles };
  const { label: prediction, probability, probabilities } = answer;
  const each = Object.entries(probabilities).map(([name, value]) => [`probability_${name}`, value] as const);
  return { prediction, probability, ...Object.fromEntries(each) };
}

test("contributionColumns() gives those of the answered class, whose sum is its score", () => {
  const asked: Signature = { ...signature, task: "multiclass", classes: ["a", "b", "c"], threshold: null };
  const explainer: RowExplainer = {
    signature: asked,
    scale: "class-score",
    nOutputs: 3,
    expected: Float64Array.of(-1, -2, -3),
    explainRow: () => {},
    explain: (table) => Float64Array.from({ length: 12 * table.nRows }, (_, k) => k),
    terms: () => [],
    hasInteractions: false,
    interactRow: () => {},
  };
  const table = Table.of({ age: numberColumn([1, 2]) });
  const columns = contributionColumns(explainer, table, Float64Array.of(0.1, 0.7, 0.2, 0.5, 0.3, 0.2));
  assert.deepEqual(
    columns.map(({ name, column }) => [name, column.kind === "number" ? [...column.values] : null]),
    [
      ["contribution_age", [4, 12]],
      ["contribution_plan", [5, 13]],
      ["contribution_since", [6, 14]],
      ["contribution_base", [7, 15]],
    ],
  );
});

test("readBackground() takes the first rows, at most 100, and refuses none", async () => {
  const batch = (n: number): ScoreBatch => ({
    table: Table.of({
      age: numberColumn(Array.from({ length: n }, (_, i) => i)),
      plan: categoryColumn(Array.from({ length: n }, () => "a")),
      since: numberColumn(new Float64Array(n)),
    }),
    schema: [],
    nRejected: 0,
    rejected: [],
    notes: [],
    nCoerced: new Map(),
  });
  async function* of(...sizes: number[]) {
    for (const n of sizes) yield batch(n);
  }
  assert.equal((await readBackground(of(0, 300), signature)).nRows, 100);
  assert.equal((await readBackground(of(3), signature)).nRows, 3);
  await assert.rejects(readBackground(of(0), signature), { code: "SCORE_BACKGROUND" });
});
