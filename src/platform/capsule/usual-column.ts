import { quantileSorted, sortedPresent } from "../../ml/stats/index.ts";
import type { Column } from "../../ml/table/index.ts";
import type { RawValue } from "../features/index.ts";

/** What values of one input were in the training rows, as plain data: enough to say in words how unusual a value is. */
export type UsualColumn =
  | {
      readonly kind: "number";
      /** Quantiles at {@link usualShares}; empty where every value was missing. */
      readonly quantiles: readonly number[];
      /** Share of the rows. */
      readonly missing: number;
    }
  | {
      readonly kind: "category";
      readonly levels: readonly string[];
      /** Share of the rows per level. */
      readonly shares: readonly number[];
      /** Whether `levels` are all there were. */
      readonly isComplete: boolean;
      readonly missing: number;
    };

/** Shares at which the quantiles of a number are kept. */
export const usualShares = [0, 0.001, 0.01, 0.05, 0.1, 0.9, 0.95, 0.99, 0.999, 1] as const;

/** Most levels of a category that are kept, the most frequent ones. */
const mostLevels = 500;

/** Sums up a column of training rows. */
export function usualColumn(column: Column, nRows: number): UsualColumn {
  if (column.kind !== "category") {
    const sorted = sortedPresent(column.values.filter(Number.isFinite));
    const quantiles = sorted.length === 0 ? [] : usualShares.map((share) => quantileSorted(sorted, share) + 0);
    return { kind: "number", quantiles, missing: 1 - sorted.length / nRows };
  }
  const counts = new Int32Array(column.dictionary.length);
  let nMissing = 0;
  for (const code of column.codes)
    if (code < 0) nMissing++;
    else counts[code]!++;
  const levels = column.dictionary
    .map((level, code) => ({ level, count: counts[code]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.level < b.level ? -1 : 1));
  const kept = levels.slice(0, mostLevels);
  return {
    kind: "category",
    levels: kept.map(({ level }) => level),
    shares: kept.map(({ count }) => count / nRows),
    isComplete: kept.length === levels.length,
    missing: nMissing / nRows,
  };
}

/** How unusual a value is beside the training rows, in a few words that do not repeat it. */
export function unusualInWords(usual: UsualColumn, value: RawValue): string {
  if (value === null)
    return usual.missing > 0
      ? `missing, as in ${percent(usual.missing)} of the training rows`
      : "missing, as in no training row";
  if (usual.kind === "category") {
    const at = usual.levels.indexOf(String(value));
    if (at >= 0) return `a level of ${percent(usual.shares[at]!)} of the training rows`;
    return usual.isComplete ? "a level of no training row" : "a rare level";
  }
  const { quantiles } = usual;
  const x = Number(value);
  if (quantiles.length === 0) return "known, as in no training row";
  if (x > quantiles.at(-1)!) return "greater than in every training row";
  if (x < quantiles[0]!) return "less than in every training row";
  const above = usualShares.findLast((share, k) => share >= 0.9 && x > quantiles[k]!);
  if (above !== undefined) return `greater than in ${percent(above)} of the training rows`;
  const below = usualShares.find((share, k) => share <= 0.1 && x < quantiles[k]!);
  if (below !== undefined) return `less than in ${percent(1 - below)} of the training rows`;
  return "usual by itself, not beside the other columns";
}

const percent = (share: number): string =>
  `${share >= 0.001 ? Number((100 * share).toFixed(1)) : Number((100 * share).toPrecision(1))} %`;
