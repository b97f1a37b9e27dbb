import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Calibration, Importance, Point, Slice } from '../../platform/evaluation/index.ts';
import type { Candidate } from '../../platform/training/index.ts';
import { type Html, trusted } from './html.ts';
import { number } from './words.ts';

// Colours are CSS variables, so that one drawing serves light, dark and print.
const accent = 'var(--accent)';
const faint = 'var(--faint)';
const ink = 'var(--ink)';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

function draw(title: string, options: Plot.PlotOptions): Html {
  const style = { background: 'none', color: ink, fontFamily: 'inherit', fontSize: '11px', overflow: 'visible' };
  const figure = Plot.plot({ document: document as unknown as Document, width: 420, height: 300, style: style as unknown as string, ...options });
  const svg = figure.tagName.toLowerCase() === 'svg' ? figure : figure.querySelector('svg')!;
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  svg.setAttribute('viewBox', svg.getAttribute('viewBox') ?? `0 0 ${options.width ?? 420} ${options.height ?? 300}`);
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  return trusted(svg.outerHTML);
}

/** ROC curve with the line of chance. */
export function rocPlot(points: readonly Point[]): Html {
  return draw('ROC curve', {
    x: { label: 'False positive rate', domain: [0, 1], grid: true },
    y: { label: 'True positive rate', domain: [0, 1], grid: true },
    marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: faint, strokeDasharray: '3,3' }),
      Plot.areaY(points as Point[], { x: (p: Point) => p[0], y: (p: Point) => p[1], fill: accent, fillOpacity: 0.1 }),
      Plot.line(points as Point[], { stroke: accent, strokeWidth: 2 }),
    ],
  });
}

/** Precision against recall with the share of positives, which is what chance reaches. */
export function precisionRecallPlot(points: readonly Point[], prevalence: number): Html {
  return draw('Precision-recall curve', {
    x: { label: 'Recall', domain: [0, 1], grid: true },
    y: { label: 'Precision', domain: [0, 1], grid: true },
    marks: [
      Plot.ruleY([prevalence], { stroke: faint, strokeDasharray: '3,3' }),
      Plot.line(points as Point[], { stroke: accent, strokeWidth: 2 }),
    ],
  });
}

/** Observed against predicted shares with Wilson intervals. */
export function reliabilityPlot({ bins }: Calibration): Html {
  const top = Math.min(1, Math.max(0.05, ...bins.flatMap((bin) => [bin.predicted, bin.high])) * 1.05);
  return draw('Reliability diagram', {
    x: { label: 'Predicted probability', domain: [0, top], grid: true },
    y: { label: 'Observed share', domain: [0, top], grid: true },
    marks: [
      Plot.line([[0, 0], [top, top]], { stroke: faint, strokeDasharray: '3,3' }),
      Plot.ruleX(bins, { x: 'predicted', y1: 'low', y2: 'high', stroke: accent, strokeOpacity: 0.5 }),
      Plot.line(bins, { x: 'predicted', y: 'observed', stroke: accent, strokeOpacity: 0.4 }),
      Plot.dot(bins, { x: 'predicted', y: 'observed', fill: accent, r: 3.5 }),
    ],
  });
}

/** Observed against predicted values. */
export function scatterPlot(points: readonly Point[]): Html {
  const values = points.flatMap((point) => [...point]);
  const low = Math.min(...values);
  const high = Math.max(...values);
  return draw('Observed against predicted', {
    x: { label: 'Predicted', grid: true, tickFormat: 's' },
    y: { label: 'Observed', grid: true, tickFormat: 's' },
    marginLeft: 50,
    marks: [
      Plot.line([[low, low], [high, high]], { stroke: faint, strokeDasharray: '3,3' }),
      Plot.dot(points as Point[], { fill: accent, fillOpacity: 0.25, r: 1.8 }),
    ],
  });
}

/** A histogram from edges and counts. */
export function histogramPlot(title: string, edges: readonly number[], counts: readonly number[], label: string): Html {
  const bars = counts.map((n, i) => ({ from: edges[i]!, to: edges[i + 1]!, n }));
  return draw(title, {
    x: { label, tickFormat: 's' },
    y: { label: 'Rows', grid: true, tickFormat: 's' },
    marginLeft: 50,
    marks: [Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'n', fill: accent, fillOpacity: 0.75, inset: 0.5 }), Plot.ruleY([0], { stroke: ink })],
  });
}

