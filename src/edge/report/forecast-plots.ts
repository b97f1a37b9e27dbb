import * as Plot from "@observablehq/plot";
import type { ForecastEvaluation, ForecastPicture } from "../../platform/evaluation/index.ts";
import type { Html } from "./html.ts";
import { accent, draw, faint, ink, tickFormat } from "./plots.ts";

/** A series before its test, its test values, its forecast with intervals, and the baseline's forecast. */
export function forecastPlot({ history, test, series }: ForecastPicture, isNumber: boolean): Html {
  const at = (instant: number) => (isNumber ? instant : new Date(instant));
  const past = history.map((point) => ({ at: at(point.at), value: point.value }));
  const coming = test.map((point) => ({ ...point, at: at(point.at) }));
  const last = past.at(-1);
  const truth = [...(last ? [last] : []), ...coming.map(({ at, truth }) => ({ at, value: truth }))];
  const nLevels = test[0]?.intervals.length ?? 0;
  const bands = Array.from({ length: nLevels }, (_, k) => nLevels - 1 - k).map((k) => {
    const rows = coming.flatMap(({ at, intervals }) =>
      intervals[k] ? [{ at, low: intervals[k][0], high: intervals[k][1] }] : [],
    );
    return Plot.areaY(rows, { x: "at", y1: "low", y2: "high", fill: accent, fillOpacity: 0.16 });
  });
  const values = [...history.map(({ value }) => value), ...test.flatMap(({ truth, forecast }) => [truth, forecast])];
  const sizes = values.filter((value) => value !== null);
  return draw(`Forecast of ${series === "" ? "the series" : series}`, {
    width: 640,
    height: 260,
    x: { label: null, type: isNumber ? "linear" : "utc", ticks: 6 },
    y: {
      label: null,
      grid: true,
      ticks: 5,
      nice: true,
      tickFormat: tickFormat(Math.min(...sizes), Math.max(...sizes)),
    },
    marks: [
      ...bands,
      coming[0] ? Plot.ruleX([last?.at ?? coming[0].at], { stroke: faint, strokeDasharray: "2,3" }) : null,
      Plot.line(coming, { x: "at", y: "baseline", stroke: faint, strokeWidth: 1.4, strokeDasharray: "3,3" }),
      Plot.line(past, { x: "at", y: "value", stroke: ink, strokeOpacity: 0.75, strokeWidth: 1.4 }),
      Plot.line(truth, { x: "at", y: "value", stroke: ink, strokeOpacity: 0.75, strokeWidth: 1.4 }),
      Plot.dot(coming, { x: "at", y: "truth", fill: ink, r: coming.length > 40 ? 1.4 : 2.2 }),
      Plot.line(coming, { x: "at", y: "forecast", stroke: accent, strokeWidth: 2.2 }),
    ],
  });
}

/** Mean scaled error by step of the horizon, beside the baseline's. */
export function stepErrorPlot(byStep: ForecastEvaluation["byStep"]): Html {
  const rows = byStep.filter(({ error }) => error !== null);
  return draw("Error by step of the horizon", {
    x: { label: "Steps ahead", ticks: Math.min(8, rows.length), tickFormat: "d" },
    y: { label: "Mean scaled error", grid: true, ticks: 5, zero: true },
    marks: [
      Plot.line(rows, { x: "step", y: "baseline", stroke: faint, strokeDasharray: "3,3", strokeWidth: 1.6 }),
      Plot.line(rows, { x: "step", y: "error", stroke: accent, strokeWidth: 2 }),
      ...(rows.length <= 31 ? [Plot.dot(rows, { x: "step", y: "error", fill: accent, r: 2.6 })] : []),
    ],
  });
}

