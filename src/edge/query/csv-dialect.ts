import type { ReadOptions } from "../../platform/data/index.ts";
import { csvScanner } from "./csv-scanner.ts";

/** How a CSV file is written, and where its rows begin. */
export interface CsvLayout {
  readonly separator: string;
  readonly quote: string;
  readonly header: boolean;
  /** Names of the columns, unique. */
  readonly names: readonly string[];
  /** 1-based line from which records are rows: below titles and the header. */
  readonly firstRowLine: number;
  readonly notes: readonly string[];
}

interface SampleRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

const separators = [",", "\t", ";", "|"];
const maxRecords = 1000;
const maxCells = 300_000;

/**
 * Finds out how a CSV file is written from the text it begins with; what `options` give is taken as it is.
 * @param isWhole whether `head` is all of the file
 * @returns null where there is no record
 */
export function detectLayout(head: Buffer, isWhole: boolean, options: ReadOptions): CsvLayout | null {
  const separated = options.separator === undefined ? separators : [options.separator];
  const quote = options.quote ?? detectQuote(head, separated);
  const samples = separated.map((separator) => {
    const records = sampleRecords(head, isWhole, { separator, quote });
    return { separator, records, ...consistency(records) };
  });
  const best = samples.reduce((a, b) => (b.score > a.score + 1e-9 ? b : a));
  return best.records.length === 0 ? null : layoutOf(best.records, best.separator, quote, best.width, options);
}

function sampleRecords(head: Buffer, isWhole: boolean, dialect: { separator: string; quote: string }): SampleRecord[] {
  const records: SampleRecord[] = [];
  let cells = 0;
  const scanner = csvScanner(dialect, {
    onRecord({ bytes, nFields, starts, ends, line }) {
      if (records.length >= maxRecords || (cells > maxCells && records.length >= 3)) return;
      cells += nFields;
      const buffer = bytes as Buffer;
      records.push({
        line,
        fields: Array.from({ length: nFields }, (_, k) => buffer.toString("utf8", starts[k]!, ends[k]!)),
      });
    },
    onProblem() {},
    onBlank() {},
  });
  // The scanner mends quotes in place, so each dialect has a copy of its own.
  scanner.push(Buffer.from(head));
  if (isWhole || records.length === 0) scanner.finish();
  return records;
}

// Single quotes only where there are no double ones and they open and close fields.
function detectQuote(head: Buffer, separated: readonly string[]): string {
  if (head.includes('"')) return '"';
  const text = head.toString("latin1", 0, 1 << 16);
  const opens = separated.some((separator) => text.includes(`'${separator}'`));
  return opens ? "'" : '"';
}

/** How well a separator fits: the share of records of the usual width, and of fields free of other separators. */
function consistency(records: readonly SampleRecord[]): { width: number; score: number } {
  const byWidth = new Map<number, number>();
  for (const { fields } of records) {
    const width = usedWidth(fields);
    byWidth.set(width, (byWidth.get(width) ?? 0) + 1);
  }
  let width = 1;
  let most = 0;
  for (const [candidate, count] of byWidth)
    if (count > most || (count === most && candidate > width)) [width, most] = [candidate, count];
  const header = records.find(({ fields }) => fields.length >= width);
  if (header !== undefined && isExtended(header, width, records)) width = header.fields.length;
  if (width < 2) return { width: 1, score: 0 };
  const cells = records.slice(0, 100).flatMap(({ fields }) => fields.slice(0, 100));
  const clean = cells.filter((cell) => decimalComma.test(cell) || !/[,;\t|]/.test(cell)).length / cells.length;
  const share = most / records.length;
  return { width, score: share < 0.5 ? 0 : share * (0.2 + 0.8 * clean) };
}

// Fields up to the last that is not empty: separators at the end of a line add none.
function usedWidth(fields: readonly string[]): number {
  let width = fields.length;
  while (width > 1 && fields[width - 1] === "") width--;
  return width;
}

// Most rows may lack their last values: then the width is that of the header, as long as every record has as many fields.
function isExtended(header: SampleRecord, width: number, records: readonly SampleRecord[]): boolean {
  const full = usedWidth(header.fields);
  const reaching = records.filter(({ fields }) => fields.length >= full).length;
  return full > width && reaching >= 0.5 * records.length;
}

const decimalComma = /^[-+]?\d+,\d+$/;
const numberLike = /^[-+]?(\d[\d., _']*|[.,]\d+)(e[-+]?\d+)?\s?%?$/i;
const dateLike = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?$/;
const missingLike = /^(n\/?a|#n\/a|nan|null|none|\?|-)?$/i;

function isTyped(cell: string): boolean {
  return numberLike.test(cell) || dateLike.test(cell) || /^(true|false)$/i.test(cell);
}

function layoutOf(
  records: readonly SampleRecord[],
  separator: string,
  quote: string,
  width: number,
  options: ReadOptions,
): CsvLayout {
  const notes: string[] = [];
  const fits = ({ fields }: SampleRecord) => fields.length >= width && usedWidth(fields) <= width;
  const first = Math.max(0, records.findIndex(fits));
  if (first > 0)
    notes.push(`${first === 1 ? "1 record" : `${first} records`} above the table skipped: not ${width} fields`);
  const top = records[first]!;
  const below = records.slice(first + 1).filter(fits);
  const header = options.header ?? isHeader(top.fields, below);
  if (!header && options.header === undefined) notes.push("No header found: columns are named column1, column2 …");
  const cells = Array.from({ length: width }, (_, k) => (header ? (top.fields[k] ?? "") : ""));
  const firstRowLine = header ? top.line + 1 : top.line;
  return { separator, quote, header, names: uniqueNames(cells, header ? notes : []), firstRowLine, notes };
}

/** Whether a record names the columns: text above values that are typed, or text that does not recur below. */
function isHeader(cells: readonly string[], below: readonly SampleRecord[]): boolean {
  if (cells.some(isTyped) || cells.every((cell) => missingLike.test(cell))) return false;
  if (cells.some((cell) => cell !== "" && missingLike.test(cell))) return false;
  if (below.length === 0) return true;
  const columns = cells.map((_, k) => below.map(({ fields }) => fields[k]!).filter((cell) => !missingLike.test(cell)));
  const isTypedColumn = (column: readonly string[]) =>
    column.length > 0 && column.filter(isTyped).length >= 0.8 * column.length;
  if (columns.some(isTypedColumn)) return true;
  if (new Set(cells).size < cells.length) return false;
  if (columns.some((column, k) => column.includes(cells[k]!))) return false;
  return cells.every((cell) => cell.length <= 64 && !/[.!?]\s|[.!?]$/.test(cell));
}

/** Names for columns: an empty one by its place, one that occurs before by a number; what was renamed is noted. */
export function uniqueNames(cells: readonly string[], notes: string[]): string[] {
  const taken = new Set<string>();
  const given = new Set(cells);
  const renamed: string[] = [];
  const names = cells.map((cell, k) => {
    const wanted = cell === "" ? `column${k + 1}` : cell;
    let name = wanted;
    for (let n = 2; taken.has(name) || (name !== cell && given.has(name)); n++) name = `${wanted}_${n}`;
    taken.add(name);
    if (cell !== "" && name !== cell) renamed.push(`"${name}"`);
    return name;
  });
  if (renamed.length > 0)
    notes.push(
      `${renamed.length} column${renamed.length === 1 ? "" : "s"} with a name that occurs before renamed: ${renamed.slice(0, 5).join(", ")}`,
    );
  return names;
}