/** Loss of quality per shuffled column, with intervals. */
export function importancePlot(importance: readonly Importance[], metric: string): Html {
  const rows = importance.slice(0, 15).map(({ column, drop }) => ({ column: shorten(column), value: drop.value ?? 0, low: drop.low ?? drop.value ?? 0, high: drop.high ?? drop.value ?? 0 }));
  return draw('Permutation importance', {
    width: 640,
    height: 40 + 22 * rows.length,
    marginLeft: 170,
    x: { label: `Loss of ${metric} when shuffled`, grid: true },
    y: { label: null, domain: rows.map((row) => row.column) },
    marks: [
      Plot.barX(rows, { x: 'value', y: 'column', fill: accent, fillOpacity: 0.75, insetTop: 3, insetBottom: 3 }),
      Plot.ruleY(rows, { y: 'column', x1: 'low', x2: 'high', stroke: ink, strokeWidth: 1.2 }),
      Plot.ruleX([0], { stroke: ink }),
    ],
  });
}

/** Validation scores of everything that was tried, with intervals. */
export function candidatePlot(candidates: readonly Candidate[], metric: string): Html {
  const rows = candidates
    .filter(({ validation }) => validation.value !== null)
    .map(({ name, validation, chosen, role }) => ({ name, value: validation.value!, low: validation.low ?? validation.value!, high: validation.high ?? validation.value!, fill: chosen ? accent : role === 'baseline' ? faint : 'var(--soft)' }));
  return draw('Candidates on validation', {
    width: 640,
    height: 46 + 24 * rows.length,
    marginLeft: 150,
    x: { label: `Validation ${metric}`, grid: true, nice: true },
    y: { label: null, domain: rows.map((row) => row.name) },
    marks: [
      Plot.ruleY(rows, { y: 'name', x1: 'low', x2: 'high', stroke: 'fill', strokeWidth: 2 }),
      Plot.dot(rows, { y: 'name', x: 'value', fill: 'fill', r: 5, stroke: 'var(--paper)' }),
    ],
  });
}

/** Quality per slice with intervals, beside the quality on all rows. */
export function slicePlot(slices: readonly Slice[], overall: number | null, metric: string): Html {
  const rows = slices
    .filter(({ value }) => value.value !== null)
    .map(({ name, value, weak }) => ({ name: shorten(name, 44), value: value.value!, low: value.low ?? value.value!, high: value.high ?? value.value!, stroke: weak ? 'var(--bad)' : accent }));
  return draw('Quality by slice', {
    width: 640,
    height: 46 + 22 * rows.length,
    marginLeft: 250,
    x: { label: metric, grid: true, nice: true },
    y: { label: null, domain: rows.map((row) => row.name) },
    marks: [
      ...(overall === null ? [] : [Plot.ruleX([overall], { stroke: faint, strokeDasharray: '3,3' })]),
      Plot.ruleY(rows, { y: 'name', x1: 'low', x2: 'high', stroke: 'stroke', strokeWidth: 2 }),
      Plot.dot(rows, { y: 'name', x: 'value', fill: 'stroke', r: 4 }),
    ],
  });
}

/** A tiny histogram for a table cell: bars only. Hand-made, because a page may hold hundreds. */
export function sparkline(counts: readonly number[], title: string): Html {
  const top = Math.max(1, ...counts);
  const step = 96 / counts.length;
  const bars = counts.map((n, i) => `<rect x="${(i * step).toFixed(2)}" y="${(24 - (23 * n) / top).toFixed(2)}" width="${Math.max(0.5, step - 0.8).toFixed(2)}" height="${((23 * n) / top).toFixed(2)}"/>`);
  return trusted(`<svg class="spark" viewBox="0 0 96 24" role="img" aria-label="${title.replace(/[^\w .,-]/g, '')}">${bars.join('')}</svg>`);
}

function shorten(text: string, most = 28): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The range of a histogram in words. */
export function rangeOf(edges: readonly number[]): string {
  return `${number(edges[0])} to ${number(edges.at(-1))}`;
}
