import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sale, salesTable, sampleSales } from "../../../test/sample-series.ts";
import { untouched } from "../../../test/sample-snapshot.ts";
import { canonicalJson } from "../../lib/index.ts";
import { seasonalNaive } from "../../ml/forecasters/index.ts";
import { type ForecastModelData, openTaskCapsule } from "../capsule/index.ts";
import type { TaskInput } from "../training/index.ts";
import { defineForecast, type ForecastDefinition, trainForecast } from "./index.ts";

const horizon = 14;
const sales = sampleSales();

function inputOf(rows: readonly Sale[], asked: Partial<ForecastDefinition> = {}): TaskInput<ForecastDefinition> {
  const table = salesTable(rows);
  const schema = table.names.map((name) => ({
    name,
    type: name === "date" ? ("instant" as const) : name === "sales" ? ("number" as const) : ("category" as const),
  }));
  const definition = defineForecast({
    name: "demand",
    data: { files: ["sales.csv"] },
    time: "date",
    value: "sales",
    series: "store",
    horizon,
    search: { families: ["seasonal-naive", "mean"] },
    evaluation: { resamples: 200, slices: ["region"] },
    ...asked,
  });
  return {
    definition,
    ...untouched(table, schema),
  };
}

const { capsule, report } = trainForecast(inputOf(sales));
const model = capsule.model as ForecastModelData;
const part = capsule.evaluation.forecast!;

test("the same input trains the same capsule, byte for byte, and in any order of the rows the same forecasts", () => {
  assert.equal(canonicalJson(trainForecast(inputOf(sales)).capsule), canonicalJson(capsule));
  const reversed = trainForecast(inputOf([...sales].reverse())).capsule;
  const asked = { series: "store 3" };
  const [a, b] = [capsule, reversed].map((one) => {
    const opened = openTaskCapsule(one);
    return opened.answer(opened.read(asked, 0, []));
  });
  assert.deepEqual(a, b);
});

test("nothing that was forecast of the test, and no width of an interval, knows the test values", () => {
  const changed = sales.map((sale, k) => (k % 140 >= 140 - horizon ? { ...sale, sales: 1e6 - k } : sale));
  const other = trainForecast(inputOf(changed));
  assert.deepEqual((other.capsule.model as ForecastModelData).intervals, model.intervals);
  const only = (one: typeof other) => one.report.candidates.map(({ name, validation }) => ({ name, validation }));
  assert.deepEqual(
    only(other),
    report.candidates.map(({ name, validation }) => ({ name, validation })),
  );
});

test("the served state goes on from the last value: its seasonal naive forecast repeats the last week", () => {
  const own = sales.filter(({ store }) => store === "store 1").map((sale) => sale.sales);
  const expected = seasonalNaive().fit(Float64Array.from(own), { period: 7 }).forecast(horizon);
  const opened = openTaskCapsule(capsule);
  const answer = opened.answer(opened.read({ series: "store 1" }, 0, [])) as unknown as {
    method: string;
    forecast: { at: string; value: number; intervals: { low: number; high: number }[] }[];
  };
  assert.deepEqual(
    answer.forecast.map(({ value }) => value),
    [...expected],
  );
  assert.equal(answer.forecast[0]!.at, "2025-05-26T00:00:00.000Z");
  for (const { intervals } of answer.forecast) {
    assert.ok(intervals[0]!.high - intervals[0]!.low > 0);
    assert.ok(intervals[0]!.high <= intervals[1]!.high && intervals[0]!.low >= intervals[1]!.low);
  }
});

