import type { TaskCapsule } from "../capsule/index.ts";
import type { TrainOutcome } from "../training/index.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";
import { stepInWords } from "./infer-calendar.ts";
import type { OriginPlan } from "./plan-origins.ts";
import type { SeriesSet } from "./read-series.ts";
import type { FittedSeries } from "./series-method.ts";

/** What is forecast, in a few words. */
export function problemInWords({ value, series, horizon }: ForecastDefinition, set: SeriesSet): string {
  const steps = `${horizon} ${horizon === 1 ? "step" : "steps"} of ${stepInWords(set.calendar)}`;
  const each = series === undefined ? "" : `, for each of ${set.series.length} series (${series})`;
  const from = [
    ...set.covariates.known.map((name) => `${name} (known in advance)`),
    ...set.covariates.observed.map((name) => `${name} (observed)`),
  ];
  return `forecast ${value}, ${steps} ahead${each}${from.length === 0 ? "" : `, also from ${from.join(", ")}`}`;
}

/** How the past was parted from the future, in a few words. */
export function splitInWords({ horizon }: ForecastDefinition, { series }: SeriesSet, { nOrigins }: OriginPlan): string {
  const each = series.length === 1 ? "" : " of every series";
  return `by rolling origin: the last ${horizon} steps${each} are the test, ${nOrigins} earlier origin${nOrigins === 1 ? "" : "s"} choose`;
}

/** Steps of each part and their mean. */
export function partsOf(
  { series }: SeriesSet,
  plan: OriginPlan,
): TrainOutcome<TaskCapsule>["report"]["split"]["parts"] {
  const sums = { train: [0, 0, 0], validation: [0, 0, 0], test: [0, 0, 0] };
  series.forEach(({ values }, i) => {
    const { test, validation } = plan.series[i]!;
    const end = test ?? values.length;
    const start = validation[0] ?? end;
    values.forEach((value, t) => {
      const part = sums[t < start ? "train" : t < end ? "validation" : "test"];
      part[0]! += 1;
      if (value !== value) return;
      part[1]! += 1;
      part[2]! += value;
    });
  });
  return Object.entries(sums).map(([name, [n, known, sum]]) => ({
    name,
    n: n!,
    targetMean: known === 0 ? null : sum! / known!,
  }));
}

/** What had to be done otherwise than asked, the most frequent first. */
export function fitNotes(fitted: FittedSeries, { series }: SeriesSet): string[] {
  const counts = new Map<string, number>();
  series.forEach((_, i) => {
    for (const note of fitted.at(i).notes) counts.set(note, (counts.get(note) ?? 0) + 1);
  });
  const most = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 5);
  return most.map(([note, n]) => (series.length === 1 ? note : `${n} of ${series.length} series: ${note}`));
}
