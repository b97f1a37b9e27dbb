import { type ForecastCase, pointMetric } from "./forecast-case.ts";
import { meanOf, valuesOf } from "./measure-cases.ts";

/** Each series by a method of its own. */
export interface SeriesPicks {
  /** Index of the method by series; the one that is best over all for a series without an origin. */
  readonly methodOf: (series: number) => number;
  /** What it would have forecast: at each origin by the method that was best at the series' other origins, so that none is measured where it was picked. */
  readonly cases: readonly ForecastCase[];
}

/**
 * Picks for each series the method with the least mean of the metric over its origins, or of the absolute error where that is undefined.
 * @param methods forecasts of the same origins in the same order
 * @param overall index of the method that is best over all series
 */
export function pickPerSeries(
  methods: readonly (readonly ForecastCase[])[],
  metric: string,
  overall: number,
): SeriesPicks {
  const losses = methods.map((cases) => {
    const errors = valuesOf(cases, pointMetric("mae"));
    return valuesOf(cases, pointMetric(metric)).map((value, k) => (Number.isNaN(value) ? errors[k]! : value));
  });
  const [first] = methods;
  const groups = Map.groupBy(first!.keys(), (k) => first![k]!.series);
  const bestOf = (at: readonly number[]): number => {
    if (at.length === 0) return overall;
    const means = losses.map((ofMethod) => meanOf(at.map((k) => ofMethod[k]!)));
    return means.reduce((best, mean, m) => (mean < means[best]! ? m : best), overall);
  };
  const picks = new Map([...groups].map(([series, at]) => [series, bestOf(at)]));
  return {
    methodOf: (series) => picks.get(series) ?? overall,
    cases: first!.map(({ series }, k) => methods[bestOf(groups.get(series)!.filter((other) => other !== k))]![k]!),
  };
}
