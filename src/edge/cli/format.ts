import pc from "picocolors";
import type { MetricValue } from "../../ml/metrics/index.ts";

/** A number for a person: 4 significant digits, thousands grouped from 10,000 on. */
export function number(value: number | null): string {
  if (value === null) return "—";
  const size = Math.abs(value);
  if (size >= 10_000) return Math.round(value).toLocaleString("en-US");
  if (Number.isInteger(value)) return String(value);
  return size >= 1 || size === 0 ? value.toPrecision(4) : value.toFixed(4);
}

/** A metric with its interval: `0.9268 [0.9225, 0.9307]`. */
export function metric({ value, low, high, reason }: MetricValue): string {
  if (value === null) return `undefined (${reason ?? "no reason recorded"})`;
  return low === null || high === null
    ? `${number(value)}${reason === undefined ? "" : pc.dim(` (no interval: ${reason})`)}`
    : `${number(value)} ${pc.dim(`[${number(low)}, ${number(high)}]`)}`;
}

/** A share as a percentage. */
export const percent = (value: number, digits = 1): string => `${(100 * value).toFixed(digits)} %`;

/** Seconds for a person. */
export const seconds = (value: number): string => (value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`);

/** Bytes for a person. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  return value < 1024 * 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** An instant in UTC, to the second. */
export const instant = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

/** Pads columns so that they stand under each other; colours do not count. */
export function columns(rows: readonly (readonly string[])[], indent = "  "): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the terminal's colour codes
  const width = (text: string) => text.replace(/\u001b\[\d+m/g, "").length;
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, j) => {
      widths[j] = Math.max(widths[j] ?? 0, width(cell));
    });
  return rows
    .map(
      (row) =>
        indent +
        row.map((cell, j) => (j === row.length - 1 ? cell : cell + " ".repeat(widths[j]! - width(cell) + 2))).join(""),
    )
    .join("\n");
}

/** A plural: `1 row`, `2,000 rows`. */
export const count = (n: number, noun: string): string => `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
