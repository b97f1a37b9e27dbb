import type { MetricValue } from "../../ml/metrics/index.ts";
import { type Html, html, trusted } from "./html.ts";
import { decimalsOf, fixed, measured } from "./words.ts";

// Small drawings for table cells are made by hand, because a page may hold hundreds of them.

/** A linear scale with round ends and grid lines between them. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** A scale that holds the values and intervals given. */
export function scaleOf(values: readonly MetricValue[], also: readonly number[] = []): Scale {
  const ends = values.flatMap(({ value, low, high }) => [value, low, high].filter((end) => end !== null));
  const all = [...ends, ...also].filter(Number.isFinite);
  if (all.length === 0) return { low: 0, high: 1, step: 0.25 };
  const least = all.reduce((a, b) => Math.min(a, b));
  const most = all.reduce((a, b) => Math.max(a, b));
  const range = most > least ? most - least : Math.max(Math.abs(most), 1) / 10;
  const rough = range / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (rough / power > 5 ? 10 : rough / power > 2 ? 5 : rough / power > 1 ? 2 : 1);
  const low = step * Math.floor(least / step + 1e-9);
  return { low, high: Math.max(low + step, step * Math.ceil(most / step - 1e-9)), step };
}

const width = 176;
const margin = 7;

function position(value: number, { low, high }: Scale): number {
  return margin + ((width - 2 * margin) * (value - low)) / (high - low);
}

function round(x: number): string {
  return String(Math.round(10 * x) / 10);
}

/** The ends of a scale, for the head of a column of {@link whisker} drawings. */
export function axis({ low, high, step }: Scale): Html {
  const decimals = Math.min(6, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return html`<span class="axis"><span>${fixed(low, decimals)}</span><span>${fixed(high, decimals)}</span></span>`;
}

/** How a {@link whisker} is drawn. */
export interface WhiskerOptions {
  /** Default `plain`. */
  readonly tone?: "plain" | "strong" | "faint" | "bad";
  /** A dashed line for comparison. */
  readonly reference?: number | null;
  /** A hollow dot for comparison. */
  readonly other?: number | null;
}

/** A value as a dot with its interval as a line; an arrow at the edge where the value lies outside of the scale. */
export function whisker(metric: MetricValue, scale: Scale, { tone = "plain", reference, other }: WhiskerOptions = {}) {
  const nLines = Math.round((scale.high - scale.low) / scale.step);
  const lines = Array.from({ length: nLines + 1 }, (_, k) => position(scale.low + k * scale.step, scale));
  const clamp = (value: number) => Math.min(width - margin, Math.max(margin, position(value, scale)));
  const parts = [`<path class="grid" d="${lines.map((x) => `M${round(x)} 0V20`).join("")}"/>`];
  if (typeof reference === "number" && Number.isFinite(reference))
    parts.push(`<path class="ref" d="M${round(clamp(reference))} 0V20"/>`);
  const { value, low, high } = metric;
  if (typeof other === "number") parts.push(`<circle class="other" cx="${round(clamp(other))}" cy="10" r="3.5"/>`);
  if (value !== null) {
    const x = position(value, scale);
    if (low !== null && high !== null) parts.push(`<path d="M${round(clamp(low))} 10H${round(clamp(high))}"/>`);
    if (x < margin - 0.5) parts.push(`<path d="M9 6L4 10L9 14"/>`);
    else if (x > width - margin + 0.5) parts.push(`<path d="M${width - 9} 6L${width - 4} 10L${width - 9} 14"/>`);
    else parts.push(`<circle cx="${round(x)}" cy="10" r="4"/>`);
  }
  return html`<svg class="whisker ${tone}" viewBox="0 0 ${width} 20" role="img" aria-label="${measured(metric)}">${trusted(parts.join(""))}</svg>`;
}

/** Counts as a row of bars: a histogram (`gap` 0.8) or the levels of a category (`gap` wider). */
export function sparkline(counts: readonly number[], label: string, gap = 0.8): Html {
  const top = counts.reduce((a, b) => Math.max(a, b), 1);
  const step = 112 / Math.max(counts.length, gap === 0.8 ? 1 : 6);
  const bars = counts.map((n, i) => {
    const height = n === 0 ? 0 : Math.max(0.8, (23 * n) / top);
    return `M${round(i * step)} 24v${round(-height)}h${round(Math.max(0.5, step - gap))}v${round(height)}z`;
  });
  return html`<svg class="spark" viewBox="0 0 112 24" role="img" aria-label="${label}">${trusted(`<path d="${bars.join("")}"/>`)}</svg>`;
}

/** Shares of a whole side by side, at most 4 of them. */
export function shareBar(shares: readonly number[], label: string): Html {
  let from = 0;
  const bars = shares.map((share, i) => {
    const bar = `<rect class="part${i % 4}" x="${round(600 * from)}" width="${round(Math.max(0, 600 * share - 2))}" height="10"/>`;
    from += share;
    return bar;
  });
  return html`<svg class="shares" viewBox="0 0 600 10" preserveAspectRatio="none" role="img" aria-label="${label}">${trusted(bars.join(""))}</svg>`;
}

/** A measured value for a cell: in a narrow one its interval moves to the next line, and the reason of an undefined one wraps. */
export function valueOrReason(metric: MetricValue, decimals = decimalsOf([metric])): Html {
  if (metric.value === null) return html`<span class="reason">${measured(metric)}</span>`;
  const [value, ...range] = measured(metric, decimals).split(" (");
  return html`${value}${range.length > 0 && html` <span class="range">(${range.join("")}</span>`}`;
}
