import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Sale, salesTable, sampleSales } from "../../../test/sample-series.ts";
import { untouched } from "../../../test/sample-snapshot.ts";
import { loadKernelTeam, loadPredictKernels } from "../../edge/compute/index.ts";
import { canonicalJson, createRng, permutation } from "../../lib/index.ts";
import { numberColumn, Table } from "../../ml/table/index.ts";
import { type ForecastModelData, openTaskCapsule } from "../capsule/index.ts";
import type { LogicalType } from "../data/index.ts";
import type { TaskInput, TrainHooks } from "../training/index.ts";
import { defineForecast, type ForecastDefinition, trainForecast } from "./index.ts";

const horizon = 14;
const nDays = 140;
const rng = createRng(5).fork("covariates");
const plain = sampleSales({ nStores: 8, nDays });
const promotion = plain.map(() => Number(rng.uniform() < 0.2));
const bookings = plain.map(() => Math.round(100 * rng.uniform()));
/** Sales that a promotion lifts by 80 %, and that follow the bookings of two weeks before. */
const promoted = plain.map((sale, i) => ({ ...sale, sales: sale.sales * (1 + 0.8 * promotion[i]!) }));
const led = plain.map((sale, i) => {
  const booked = i % nDays < 14 ? 50 : bookings[i - 14]!;
  return { ...sale, sales: sale.sales * (1 + booked / 100) };
});
const shuffled = (values: readonly number[]) => Array.from(permutation(values.length, rng), (i) => values[i]!);

const teams = await Promise.all([1, 3].map((nThreads) => loadKernelTeam("kernels", nThreads)));
after(() => Promise.all(teams.map((team) => team?.stop())));
const predictKernels = loadPredictKernels();
const hooksOf = (team: (typeof teams)[number]): TrainHooks => ({
  ...(team && { kernels: team.kernels }),
  ...(predictKernels && { predictKernels }),
});
const hooks = hooksOf(teams[0]);
const trees = { family: "gbdt", params: { nTrees: 40, nSeasons: 4, minSamplesLeaf: 10 } } as const;

type Cells = readonly (number | null)[];

function inputOf(
  rows: readonly Sale[],
  columns: Readonly<Record<string, Cells>>,
  asked: Partial<ForecastDefinition> = {},
): TaskInput<ForecastDefinition> {
  const base = salesTable(rows);
  const table = Table.of([
    ...base.names.map((name) => [name, base.column(name)] as const),
    ...Object.entries(columns).map(([name, values]) => [name, numberColumn(values)] as const),
  ]);
  const types = new Map<string, LogicalType>([
    ["date", "instant"],
    ["store", "category"],
    ["region", "category"],
  ]);
  const schema = table.names.map((name) => ({ name, type: types.get(name) ?? "number" }));
  const definition = defineForecast({
    name: "demand",
    data: { files: ["sales.csv"] },
    time: "date",
    value: "sales",
    series: "store",
    horizon,
    backtest: { origins: 2 },
    search: { configurations: [trees], perSeries: false },
    evaluation: { resamples: 200 },
    ...asked,
  });
  return {
    definition,
    ...untouched(table, schema),
  };
}

const maseOf = (input: TaskInput<ForecastDefinition>) =>
  trainForecast(input, hooks).capsule.evaluation.metrics.mase!.value!;
const known = { known: ["promotion"] } as const;
const both = { known: ["promotion"], observed: ["bookings"] } as const;
const trained = trainForecast(inputOf(promoted, { promotion, bookings }, both), hooks);
const model = openTaskCapsule(trained.capsule, { predict: predictKernels });

test("promotions that are known in advance more than halve the error; the same flags at other days do not", () => {
  const without = maseOf(inputOf(promoted, { promotion }));
  const ratio = maseOf(inputOf(promoted, { promotion }, known)) / without;
  assert.ok(ratio < 0.5, String(ratio));
  const permuted = maseOf(inputOf(promoted, { promotion: shuffled(promotion) }, known)) / without;
  assert.ok(permuted > 0.95 && permuted < 1.1, String(permuted));
});

test("what was observed two weeks before more than halves the error; permuted it does not", () => {
  const without = maseOf(inputOf(led, { bookings }));
  const observed = { observed: ["bookings"] } as const;
  const ratio = maseOf(inputOf(led, { bookings }, observed)) / without;
  assert.ok(ratio < 0.6, String(ratio));
  const permuted = maseOf(inputOf(led, { bookings: shuffled(bookings) }, observed)) / without;
  assert.ok(permuted > 0.95 && permuted < 1.1, String(permuted));
});

test("the same bytes on 1 and 3 threads, and without kernels", () => {
  const input = inputOf(promoted, { promotion, bookings }, both);
  const bytes = canonicalJson(trained.capsule);
  assert.equal(canonicalJson(trainForecast(input, hooksOf(teams[1])).capsule), bytes);
  assert.equal(canonicalJson(trainForecast(input).capsule), bytes);
});

test("nothing that is forecast of a test knows what is only observed in it", () => {
  const later = bookings.map((value, i) => (i % nDays >= nDays - horizon ? 1e6 + i : value));
  const other = trainForecast(inputOf(promoted, { promotion, bookings: later }, both), hooks);
  assert.deepEqual(other.capsule.evaluation.metrics, trained.capsule.evaluation.metrics);
});

