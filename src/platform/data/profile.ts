import { momentsOf, quantileSorted, sortedPresent } from "../../ml/stats/index.ts";
import { type Column, cellOf, countMissing, type Table } from "../../ml/table/index.ts";
import type { ColumnProfile, PersonalDataKind } from "./contract.ts";
import type { ColumnSchema, Schema } from "./schema.ts";

/** Bars of a histogram. */
const nBars = 20;
/** Levels that a profile lists. */
const mostLevels = 20;

/** What each column holds. Values of columns in `personalData`, of ids and of free text are left out. */
export function profileTable(
  table: Table,
  schema: Schema,
  { personalData }: { readonly personalData: ReadonlyMap<string, PersonalDataKind> },
): ColumnProfile[] {
  return schema.map((column) =>
    profileColumn(column, table.column(column.name), personalData.get(column.name) ?? null),
  );
}

function profileColumn(
  { name, type }: ColumnSchema,
  column: Column,
  personalData: PersonalDataKind | null,
): ColumnProfile {
  const nRows = column.kind === "category" ? column.codes.length : column.values.length;
  const base = { name, type, nRows, nMissing: countMissing(column), personalData };
  if (column.kind === "category") {
    const counts = new Float64Array(column.dictionary.length);
    for (const code of column.codes) if (code >= 0) counts[code]!++;
    const nDistinct = counts.reduce((n, count) => (count > 0 ? n + 1 : n), 0);
    const isShown = personalData === null && type === "category";
    return { ...base, nDistinct, numeric: null, levels: isShown ? topLevels(column.dictionary, counts) : null };
  }
  const sorted = sortedPresent(column.values.map((value) => (Number.isFinite(value) ? value : Number.NaN)));
  let nDistinct = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) nDistinct++;
  return { ...base, nDistinct, numeric: personalData === null ? numericProfile(sorted) : null, levels: null };
}

function topLevels(dictionary: readonly string[], counts: Float64Array): { value: string; count: number }[] {
  return dictionary
    .map((value, code) => ({ value, count: counts[code]! }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, mostLevels);
}

function numericProfile(sorted: Float64Array): ColumnProfile["numeric"] {
  if (sorted.length === 0) return null;
  const { mean, standardDeviation } = momentsOf(sorted);
  const at = (q: number) => quantileSorted(sorted, q);
  return {
    min: sorted[0]!,
    max: sorted.at(-1)!,
    mean,
    standardDeviation: sorted.length > 1 ? standardDeviation : 0,
    quantiles: [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)],
    histogram: histogramOf(sorted),
  };
}

function histogramOf(sorted: Float64Array): { edges: number[]; counts: number[] } {
  const min = sorted[0]!;
  const max = sorted.at(-1)!;
  const width = (max - min) / nBars;
  if (!(width > 0)) return { edges: [min, max], counts: [sorted.length] };
  const counts = new Array<number>(nBars).fill(0);
  for (const value of sorted) counts[Math.min(nBars - 1, Math.floor((value - min) / width))]! += 1;
  return { edges: Array.from({ length: nBars + 1 }, (_, k) => min + k * width), counts };
}

/** A column's cell as text for a person, or a mask where the column may be personal. */
export function shownCell(column: Column, i: number, isPersonal: boolean): string {
  if (isPersonal) return "•••";
  const cell = cellOf(column, i);
  return cell === null ? "missing" : String(cell);
}
