import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson, createRng, FettleError } from "../../lib/index.ts";
import {
  drift,
  ets,
  type Forecaster,
  holtWinters,
  loadForecaster,
  mean,
  naive,
  seasonalNaive,
  theta,
} from "./index.ts";

const forecasters: Readonly<Record<string, Forecaster>> = {
  naive: naive(),
  seasonalNaive: seasonalNaive(),
  mean: mean(),
  drift: drift(),
  theta: theta(),
  ets: ets(),
  "ets A,A,A": ets({ error: "additive", trend: "additive", season: "additive" }),
  "ets M,Ad,M": ets({ error: "multiplicative", trend: "damped", season: "multiplicative" }),
  "ets A,N,M": ets({ error: "additive", trend: "none", season: "multiplicative" }),
  holtWinters: holtWinters(),
  "holtWinters damped, multiplicative": holtWinters({ trend: "damped", season: "multiplicative" }),
};
const each = Object.entries(forecasters);

/** A season of 4 on a slow trend with noise, all above 0. */
function seasonal(n: number, seed = 1): Float64Array {
  const rng = createRng(seed);
  return Float64Array.from({ length: n }, (_, t) => 50 + 0.2 * t + [8, -3, -9, 4][t % 4]! + 4 * rng.uniform());
}

const numbers = (...values: number[]) => Float64Array.from(values);
const gap = Number.NaN;
const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error instanceof FettleError ? error.code : String(error);
  }
  return "none";
};

test("every forecaster gives the same bytes again, and from its data", () => {
  for (const [name, forecaster] of each) {
    const fitted = forecaster.fit(seasonal(60), { period: 4 });
    const again = forecaster.fit(seasonal(60), { period: 4 });
    const data = JSON.parse(canonicalJson(fitted.toJSON()));
    assert.deepEqual(again.toJSON(), fitted.toJSON(), name);
    const loaded = loadForecaster(data);
    assert.deepEqual(loaded.forecast(11), fitted.forecast(11), name);
    assert.equal(loaded.label, fitted.label);
    assert.deepEqual(loaded.update(seasonal(6, 2)).forecast(5), fitted.update(seasonal(6, 2)).forecast(5), name);
    assert.deepEqual(fitted.notes, [], name);
  }
});

test("update() goes on step by step as at once, and leaves what it came from", () => {
  for (const [name, forecaster] of each) {
    const fitted = forecaster.fit(seasonal(40), { period: 4 });
    const before = fitted.forecast(9);
    const values = seasonal(7, 3);
    values[2] = gap;
    let stepwise = forecaster.fit(seasonal(40), { period: 4 }).update(numbers());
    for (const value of values) stepwise = stepwise.update(numbers(value));
    const atOnce = fitted.update(values);
    for (const [h, value] of atOnce.forecast(9).entries())
      assert.ok(Math.abs(stepwise.forecast(9)[h]! - value) < 1e-9, `${name}, step ${h}`);
    assert.deepEqual(fitted.forecast(9), before, name);
  }
});

test("residuals are as long as the series, missing where a value or all before it is", () => {
  for (const [name, forecaster] of each) {
    const series = seasonal(40);
    series[20] = gap;
    const { residuals } = forecaster.fit(series, { period: 4 });
    assert.equal(residuals.length, 40, name);
    assert.ok(Number.isNaN(residuals[20]!), name);
    assert.ok(Number.isFinite(residuals[39]!), name);
  }
  assert.deepEqual(naive().fit(numbers(3, 5, gap, 6), { period: 1 }).residuals, numbers(gap, 2, gap, 1));
  assert.deepEqual(seasonalNaive().fit(numbers(3, 5, 4, 9), { period: 2 }).residuals, numbers(gap, gap, 1, 4));
  assert.deepEqual(mean().fit(numbers(3, 5, gap, 7), { period: 1 }).residuals, numbers(-2, 0, gap, 2));
  assert.deepEqual(drift().fit(numbers(1, gap, 4, 7), { period: 1 }).residuals, numbers(gap, gap, -1, 1));
});