test("figures of the test are those of the method by hand", () => {
  const mases = Array.from({ length: 12 }, (_, s) => {
    const own = sales.filter(({ store }) => store === `store ${s + 1}`).map((sale) => sale.sales);
    const known = own.slice(0, -horizon);
    let scale = 0;
    for (let t = 7; t < known.length; t++) scale += Math.abs(known[t]! - known[t - 7]!) / (known.length - 7);
    let sum = 0;
    for (let h = 0; h < horizon; h++) sum += Math.abs(own[known.length + h]! - known[known.length - 7 + (h % 7)]!);
    return sum / horizon / scale;
  });
  const mean = mases.reduce((sum, mase) => sum + mase, 0) / 12;
  assert.ok(Math.abs(capsule.evaluation.metrics.mase!.value! - mean) < 1e-12);
  assert.equal(capsule.evaluation.metrics.mase!.n, 12);
  assert.equal(capsule.evaluation.comparisons[0]!.difference.value, 0); // the baseline was chosen
  assert.equal(capsule.evaluation.comparisons[0]!.verdict, "no-evidence");
  assert.equal(report.gates[0]!.passed, false);
});

test("the account, steps, coverage and pictures fit each other", () => {
  assert.deepEqual([part.account.nSeries, part.account.nTested, part.account.lengths], [12, 12, [140, 140, 140]]);
  assert.equal(part.byStep.length, horizon);
  assert.ok(part.byStep.every(({ n, error }) => n === 12 && error! > 0));
  const mean = part.byStep.reduce((sum, { error }) => sum + error! / horizon, 0);
  assert.ok(Math.abs(mean - capsule.evaluation.metrics.mase!.value!) < 1e-12);
  const inside = part.byStep.reduce((sum, { coverage }) => sum + coverage[0]!.value! / horizon, 0);
  assert.ok(Math.abs(inside - part.coverage[0]!.value!) < 1e-12);
  assert.ok(inside > 0.6 && inside <= 1);
  assert.deepEqual(
    part.pictures.map(({ role }) => role),
    ["best", "median", "worst"],
  );
  const [best, median, worst] = part.pictures.map(({ mase }) => mase!);
  assert.ok(best! <= median! && median! <= worst!);
  assert.deepEqual(
    report.split.parts.map(({ name, n }) => [name, n]),
    [
      ["train", 12 * (140 - 5 * horizon)],
      ["validation", 12 * 4 * horizon],
      ["test", 12 * horizon],
    ],
  );
  assert.equal(part.conformal.nErrors, 48);
});

test("slices are of series, each against the others", () => {
  const [north, south] = ["region is north", "region is south"].map(
    (name) => report.evaluation.slices.find((slice) => slice.name === name)!,
  );
  assert.deepEqual([north!.n, south!.n], [6, 6]);
  assert.ok(Math.abs(north!.difference.value! + south!.difference.value!) < 1e-12);
  const changing = sales.map((sale, k) => (k === 5 ? { ...sale, region: "south" } : sale));
  assert.throws(() => trainForecast(inputOf(changing)), { code: "FORECAST_SLICE" });
});

test("a search that its time ends is replayed by its trials", () => {
  let seconds = 0;
  const hooks = { elapsedSeconds: () => (seconds += 10) };
  const asked = { search: { families: ["seasonal-naive", "mean", "drift"], seconds: 5 } } as const;
  const cut = trainForecast(inputOf(sales, asked), hooks);
  assert.deepEqual(cut.trials, [{ family: "seasonal-naive", params: {} }]);
  const again = trainForecast({ ...inputOf(sales, asked), trials: cut.trials });
  assert.equal(canonicalJson(again.capsule), canonicalJson(cut.capsule));
});

test("a range keeps forecasts and intervals within, also where they are measured", () => {
  const bounded = trainForecast(inputOf(sales, { range: { min: 0, max: 100 } }));
  for (const { test: steps } of bounded.report.evaluation.forecast!.pictures)
    for (const { forecast, intervals } of steps)
      for (const value of [forecast, ...intervals.flatMap((band) => band ?? [])]) assert.ok(value >= 0 && value <= 100);
  assert.throws(() => inputOf(sales, { range: { min: 2, max: 1 } }), { code: "DEFINITION_INVALID" });
});

const trees = { family: "gbdt", params: { nTrees: 30, nSeasons: 3, minSamplesLeaf: 10 } } as const;

