import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  forecastMetrics,
  intervalCoverage,
  intervalScore,
  type Measured,
  meanOverSeries,
  type SeriesForecast,
  weightedQuantileLoss,
} from "./index.ts";

interface Golden {
  readonly cases: readonly {
    readonly period: number;
    readonly history: number[];
    readonly yTrue: number[];
    readonly yPred: number[];
    readonly values: Readonly<Record<keyof typeof forecastMetrics, number>>;
    readonly levels: number[];
    readonly quantiles: number[][];
    readonly wql: number;
    readonly coverage: number;
    readonly winkler: number;
  }[];
}

const { cases }: Golden = JSON.parse(readFileSync(new URL("golden/forecast-metrics.json", import.meta.url), "utf8"));
const numbers = (values: readonly number[]) => Float64Array.from(values);
const forecastOf = (given: Partial<Record<"history" | "yTrue" | "yPred", number[]>>, period = 1): SeriesForecast => ({
  period,
  history: numbers(given.history ?? [1, 2]),
  yTrue: numbers(given.yTrue ?? [1]),
  yPred: numbers(given.yPred ?? [1]),
});

function assertNear(value: Measured, expected: number) {
  assert.ok(typeof value === "number" && Math.abs(value - expected) <= 1e-12 * Math.abs(expected), `${value}`);
}

for (const golden of cases)
  test(`metrics of forecasts equal utilsforecast to 1e-12: period ${golden.period}`, () => {
    const forecast = forecastOf(golden, golden.period);
    for (const [name, metric] of Object.entries(forecastMetrics))
      assertNear(metric.of(forecast), golden.values[name as keyof typeof forecastMetrics]);
    const quantiles = golden.quantiles.map(numbers);
    const [lower, , upper] = quantiles as [Float64Array, Float64Array, Float64Array];
    assertNear(weightedQuantileLoss(forecast.yTrue, quantiles, golden.levels), golden.wql);
    assertNear(intervalCoverage(forecast.yTrue, lower, upper), golden.coverage);
    assertNear(intervalScore(forecast.yTrue, lower, upper, 0.8), golden.winkler);
  });

test("a metric without a value says why", () => {
  const of = (name: keyof typeof forecastMetrics, given: Parameters<typeof forecastOf>[0], period?: number) =>
    forecastMetrics[name].of(forecastOf(given, period));
  const repeats = { undefined: "the history repeats itself: its seasonal naive error is 0" };
  const short = { undefined: "the history holds no two values a season apart" };
  const nothing = { undefined: "no step has a value" };
  assert.deepEqual(of("mase", { history: [3, 3, 3] }), repeats);
  assert.deepEqual(of("rmsse", { history: [3, 4, 3, 4] }, 2), repeats);
  assert.deepEqual(of("mase", { history: [3, 4] }, 2), short);
  assert.deepEqual(of("mase", { history: [3, Number.NaN, 4] }), short);
  assert.deepEqual(of("mae", { yTrue: [Number.NaN] }), nothing);
  assert.deepEqual(of("rmse", { yTrue: [] }), nothing);
  assert.deepEqual(of("wape", { yTrue: [0, 0], yPred: [1, 2] }), { undefined: "all values are 0" });
  assert.deepEqual(weightedQuantileLoss(numbers([0]), [numbers([1])], [0.5]), { undefined: "all values are 0" });
  assert.equal(of("smape", { yTrue: [0, 0], yPred: [0, 5] }), 100);
});

test("steps without a value do not count", () => {
  const forecast = forecastOf({ history: [1, 3, 2], yTrue: [2, Number.NaN, 4], yPred: [1, 9, 1] });
  assert.equal(forecastMetrics.mae.of(forecast), 2);
  assert.equal(forecastMetrics.mase.of(forecast), 2 / 1.5);
  const inside = intervalCoverage(forecast.yTrue, numbers([2, 0, 5]), numbers([2, 0, 6]));
  assert.equal(inside, 0.5);
});

test("meanOverSeries() leaves out what is not defined, and counts it", () => {
  assert.deepEqual(meanOverSeries([1, { undefined: "why" }, 3]), { value: 2, n: 2, nUndefined: 1, reason: "why" });
  assert.deepEqual(meanOverSeries([{ undefined: "why" }]), { value: null, n: 0, nUndefined: 1, reason: "why" });
  assert.deepEqual(meanOverSeries([4]), { value: 4, n: 1, nUndefined: 0 });
  assert.deepEqual(meanOverSeries([]), { value: null, n: 0, nUndefined: 0, reason: "there is no series" });
});

test("scaled metrics do not change with the unit, and the right forecast has none", () => {
  // Eighths: the least of doubles would lose digits in another unit.
  const eighth = fc.integer({ min: -8000, max: 8000 }).map((k) => k / 8);
  const values = fc.array(eighth, { minLength: 3, maxLength: 8 });
  fc.assert(
    fc.property(values, values, fc.constantFrom(0.5, 2, 1024), (history, yTrue, unit) => {
      const yPred = yTrue.map((y, h) => y + h);
      const here = forecastOf({ history, yTrue, yPred });
      const [otherHistory, otherTrue, otherPred] = [history, yTrue, yPred].map((of) => of.map((x) => unit * x));
      const there = forecastOf({ history: otherHistory!, yTrue: otherTrue!, yPred: otherPred! });
      for (const name of ["mase", "rmsse", "smape", "wape"] as const)
        assert.deepEqual(forecastMetrics[name].of(here), forecastMetrics[name].of(there));
      const right = forecastMetrics.mase.of(forecastOf({ history, yTrue, yPred: yTrue }));
      assert.ok(right === 0 || typeof right === "object");
    }),
  );
});