test("the naive forms forecast what they say", () => {
  const series = numbers(1, 2, 3, 4, 5, 6, 7);
  assert.deepEqual(naive().fit(series, { period: 3 }).forecast(2), numbers(7, 7));
  assert.deepEqual(seasonalNaive().fit(series, { period: 3 }).forecast(5), numbers(5, 6, 7, 5, 6));
  assert.deepEqual(mean().fit(series, { period: 3 }).forecast(1), numbers(4));
  assert.deepEqual(drift().fit(series, { period: 3 }).forecast(3), numbers(8, 9, 10));
  const gaps = numbers(1, 2, gap, 4, gap, gap);
  assert.deepEqual(naive().fit(gaps, { period: 1 }).forecast(2), numbers(4, 4));
  assert.deepEqual(drift().fit(gaps, { period: 1 }).forecast(2), numbers(7, 8));
  const unseen = seasonalNaive().fit(gaps, { period: 3 });
  assert.deepEqual(unseen.forecast(4), numbers(4, 2, 4, 4));
  assert.deepEqual(unseen.notes, ["1 of 3 steps of the season were never seen: the last value"]);
  assert.deepEqual(seasonalNaive().fit(numbers(8, 9), { period: 12 }).forecast(2), numbers(9, 9));
});

test("every forecaster takes one observation, and forecasts it", () => {
  for (const [name, forecaster] of each)
    for (const series of [numbers(6), numbers(gap, 6, gap)]) {
      const fitted = forecaster.fit(series, { period: 4 });
      assert.deepEqual(fitted.forecast(3), numbers(6, 6, 6), name);
      if (!["naive", "mean"].includes(name)) assert.equal(fitted.notes.length, 1, name);
      assert.deepEqual(JSON.parse(canonicalJson(fitted.toJSON())), fitted.toJSON(), name);
    }
});

test("every forecaster takes a constant series, and forecasts it", () => {
  for (const [name, forecaster] of each)
    for (const value of [7, 0, -2]) {
      if (value <= 0 && /M/.test(name)) continue;
      if (value <= 0 && name.includes("multiplicative")) continue;
      const fitted = forecaster.fit(new Float64Array(30).fill(value), { period: 4 });
      for (const forecast of fitted.forecast(6)) assert.ok(Math.abs(forecast - value) < 1e-9, `${name}: ${forecast}`);
    }
});

test("few values: smoothing gives up the season, then the trend, then all but the last value, and says so", () => {
  const label = (n: number) => ets({ trend: "additive" }).fit(seasonal(n), { period: 4 });
  assert.equal(label(3).label, "ETS(A,N,N)");
  assert.deepEqual(label(3).notes, ["3 values are too few for smoothing: the last value"]);
  assert.equal(label(3).forecast(1)[0], seasonal(3)[2]);
  assert.match(label(6).label, /^ETS\([AM],N,N\)$/);
  assert.deepEqual(label(6).notes, [
    "6 values are too few for seasons of 4 steps: no season",
    "6 values are too few for a trend: none",
  ]);
  assert.match(label(7).label, /^ETS\([AM],A,N\)$/);
  assert.deepEqual(label(7).notes, ["7 values are too few for seasons of 4 steps: no season"]);
  assert.deepEqual(label(30).notes, []);
  const short = holtWinters().fit(seasonal(20), { period: 24 });
  assert.equal(short.label, "Holt–Winters(A,A,N)");
  assert.deepEqual(short.notes, ["20 values are too few for seasons of 24 steps: no season"]);
  assert.deepEqual(holtWinters().fit(seasonal(20), { period: 1 }).notes, ["the period is 1: no season"]);
  assert.deepEqual(ets().fit(seasonal(20), { period: 1 }).notes, []);
  assert.deepEqual(theta().fit(seasonal(3), { period: 1 }).notes, [
    "3 values are too few for smoothing: the last value",
  ]);
});

test("gaps: smoothing and Theta forecast nearly as without them", () => {
  const series = seasonal(80);
  const gaps = series.map((value, t) => (t % 7 === 3 || t === 79 ? gap : value));
  for (const name of ["theta", "ets", "ets A,A,A", "ets M,Ad,M", "holtWinters"]) {
    const whole = forecasters[name]!.fit(series, { period: 4 }).forecast(8);
    const fitted = forecasters[name]!.fit(gaps, { period: 4 });
    for (const [h, value] of fitted.forecast(8).entries())
      assert.ok(Math.abs(value - whole[h]!) < 4, `${name}, step ${h}`);
  }
});