test("boosted trees learn from all series, answer series of their own and of others, and are trained alike twice", () => {
  const asked = { search: { configurations: [trees], perSeries: false } };
  const first = trainForecast(inputOf(sales, asked));
  assert.equal(canonicalJson(trainForecast(inputOf(sales, asked)).capsule), canonicalJson(first.capsule));
  const data = first.capsule.model as ForecastModelData;
  assert.ok(data.global !== null && data.series.every(({ forecaster }) => forecaster.kind === "window"));
  assert.equal(first.report.evaluation.comparisons[0]!.verdict, "better");
  const opened = openTaskCapsule(first.capsule);
  const own = sales.slice(0, 100).map((sale) => sale.sales);
  const answer = opened.answer(opened.read({ series: "new", start: "2025-01-06", values: own, horizon: 7 }, 0, []));
  for (const { value } of answer.forecast as unknown as { value: number }[])
    assert.ok(value > 0.3 * own[0]! && value < 3 * own[0]!);
});

test("each series by its own best method is a candidate, and the capsule holds what each needs", () => {
  const still = sales.map((sale, k) => {
    const isStill = Number(sale.store.slice(6)) <= 6;
    return isStill ? { ...sale, sales: 100 + (k % 7) + 0.001 * (k % 140) } : sale;
  });
  const search = { configurations: [{ family: "seasonal-naive" }, trees, { family: "theta" }] } as const;
  const trained = trainForecast(inputOf(still, { search }));
  const candidate = trained.report.candidates.find(({ name }) => name === "per-series")!;
  const others = trained.report.candidates.filter(({ name }) => name !== "per-series");
  assert.ok(others.every(({ validation }) => validation.value! >= candidate.validation.value! * 0.99));
  const { methods, series } = trained.capsule.model as ForecastModelData;
  if (candidate.chosen) assert.ok(new Set(series.map(({ method }) => method)).size > 1);
  assert.ok(methods.length >= 1);
  openTaskCapsule(trained.capsule);
});

test("a method that the series are refused by is no candidate and says why; alone it is thrown", () => {
  const negative = sales.map((sale) => ({ ...sale, sales: sale.sales - 150 }));
  const multiplicative = { family: "holt-winters", params: { season: "multiplicative" } } as const;
  const { report: told } = trainForecast(
    inputOf(negative, { search: { configurations: [multiplicative, { family: "ets" }] } }),
  );
  const refused = told.candidates.find(({ family }) => family === "holt-winters")!;
  assert.match(refused.note!, /above 0/);
  assert.equal(refused.validation.value, null);
  assert.ok(told.candidates.find(({ family }) => family === "ets")!.validation.value! > 0);
  const alone = inputOf(negative, { search: { configurations: [multiplicative] } });
  assert.throws(() => trainForecast(alone), { code: "SERIES_NOT_POSITIVE" });
});

test("a champion is compared by its method, fitted to what was known before the test", () => {
  const champion = { name: "demand@1", data: capsule };
  const next = trainForecast({ ...inputOf(sales, { search: { families: ["mean"] } }), champion });
  const comparison = next.report.evaluation.comparisons.find(({ reference }) => reference === "demand@1")!;
  assert.equal(comparison.verdict, "worse");
  assert.equal(next.report.gates.find(({ name }) => name === "not-worse-than-champion")!.passed, false);
});

test("series that are too short for a test, constant, or of one value are forecast all the same, and said", () => {
  const extra = sales.slice(0, 10).map((sale) => ({ ...sale, store: "short", region: "north" }));
  const constant = sales.slice(0, 140).map((sale) => ({ ...sale, store: "constant", sales: 5 }));
  const single = [{ ...sales[0]!, store: "single" }];
  const trained = trainForecast(inputOf([...sales, ...extra, ...constant, ...single]));
  const { account, undefinedSeries } = trained.report.evaluation.forecast!;
  assert.deepEqual([account.nSeries, account.nTested], [15, 13]);
  assert.match(trained.report.split.notes.join(), /2 of 15 series are too short/);
  assert.deepEqual(undefinedSeries[0], {
    metric: "mase",
    n: 1,
    reason: "the history repeats itself: its seasonal naive error is 0",
  });
  const opened = openTaskCapsule(trained.capsule);
  for (const series of ["short", "constant", "single"]) {
    const answer = opened.answer(opened.read({ series, horizon: 1 }, 0, [])) as unknown as {
      forecast: { value: number; intervals: { low: number | null }[] }[];
    };
    assert.ok(Number.isFinite(answer.forecast[0]!.value));
    assert.equal(answer.forecast[0]!.intervals[0]!.low === null, series !== "short");
  }
});

