import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type SeasonKind, seasonalFigures } from "./decompose.ts";
import { criterionOf, shapeOf } from "./ets-criterion.ts";
import { type EtsForm, formName } from "./ets-form.ts";
import { sums } from "./ets-recursion.ts";
import { ets, holtWinters } from "./index.ts";
import { smoothingEngine } from "./smoothing-engine.ts";
import { residualsOf, smoothingModel, statesOf } from "./smoothing-model.ts";
import { lineThrough } from "./theta-fit.ts";
import { thetaModel } from "./theta-model.ts";

type Letters = readonly ["A" | "M", "N" | "A" | "Ad", "N" | "A" | "M"];

interface Golden {
  readonly series: Readonly<Record<string, { readonly values: number[]; readonly period: number }>>;
  readonly given: readonly {
    readonly series: string;
    readonly form: Letters;
    readonly params: number[];
    readonly lik: number;
    readonly sumOfErrors: number;
    readonly forecast: number[];
  }[];
  readonly fitted: readonly {
    readonly series: string;
    readonly form: Letters;
    readonly aicc: number;
    readonly nParameters: number;
    readonly isUsual: boolean;
  }[];
  readonly winters: readonly {
    readonly trend: EtsForm["trend"];
    readonly season: EtsForm["season"];
    readonly sse: number;
    readonly alpha: number;
    readonly gamma: number;
    readonly forecast: number[];
  }[];
  readonly thetas: readonly {
    readonly series: string;
    readonly alpha: number;
    readonly level: number;
    readonly forecast: number[];
    readonly residuals: number[];
  }[];
  readonly figures: readonly { readonly series: string; readonly kind: SeasonKind; readonly figures: number[] }[];
  readonly odd: number[];
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/forecasters.json", import.meta.url), "utf8"));
const valuesOf = (name: string) => Float64Array.from(golden.series[name]!.values);
const periodOf = (name: string) => golden.series[name]!.period;
const words = { N: "none", A: "additive", Ad: "damped", M: "multiplicative" } as const;
const formOf = ([error, trend, season]: Letters): EtsForm => ({
  error: words[error],
  trend: words[trend],
  season: words[season],
});

function assertNear(values: ArrayLike<number>, expected: readonly number[], tolerance: number) {
  assert.equal(values.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(
      Math.abs(values[i]! - value) <= tolerance * Math.max(1, Math.abs(value)),
      `${i}: ${values[i]}, not ${value}`,
    );
  });
}

test("likelihood, errors and forecasts at given parameters equal statsforecast to 1e-9, in every form", () => {
  assert.equal(golden.given.length, 42);
  for (const { series, form: letters, params, lik, sumOfErrors, forecast } of golden.given) {
    const form = formOf(letters);
    const period = periodOf(series);
    const engine = smoothingEngine(valuesOf(series), shapeOf(form, period, "likelihood"));
    engine.params.set(params);
    assert.ok(engine.smooth());
    assertNear([criterionOf(engine, 0)], [lik], 1e-9);
    const errors = residualsOf(engine).map((residual, t) =>
      form.error === "additive" ? residual : residual / (engine.y[t]! - residual),
    );
    assertNear([errors.reduce((sum, error) => sum + error, 0)], [sumOfErrors], 1e-9);
    const [alpha = 0, beta = 0, gamma = 0, phi = 0] = params;
    const fit = { n: 0, sse: 0, nParameters: 0, aicc: null };
    const smoothing = { alpha, beta, gamma, phi };
    const model = smoothingModel({
      kind: "ets",
      period,
      notes: [],
      form,
      ...smoothing,
      ...statesOf(engine, form),
      fit,
    });
    assertNear(model.forecast(forecast.length), forecast, 1e-9);
  }
});

test("ets() reaches the AICc that statsforecast does, or a lower one, to 0.01 in every form", () => {
  const comparable = golden.fitted.filter(({ isUsual }) => isUsual);
  const differences = comparable.map(({ series, form, aicc, nParameters }) => {
    const model = ets(formOf(form)).fit(valuesOf(series), { period: periodOf(series) });
    const data = model.toJSON();
    assert.ok(data.kind === "ets" && data.fit.aicc !== null);
    assert.equal(model.label, `ETS(${formName(formOf(form))})`);
    assert.equal(data.fit.nParameters, nParameters);
    return { name: `${series} ${model.label}`, difference: data.fit.aicc - aicc };
  });
  assert.equal(differences.length, 33);
  for (const { name, difference } of differences) assert.ok(difference <= 0.01, `${name}: ${difference}`);
});

test("holtWinters() has statsmodels' sum of squares within 0.1 %, parameters and forecasts within 1 %, on the airline passengers", () => {
  const history = valuesOf("airline").subarray(0, 132);
  for (const { trend, season, sse, alpha, gamma, forecast } of golden.winters) {
    const model = holtWinters({ trend, season }).fit(history, { period: 12 });
    const data = model.toJSON();
    assert.ok(data.kind === "holt-winters");
    assert.ok(Math.abs(data.fit.sse / sse - 1) < 1e-3, `${model.label}: ${data.fit.sse}, not ${sse}`);
    assertNear([data.alpha, data.gamma], [alpha, gamma], 0.01);
    assertNear(model.forecast(11), forecast, 0.01);
  }
});

test("the Theta model at given parameters equals statsforecast's standard one to 1e-9", () => {
  for (const { series, alpha, level, forecast, residuals } of golden.thetas) {
    const values = valuesOf(series);
    const { intercept, slope } = lineThrough(values);
    const data = {
      kind: "theta",
      period: 1,
      notes: [],
      alpha,
      drift: slope / 2,
      seasonKind: "additive",
      season: [],
    } as const;
    const start = thetaModel({ ...data, level: level + intercept / 2, fit: { n: 0, sse: 0 } });
    assertNear(start.update(values).forecast(forecast.length), forecast, 1e-9);
    const known = residuals.map((_, k) => values[3 + k]! - start.update(values.subarray(0, 3 + k)).forecast(1)[0]!);
    assertNear(known, residuals, 1e-9);
  }
});

test("seasonal figures equal statsmodels' decomposition to 1e-12", () => {
  for (const { series, kind, figures } of golden.figures)
    assertNear(seasonalFigures(valuesOf(series), periodOf(series), kind), figures, 1e-12);
  assertNear(seasonalFigures(valuesOf("airline").subarray(0, 63), 7, "additive"), golden.odd, 1e-12);
});

test("smoothBack() gives the gradient of the likelihood, in every form", () => {
  for (const { series, form: letters, params } of golden.given) {
    const values = valuesOf(series);
    values[17] = Number.NaN;
    const engine = smoothingEngine(values, shapeOf(formOf(letters), periodOf(series), "likelihood"));
    const valueAt = (place: number, change: number) => {
      engine.params.set(params);
      engine.params[place]! += change;
      engine.smooth();
      return criterionOf(engine, 0);
    };
    valueAt(0, 0);
    engine.smoothBack(engine.out[sums.count]! / engine.out[sums.squares]!, engine.isErrorMultiplicative ? 2 : 0);
    const gradient = engine.gradient.slice();
    params.forEach((param, place) => {
      const step = 1e-6 * Math.max(1, Math.abs(param));
      const slope = (valueAt(place, step) - valueAt(place, -step)) / (2 * step);
      const difference = Math.abs(slope - gradient[place]!);
      assert.ok(
        difference <= 1e-4 * Math.max(1, Math.abs(slope)),
        `${letters} ${place}: ${gradient[place]}, not ${slope}`,
      );
    });
  }
});
