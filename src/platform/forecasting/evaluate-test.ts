import type { HalfWidths } from "../../ml/forecasters/index.ts";
import { comparisonOf, type Evaluation, noDetails } from "../evaluation/index.ts";
import {
  accountOf,
  coverageOf,
  maseHistogram,
  picturesOf,
  stepsOf,
  type TestCases,
  undefinedOf,
} from "./forecast-account.ts";
import { type ForecastCase, pointMetric, testMetrics } from "./forecast-case.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";
import { stepInWords } from "./infer-calendar.ts";
import { type MeasureOptions, measureCases, unitOf } from "./measure-cases.ts";
import type { OriginPlan } from "./plan-origins.ts";
import type { SeriesSet } from "./read-series.ts";
import { byOrigin, type FoundMethods } from "./search-methods.ts";

/** Metrics of the test with intervals, and the comparisons; without slices and pictures. */
export function measureTest(
  { model, baseline }: TestCases,
  champion: { readonly name: string; readonly cases: readonly ForecastCase[] } | null,
  metric: string,
  levels: readonly number[],
  baselineName: string,
  options: MeasureOptions,
): Omit<Evaluation, "slices"> {
  const metrics = testMetrics(levels, metric);
  const primary = new Map([[metric, pointMetric(metric)]]);
  const unit = unitOf(model);
  const references = [{ name: baselineName, cases: baseline }, ...(champion === null ? [] : [champion])];
  return {
    task: "forecast",
    nTest: model.length,
    classes: [],
    primary: metric,
    metrics: measureCases(model, metrics, options),
    baseline: { name: baselineName, metrics: measureCases(baseline, metrics, options) },
    comparisons: references.map(({ name, cases }) => {
      const difference = measureCases(model, primary, options, cases)[metric]!;
      return comparisonOf(name, metric, difference, false, unit);
    }),
    ...noDetails,
  };
}

/** What draws the test. */
export function pictureOfTest(
  set: SeriesSet,
  test: TestCases,
  found: FoundMethods,
  plan: OriginPlan,
  { horizon, time, value, series, evaluation: { metric = "mase" } = {} }: ForecastDefinition,
  levels: readonly number[],
  intervals: HalfWidths,
  isHidden: boolean,
): NonNullable<Evaluation["forecast"]> {
  const nameOf = (i: number) => (isHidden ? `series ${i + 1}` : set.series[i]!.name);
  const everywhere = test.model.flatMap((forecast) => Array.from(forecast.yTrue.keys(), (h) => [forecast, h] as const));
  return {
    horizon,
    frequency: stepInWords(set.calendar),
    period: set.period,
    isNumber: set.calendar.unit === "number",
    levels,
    columns: { time, value, series: series ?? null },
    account: accountOf(set, test, nameOf),
    unit: unitOf(test.model) === "series" ? "series" : "steps",
    undefinedSeries: undefinedOf(test.model, testMetrics(levels, metric)),
    byStep: stepsOf(test, horizon, levels.length),
    coverage: levels.map((_, k) => coverageOf(everywhere, k)),
    conformal: { nErrors: Math.min(...intervals.nErrors), reason: intervals.reason ?? null },
    maseBySeries: maseHistogram(test),
    origins: found.shown.map(({ name, cases }) => ({ name, values: byOrigin(cases, metric, plan.nOrigins) })),
    pictures: picturesOf(set, test, nameOf),
  };
}
