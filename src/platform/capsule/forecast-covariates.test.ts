import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRng } from "../../lib/index.ts";
import { drift, globalTrees } from "../../ml/forecasters/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { openEmbedded } from "./embedded-forecast.ts";
import type { ForecastModelData } from "./forecast-data.ts";
import type { ForecastAnswer } from "./forecast-model.ts";
import { type JsonObject, openTaskModel, type RowProblem, type TaskRows, type TaskSignature } from "./index.ts";
import { calendarAt, calendarNames, windowForecaster } from "./window-forecaster.ts";

const day = 86_400_000;
const origin = Date.UTC(2026, 0, 1);
const calendar = { unit: "day", every: 1, origin, zone: null } as const;
const horizon = 6;
const n = 120;
const rng = createRng(4);
const names = calendarNames(calendar, 0, n);
const series = Array.from({ length: 3 }, (_, s) => {
  const price = Float64Array.from({ length: n }, () => 1 + rng.below(4));
  const visits = Float64Array.from({ length: n }, () => 50 + rng.below(50));
  const values = price.map((of, t) => (50 + 20 * s + 5 * (t % 7) + 0.2 * visits[Math.max(0, t - 7)]!) / of);
  return { values, covariates: { price }, observed: { visits } };
});
const trees = globalTrees({ horizon, nSeasons: 3, trees: { nTrees: 20, minSamplesLeaf: 5 } }).fit(
  series.map((one) => ({ ...one, known: calendarAt(calendar, names, 0, n) })),
  { period: 7, seed: 1 },
);
const data: ForecastModelData = {
  kind: "forecast",
  columns: { time: "date", value: "sales", series: "store" },
  covariates: { known: ["price"], observed: ["visits"] },
  calendar,
  period: 7,
  gaps: "missing",
  horizon,
  range: {},
  methods: [
    { family: "gbdt", params: {} },
    { family: "drift", params: {} },
  ],
  global: trees.toJSON(),
  series: [
    ...series.map(({ values, covariates, observed }, s) => ({
      name: "ABC"[s]!,
      last: n - 1,
      scale: 2,
      method: 0,
      forecaster: windowForecaster(trees, calendar, n - 1, values, { ...covariates, ...observed }).toJSON(),
    })),
    {
      name: "D",
      last: n - 1,
      scale: 2,
      method: 1,
      forecaster: drift().fit(Float64Array.of(1, 3), { period: 7 }).toJSON(),
    },
  ],
  intervals: { levels: [0.8], widths: [new Array(horizon).fill(1)], nErrors: new Array(horizon).fill(20) },
};
const signature: TaskSignature = { task: "forecast", request: {}, answer: {}, types: "" };
const parts = { features: null, calibrator: null, model: data, signature };
const model = openTaskModel(parts);
const at = (step: number) => new Date(origin + step * day).toISOString();
const prices = (...of: number[]) => of.map((price) => ({ price }));
const known = prices(1, 2, 3, 4, 1, 2);

function ask(request: JsonObject): ForecastAnswer {
  const problems: RowProblem[] = [];
  const read = model.read(request, 0, problems);
  assert.deepEqual(problems, []);
  return model.answer(read) as unknown as ForecastAnswer;
}

test("an answer is the forecast of the whole series with its covariates, also after newer values and in any form", () => {
  const { values, covariates, observed } = series[1]!;
  const newer = [40, 41, 42];
  const beside = newer.map((_, k) => ({ price: 1 + k, visits: 60 + k }));
  const whole = {
    values: Float64Array.from([...values, ...newer]),
    covariates: { price: Float64Array.from([...covariates.price, 1, 2, 3, ...known.map(({ price }) => price)]) },
    observed: { visits: Float64Array.from([...observed.visits, 60, 61, 62]) },
    known: calendarAt(calendar, names, 0, n + 3 + horizon),
  };
  const [expected] = trees.forecast([whole], horizon);
  const asked = { series: "B", values: newer, covariates: beside, known };
  const answer = ask(asked);
  assert.deepEqual(
    answer.forecast.map(({ value }) => value),
    [...expected!],
  );
  const history = newer.map((value, k) => ({ at: at(n + k), value, ...beside[k]! }));
  assert.deepEqual(ask({ series: "B", history: [...history].reverse(), known }), answer);
  const old = { at: at(n - 1), value: 1e6 }; // known already: neither read nor in need of covariates
  assert.deepEqual(ask({ series: "B", history: [old, ...history], known }), answer);
  const all = [...values, ...newer];
  const rows = all.map((_, t) => ({ price: whole.covariates.price[t]!, visits: whole.observed.visits[t]! }));
  const unknown = ask({ series: "new", start: at(0), values: all, covariates: rows, known });
  assert.deepEqual(
    unknown.forecast.map(({ value }) => value),
    [...expected!],
  );
});

