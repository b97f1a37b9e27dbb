import { metrics } from "./dictionary.ts";
import { listMetrics } from "./list-metrics.ts";
import type { Metric } from "./metric.ts";

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
  return listMetricFacts(name);
}

/** The facts of a metric of lists; `ndcg@10` of a ranking's queries is another one than that of users' lists. */
export function listMetricFacts(name: string): MetricFacts | undefined {
  const [, base = "", places] = /^(.+)@(\d+)$/.exec(name) ?? [];
  if (places === undefined) return undefined;
  if (Object.hasOwn(catalogueMetrics, base)) return catalogueMetrics[base];
  return listMetrics({ at: Number(places) }).find((metric) => metric.name === name);
}
