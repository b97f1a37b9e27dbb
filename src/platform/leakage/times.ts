import type { Table } from "../../ml/table/index.ts";
import type { SplitRule } from "../data/index.ts";
import { thresholds } from "./thresholds.ts";

const minRows = 20;

/** An instant column that all but always lies after the time of its row. */
export interface LaterInstant {
  readonly share: number;
  /** Whether the time of the row is known from the split, and not guessed. */
  readonly isCertain: boolean;
}

/**
 * Instant columns that lie after the row's own time in at least 95 % of their rows. The row's time is the column of a time
 * split, or a guess: the instant column without gaps that is earliest in the median.
 */
export function laterInstants(table: Table, rule: SplitRule): Map<string, LaterInstant> {
  const ofSplit = timeColumnOf(rule);
  const isCertain = ofSplit !== undefined && table.has(ofSplit);
  const reference = isCertain ? ofSplit : earliest(table);
  const later = new Map<string, LaterInstant>();
  if (reference === undefined) return later;
  const start = table.column(reference);
  if (start.kind === "category") return later;
  for (const [name, column] of table.entries()) {
    if (column.kind !== "instant" || name === reference) continue;
    let n = 0;
    let after = 0;
    for (let i = 0; i < table.nRows; i++) {
      if (column.values[i] !== column.values[i] || start.values[i] !== start.values[i]) continue;
      n++;
      if (column.values[i]! > start.values[i]!) after++;
    }
    if (n >= minRows && after >= thresholds.timeAfter * n) later.set(name, { share: after / n, isCertain });
  }
  return later;
}

/** The column along which rows are parted by time. */
export function timeColumnOf(rule: SplitRule): string | undefined {
  if (rule.kind === "time") return rule.column;
  return rule.kind === "official" ? rule.time : undefined;
}

function earliest(table: Table): string | undefined {
  let best: { name: string; median: number } | undefined;
  for (const [name, column] of table.entries()) {
    if (column.kind !== "instant" || column.values.some(Number.isNaN)) continue;
    const median = column.values.slice().sort()[column.values.length >> 1] ?? Number.NaN;
    if (best === undefined || median < best.median) best = { name, median };
  }
  return best?.name;
}