test("the example is answered; more rows than the horizon are not read; a gap has no covariates", () => {
  assert.ok(ask(model.example).forecast.every(({ value }) => Number.isFinite(value)));
  assert.deepEqual(ask({ series: "A", horizon: 2, known }), ask({ series: "A", horizon: 2, known: known.slice(0, 2) }));
  const history = [
    { at: at(n), value: 40, price: 1, visits: null },
    { at: at(n + 3), value: 41, price: 2, visits: 70 },
  ];
  assert.equal(ask({ series: "A", history, known }).from, at(n + 3));
  const values = [40, null, null, 41];
  const covariates = [{ price: 1, visits: null }, {}, {}, { price: 2, visits: 70 }];
  assert.deepEqual(ask({ series: "A", values, covariates, known }), ask({ series: "A", history, known }));
});

test("a series whose method reads no covariates needs none", () => {
  assert.deepEqual(ask({ series: "D", values: [5, 7] }), ask({ series: "D", values: [5, 7], known }));
});

const bad: readonly { name: string; request: JsonObject; field: string; rule: RowProblem["rule"]; says: RegExp }[] = [
  {
    name: "no covariates",
    request: {},
    field: "known",
    rule: "required",
    says: /is absent, "price" of each of the 6 steps/,
  },
  {
    name: "those of fewer steps",
    request: { known: known.slice(0, 4) },
    field: "known",
    rule: "range",
    says: /has no step 5, 6 of 6/,
  },
  {
    name: "steps without a number",
    request: { known: [{ price: 1 }, {}, { price: null }, { price: 1 }, { price: 1 }, { price: 1 }] as never },
    field: "known",
    rule: "required",
    says: /has no number for "price" at step 2, 3 of 6/,
  },
  {
    name: "an infinite covariate",
    request: { horizon: 1, known: prices(Number.POSITIVE_INFINITY) },
    field: "known",
    rule: "required",
    says: /at step 1 of 1/,
  },
  {
    name: "another column",
    request: { horizon: 1, known: [{ prise: 1 }] },
    field: "known",
    rule: "unknown",
    says: /did you mean "price"/,
  },
  {
    name: "a number for a row",
    request: { horizon: 1, known: [3] },
    field: "known",
    rule: "type",
    says: /holds number/,
  },
  { name: "a text for the rows", request: { known: "1" }, field: "known", rule: "type", says: /a list of objects/ },
  {
    name: "newer values without their covariates",
    request: { known, values: [1, 2], covariates: [{ price: 1, visits: 3 }, { price: 1 }] },
    field: "covariates",
    rule: "required",
    says: /lacks "visits" at its row 2/,
  },
  {
    name: "a history without its covariates",
    request: { known, history: [{ at: at(n), value: 3, price: 2 }] },
    field: "history",
    rule: "required",
    says: /lacks "visits" at its row 1/,
  },
  {
    name: "a text among the covariates",
    request: { known, values: [1], covariates: [{ price: "1", visits: 1 }] as never },
    field: "covariates",
    rule: "type",
    says: /no finite number for "price" at its row 1/,
  },
  {
    name: "fewer rows than values",
    request: { known, values: [1, 2], covariates: [{ price: 1, visits: 1 }] },
    field: "covariates",
    rule: "type",
    says: /2 objects/,
  },
  {
    name: "covariates without values",
    request: { known, covariates: [] },
    field: "covariates",
    rule: "unknown",
    says: /are absent/,
  },
];