test("no series that is long enough is refused with what is needed", () => {
  const short = sales.filter(({ at }) => at < Date.UTC(2025, 0, 30));
  assert.throws(
    () => trainForecast(inputOf(short)),
    (error: { code?: string; message: string }) => {
      assert.equal(error.code, "FORECAST_SHORT");
      assert.match(error.message, /the longest of 12 series has 24 steps, 36 are needed/);
      return true;
    },
  );
});

test("series that are copies, at the same time or ahead of time, are named", () => {
  const copy = sales.slice(0, 140).map((sale) => ({ ...sale, store: "copy" }));
  const same = trainForecast(inputOf([...sales, ...copy])).report.leakage.findings;
  assert.equal(same.length, 1);
  assert.match(same[0]!.message, /2 of 13 series end in the same values/);
  const shifted = sales.slice(0, 140).map((sale) => ({ ...sale, store: "ahead", at: sale.at - 30 * 86_400_000 }));
  const later = sales.slice(110, 140).map((sale, k) => ({ ...sale, store: "ahead", at: sale.at, sales: 100 + k }));
  const ahead = trainForecast(inputOf([...sales, ...shifted, ...later])).report.leakage.findings;
  assert.equal(ahead.length, 1);
  assert.match(ahead[0]!.message, /1 of 13 series have test values that another series holds already/);
  assert.deepEqual(report.leakage.findings, []);
});

test("a training that is asked to stop ends with FIT_CANCELLED", () => {
  assert.throws(() => trainForecast(inputOf(sales), { shouldStop: () => true }), { code: "FIT_CANCELLED" });
});

const wrong = [
  { name: "an unknown key", asked: { horizn: 3 }, says: /unknown key "horizn", did you mean "horizon"/ },
  { name: "a horizon of 0", asked: { horizon: 0 }, says: /horizon/ },
  { name: "a zone that is none", asked: { timeZone: "Europe/Zurch" }, says: /did you mean "Europe\/Zurich"/ },
  { name: "levels that do not ascend", asked: { levels: [0.9, 0.8] }, says: /levels must ascend/ },
  { name: "the time as value", asked: { value: "date" }, says: /"date" is the time/ },
  { name: "a family that is none", asked: { search: { families: ["arima"] } }, says: /search\.families\.0/ },
  { name: "half a month", asked: { frequency: { step: 0.5, unit: "month" } }, says: /whole number/ },
] as const;

for (const { name, asked, says } of wrong)
  test(`defineForecast() refuses ${name}`, () => {
    const definition = {
      name: "demand",
      data: { files: ["a.csv"] },
      time: "date",
      value: "sales",
      horizon: 7,
      ...asked,
    };
    assert.throws(
      () => defineForecast(definition as never),
      (error: { code?: string; message: string }) => {
        assert.equal(error.code, "DEFINITION_INVALID");
        assert.match(error.message, says);
        return true;
      },
    );
  });

test("fewer than ten test steps of one series have no interval, and nothing is shown to beat the baseline; why is said", () => {
  const one = sales.filter(({ store }) => store === "store 1");
  const { report } = trainForecast(inputOf(one, { horizon: 7 }));
  const gate = report.gates.find(({ name }) => name === "beats-baseline")!;
  assert.equal(gate.passed, false);
  assert.match(gate.message, /only 7 test steps: an interval needs 10, by a longer horizon or more series/);
});