/** How many test values lie within the intervals of one level, by step, with binomial intervals. */
export function coveragePlot(byStep: ForecastEvaluation["byStep"], level: number, k: number): Html {
  const rows = byStep.flatMap(({ step, coverage }) => {
    const { value, low, high } = coverage[k]!;
    return value === null ? [] : [{ step, value, low: low ?? value, high: high ?? value }];
  });
  const least = Math.min(level, ...rows.map(({ low }) => low));
  return draw(`Coverage of the ${100 * level} % intervals by step`, {
    x: { label: "Steps ahead", ticks: Math.min(8, rows.length), tickFormat: "d" },
    y: {
      label: "Share of the test values inside",
      domain: [Math.max(0, least - 0.05), 1],
      grid: true,
      ticks: 5,
      tickFormat: "%",
    },
    marks: [
      Plot.ruleY([level], { stroke: faint, strokeDasharray: "3,3", strokeWidth: 1.6 }),
      Plot.ruleX(rows, { x: "step", y1: "low", y2: "high", stroke: accent, strokeOpacity: 0.45, strokeWidth: 1.4 }),
      Plot.dot(rows, { x: "step", y: "value", fill: accent, r: rows.length > 31 ? 2 : 3 }),
    ],
  });
}

/** MASE over series as bars, the baseline's as an outline. */
export function maseHistogramPlot({ edges, model, baseline }: NonNullable<ForecastEvaluation["maseBySeries"]>): Html {
  const bars = model.map((n, k) => ({ from: edges[k]!, to: edges[k + 1]!, n, other: baseline[k]! }));
  const most = Math.max(...model, ...baseline);
  return draw("MASE over series", {
    x: { label: "MASE", ticks: 6 },
    y: { label: "Series", grid: true, ticks: 5, tickFormat: tickFormat(0, most) },
    marks: [
      Plot.rectY(bars, { x1: "from", x2: "to", y: "n", fill: accent, fillOpacity: 0.75, inset: 0.5 }),
      Plot.lineY(
        [...bars.map(({ from, other }) => ({ at: from, other })), { at: edges.at(-1)!, other: baseline.at(-1)! }],
        { x: "at", y: "other", curve: "step-after", stroke: ink, strokeOpacity: 0.55, strokeDasharray: "3,3" },
      ),
      Plot.ruleX([1], { stroke: faint }),
    ],
  });
}

/** The metric of every candidate from each origin, the latest on the right; the chosen one stands out. */
export function originsPlot(origins: ForecastEvaluation["origins"], chosen: string | undefined, label: string): Html {
  const rows = origins.flatMap(({ name, values }) =>
    values.flatMap((value, k) => (value === null ? [] : [{ name, at: -k - 1, value }])),
  );
  const others = rows.filter(({ name }) => name !== chosen);
  const own = rows.filter(({ name }) => name === chosen);
  const ends = origins.flatMap(({ name, values }) => {
    const value = values.find((one) => one !== null);
    return value === undefined || value === null ? [] : [{ name, at: -1, value }];
  });
  const n = Math.max(...origins.map(({ values }) => values.length));
  return draw("Candidates over the origins", {
    width: 640,
    height: 260,
    marginRight: 110,
    x: {
      label: "Origin before the test, the latest on the right",
      ticks: n <= 8 ? Array.from({ length: n }, (_, k) => -k - 1) : 8,
      tickFormat: (at: number) => String(-at),
    },
    y: { label, grid: true, ticks: 5, zero: true },
    marks: [
      Plot.line(others, { x: "at", y: "value", z: "name", stroke: faint, strokeOpacity: 0.8, strokeWidth: 1.3 }),
      ...(n === 1 ? [Plot.dot(rows, { x: "at", y: "value", fill: faint, r: 3 })] : []),
      Plot.line(own, { x: "at", y: "value", stroke: accent, strokeWidth: 2.2 }),
      Plot.dot(own, { x: "at", y: "value", fill: accent, r: 2.6 }),
      Plot.text(spread(ends, 0.06 * Math.max(...rows.map(({ value }) => value), 1e-12)), {
        x: "at",
        y: "value",
        text: "name",
        textAnchor: "start",
        dx: 8,
        fill: ink,
        fillOpacity: 0.75,
      }),
    ],
  });
}

// Names that would stand on each other are moved apart by a line of text, which is a share of the axis.
function spread(ends: readonly { readonly name: string; readonly at: number; readonly value: number }[], gap: number) {
  const sorted = [...ends].sort((a, b) => a.value - b.value);
  let last = Number.NEGATIVE_INFINITY;
  return sorted.map((end) => {
    last = Math.max(end.value, last + gap);
    return { ...end, value: last };
  });
}
