import * as Plot from "@observablehq/plot";
import type { MetricValue } from "../../ml/metrics/index.ts";
import type { RecommendationEvaluation } from "../../platform/evaluation/index.ts";
import type { Html } from "./html.ts";
import { accent, draw, faint, ink, tickFormat } from "./plots.ts";

/** Share of the items against their share of interactions and of places in lists: a steep start is a long tail that is left alone. */
export function longTailPlot({ interactions, shown, baselineShown }: RecommendationEvaluation["longTail"]): Html {
  const side = { domain: [0, 1], ticks: 5, grid: true, tickFormat: "%" };
  return draw("Share of interactions and of places by share of the items", {
    x: { ...side, label: "Share of the items, most frequent first" },
    y: { ...side, label: "Share of the interactions or places" },
    marks: [
      Plot.line([...baselineShown], { stroke: faint, strokeDasharray: "3,3", strokeWidth: 1.6 }),
      Plot.line([...interactions], { stroke: ink, strokeOpacity: 0.7, strokeWidth: 1.6 }),
      Plot.line([...shown], { stroke: accent, strokeWidth: 2 }),
    ],
  });
}

/** Users by the number of items in their history. */
export function activityPlot(activity: RecommendationEvaluation["activity"]): Html {
  const most = Math.max(...activity.map(({ nUsers }) => nUsers));
  return draw("Users by the length of their history", {
    x: { label: "Items in the history", domain: activity.map(({ says }) => says), tickSize: 0, tickRotate: -30 },
    marginBottom: 54,
    y: { label: "Users", grid: true, ticks: 5, tickFormat: tickFormat(0, most) },
    marks: [Plot.barY([...activity], { x: "says", y: "nUsers", fill: accent, fillOpacity: 0.75, inset: 1 })],
  });
}

const partColours = [accent, "var(--part1)", "var(--part2)"];

/** Events over time, coloured by the part that they belong to. */
export function timelinePlot(timeline: NonNullable<RecommendationEvaluation["timeline"]>): Html {
  const { edges, unit } = timeline;
  const at = (k: number) => (unit === "instant" ? new Date(edges[k]!) : edges[k]!);
  const bars = (["train", "validation", "test"] as const).flatMap((part) =>
    timeline[part].map((n, k) => ({ from: at(k), to: at(k + 1), n, part })),
  );
  const most = Math.max(...timeline.train.map((n, k) => n + timeline.validation[k]! + timeline.test[k]!));
  return draw("Events over time by part", {
    width: 640,
    height: 240,
    x: { label: null, type: unit === "instant" ? "utc" : "linear", ticks: 6 },
    y: { label: "Events", grid: true, ticks: 4, tickFormat: tickFormat(0, most) },
    color: { domain: ["train", "validation", "test"], range: partColours },
    marks: [
      Plot.rectY(bars, {
        x1: "from",
        x2: "to",
        y: "n",
        fill: "part",
        z: "part",
        order: ["train", "validation", "test"],
        inset: 0.5,
      }),
    ],
  });
}

/** A metric by the length of the list, with its interval, beside the baseline's. */
export function lengthPlot(
  name: string,
  points: readonly { readonly at: number; readonly value: MetricValue; readonly baseline: MetricValue }[],
): Html {
  const rows = points.flatMap(({ at, value, baseline }) =>
    value.value === null || baseline.value === null
      ? []
      : [
          {
            at,
            value: value.value,
            low: value.low ?? value.value,
            high: value.high ?? value.value,
            other: baseline.value,
          },
        ],
  );
  return draw(`${name} by the length of the list`, {
    insetLeft: 8,
    insetRight: 8,
    x: { type: "log", label: "Items in the list", ticks: rows.map(({ at }) => at), tickFormat: "d" },
    y: { label: name, grid: true, ticks: 5, zero: true },
    marks: [
      Plot.areaY(rows, { x: "at", y1: "low", y2: "high", fill: accent, fillOpacity: 0.14 }),
      Plot.line(rows, { x: "at", y: "other", stroke: faint, strokeDasharray: "3,3", strokeWidth: 1.6 }),
      Plot.dot(rows, { x: "at", y: "other", stroke: faint, fill: "var(--paper)", strokeWidth: 1.6, r: 3 }),
      Plot.line(rows, { x: "at", y: "value", stroke: accent, strokeWidth: 2 }),
      Plot.dot(rows, { x: "at", y: "value", fill: accent, r: 3 }),
    ],
  });
}
