import * as Plot from "@observablehq/plot";
import type { RankingEvaluation } from "../../platform/evaluation/index.ts";
import type { Html } from "./html.ts";
import { accent, draw, faint, ink, tickFormat } from "./plots.ts";

/** NDCG by the length of the list, with its interval, beside that of the baselines. */
export function ndcgPlot({ byLength, baselines }: RankingEvaluation): Html {
  const points = byLength.flatMap(({ at, ndcg: { value, low, high } }) =>
    value === null ? [] : [{ at, value, low: low ?? value, high: high ?? value }],
  );
  const others = baselines.map((_, k) =>
    byLength.flatMap(({ at, baselines: values }) => (values[k] === null ? [] : [{ at, value: values[k]! }])),
  );
  const all = [...points.flatMap(({ low, high }) => [low, high]), ...others.flat().map(({ value }) => value)];
  return draw("NDCG by the length of the list", {
    insetLeft: 8,
    insetRight: 8,
    x: { label: "Places", ticks: points.map(({ at }) => at), tickFormat: "d", type: "log" },
    y: { label: "NDCG", grid: true, ticks: 5, domain: [Math.min(...all), Math.max(...all)], nice: true },
    marks: [
      ...others.map((line, k) =>
        Plot.line(line, {
          x: "at",
          y: "value",
          stroke: k === 0 ? faint : ink,
          strokeOpacity: k === 0 ? 1 : 0.6,
          strokeDasharray: k === 0 ? "3,3" : "7,3",
          strokeWidth: 1.6,
        }),
      ),
      Plot.areaY(points, { x: "at", y1: "low", y2: "high", fill: accent, fillOpacity: 0.15 }),
      Plot.line(points, { x: "at", y: "value", stroke: accent, strokeWidth: 2 }),
      Plot.dot(points, { x: "at", y: "value", fill: accent, r: 3 }),
    ],
  });
}

/** Queries by their NDCG. */
export function queriesPlot({ edges, counts }: RankingEvaluation["distribution"]): Html {
  const bars = counts.map((n, k) => ({ from: edges[k]!, to: edges[k + 1]!, n }));
  return draw("Queries by their NDCG", {
    x: { label: "NDCG of the first 10 places", ticks: 5, domain: [0, 1] },
    y: { label: "Queries", grid: true, ticks: 5, tickFormat: tickFormat(0, Math.max(...counts)) },
    marks: [Plot.rectY(bars, { x1: "from", x2: "to", y: "n", fill: accent, fillOpacity: 0.75, inset: 0.5 })],
  });
}

/** Shares of the grades at each place: the greater the grade, the darker. */
export function gradesPlot(
  title: string,
  { places, grades }: Pick<RankingEvaluation, "places" | "grades">,
  order: "shares" | "best",
): Html {
  const bars = places.flatMap((at) => {
    let below = 0;
    return [...grades.keys()].reverse().map((g) => {
      const share = at[order][g]!;
      below += share;
      return { place: at.place, from: below - share, to: below, shade: (g + 0.5) / grades.length };
    });
  });
  return draw(title, {
    x: { label: "Place", domain: places.map(({ place }) => place), tickSize: 0 },
    y: { label: "Share of the queries", domain: [0, 1], ticks: 5, grid: true, tickFormat: "%" },
    marks: [
      Plot.barY(bars, {
        x: "place",
        y1: "from",
        y2: "to",
        fill: accent,
        fillOpacity: "shade",
        insetLeft: 1,
        insetRight: 1,
      }),
    ],
    opacity: { type: "identity" },
  });
}
