import { metrics } from "./dictionary.ts";
import { forecastMetrics } from "./forecast-metrics.ts";
import { listMetrics } from "./list-metrics.ts";
import type { Metric } from "./metric.ts";
import { metricAtCount } from "./ranking-metrics.ts";

/** What is said of a metric beside its values. */
export type MetricFacts = Pick<Metric, "direction" | "range" | "definition">;

const catalogueMetrics: Readonly<Record<string, MetricFacts>> = {
  coverage: {
    direction: "maximise",
    range: [0, 1],
    definition: "Share of the catalogue that stands in at least one of the lists measured",
  },
  novelty: {
    direction: "maximise",
    range: [0, Number.POSITIVE_INFINITY],
    definition:
      "Mean over the items of a list of −log2 of the share of users who have the item, in bits, and over users",
  },
  concentration: {
    direction: "minimise",
    range: [0, 1],
    definition:
      "Gini coefficient of how often each item of the catalogue is listed: 0 where all are alike, near 1 where few have it all",
  },
};

/** The facts of a metric by its name, of the dictionary or with the places of a list that it looks at, such as `recall@10`; undefined for another name. */
export function metricFacts(name: string): MetricFacts | undefined {
  if (Object.hasOwn(metrics, name)) return metrics[name];
  return listMetricFacts(name) ?? metricAtCount(name) ?? forecastMetricFacts(name);
}

const ofIntervals: Readonly<Record<string, string>> = {
  wql: "Weighted quantile loss of the forecast and of the ends of its intervals: twice the pinball loss over the absolute values, a mean over the levels.",
  msis: "Mean scaled interval score: the width of an interval and a fine for values outside of it, over the seasonal naive error within the history.",
  coverage: "Share of the values within their intervals; the level is what it should be.",
};

/** The facts of a metric of forecasts, each a mean over series. */
export function forecastMetricFacts(name: string): MetricFacts | undefined {
  const [base = ""] = name.split("@");
  const own = Object.hasOwn(forecastMetrics, base) ? forecastMetrics[base as keyof typeof forecastMetrics] : undefined;
  const definition = own?.definition ?? (Object.hasOwn(ofIntervals, base) ? ofIntervals[base] : undefined);
  return definition === undefined
    ? undefined
    : { direction: "minimise", range: [0, Number.POSITIVE_INFINITY], definition };
}

/** The facts of a metric of lists; `ndcg@10` of a ranking's queries is another one than that of users' lists. */
export function listMetricFacts(name: string): MetricFacts | undefined {
  const [, base = "", places] = /^(.+)@(\d+)$/.exec(name) ?? [];
  if (places === undefined) return undefined;
  if (Object.hasOwn(catalogueMetrics, base)) return catalogueMetrics[base];
  return listMetrics({ at: Number(places) }).find((metric) => metric.name === name);
}
