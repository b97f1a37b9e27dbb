import * as Plot from "@observablehq/plot";
import type { ShapeAxis, TermShape } from "../../platform/training/index.ts";
import type { Html } from "./html.ts";
import { accent, draw, faint, ink, tickFormat } from "./plots.ts";
import { fixed, percent, shorten } from "./words.ts";

type Drawing = NonNullable<TermShape["drawing"]>;
type NumberAxis = Extract<ShapeAxis, { kind: "number" }>;
type CategoryAxis = Extract<ShapeAxis, { kind: "category" }>;

/** Colours of the classes, where there are several. */
export const classColours: readonly string[] = [accent, "var(--bad)", "var(--good)", "var(--warn)", "var(--dim)"];

/** Levels that are drawn, at most: the most frequent ones. */
const mostLevels = 14;

/** What one feature adds, or two of them together. The caption beside it says which: names from data go into texts, which are escaped, and into no attribute. */
export function termPlot(drawing: Drawing): Html {
  const [first, second] = drawing.axes;
  if (second) return pairPlot(drawing, first!, second);
  return first!.kind === "number" ? curvePlot(drawing, first!) : levelPlot(drawing, first!);
}

/** Ends of the cells of an axis of numbers: the outer ones are as wide as the mean of all, as nothing is known of where they end. */
function endsOf({ edges }: NumberAxis): number[] {
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const width = edges.length > 1 ? (high - low) / (edges.length - 1) : 1;
  return [low - width, ...edges, high + width];
}

const band = 1.96;

function curvePlot({ scores, standardErrors }: Drawing, axis: NumberAxis): Html {
  const ends = endsOf(axis);
  const marks = scores.slice(0, classColours.length).flatMap((output, k) => {
    const errors = scores.length === 1 ? standardErrors?.[0] : undefined;
    const steps = ends.slice(0, -1).flatMap((from, cell) => {
      const [score, error] = [output[cell]!, band * (errors?.[cell] ?? 0)];
      return [from, ends[cell + 1]!].map((x) => ({ x, score, low: score - error, high: score + error }));
    });
    return [
      errors && Plot.areaY(steps, { x: "x", y1: "low", y2: "high", fill: accent, fillOpacity: 0.16 }),
      Plot.line(steps, { x: "x", y: "score", stroke: classColours[k]!, strokeWidth: 1.8 }),
    ];
  });
  return draw("What a number adds", {
    x: { label: axis.name, ticks: 5, tickFormat: tickFormat(ends[0]!, ends.at(-1)!) },
    y: { label: "Adds", grid: true, ticks: 5 },
    marks: [Plot.ruleY([0], { stroke: faint, strokeDasharray: "3,3" }), ...marks],
  });
}

/** Cells of a category in the order in which they are drawn, with their words. */
function cellsInWords({ levels }: CategoryAxis, shares: readonly number[]) {
  return levels
    .map((names, cell) => ({ cell, says: shorten(names.join(", "), 22), share: shares[cell]! }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, mostLevels);
}

function levelPlot({ scores, standardErrors, shares }: Drawing, axis: CategoryAxis): Html {
  const cells = cellsInWords(axis, shares).sort((a, b) => scores[0]![b.cell]! - scores[0]![a.cell]!);
  const rows = scores.slice(0, classColours.length).flatMap((output, k) =>
    cells.map(({ cell, says }) => {
      const error = band * (standardErrors?.[k]?.[cell] ?? 0);
      const score = output[cell]!;
      return { says, score, low: score - error, high: score + error, colour: classColours[k]! };
    }),
  );
  return draw("What each level adds", {
    height: 70 + 18 * cells.length,
    marginLeft: 130,
    x: { label: "Adds", grid: true, ticks: 5 },
    y: { type: "band", label: null, domain: cells.map(({ says }) => says) },
    marks: [
      Plot.ruleX([0], { stroke: faint, strokeDasharray: "3,3" }),
      Plot.ruleY(rows, { y: "says", x1: "low", x2: "high", stroke: "colour", strokeWidth: 1.6, strokeOpacity: 0.6 }),
      Plot.dot(rows, { y: "says", x: "score", fill: "colour", r: 3.5 }),
    ],
  });
}

interface Cell {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly score: number;
}

// A pair of several classes is drawn for the first one. Cells side by side that add nearly the same become one.
function pairPlot({ scores }: Drawing, first: ShapeAxis, second: ShapeAxis): Html {
  const output = scores[0]!;
  const [across, up] = [sideOf(first), sideOf(second)];
  const width = up.nCells + 1;
  const most = output.reduce((size, score) => Math.max(size, Math.abs(score)), 0);
  const cells: Cell[] = [];
  for (let i = 0; i < across.nCells; i++)
    for (let j = 0; j < up.nCells; j++) {
      const score = output[i * width + j]!;
      const last = cells.at(-1);
      if (j > 0 && last && Math.abs(last.score - score) < 0.03 * most) {
        cells[cells.length - 1] = { ...last, y2: up.ends[j + 1]! };
      } else cells.push({ x1: across.ends[i]!, x2: across.ends[i + 1]!, y1: up.ends[j]!, y2: up.ends[j + 1]!, score });
    }
  const part = (sign: number, fill: string) =>
    Plot.rect(
      cells.filter(({ score }) => sign * score > 0.03 * most),
      {
        x1: "x1",
        x2: "x2",
        y1: "y1",
        y2: "y2",
        fill,
        fillOpacity: (d: Cell) => Math.abs(d.score) / most,
        shapeRendering: "crispEdges",
      },
    );
  return draw("What a pair adds", {
    marginBottom: first.kind === "category" ? 62 : 38,
    marginLeft: second.kind === "category" ? 84 : 46,
    x: { label: first.name, ticks: 5, ...across.scale, ...(first.kind === "category" ? { tickRotate: -30 } : {}) },
    y: { label: second.name, ticks: 5, ...up.scale },
    marks: [part(1, accent), part(-1, "var(--bad)"), Plot.frame({ stroke: ink, strokeOpacity: 0.25 })],
  });
}

function sideOf(axis: ShapeAxis) {
  if (axis.kind === "number") {
    const ends = endsOf(axis);
    return { ends, nCells: ends.length - 1, scale: { tickFormat: tickFormat(ends[0]!, ends.at(-1)!) } };
  }
  const words = axis.levels.map((names) => shorten(names.join(", "), 10));
  return {
    ends: Array.from({ length: words.length + 1 }, (_, cell) => cell),
    nCells: words.length,
    scale: {
      ticks: words.map((_, cell) => cell + 0.5),
      tickFormat: (at: number) => words[Math.floor(at)] ?? "",
    },
  };
}

/** What a term adds where its feature is missing, in words; nothing where it never was. */
export function missingInWords({ axes, scores, shares }: Drawing): string {
  const share = shares.at(-1)!;
  if (axes.length > 1 || share === 0) return "";
  const added = scores.map((output) => `${output.at(-1)! > 0 ? "+" : ""}${fixed(output.at(-1)!, 3)}`);
  return ` Missing (${percent(share)} of the rows): ${added.join(", ")}.`;
}
