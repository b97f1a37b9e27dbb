import { shapeOf } from "./ets-criterion.ts";
import { type FittedForm, fitForm, type SmoothingSearch } from "./ets-fit.ts";
import { type AskedForm, countParameters, type EtsForm, formName, formsFor, isMultiplicative } from "./ets-form.ts";
import { places } from "./ets-recursion.ts";
import type { SeriesFit, SeriesOptions } from "./forecaster.ts";
import type { SmoothingData } from "./forecaster-data.ts";
import { checkPositive, checkSeries } from "./series-errors.ts";
import { smoothingEngine } from "./smoothing-engine.ts";
import { residualsOf, smoothingModel, statesOf } from "./smoothing-model.ts";

/** What a smoothing is fitted by. */
export interface SmoothingMethod extends SmoothingSearch {
  readonly kind: SmoothingData["kind"];
  readonly asked: AskedForm;
}

/**
 * Fits every form that may stand for what is asked and takes that of the least AICc. Where the values are too few, the season is given up, then the
 * trend, then all but the last value; that is noted.
 */
export function fitSmoothing(series: Float64Array, options: SeriesOptions, method: SmoothingMethod): SeriesFit {
  const { asked } = method;
  const { period } = options;
  checkSeries(series, period);
  if (isMultiplicative(asked)) checkPositive(series, formName(asked));
  const present = series.filter((value) => value === value);
  const n = present.length;
  if (present.every((value) => value === present[0]))
    return fitOf(series, options, method, n, lastValue, [
      n === 1 ? "one value alone: the last value" : "all values are equal",
    ]);
  const isPositive = present.every((value) => value > 0);
  const hasSeason = period > 1 && n >= 2 * period;
  const attempts: AskedForm[] = [
    { ...asked, season: "none" },
    { ...asked, trend: "none", season: "none" },
  ];
  if (hasSeason) attempts.unshift(asked);
  for (const attempt of attempts) {
    const [best] = formsFor(attempt, isPositive)
      .filter((form) => n > countParameters(form, period) + 2)
      .map((form) => fitForm(series, period, form, method))
      .filter((fitted) => fitted !== undefined)
      .sort((a, b) => aiccOf(a, period, n)! - aiccOf(b, period, n)!);
    if (best === undefined) continue;
    const notes: string[] = [];
    if (attempt.season === "none" && asked.season !== "none" && (period > 1 || asked.season !== "auto"))
      notes.push(
        period > 1 ? `${n} values are too few for seasons of ${period} steps: no season` : "the period is 1: no season",
      );
    if (attempt.trend === "none" && asked.trend !== "none") notes.push(`${n} values are too few for a trend: none`);
    return fitOf(series, options, method, n, best, notes);
  }
  return fitOf(series, options, method, n, lastValue, [`${n} values are too few for smoothing: the last value`]);
}

const lastForm: EtsForm = { error: "additive", trend: "none", season: "none" };

/** Simple smoothing with α = 1 from the first value on: forecasts the last value. */
const lastValue: FittedForm = {
  form: lastForm,
  params: Float64Array.of(1, 0, 0, 1, Number.NaN, 0, 0),
  value: Number.NaN,
};

function fitOf(
  series: Float64Array,
  { period }: SeriesOptions,
  { kind, criterion }: SmoothingMethod,
  n: number,
  fitted: FittedForm,
  notes: readonly string[],
): SeriesFit {
  const { form } = fitted;
  const engine = smoothingEngine(series, shapeOf(form, period, criterion));
  engine.params.set(fitted.params);
  if (fitted === lastValue) engine.params[places.level] = series.find((value) => value === value)!;
  engine.smooth();
  const residuals = residualsOf(engine);
  const [alpha, beta, gamma, phi] = engine.params as unknown as [number, number, number, number];
  const model = smoothingModel({
    kind,
    period,
    notes,
    form,
    alpha,
    beta,
    gamma,
    phi,
    ...statesOf(engine, form),
    fit: {
      n,
      sse: residuals.reduce((sum, residual) => (residual === residual ? sum + residual * residual : sum), 0),
      nParameters: countParameters(form, period) + 1,
      aicc: aiccOf(fitted, period, n),
    },
  });
  return { ...model, residuals };
}

// AICc = value + 2 k n / (n − k − 1), k parameters with the error's variance; null where nothing was fitted.
function aiccOf({ form, value }: FittedForm, period: number, n: number): number | null {
  const k = countParameters(form, period) + 1;
  return Number.isNaN(value) ? null : value + (2 * k * n) / (n - k - 1);
}
