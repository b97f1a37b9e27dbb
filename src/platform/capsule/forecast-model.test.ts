import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { drift, seasonalNaive } from "../../ml/forecasters/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import { openEmbedded } from "./embedded-forecast.ts";
import type { ForecastModelData } from "./forecast-data.ts";
import type { ForecastAnswer } from "./forecast-model.ts";
import { parseStep } from "./forecast-request.ts";
import { type JsonObject, openTaskModel, type RowProblem, type TaskRows, type TaskSignature } from "./index.ts";

const day = 86_400_000;
const origin = Date.UTC(2026, 0, 1);
const week = [10, 11, 12, 13, 14, 15, 16];
const grown = Float64Array.from({ length: 21 }, (_, t) => 100 + 2 * t);

const data: ForecastModelData = {
  kind: "forecast",
  columns: { time: "date", value: "sales", series: "store" },
  calendar: { unit: "day", every: 1, origin, zone: null },
  period: 7,
  gaps: "missing",
  horizon: 10,
  range: {},
  methods: [
    { family: "drift", params: {} },
    { family: "seasonal-naive", params: {} },
  ],
  global: null,
  series: [
    {
      name: "A",
      last: 13,
      method: 1,
      scale: 2,
      forecaster: seasonalNaive()
        .fit(Float64Array.from([...week, ...week]), { period: 7 })
        .toJSON(),
    },
    { name: "B", last: 20, method: 0, scale: null, forecaster: drift().fit(grown, { period: 7 }).toJSON() },
  ],
  intervals: {
    levels: [0.8, 0.95],
    widths: [Array.from({ length: 10 }, (_, h) => 1 + h), Array.from({ length: 10 }, (_, h) => (h < 5 ? 2 + h : null))],
    nErrors: new Array(10).fill(20),
  },
};
const signature: TaskSignature = { task: "forecast", request: {}, answer: {}, types: "" };
const parts = { features: null, calibrator: null, model: data, signature };
const model = openTaskModel(parts);

function ask(request: JsonObject): ForecastAnswer {
  const problems: RowProblem[] = [];
  const read = model.read(request, 0, problems);
  assert.deepEqual(problems, []);
  return model.answer(read) as unknown as ForecastAnswer;
}

const at = (step: number) => new Date(origin + step * day).toISOString();

test("a known series is forecast from its last value, with the intervals of its scale", () => {
  const { forecast, from, method } = ask({ series: "A", horizon: 7 });
  assert.deepEqual([from, method], [at(13), "Seasonal naive"]);
  assert.deepEqual(
    forecast.map(({ value }) => value),
    week,
  );
  assert.deepEqual(forecast[1], {
    at: at(15),
    value: 11,
    intervals: [
      { level: 0.8, low: 7, high: 15 },
      { level: 0.95, low: 5, high: 17 },
    ],
  });
  assert.deepEqual(forecast[6]!.intervals[1], { level: 0.95, low: null, high: null });
  assert.deepEqual(ask({ series: "B", horizon: 1 }).forecast[0]!.intervals[0], { level: 0.8, low: null, high: null });
});

test("forecasts and intervals are kept within the range of the values", () => {
  const opened = openTaskModel({ ...parts, model: { ...data, range: { min: 8, max: 13 } } as ForecastModelData });
  const { forecast } = opened.answer(opened.read({ series: "A", horizon: 7 }, 0, [])) as unknown as ForecastAnswer;
  assert.deepEqual(
    forecast.map(({ value }) => value),
    [10, 11, 12, 13, 13, 13, 13],
  );
  assert.deepEqual(forecast[1]!.intervals[0], { level: 0.8, low: 8, high: 13 });
});

test("newer values move the state on, as history in any order or as values; those that the model knows are not read again", () => {
  const values = [20, 21, null, 23];
  const expected = ask({ series: "A", values });
  assert.equal(expected.from, at(17));
  assert.equal(expected.forecast[3]!.value, 20); // a week after the first of them
  const history = values.map((value, k) => ({ at: at(14 + k), value })).reverse();
  assert.deepEqual(ask({ series: "A", history }), expected);
  assert.deepEqual(
    ask({ series: "A", history: [...history, { at: at(12), value: 999 }, { at: at(13), value: 999 }] }),
    expected,
  );
  assert.deepEqual(ask({ series: "A", values, start: at(14) }), expected);
  assert.deepEqual(ask({ series: "A", history: [{ at: at(3), value: 999 }] }), ask({ series: "A" }));
  const later = ask({ series: "A", history: [{ at: at(16), value: 50 }], horizon: 7 });
  assert.deepEqual(
    later.forecast.map(({ value }) => value),
    [13, 14, 15, 16, 10, 11, 50],
  );
});

