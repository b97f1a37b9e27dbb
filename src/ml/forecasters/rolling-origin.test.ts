import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { backtest, calendarColumns, conformalHalfWidths, drift, rollingOrigins } from "./index.ts";

test("rollingOrigins() ends a horizon before the end, and drops what would have too little before it", () => {
  assert.deepEqual(rollingOrigins(100, { horizon: 10, nOrigins: 3 }), [70, 80, 90]);
  assert.deepEqual(rollingOrigins(100, { horizon: 10, nOrigins: 3, step: 1 }), [88, 89, 90]);
  assert.deepEqual(rollingOrigins(30, { horizon: 10, nOrigins: 3, leastHistory: 12 }), [20]);
  assert.deepEqual(rollingOrigins(10, { horizon: 10, nOrigins: 3 }), []);
});

test("backtest() knows nothing after its origin, refitted or not", () => {
  const series = Float64Array.of(0, 1, 2, 3, 4, 50, 60, 70);
  const options = { period: 1, origins: [3, 5], horizon: 2 };
  const expected = [
    { origin: 3, yPred: Float64Array.of(3, 4), yTrue: Float64Array.of(3, 4) },
    { origin: 5, yPred: Float64Array.of(5, 6), yTrue: Float64Array.of(50, 60) },
  ];
  assert.deepEqual(backtest(drift(), series, options), expected);
  assert.deepEqual(backtest(drift(), series, { ...options, refit: false }), expected);
  const other = series.map((value, t) => (t < 5 ? value : -value));
  assert.deepEqual(backtest(drift(), other, options)[0], expected[0]);
});

test("conformalHalfWidths() takes the (n + 1)-quantile of every step's errors, or says how many it needs", () => {
  const errors = Array.from({ length: 9 }, (_, i) => Float64Array.of(i + 1, -10 * (i + 1)));
  const { widths, nErrors, reason } = conformalHalfWidths(errors, 2, [0.5, 0.9]);
  assert.deepEqual(widths, [
    [5, 50],
    [9, 90],
  ]);
  assert.deepEqual(nErrors, [9, 9]);
  assert.equal(reason, undefined);
  errors[0]![1] = Number.NaN;
  const less = conformalHalfWidths(errors, 2, [0.5, 0.9]);
  assert.deepEqual(less.widths, [
    [5, 60],
    [9, null],
  ]);
  assert.equal(less.reason, "a step has 8 errors, 9 are needed for an interval of 90 %");
});

test("conformalHalfWidths() covers its level of further errors of the same kind", () => {
  const rng = createRng(3);
  const draw = (n: number) => Array.from({ length: n }, () => Float64Array.of(rng.uniform() ** 2 - rng.uniform()));
  let covered = 0;
  for (let run = 0; run < 200; run++) {
    const [[width]] = conformalHalfWidths(draw(19), 1, [0.8]).widths as [[number]];
    covered += draw(20).filter(([error]) => Math.abs(error!) <= width).length;
  }
  assert.ok(covered / 4000 > 0.78 && covered / 4000 < 0.82, `${covered / 4000}`);
});

test("calendarColumns() equals the platform's calendar, and leaves out what does not vary", () => {
  const rng = createRng(4);
  const instants = Float64Array.from({ length: 400 }, () => Math.floor((rng.uniform() - 0.4) * 8e12));
  const { hour, dayOfWeek, dayOfMonth, month } = calendarColumns(instants);
  instants.forEach((instant, i) => {
    const date = new Date(instant);
    assert.equal(Math.floor(hour![i]!), date.getUTCHours());
    assert.equal(dayOfWeek![i], (date.getUTCDay() + 6) % 7);
    assert.equal(dayOfMonth![i], date.getUTCDate());
    assert.equal(month![i], date.getUTCMonth() + 1);
  });
  const days = Float64Array.from({ length: 10 }, (_, day) => day * 86_400_000);
  assert.deepEqual(Object.keys(calendarColumns(days)), ["dayOfWeek", "dayOfMonth"]);
});