test("values of 0 or below: refused by a multiplicative form that is asked for, left out of a choice", () => {
  const series = seasonal(40);
  series[9] = 0;
  for (const name of ["ets M,Ad,M", "ets A,N,M", "holtWinters damped, multiplicative"])
    assert.equal(
      codeOf(() => forecasters[name]!.fit(series, { period: 4 })),
      "SERIES_NOT_POSITIVE",
      name,
    );
  assert.match(ets().fit(series, { period: 4 }).label, /^ETS\(A,.*,[NA]\)$/);
  series[9] = -5;
  assert.match(ets().fit(series, { period: 4 }).label, /^ETS\(A,.*,[NA]\)$/);
  assert.ok(Number.isFinite(theta().fit(series, { period: 4 }).forecast(1)[0]!));
  const fitted = forecasters["ets M,Ad,M"]!.fit(seasonal(40), { period: 4 });
  assert.equal(
    codeOf(() => fitted.update(numbers(5, 0))),
    "SERIES_NOT_POSITIVE",
  );
});

test("a multiplicative form that has run to 0 says so instead of dividing", () => {
  const data = {
    ...({ kind: "holt-winters", period: 2, notes: [], alpha: 0.1, beta: 0.1, gamma: 0, phi: 1 } as const),
    form: { error: "additive", trend: "additive", season: "multiplicative" } as const,
    ...{ level: 3, trend: -2, season: [1, 1] },
    fit: { n: 9, sse: 1, nParameters: 7, aicc: null },
  };
  assert.equal(
    codeOf(() => loadForecaster(data).update(numbers(1, 1, 1))),
    "FORECAST_STATE",
  );
});

test("bad input is refused by name", () => {
  for (const [name, { fit }] of each) {
    assert.equal(
      codeOf(() => fit(numbers(), { period: 1 })),
      "SERIES_EMPTY",
      name,
    );
    assert.equal(
      codeOf(() => fit(numbers(gap, gap), { period: 1 })),
      "SERIES_EMPTY",
      name,
    );
    assert.equal(
      codeOf(() => fit(numbers(1, Number.POSITIVE_INFINITY), { period: 1 })),
      "SERIES_NOT_FINITE",
      name,
    );
    for (const period of [0, 1.5, -2, gap])
      assert.equal(
        codeOf(() => fit(numbers(1, 2), { period })),
        "SERIES_PERIOD",
        name,
      );
    const fitted = fit(seasonal(20), { period: 4 });
    for (const horizon of [0, 2.5, gap])
      assert.equal(
        codeOf(() => fitted.forecast(horizon)),
        "FORECAST_HORIZON",
        name,
      );
    assert.equal(
      codeOf(() => fitted.update(numbers(Number.NEGATIVE_INFINITY))),
      "SERIES_NOT_FINITE",
      name,
    );
  }
});

test("smoothing of any series is finite, within its ranges, and follows its unit", () => {
  const value = fc.oneof(
    fc.integer({ min: -20, max: 20 }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.constant(gap),
  );
  const series = fc.array(value, { minLength: 1, maxLength: 40 }).filter((values) => values.some((y) => y === y));
  fc.assert(
    fc.property(series, fc.integer({ min: 1, max: 6 }), (values, period) => {
      for (const forecaster of [ets(), theta(), holtWinters()]) {
        const fitted = forecaster.fit(numbers(...values), { period });
        assert.ok(fitted.forecast(9).every(Number.isFinite), fitted.label);
        assert.doesNotThrow(() => canonicalJson(fitted.toJSON()));
        const data = fitted.toJSON();
        if (data.kind !== "ets") continue;
        assert.ok(data.alpha > 0 && data.beta <= data.alpha && data.gamma <= 1 - data.alpha + 1e-4);
      }
    }),
    { numRuns: 60 },
  );
});

test("twice the series is nearly twice the forecast", () => {
  for (const [name, forecaster] of each) {
    const once = forecaster.fit(seasonal(50), { period: 4 }).forecast(8);
    const twice = forecaster
      .fit(
        seasonal(50).map((value) => 2 * value),
        { period: 4 },
      )
      .forecast(8);
    for (const [h, value] of once.entries()) assert.ok(Math.abs(twice[h]! / value - 2) < 1e-3, `${name}, step ${h}`);
  }
});