test("a series that the model does not know is fitted to its own history", () => {
  const answer = ask({ series: "new", start: at(0), values: Array.from(grown), horizon: 2 });
  assert.deepEqual(
    answer.forecast.map(({ value }) => value),
    [142, 144],
  );
  assert.equal(answer.method, "Drift");
  assert.equal(answer.forecast[0]!.intervals[0]!.high, 142 + 14); // its seasonal naive error is 14
});

const bad: readonly { name: string; request: unknown; field: string; rule: RowProblem["rule"]; says: RegExp }[] = [
  { name: "no object", request: 3, field: "", rule: "object", says: /is number/ },
  {
    name: "a mistyped key",
    request: { series: "A", horizn: 3 },
    field: "horizn",
    rule: "unknown",
    says: /did you mean "horizon"/,
  },
  { name: "no series", request: {}, field: "series", rule: "required", says: /one of 2 series/ },
  {
    name: "a series that nobody knows, without history",
    request: { series: "C" },
    field: "series",
    rule: "unknown",
    says: /its history with a value is needed/,
  },
  { name: "a list for a series", request: { series: ["A"] }, field: "series", rule: "type", says: /is array/ },
  {
    name: "a horizon beyond the measured one",
    request: { series: "A", horizon: 11 },
    field: "horizon",
    rule: "range",
    says: /from 1 to 10/,
  },
  {
    name: "half a step",
    request: { series: "A", horizon: 1.5 },
    field: "horizon",
    rule: "range",
    says: /whole number/,
  },
  {
    name: "a level that was not measured",
    request: { series: "A", levels: [0.5] },
    field: "levels",
    rule: "range",
    says: /0\.8, 0\.95/,
  },
  {
    name: "a text for a value",
    request: { series: "A", values: ["1"] },
    field: "values",
    rule: "type",
    says: /finite numbers/,
  },
  {
    name: "an infinite value",
    request: { series: "A", values: [Number.POSITIVE_INFINITY] },
    field: "values",
    rule: "type",
    says: /finite/,
  },
  {
    name: "no instant",
    request: { series: "A", history: [{ at: "soon", value: 1 }] },
    field: "history.0",
    rule: "instant",
    says: /ISO 8601/,
  },
  {
    name: "an instant twice",
    request: {
      series: "A",
      history: [
        { at: at(14), value: 1 },
        { at: at(14), value: 2 },
      ],
    },
    field: "history.1",
    rule: "type",
    says: /is there already/,
  },
  {
    name: "both ways of values",
    request: { series: "A", history: [{ at: at(14), value: 1 }], values: [1] },
    field: "history",
    rule: "unknown",
    says: /one way is needed/,
  },
  {
    name: "values of an unknown series without their start",
    request: { series: "C", values: [1, 2] },
    field: "start",
    rule: "instant",
    says: /does not know/,
  },
  {
    name: "a history of a thousand years",
    request: {
      series: "A",
      history: [
        { at: "1026-01-01", value: 1 },
        { at: "2026-01-01", value: 1 },
      ],
    },
    field: "history",
    rule: "range",
    says: /at most 10000/,
  },
];

for (const { name, request, field, rule, says } of bad)
  test(`read() refuses ${name}, and repeats no value`, () => {
    const problems: RowProblem[] = [];
    model.read(request, 4, problems);
    assert.equal(problems.length, 1);
    assert.deepEqual([problems[0]!.row, problems[0]!.field, problems[0]!.rule], [4, field, rule]);
    assert.match(problems[0]!.message, says);
    assert.doesNotMatch(problems[0]!.message, /soon/);
  });

test("what read() gives reads the same, and is answered alike by the module", () => {
  const module = openEmbedded(parts);
  const requests = fc.record(
    {
      series: fc.constantFrom("A", "B", "new"),
      horizon: fc.integer({ min: 1, max: 10 }),
      levels: fc.constantFrom([0.8], [0.95], [0.95, 0.8], []),
      start: fc.integer({ min: -5, max: 40 }).map(at),
      values: fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })), { minLength: 1, maxLength: 30 }),
    },
    { requiredKeys: ["series", "start", "values"] },
  );
  fc.assert(
    fc.property(requests, (request) => {
      if (request.values.every((value) => value === null)) return;
      const problems: RowProblem[] = [];
      const read = model.read(request, 0, problems);
      assert.deepEqual(model.read(read, 0, problems), read);
      assert.deepEqual(problems, []);
      assert.deepEqual(module.predict(request), model.answer(read));
    }),
  );
});

async function* batches(...tables: Table[]): AsyncIterable<TaskRows> {
  for (const table of tables) yield { table, schema: table.names.map((name) => ({ name, type: "number" })) };
}