for (const { name, request, field, rule, says } of bad)
  test(`read() refuses ${name}`, () => {
    const problems: RowProblem[] = [];
    model.read({ series: "A", ...request }, 2, problems);
    assert.deepEqual(
      problems.map((problem) => [problem.row, problem.field, problem.rule]),
      [[2, field, rule]],
    );
    assert.match(problems[0]!.message, says);
  });

test("what read() gives reads the same, and is answered alike by the module and from its bytes", () => {
  const module = openEmbedded(JSON.parse(JSON.stringify(parts)));
  const cell = fc.option(fc.integer({ min: 1, max: 90 }));
  const requests = fc.record({
    series: fc.constantFrom("A", "B", "C", "D", "new"),
    horizon: fc.integer({ min: 1, max: horizon }),
    start: fc.integer({ min: n - 5, max: n + 10 }).map(at),
    rows: fc.array(fc.record({ value: cell, price: cell, visits: cell }), { minLength: 1, maxLength: 12 }),
  });
  fc.assert(
    fc.property(requests, ({ rows, ...rest }) => {
      const covariates = rows.map(({ price, visits }) => ({ price, visits }));
      const request = { ...rest, values: rows.map(({ value }) => value), covariates, known };
      if (request.values.every((value) => value === null)) return;
      const problems: RowProblem[] = [];
      const read = model.read(request, 0, problems);
      assert.deepEqual(model.read(read, 0, problems), read);
      assert.deepEqual(problems, []);
      assert.deepEqual(module.predict(request), model.answer(read));
    }),
  );
});

async function scored(steps: readonly number[], sales: readonly (number | null)[], price: readonly (number | null)[]) {
  const table = Table.of({
    date: instantColumn(steps.map((step) => origin + step * day)),
    store: categoryColumn(steps.map(() => "A")),
    sales: numberColumn(sales),
    price: numberColumn(price),
    visits: numberColumn(steps.map(() => 60)),
  });
  const notes: string[] = [];
  const batches = (async function* (): AsyncIterable<TaskRows> {
    yield { table, schema: [] };
  })();
  const rows = [];
  for await (const part of model.score(batches, (note) => notes.push(note)))
    for (let i = 0; i < part.table.nRows; i++) rows.push(part.table.row(i));
  return { rows, notes };
}

test("a model that no series' covariates matter to needs none, in requests and in files", async () => {
  const own = data.series.filter(({ name }) => name === "D").map((one) => ({ ...one, method: 0 }));
  const plain: ForecastModelData = { ...data, methods: [data.methods[1]!], global: null, series: own };
  const opened = openTaskModel({ ...parts, model: plain });
  const problems: RowProblem[] = [];
  const read = opened.read({ series: "D", values: [5] }, 0, problems);
  assert.deepEqual(problems, []);
  const expected = (opened.answer(read) as unknown as ForecastAnswer).forecast.map(({ value }) => value);
  const table = Table.of({
    date: instantColumn([origin + n * day]),
    store: categoryColumn(["D"]),
    sales: numberColumn([5]),
  });
  const batches = (async function* (): AsyncIterable<TaskRows> {
    yield { table, schema: [] };
  })();
  for await (const part of opened.score(batches, assert.fail))
    assert.deepEqual([...part.table.numbers("value").values], expected);
});

test("score() forecasts as many steps as rows behind the last value bring covariates for, and says where there is none", async () => {
  const steps = [n, n + 1, n + 2, n + 3, n + 4];
  const { rows, notes } = await scored(steps, [40, 41, null, null, null], [1, 2, 3, 4, null]);
  const covariates = [1, 2].map((price) => ({ price, visits: 60 }));
  const expected = ask({ series: "A", values: [40, 41], covariates, horizon: 2, known: prices(3, 4) });
  assert.deepEqual(notes, []);
  assert.deepEqual(
    rows.map(({ value }) => value),
    expected.forecast.map(({ value }) => value),
  );
  const without = await scored([n], [40], [1]);
  assert.equal(without.rows.length, 0);
  assert.match(
    without.notes.join(),
    /"known" is absent, "price" of each of the 6 steps after the last value is needed/,
  );
});
