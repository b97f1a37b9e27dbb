import * as Plot from "@observablehq/plot";
import type { Explanation } from "../../platform/capsule/index.ts";
import type { ExplanationSummary } from "../../platform/training/index.ts";
import type { Html } from "./html.ts";
import { draw, tickFormat } from "./plots.ts";
import { number, shorten } from "./words.ts";

type Swarm = NonNullable<ExplanationSummary["swarm"]>["columns"];

// From the least values of a column to its greatest; a value that is no number is grey.
const steps = [0, 25, 50, 75, 100].map((share) => `color-mix(in srgb,var(--bad) ${share}%,var(--accent))`);
const faint = "var(--faint)";

/** Contributions of each column, a dot a row; the colour says where the value lies among the column's. */
export function swarmPlot(columns: Swarm, label: string): Html {
  const all = columns.flatMap(({ points }) => points.map(([contribution]) => contribution));
  const low = Math.min(0, ...all);
  const high = Math.max(0, ...all);
  const dots = columns.flatMap(({ column, points }, at) =>
    spread(points, low, high).map((dot) => ({ ...dot, y: at + dot.offset, column })),
  );
  return draw("Contributions by column", {
    width: 640,
    height: 44 + 34 * columns.length,
    marginLeft: 130,
    x: { label, ticks: 6, grid: true, tickFormat: tickFormat(low, high) },
    y: {
      domain: [columns.length - 0.5, -0.5],
      ticks: columns.map((_, at) => at),
      tickFormat: (at: number) => shorten(columns[at]?.column ?? "", 20),
      tickSize: 0,
      label: null,
    },
    marks: [
      Plot.ruleX([0], { stroke: "var(--ink)", strokeOpacity: 0.55 }),
      Plot.dot(dots, { x: "x", y: "y", fill: "fill", fillOpacity: 0.75, r: 2 }),
    ],
  });
}

/** Places dots that would cover each other one above the other, around the middle. */
function spread(points: Swarm[number]["points"], low: number, high: number) {
  const sorted = points.flatMap(([, value]) => (value === null ? [] : [value])).sort((a, b) => a - b);
  const bins = new Map<number, number>();
  return points.map(([x, value]) => {
    const bin = Math.floor((100 * (x - low)) / (high - low || 1));
    const place = bins.get(bin) ?? 0;
    bins.set(bin, place + 1);
    const offset = Math.min(0.42, 0.06 * Math.ceil(place / 2)) * (place % 2 === 0 ? 1 : -1);
    return { x, offset, fill: value === null || sorted[0] === sorted.at(-1) ? faint : steps[fifthOf(value, sorted)]! };
  });
}

function fifthOf(value: number, sorted: readonly number[]): number {
  const below = sorted.filter((other) => other < value).length;
  const equal = sorted.filter((other) => other === value).length;
  return Math.min(4, Math.floor((5 * (below + equal / 2)) / sorted.length));
}

/** How a column's contribution depends on its value. */
export function dependencePlot({ column, points }: Swarm[number]): Html {
  const known = points.flatMap(([contribution, value]) => (value === null ? [] : [[value, contribution] as const]));
  const values = known.map(([value]) => value);
  const contributions = known.map(([, contribution]) => contribution);
  const name = shorten(column, 40);
  return draw("Contribution by value", {
    x: { label: name, ticks: 5, tickFormat: tickFormat(Math.min(...values), Math.max(...values)) },
    y: {
      label: "Contribution",
      grid: true,
      ticks: 5,
      tickFormat: tickFormat(Math.min(...contributions), Math.max(...contributions)),
    },
    marks: [
      Plot.ruleY([0], { stroke: "var(--ink)", strokeOpacity: 0.55 }),
      Plot.dot(known as [number, number][], { fill: "var(--accent)", fillOpacity: 0.5, r: 2.2 }),
    ],
  });
}

/** From the expected score to the row's, one step a column. */
export function waterfallPlot({ base, score, contributions, rest = 0 }: Explanation): Html {
  let at = base;
  const parts = [
    ...contributions.map(({ feature, value, contribution }) => ({
      label: `${shorten(feature, 20)} = ${shorten(value === null ? "missing" : typeof value === "number" ? number(value) : value, 16)}`,
      contribution,
    })),
    ...(rest === 0 ? [] : [{ label: "all other columns", contribution: rest }]),
  ].map(({ label, contribution }, k) => {
    const from = at;
    at += contribution;
    return { key: k, label, from, to: at, contribution };
  });
  const ends = [base, score, ...parts.map(({ to }) => to)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return draw("From the expected score to that of one row", {
    width: 480,
    height: 60 + 24 * parts.length,
    marginLeft: 180,
    marginRight: 50,
    x: { ticks: 5, grid: true, label: "Score", tickFormat: tickFormat(low, high) },
    y: {
      domain: parts.map(({ key }) => key),
      tickFormat: (key: number) => parts[key]!.label,
      tickSize: 0,
      label: null,
      padding: 0.25,
    },
    marks: [
      Plot.ruleX([base], { stroke: faint, strokeDasharray: "3,3" }),
      Plot.barX(parts, {
        x1: "from",
        x2: "to",
        y: "key",
        fill: ({ contribution }: { contribution: number }) => (contribution < 0 ? "var(--accent)" : "var(--bad)"),
      }),
      Plot.text(parts, {
        x: ({ from, to }: { from: number; to: number }) => Math.max(from, to),
        y: "key",
        text: ({ contribution }: { contribution: number }) => `${contribution > 0 ? "+" : ""}${number(contribution)}`,
        textAnchor: "start",
        dx: 4,
        fill: "var(--ink)",
      }),
      Plot.ruleX([score], { stroke: "var(--ink)", strokeWidth: 1.5 }),
    ],
  });
}