const scored = (...tables: Table[]) => scoredAs({}, ...tables);

async function scoredAs(settings: Pick<ForecastModelData, "duplicates">, ...tables: Table[]) {
  const notes: string[] = [];
  const rows: { table: Table; schema: Schema }[] = [];
  const open = openTaskModel({ ...parts, model: { ...data, ...settings } });
  for await (const part of open.score(batches(...tables), (note) => notes.push(note))) rows.push(part);
  return {
    rows: rows.flatMap(({ table }) => Array.from({ length: table.nRows }, (_, i) => table.row(i))),
    notes,
    schema: rows[0]?.schema,
  };
}

const newer = (stores: string[], steps: number[], values: (number | null)[]) =>
  Table.of({
    store: categoryColumn(stores),
    date: instantColumn(steps.map((step) => origin + step * day)),
    sales: numberColumn(values),
  });

test("score() forecasts the series of its rows, or all where there is none, in the numbers of answer()", async () => {
  const all = await scored();
  assert.deepEqual(
    all.schema!.map(({ name }) => name),
    ["series", "at", "step", "value", "low_80", "high_80", "low_95", "high_95"],
  );
  assert.equal(all.rows.length, 20);
  const { forecast } = ask({ series: "A" });
  assert.deepEqual(
    all.rows.slice(0, 10).map(({ value, low_80 }) => [value, low_80]),
    forecast.map(({ value, intervals }) => [value, intervals[0]!.low]),
  );
  const some = await scoredAs(
    { duplicates: "last" },
    newer(["A", "new"], [14, 0], [20, 5]),
    newer(["A", "new", "A"], [15, 1, 15], [21, 6, 22]),
  );
  const own = ask({ series: "A", values: [20, 22] });
  assert.deepEqual(
    some.rows.filter(({ series }) => series === "A").map(({ value }) => value),
    own.forecast.map(({ value }) => value),
  );
  assert.equal(some.rows.filter(({ series }) => series === "new").length, 10);
  assert.deepEqual(some.notes, ["1 rows lie in a step that has a row already: the last counts"]);
});

const joins = [
  { duplicates: "sum", value: 43 },
  { duplicates: "mean", value: 21.5 },
  { duplicates: "last", value: 22 },
] as const;

for (const { duplicates, value } of joins)
  test(`score() joins rows of one step as the definition says: ${duplicates}`, async () => {
    const { rows } = await scoredAs({ duplicates }, newer(["A", "A", "A", "A"], [14, 15, 15, 15], [20, 21, 22, null]));
    assert.deepEqual(
      rows.map((row) => row.value),
      ask({ series: "A", values: [20, value] }).forecast.map((step) => step.value),
    );
  });

test("score() leaves out series of several rows in one step where the definition says nothing of them", async () => {
  const { rows, notes } = await scored(newer(["A", "A", "B"], [14, 14, 21], [20, 21, 4]));
  assert.deepEqual([...new Set(rows.map(({ series }) => series))], ["B"]);
  assert.match(notes.join(), /1 rows lie in a step that has a row already: their series are left out/);
});

test("score() reads the numbers of a column that one text has made a column of texts, and counts the others", async () => {
  const texts = newer(["A", "A", "A"], [14, 15, 16], [null, null, null]).with(
    "sales",
    categoryColumn(["20", "none", " 22 "]),
  );
  const { rows, notes } = await scored(texts);
  assert.deepEqual(
    rows.map((row) => row.value),
    ask({ series: "A", values: [20, null, 22] }).forecast.map((step) => step.value),
  );
  assert.deepEqual(notes, ['1 values of "sales" are no numbers and count as missing']);
});

test("requests and files name months and quarters as training files do", () => {
  assert.equal(parseStep("2026-03"), Date.UTC(2026, 2, 1));
  assert.equal(parseStep("2026Q4"), Date.UTC(2026, 9, 1));
  assert.equal(parseStep("2026-03-05T01:00Z"), Date.UTC(2026, 2, 5, 1));
  for (const text of ["2026-13", "2026Q5", "26-03", "March"]) assert.equal(parseStep(text), Number.NaN, text);
});

test("score() needs the model's columns, and leaves out what cannot be read", async () => {
  await assert.rejects(scored(Table.of({ date: instantColumn([0]) })), { code: "SCORE_COLUMNS" });
  const { notes, rows } = await scored(newer(["A", "new"], [Number.NaN, 0], [1, null]));
  assert.match(notes.join(), /1 rows have no instant/);
  assert.equal(rows.length, 0);
  assert.match(notes.join(), /a series is left out/);
});
