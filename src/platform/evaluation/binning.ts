import { type Column, columnLength, isMissing } from "../../ml/table/index.ts";

/*
 * A column cut into bins that can be said in words. Codes: bin i of `says`; the last bin is "is missing"; -1 is a level too
 * rare for a bin of its own. Edges are rounded before use, so that the words are exact: bin i of a number or instant holds
 * edges[i-1] < x ≤ edges[i], with the last open above.
 */

/** How one column is cut, and how each bin reads: `age ≤ 28`, `city is Bern`, `age is missing`. */
export type Binning =
  | {
      readonly column: string;
      readonly kind: "number" | "instant";
      readonly edges: readonly number[];
      readonly says: readonly string[];
    }
  | {
      readonly column: string;
      readonly kind: "category";
      readonly levels: readonly string[];
      readonly says: readonly string[];
    };

const day = 86_400_000;

/**
 * Cuts a column into about `nBins` bins of equal count (numbers, instants), or into its `nLevels` most frequent levels.
 * A number with at most `nBins` distinct values gets a bin per value's upper edge.
 */
export function binningOf(name: string, column: Column, nBins = 4, nLevels = 12): Binning {
  if (column.kind === "category") {
    const counts = new Int32Array(column.dictionary.length);
    for (const code of column.codes) if (code >= 0) counts[code]!++;
    const order = [...counts.keys()].filter((code) => counts[code]! > 0);
    order.sort((a, b) => counts[b]! - counts[a]! || (column.dictionary[a]! < column.dictionary[b]! ? -1 : 1));
    const levels = order.slice(0, nLevels).map((code) => column.dictionary[code]!);
    return {
      column: name,
      kind: "category",
      levels,
      says: [...levels.map((level) => `${name} is ${level}`), `${name} is missing`],
    };
  }
  const edges = quantileEdges(column.values, nBins, column.kind === "instant" ? roundToDay : roundToDigits);
  return {
    column: name,
    kind: column.kind,
    edges,
    says: [...rangesInWords(name, edges, column.kind), `${name} is missing`],
  };
}

/** The bin of every row: see the encoding above. */
export function binCodes(binning: Binning, column: Column): Int32Array {
  const codes = new Int32Array(columnLength(column));
  const missing = binning.says.length - 1;
  if (binning.kind === "category") {
    if (column.kind !== "category") return codes.fill(-1);
    const binOf = new Map(binning.levels.map((level, bin) => [level, bin]));
    const binOfCode = column.dictionary.map((level) => binOf.get(level) ?? -1);
    for (let i = 0; i < codes.length; i++) codes[i] = isMissing(column, i) ? missing : binOfCode[column.codes[i]!]!;
    return codes;
  }
  if (column.kind === "category") return codes.fill(-1);
  const { edges } = binning;
  for (let i = 0; i < codes.length; i++) {
    const value = column.values[i]!;
    let bin = 0;
    while (bin < edges.length && value > edges[bin]!) bin++;
    codes[i] = Number.isNaN(value) ? missing : bin;
  }
  return codes;
}

function quantileEdges(values: Float64Array, nBins: number, round: (value: number) => number): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const last = sorted[sorted.length - 1];
  if (last === undefined) return [];
  const distinct: number[] = [];
  for (let i = 0; i < sorted.length && distinct.length <= nBins; i++)
    if (sorted[i] !== distinct[distinct.length - 1]) distinct.push(sorted[i]!);
  const cuts =
    distinct.length <= nBins
      ? distinct
      : Array.from({ length: nBins - 1 }, (_, k) => round(sorted[Math.floor(((k + 1) * sorted.length) / nBins)]!));
  return [...new Set(cuts)].filter((edge) => edge < last);
}

function roundToDay(value: number): number {
  return Math.floor(value / day) * day;
}

function roundToDigits(value: number): number {
  return Number(value.toPrecision(4));
}

function rangesInWords(name: string, edges: readonly number[], kind: "number" | "instant"): string[] {
  const say = (value: number) => (kind === "number" ? String(value) : new Date(value).toISOString().slice(0, 10));
  if (edges.length === 0) return [`${name} is set`];
  const middle = edges.slice(1).map((edge, i) => `${say(edges[i]!)} < ${name} ≤ ${say(edge)}`);
  return [`${name} ≤ ${say(edges[0]!)}`, ...middle, `${name} > ${say(edges[edges.length - 1]!)}`];
}
