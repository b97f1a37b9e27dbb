import * as Plot from "@observablehq/plot";
import type { TunedTrial, TuningReport } from "../../platform/training/index.ts";
import type { ParameterImportance } from "../../platform/tuning/index.ts";
import type { Html } from "./html.ts";
import { accent, draw, faint, ink, tickFormat } from "./plots.ts";

/** The loss of every complete trial in order, and the least so far as a step line. */
export function bestSoFarPlot({ trials, lossName }: TuningReport): Html {
  const complete = trials.filter(({ loss }) => loss !== null);
  let best = Number.POSITIVE_INFINITY;
  const steps = complete.map(({ number, loss }) => {
    best = Math.min(best, loss!);
    return { number, best };
  });
  // A few trials that failed to learn would press all others onto one line.
  const losses = complete.map(({ loss }) => loss!).sort((a, b) => a - b);
  const least = losses[0] ?? 0;
  const top = Math.min(losses.at(-1) ?? 1, least + 3 * ((losses[Math.floor(losses.length / 2)] ?? 1) - least) || 1);
  const chosen = complete.filter((trial) => trial.chosen);
  return draw("Best loss so far", {
    insetBottom: 8,
    x: { label: "Trial", domain: [0.5, trials.length + 0.5], ticks: Math.min(8, trials.length), tickFormat: "d" },
    y: { label: lossName, grid: true, ticks: 5, clamp: true, domain: [least, top], tickFormat: tickFormat(least, top) },
    marks: [
      Plot.line(steps, { x: "number", y: "best", stroke: accent, strokeWidth: 2, curve: "step-after" }),
      Plot.dot(complete, { x: "number", y: "loss", fill: accent, fillOpacity: 0.45, r: 2.6 }),
      Plot.dot(chosen, { x: "number", y: "loss", fill: "var(--paper)", stroke: ink, strokeWidth: 2, r: 4.5 }),
    ],
  });
}

/** Shares of parameters as bars: the own share over the total. */
export function importancePlot(parameters: readonly ParameterImportance[]): Html {
  const names = parameters.map(({ name }) => name);
  const data = [...parameters];
  return draw("Importance of parameters", {
    height: 40 + 28 * names.length,
    marginLeft: 110,
    x: { domain: [0, 1], ticks: 5, grid: true, label: "Share of the variation", tickFormat: "%" },
    y: { domain: names, label: null, tickSize: 0 },
    marks: [
      Plot.barX(data, { x: "total", y: "name", fill: accent, fillOpacity: 0.3, insetTop: 4, insetBottom: 4 }),
      Plot.barX(data, { x: "own", y: "name", fill: accent, insetTop: 4, insetBottom: 4 }),
    ],
  });
}

/** Loss against another objective, with the Pareto front. */
export function paretoPlot(
  trials: readonly TunedTrial[],
  key: "latencyMicros" | "bytes",
  label: string,
  lossName: string,
): Html {
  const complete = trials.flatMap(({ loss, isOnFront, chosen, ...trial }) =>
    loss === null || trial[key] === null ? [] : [{ loss, other: trial[key], isOnFront, chosen }],
  );
  const losses = complete.map(({ loss }) => loss);
  return draw(`${lossName} against ${label}`, {
    insetBottom: 8,
    x: { label, type: "log", ticks: 5, tickFormat: "~s" },
    y: {
      label: lossName,
      grid: true,
      ticks: 5,
      tickFormat: tickFormat(Math.min(...losses), Math.max(...losses)),
    },
    marks: [
      Plot.line(stairs(complete), { stroke: faint, strokeDasharray: "3,3" }),
      Plot.dot(
        complete.filter(({ isOnFront }) => !isOnFront),
        { x: "other", y: "loss", stroke: accent, strokeOpacity: 0.5, r: 3 },
      ),
      Plot.dot(
        complete.filter(({ isOnFront }) => isOnFront),
        { x: "other", y: "loss", fill: accent, r: 3.6 },
      ),
      Plot.dot(
        complete.filter(({ chosen }) => chosen),
        { x: "other", y: "loss", stroke: ink, strokeWidth: 2, r: 6 },
      ),
    ],
  });
}

// What can be had in these two objectives: the least loss up to each value of the other.
function stairs(trials: readonly { readonly loss: number; readonly other: number }[]): [number, number][] {
  const corners: [number, number][] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const { loss, other } of trials.toSorted((a, b) => a.other - b.other || a.loss - b.loss)) {
    if (loss >= least) continue;
    if (corners.length > 0) corners.push([other, least]);
    least = loss;
    corners.push([other, loss]);
  }
  return corners;
}
