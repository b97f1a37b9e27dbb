import { instantOf } from "../../lib/index.ts";
import { forecastMetrics, type MetricValue } from "../../ml/metrics/index.ts";
import { wilsonInterval } from "../../ml/stats/index.ts";
import type { ForecastEvaluation, ForecastPicture, SeriesAccount } from "../evaluation/index.ts";
import { type CaseMetric, type ForecastCase, pointMetric, scaleOf } from "./forecast-case.ts";
import { valuesOf } from "./measure-cases.ts";
import type { SeriesSet } from "./read-series.ts";

const mostListed = 50;
const nClasses = 20;
const fewestForHistogram = 10;
const mostDrawn = 400;

/** Test forecasts of the model and of the baseline, aligned. */
export interface TestCases {
  readonly model: readonly ForecastCase[];
  readonly baseline: readonly ForecastCase[];
}

/** What the series are, and how well each is forecast; `nameOf` masks what may be personal. */
export function accountOf(
  { series, calendar }: SeriesSet,
  test: TestCases,
  nameOf: (i: number) => string,
): SeriesAccount {
  const lengths = series.map(({ values }) => values.length).sort((a, b) => a - b);
  const at = (step: number) => instantOf(calendar, step);
  const listed = series.slice(0, mostListed).map(({ first, values, nGaps }, i) => {
    const k = test.model.findIndex((forecast) => forecast.series === i);
    const mase = k < 0 ? { undefined: "it is too short for a test" } : forecastMetrics.mase.of(test.model[k]!);
    const baseline = k < 0 ? null : forecastMetrics.mase.of(test.baseline[k]!);
    return {
      name: nameOf(i),
      n: values.length,
      from: at(first),
      to: at(first + values.length - 1),
      nGaps,
      mean: meanPresent(values),
      mase: typeof mase === "number" ? mase : null,
      baselineMase: typeof baseline === "number" ? baseline : null,
      ...(typeof mase === "number" ? {} : { reason: mase.undefined }),
    };
  });
  return {
    nSeries: series.length,
    nTested: test.model.length,
    nSteps: lengths.reduce((sum, n) => sum + n, 0),
    nGaps: series.reduce((sum, one) => sum + one.nGaps, 0),
    lengths: [lengths[0]!, lengths[lengths.length >> 1]!, lengths.at(-1)!],
    from: at(series.reduce((least, { first }) => Math.min(least, first), Number.POSITIVE_INFINITY)),
    to: at(
      series.reduce((most, { first, values }) => Math.max(most, first + values.length - 1), Number.NEGATIVE_INFINITY),
    ),
    series: listed,
  };
}

function meanPresent(values: Float64Array): number {
  let sum = 0;
  let n = 0;
  for (const value of values) {
    if (value !== value) continue;
    sum += value;
    n++;
  }
  return sum / n;
}

/** Errors and coverage by step of the horizon. */
export function stepsOf(
  { model, baseline }: TestCases,
  horizon: number,
  nLevels: number,
): ForecastEvaluation["byStep"] {
  const scales = model.map(scaleOf);
  return Array.from({ length: horizon }, (_, h) => {
    const own = model.flatMap((forecast, k) => (Number.isNaN(forecast.yTrue[h]!) ? [] : [k]));
    const errorOf = (cases: readonly ForecastCase[]) => {
      const errors = own.flatMap((k) => {
        const scale = scales[k];
        return scale === null || scale === undefined
          ? []
          : [Math.abs(cases[k]!.yTrue[h]! - cases[k]!.yPred[h]!) / scale];
      });
      return errors.length === 0 ? null : errors.reduce((sum, error) => sum + error, 0) / errors.length;
    };
    return {
      step: h + 1,
      n: own.length,
      error: errorOf(model),
      baseline: errorOf(baseline),
      coverage: Array.from({ length: nLevels }, (_, level) =>
        coverageOf(
          own.map((k) => [model[k]!, h] as const),
          level,
        ),
      ),
    };
  });
}

