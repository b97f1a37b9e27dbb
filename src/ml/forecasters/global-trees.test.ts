import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, createRng, FettleError } from "../../lib/index.ts";
import { forecastMetrics } from "../metrics/index.ts";
import { type GlobalSeries, globalTrees, loadGlobalTrees, seasonalNaive } from "./index.ts";

const period = 6;
const trees = { nTrees: 40, minSamplesLeaf: 10 };
const learner = globalTrees({ horizon: 8, nSeasons: 4, maxRows: 4000, trees });
const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error instanceof FettleError ? error.code : String(error);
  }
  return "none";
};

/** Series of different sizes whose season is scaled by what a known column says. */
function seriesOf(n: number, length: number, extra = 0, seed = 1): GlobalSeries[] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => {
    const size = 10 ** (4 * rng.uniform() - 1);
    const shift = Math.floor(6 * rng.uniform());
    const level = 5 + 5 * rng.uniform();
    const busy = Float64Array.from({ length: length + extra }, () => Number(rng.uniform() < 0.3));
    const values = busy.map(
      (isBusy, t) => size * (level + Math.sin((2 * Math.PI * (t + shift)) / period) + 4 * isBusy + 0.2 * rng.uniform()),
    );
    return { values: values.subarray(0, length), known: { busy } };
  });
}

test("globalTrees() learns across series what no single one tells, and forecasts one that it has not seen", () => {
  const fitted = learner.fit(seriesOf(30, 90), { period, seed: 1 });
  assert.deepEqual(fitted.layout.known, ["busy"]);
  const whole = seriesOf(10, 98, 0, 7);
  const history = whole.map(({ values, known }) => ({ values: values.subarray(0, 90), known: known! }));
  let ours = 0;
  let naive = 0;
  fitted.forecast(history, 8).forEach((yPred, i) => {
    const yTrue = whole[i]!.values.subarray(90);
    const of = (pred: Float64Array) =>
      Number(forecastMetrics.mase.of({ history: history[i]!.values, period, yTrue, yPred: pred }));
    ours += of(yPred);
    naive += of(seasonalNaive().fit(history[i]!.values, { period }).forecast(8));
  });
  assert.ok(ours < 0.5 * naive, `${ours} against ${naive}`);
});

test("globalTrees() gives the same bytes again, from its data, for one series or many, and for a shorter horizon", () => {
  const series = seriesOf(8, 60, 8);
  const fitted = learner.fit(series, { period, seed: 1 });
  const data = fitted.toJSON();
  assert.deepEqual(learner.fit(series, { period, seed: 1 }).toJSON(), data);
  const loaded = loadGlobalTrees(JSON.parse(canonicalJson(data)));
  const forecasts = fitted.forecast(series, 8);
  assert.deepEqual(loaded.forecast(series, 8), forecasts);
  assert.deepEqual(fitted.forecast([series[3]!], 8), [forecasts[3]]);
  assert.deepEqual(fitted.forecast([series[3]!], 3), [forecasts[3]!.slice(0, 3)]);
});

test("a power of two as the unit changes nothing but the unit", () => {
  const series = seriesOf(8, 60, 8);
  const scaled = series.map(({ values, known }) => ({ values: values.map((value) => 1024 * value), known: known! }));
  const fitted = learner.fit(series, { period, seed: 1 });
  assert.deepEqual(learner.fit(scaled, { period, seed: 1 }).toJSON(), fitted.toJSON());
  const [first] = fitted.forecast(series, 8);
  assert.deepEqual(
    fitted.forecast(scaled, 8)[0],
    first!.map((value) => 1024 * value),
  );
});

test("maxRows leaves out origins evenly, over all steps of the season", () => {
  const all = learner.fit(seriesOf(4, 80), { period, seed: 1 }).toJSON();
  const some = globalTrees({ horizon: 8, nSeasons: 4, trees, maxRows: 500 }).fit(seriesOf(4, 80), { period, seed: 1 });
  assert.equal(all.nRows, 4 * 8 * (80 - 8 - 12 + 1));
  assert.ok(some.toJSON().nRows <= 500 && some.toJSON().nRows > 300);
});

test("gaps, constants, short series and one value are forecast", () => {
  const fitted = learner.fit(seriesOf(8, 60), { period, seed: 1 });
  const known = { busy: new Float64Array(80) };
  const gaps = seriesOf(1, 60)[0]!.values.map((value, t) => (t % 5 === 0 || t > 55 ? Number.NaN : value));
  const few = Float64Array.of(5, 6);
  const forecasts = fitted.forecast(
    [gaps, new Float64Array(50).fill(3), few, Float64Array.of(4), Float64Array.of(Number.NaN)].map((values) => ({
      values,
      known,
    })),
    8,
  );
  assert.ok(forecasts.slice(0, 4).every((forecast) => forecast.every(Number.isFinite)));
  assert.ok(forecasts[4]!.every(Number.isNaN));
  const rows = learner.fit([...seriesOf(8, 60), { values: gaps, known }], { period, seed: 1 }).toJSON().nRows;
  assert.ok(rows > fitted.toJSON().nRows);
});

test("what globalTrees() cannot do is refused by name", () => {
  const series = seriesOf(4, 60, 8);
  const fitted = learner.fit(series, { period, seed: 1 });
  const fit = (given: readonly GlobalSeries[], steps = period) => learner.fit(given, { period: steps, seed: 1 });
  assert.equal(
    codeOf(() => globalTrees({ horizon: 0 })),
    "FORECAST_HORIZON",
  );
  assert.equal(
    codeOf(() => fitted.forecast(series, 9)),
    "FORECAST_HORIZON",
  );
  assert.equal(
    codeOf(() => fit(series, 0)),
    "SERIES_PERIOD",
  );
  assert.equal(
    codeOf(() => fit([])),
    "GLOBAL_TOO_SHORT",
  );
  assert.equal(
    codeOf(() => fit([{ values: Float64Array.of(1, 2, 3) }])),
    "GLOBAL_TOO_SHORT",
  );
  assert.equal(
    codeOf(() => fit([{ values: Float64Array.of(1, Number.POSITIVE_INFINITY) }])),
    "SERIES_NOT_FINITE",
  );
  assert.equal(
    codeOf(() => fit([...series, { values: series[0]!.values }])),
    "FORECAST_KNOWN",
  );
  assert.equal(
    codeOf(() => fitted.forecast(seriesOf(1, 60), 8)),
    "FORECAST_KNOWN",
  );
});