test("other methods do not read covariates: their model is the same but for the names, and a note says so", () => {
  const asked = { search: { families: ["seasonal-naive"] } } as const;
  const [a, b] = [inputOf(promoted, { promotion }, { ...asked, ...known }), inputOf(promoted, {}, asked)].map((input) =>
    trainForecast(input, hooks),
  );
  const { covariates, ...rest } = a!.capsule.model as ForecastModelData;
  assert.deepEqual(covariates, { known: ["promotion"], observed: [] });
  assert.deepEqual(rest, b!.capsule.model);
  assert.match(a!.report.data.notes.join(), /"promotion": boosted trees alone learn from it/);
  const opened = openTaskCapsule(a!.capsule);
  const problems: never[] = [];
  opened.read({ series: "store 1" }, 0, problems);
  assert.deepEqual(problems, []);
});

test("a promotion in a request lifts its step, and no other", () => {
  const days = (at: number) => Array.from({ length: horizon }, (_, h) => ({ promotion: Number(h === at) }));
  const forecastOf = (rows: readonly object[]) => {
    const asked = model.read({ series: "store 3", known: rows as never }, 0, []);
    return (model.answer(asked) as unknown as { forecast: readonly { value: number }[] }).forecast;
  };
  const [quiet, lifted] = [forecastOf(days(-1)), forecastOf(days(4))];
  quiet.forEach(({ value }, h) => {
    if (h === 4) assert.ok(lifted[h]!.value > 1.4 * value && lifted[h]!.value < 2.2 * value);
    else assert.equal(lifted[h]!.value, value);
  });
});

test("rows without a value still say what the covariates of their step were, and several rows of a step their mean", () => {
  const twice = [...promoted, { ...promoted[3]!, sales: 0 }];
  const flags = [...promotion, 1 - promotion[3]!];
  const silent = twice.map((sale, i) => (i === 130 ? { ...sale, sales: Number.NaN } : sale));
  const asked = { ...known, duplicates: "sum" } as const;
  const { capsule } = trainForecast(inputOf(silent, { promotion: flags }, asked), hooks);
  const { forecaster } = (capsule.model as ForecastModelData).series[0]!;
  assert.ok(forecaster.kind === "window");
  const { values, columns } = forecaster;
  assert.deepEqual([values.at(-10), columns!.promotion!.at(-10)], [null, promotion[130]]);
  const missing = promotion.map((flag, i) => (i === 131 ? null : flag));
  const { report } = trainForecast(inputOf(promoted, { promotion: missing }, known), hooks);
  assert.match(report.data.notes.join(), /"promotion" has no number at 1 of 1120 steps/);
});

const leaks: readonly { name: string; column: Cells; says: RegExp; strength: "strong" | "suspect"; as?: "observed" }[] =
  [
    {
      name: "the value itself",
      column: plain.map(({ sales }) => sales),
      says: /is the value of that step/,
      strength: "strong",
    },
    {
      name: "a copy that leads by 3 steps",
      column: plain.map((_, i) => plain[i + 3]?.sales ?? null),
      says: /is the value of 3 steps later/,
      strength: "strong",
    },
    {
      name: "the value of the day before",
      column: plain.map((_, i) => plain[i - 1]?.sales ?? null),
      says: /of 1 step before, which is not known 14 steps ahead/,
      strength: "strong",
    },
    {
      name: "a line through the value",
      column: plain.map(({ sales }) => Math.round(13 - 2 * sales)),
      says: /goes up and down with the value of that step/,
      strength: "suspect",
    },
    {
      name: "an observation of 2 steps later",
      column: plain.map((_, i) => plain[i + 2]?.sales ?? null),
      says: /is the value of 2 steps later/,
      strength: "strong",
      as: "observed",
    },
  ];

for (const { name, column, says, strength, as = "known" } of leaks)
  test(`a column that is ${name} is found`, () => {
    const asked = { [as]: ["extra"], search: { families: ["mean"] } } as const;
    const { report } = trainForecast(inputOf(plain, { extra: column }, asked));
    assert.deepEqual(
      report.leakage.findings.map((finding) => [finding.columns, finding.strength]),
      [[["extra"], strength]],
    );
    assert.match(report.leakage.findings[0]!.message, says);
    assert.equal(report.gates.find((gate) => gate.name === "no-known-leak")!.passed, strength === "suspect");
  });

test("what may be known or was observed is no leak: promotions, a value of a horizon before, an observation of the day", () => {
  assert.deepEqual(trained.report.leakage.findings, []);
  const search = { families: ["mean"] } as const;
  const before = plain.map((_, i) => (i % nDays < horizon ? null : plain[i - horizon]!.sales));
  const same = plain.map(({ sales }) => 2 * sales);
  const { report } = trainForecast(inputOf(plain, { before, same }, { known: ["before"], observed: ["same"], search }));
  assert.deepEqual(report.leakage.findings, []);
});

const wrong: readonly { name: string; asked: Partial<ForecastDefinition>; code: string; says: RegExp }[] = [
  {
    name: "the value as a covariate",
    asked: { known: ["sales"] },
    code: "DEFINITION_INVALID",
    says: /is the time, the value/,
  },
  {
    name: "a column that is both known and observed",
    asked: { known: ["promotion"], observed: ["promotion"] },
    code: "DEFINITION_INVALID",
    says: /named twice/,
  },
  { name: "a column called at", asked: { known: ["at"] }, code: "DEFINITION_INVALID", says: /cannot be called "at"/ },
  {
    name: "a column that is not there",
    asked: { known: ["promotoin"] },
    code: "FORECAST_COLUMNS",
    says: /did you mean "promotion"/,
  },
  {
    name: "a column of texts",
    asked: { known: ["region"] },
    code: "FORECAST_COLUMN_KIND",
    says: /holds category values/,
  },
];

for (const { name, asked, code, says } of wrong)
  test(`${name} is refused`, () => {
    assert.throws(
      () => trainForecast(inputOf(plain, { promotion }, asked)),
      (error: { code?: string; message: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, says);
        return true;
      },
    );
  });
