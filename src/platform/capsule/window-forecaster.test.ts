import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Calendar, createRng, zoneOf } from "../../lib/index.ts";
import { globalTrees } from "../../ml/forecasters/index.ts";
import { calendarAt, calendarNames, windowForecaster } from "./window-forecaster.ts";

const rng = createRng(3);
const calendar: Calendar = { unit: "day", every: 1, origin: Date.UTC(2025, 0, 1), zone: null };
const names = calendarNames(calendar, 0, 200);
const series = Array.from({ length: 4 }, (_, s) =>
  Float64Array.from({ length: 200 }, (_, t) => 50 + 10 * s + 5 * ((t + s) % 7) + rng.uniform()),
);
const model = globalTrees({ horizon: 10, nSeasons: 3, trees: { nTrees: 10, minSamplesLeaf: 5 } }).fit(
  series.map((values) => ({ values, known: calendarAt(calendar, names, 0, 200) })),
  { period: 7, seed: 1 },
);

test("a window forecasts what the whole series does, to the bit, and so does what its data give", () => {
  for (const values of series) {
    const [whole] = model.forecast([{ values, known: calendarAt(calendar, names, 0, 210) }], 10);
    const state = windowForecaster(model, calendar, 199, values);
    assert.deepEqual(state.forecast(10), whole);
    const { values: kept } = state.toJSON() as { values: readonly number[] };
    assert.ok(kept.length < 60);
    assert.deepEqual(windowForecaster(model, calendar, 199, Float64Array.from(kept)).forecast(10), whole);
  }
});

test("values that come in pieces move a window as those that come at once, missing ones too", () => {
  const newer = fc.array(fc.option(fc.double({ min: 0, max: 200, noNaN: true }), { nil: Number.NaN }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(newer, fc.nat(40), (values, cut) => {
      const start = windowForecaster(model, calendar, 199, series[0]!);
      const at = Math.min(cut, values.length);
      const pieces = start.update(Float64Array.from(values.slice(0, at))).update(Float64Array.from(values.slice(at)));
      assert.deepEqual(pieces.forecast(7), start.update(Float64Array.from(values)).forecast(7));
      assert.ok(pieces.forecast(7).every(Number.isFinite));
    }),
    { numRuns: 30 },
  );
});

test("one value is enough, also where all that came after it is missing", () => {
  const single = windowForecaster(model, calendar, 0, Float64Array.of(42)).forecast(3);
  assert.ok(single.every((value) => Math.abs(value - 42) < 10));
  const silent = windowForecaster(model, calendar, 199, series[0]!).update(new Float64Array(100).fill(Number.NaN));
  assert.ok(silent.forecast(10).every(Number.isFinite));
});

test("columns of the calendar are those of the zone's clock, and all that the model knows, also where they do not vary", () => {
  const zone = zoneOf("Europe/Zurich", Date.UTC(2025, 0, 1), Date.UTC(2026, 0, 1))!;
  const hours: Calendar = { unit: "hour", every: 1, origin: Date.UTC(2025, 2, 30, 0), zone };
  assert.deepEqual([...calendarAt(hours, ["hour"], 0, 3).hour!], [1, 3, 4]);
  assert.deepEqual([...calendarAt(calendar, ["month", "dayOfWeek"], 0, 2).month!], [1, 1]);
  assert.deepEqual(names, ["dayOfWeek", "dayOfMonth", "month"]);
  assert.deepEqual(calendarNames({ ...calendar, unit: "number" }, 0, 200), []);
});
