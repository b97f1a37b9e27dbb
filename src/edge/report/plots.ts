import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { AnomalyEvaluation, Calibration, Point } from "../../platform/evaluation/index.ts";
import { type Html, trusted } from "./html.ts";

/** Colours are CSS variables, so that one drawing serves light, dark and print. */
export const accent = "var(--accent)";
/** For lines of comparison. */
export const faint = "var(--faint)";
/** For what stands out. */
export const ink = "var(--ink)";

const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** Draws a plot as an SVG without styles of its own, which the page's content policy would refuse. */
export function draw(title: string, options: Plot.PlotOptions): Html {
  const figure = Plot.plot({
    document: document as never,
    width: 400,
    height: 300,
    marginLeft: 46,
    marginBottom: 38,
    insetTop: 4,
    ...options,
  });
  for (const style of figure.querySelectorAll("style")) style.remove();
  for (const name of ["width", "height", "font-family", "font-size"]) figure.removeAttribute(name);
  for (const element of figure.querySelectorAll("*")) roundAttributes(element);
  figure.setAttribute("class", "plot");
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", title);
  return trusted(figure.outerHTML);
}

interface DrawnElement {
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
}

const geometry = ["d", "transform", "cx", "cy", "x", "y", "x1", "x2", "y1", "y2", "width", "height"];

// A tenth of a pixel is as fine as anyone sees, and a third of the bytes.
function roundAttributes(element: DrawnElement): void {
  element.removeAttribute("aria-label");
  for (const name of geometry) {
    const value = element.getAttribute(name);
    if (value?.includes(".") && !value.endsWith("em"))
      element.setAttribute(
        name,
        value.replace(/\d+\.\d+/g, (digits) => String(Math.round(10 * Number(digits)) / 10)),
      );
  }
}

const unit = { domain: [0, 1], ticks: 5, grid: true } as const;

/** ROC curve with the line of chance, and the point where the model decides. */
export function rocPlot(points: readonly Point[], at: Point | null): Html {
  return draw("ROC curve", {
    x: { ...unit, label: "False positive rate" },
    y: { ...unit, label: "True positive rate" },
    marks: [
      Plot.line(diagonal(0, 1), { stroke: faint, strokeDasharray: "3,3" }),
      Plot.areaY(points as Point[], { fill: accent, fillOpacity: 0.08 }),
      Plot.line(points as Point[], { stroke: accent, strokeWidth: 2 }),
      decisionDot(at),
    ],
  });
}

/** Precision against recall with the share of positives, which is what chance reaches, and the point where the model decides. */
export function precisionRecallPlot(points: readonly Point[], prevalence: number | null, at: Point | null): Html {
  return draw("Precision-recall curve", {
    x: { ...unit, label: "Recall" },
    y: { ...unit, label: "Precision" },
    marks: [
      prevalence === null ? null : Plot.ruleY([prevalence], { stroke: faint, strokeDasharray: "3,3" }),
      Plot.line(points as Point[], { stroke: accent, strokeWidth: 2 }),
      decisionDot(at),
    ],
  });
}

function decisionDot(at: Point | null) {
  return at && Plot.dot([at], { fill: "var(--paper)", stroke: ink, strokeWidth: 2, r: 5 });
}

function diagonal(low: number, high: number): [number, number][] {
  return [
    [low, low],
    [high, high],
  ];
}

/** Observed against predicted shares with Wilson intervals. */
export function reliabilityPlot(bins: Calibration["bins"]): Html {
  const top = Math.min(1, Math.max(0.05, ...bins.flatMap((bin) => [bin.predicted, bin.high])) * 1.05);
  const side = { domain: [0, top], ticks: 5, grid: true };
  return draw("Reliability diagram", {
    x: { ...side, label: "Predicted probability" },
    y: { ...side, label: "Observed share" },
    marks: [
      Plot.line(diagonal(0, top), { stroke: faint, strokeDasharray: "3,3" }),
      Plot.ruleX(bins, { x: "predicted", y1: "low", y2: "high", stroke: accent, strokeWidth: 1.6, strokeOpacity: 0.6 }),
      Plot.line(bins, { x: "predicted", y: "observed", stroke: accent, strokeOpacity: 0.35 }),
      Plot.dot(bins, { x: "predicted", y: "observed", fill: accent, r: 3.5 }),
    ],
  });
}