/** Share of test values within their interval, with its binomial interval: right where values are independent, too narrow where they are not. */
export function coverageOf(at: readonly (readonly [forecast: ForecastCase, h: number])[], level: number): MetricValue {
  let inside = 0;
  let n = 0;
  for (const [{ yTrue, bands }, h] of at) {
    const { low, high } = bands[level]!;
    if (Number.isNaN(low[h]!) || Number.isNaN(yTrue[h]!)) continue;
    n++;
    if (low[h]! <= yTrue[h]! && yTrue[h]! <= high[h]!) inside++;
  }
  if (n === 0) return { value: null, low: null, high: null, n, reason: "no test value has an interval" };
  return { value: inside / n, ...wilsonInterval(inside, n), n };
}

/** How many series have no value of a metric, and why the first has none. */
export function undefinedOf(
  cases: readonly ForecastCase[],
  metrics: ReadonlyMap<string, CaseMetric>,
): ForecastEvaluation["undefinedSeries"] {
  return [...metrics].flatMap(([metric, of]) => {
    const reasons = cases.flatMap((forecast) => {
      const value = of(forecast);
      return typeof value === "number" ? [] : [value.undefined];
    });
    return reasons.length === 0 ? [] : [{ metric, n: reasons.length, reason: reasons[0]! }];
  });
}

/** MASE over series in classes of equal width up to the 98 % quantile of both. */
export function maseHistogram({ model, baseline }: TestCases): ForecastEvaluation["maseBySeries"] {
  const present = (cases: readonly ForecastCase[]) =>
    valuesOf(cases, pointMetric("mase")).filter((value) => Number.isFinite(value));
  const own = present(model);
  const others = present(baseline);
  if (own.length < fewestForHistogram) return null;
  const sorted = Float64Array.from([...own, ...others]).sort();
  const top = sorted[Math.floor(0.98 * (sorted.length - 1))]! || 1;
  const countsOf = (values: Float64Array) => {
    const counts = new Array<number>(nClasses).fill(0);
    for (const value of values) counts[Math.min(nClasses - 1, Math.floor((value / top) * nClasses))]! += 1;
    return counts;
  };
  const edges = Array.from({ length: nClasses + 1 }, (_, k) => (k * top) / nClasses);
  return { edges, model: countsOf(own), baseline: countsOf(others) };
}

/** The series that is forecast best, the median and the worst one by MASE; one alone where there is one. */
export function picturesOf(set: SeriesSet, test: TestCases, nameOf: (i: number) => string): ForecastPicture[] {
  const mases = valuesOf(test.model, pointMetric("mase"));
  const order = [...mases.keys()]
    .filter((k) => Number.isFinite(mases[k]!))
    .sort((a, b) => mases[a]! - mases[b]! || a - b);
  const ranked = order.length > 0 ? order : [...mases.keys()].slice(0, 1);
  const picks: readonly (readonly [ForecastPicture["role"], number | undefined])[] =
    ranked.length === 1
      ? [["only", ranked[0]]]
      : [
          ["best", ranked[0]],
          ...(ranked.length > 2 ? [["median", ranked[ranked.length >> 1]] as const] : []),
          ["worst", ranked.at(-1)],
        ];
  return picks.flatMap(([role, k]) => (k === undefined ? [] : [pictureOf(set, test, k, role, mases[k]!, nameOf)]));
}

function pictureOf(
  { calendar, series, period }: SeriesSet,
  test: TestCases,
  k: number,
  role: ForecastPicture["role"],
  mase: number,
  nameOf: (i: number) => string,
): ForecastPicture {
  const { history, yTrue, yPred, bands, series: i } = test.model[k]!;
  const orNull = (value: number) => (Number.isFinite(value) ? value : null);
  const instant = (t: number) => instantOf(calendar, series[i]!.first + t);
  const nShown = Math.min(history.length, mostDrawn, Math.max(3 * yTrue.length, 3 * period, 20));
  const from = history.length - nShown;
  return {
    role,
    series: nameOf(i),
    mase: orNull(mase),
    history: Array.from({ length: nShown }, (_, t) => ({ at: instant(from + t), value: orNull(history[from + t]!) })),
    test: Array.from(yTrue, (truth, h) => ({
      at: instant(history.length + h),
      truth: orNull(truth),
      forecast: yPred[h]!,
      baseline: test.baseline[k]!.yPred[h]!,
      intervals: bands.map(({ low, high }) => (Number.isNaN(low[h]!) ? null : ([low[h]!, high[h]!] as const))),
    })),
  };
}