/** Observed against predicted values. */
export function scatterPlot(points: readonly Point[]): Html {
  const values = points.flat();
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const side = { domain: [low, high], ticks: 5, grid: true, nice: true, tickFormat: tickFormat(low, high) };
  return draw("Observed against predicted", {
    x: { ...side, label: "Predicted" },
    y: { ...side, label: "Observed" },
    marks: [
      Plot.dot(points as Point[], { fill: accent, fillOpacity: 0.28, r: 1.7 }),
      Plot.line(diagonal(low, high), { stroke: ink, strokeOpacity: 0.55, strokeDasharray: "3,3" }),
    ],
  });
}

/** A histogram from edges and counts, with a line at 0 where that lies between them. */
export function histogramPlot(
  title: string,
  { edges, counts }: { readonly edges: readonly number[]; readonly counts: readonly number[] },
  label: string,
): Html {
  const bars = counts.map((n, i) => ({ from: edges[i]!, to: edges[i + 1]!, n }));
  return draw(title, {
    x: { label, ticks: 5, tickFormat: tickFormat(edges[0]!, edges.at(-1)!) },
    y: { label: "Rows", grid: true, ticks: 5, tickFormat: tickFormat(0, Math.max(...counts)) },
    marks: [
      Plot.rectY(bars, { x1: "from", x2: "to", y: "n", fill: accent, fillOpacity: 0.75, inset: 0.5 }),
      Plot.ruleX(edges[0]! <= 0 && edges.at(-1)! >= 0 ? [0] : [], {
        stroke: ink,
        strokeOpacity: 0.55,
        strokeDasharray: "3,3",
      }),
    ],
  });
}

/** Rows by score with the threshold: one bar per bin, the part of known anomalies in another colour. */
export function scoresPlot(
  { scale, edges, usual, anomalous, unlabelled }: AnomalyEvaluation["histogram"],
  threshold: number,
): Html {
  const bars = usual.flatMap((n, k) => {
    const [x1, x2] = [edges[k]!, edges[k + 1]!];
    const plain = n + unlabelled[k]!;
    return [
      { x1, x2, y1: 0, y2: plain, isKnown: false },
      { x1, x2, y1: plain, y2: plain + anomalous[k]!, isKnown: true },
    ];
  });
  const most = bars.reduce((top, { y2 }) => Math.max(top, y2), 1);
  const [low, high] = [edges[0]!, edges.at(-1)!];
  return draw("Scores of test rows", {
    width: 640,
    x: { label: "Score", ticks: 5, type: scale === "log" ? "symlog" : "linear", domain: [low, high] },
    // A handful of anomalies beside thousands of usual rows would not be seen on a linear scale.
    y: { label: "Rows", grid: true, type: "sqrt", ticks: 5, domain: [0, most], tickFormat: tickFormat(0, most) },
    marks: [
      Plot.rect(
        bars.filter((bar) => bar.y2 > bar.y1 && !bar.isKnown),
        { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: accent, fillOpacity: 0.6, inset: 0.5 },
      ),
      Plot.rect(
        bars.filter((bar) => bar.y2 > bar.y1 && bar.isKnown),
        { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "var(--bad)", fillOpacity: 0.85, inset: 0.5 },
      ),
      Plot.ruleX([Math.min(high, Math.max(low, threshold))], { stroke: ink, strokeDasharray: "3,3" }),
    ],
  });
}

/** Plain numbers where they are short, `120k` where they are not; as many decimals as tell five ticks apart. */
export function tickFormat(low: number, high: number): Intl.NumberFormat["format"] {
  const isLong = Math.max(Math.abs(low), Math.abs(high)) >= 10_000;
  const decimals = high > low ? Math.min(12, Math.max(3, 1 - Math.floor(Math.log10(high - low)))) : 3;
  return new Intl.NumberFormat(
    "en-US",
    isLong ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: decimals },
  ).format;
}
