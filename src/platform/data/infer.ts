import { type CategoryColumn, type Column, Table } from "../../ml/table/index.ts";
import { datesOf } from "./infer-dates.ts";
import { numbersOf, shareOfNumbers } from "./infer-numbers.ts";
import type { LogicalType, Schema } from "./schema.ts";
import type { ReadOptions } from "./source.ts";

/** A column of raw texts: codes into a dictionary of distinct texts, −1 where the field is empty. */
export interface TextColumn {
  readonly name: string;
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

/** Texts that mean missing unless told otherwise. `None` is not among them: it is often a level. */
export const defaultMissingMarks: readonly string[] = ["NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "?", "-"];

/**
 * Columns of texts as typed columns. Each distinct text is parsed once. Blank texts are missing everywhere; missing marks are, but in
 * `literalColumns`. Types in `options.types` are taken as told: a text that does not fit counts as missing, with a note.
 */
export function inferColumns(
  columns: readonly TextColumn[],
  options: ReadOptions,
): { table: Table; schema: Schema; notes: string[] } {
  const notes: string[] = [];
  const marks = new Set(options.missing ?? defaultMissingMarks);
  const literal = new Set(options.literalColumns ?? []);
  const typed = columns.map((column) => {
    const texts = cleanTexts(column, literal.has(column.name) ? new Set() : marks);
    return { name: column.name, ...inferColumn(column.name, texts, toldType(options, column.name), notes) };
  });
  return {
    table: Table.of(
      typed.map(({ name, column }) => [name, column] as const),
      columns[0]?.codes.length ?? 0,
    ),
    schema: typed.map(({ name, type }) => ({ name, type })),
    notes,
  };
}

// A column may be called "constructor": only the user's own keys count.
function toldType({ types = {} }: ReadOptions, name: string): LogicalType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}

interface Inferred {
  readonly type: LogicalType;
  readonly column: Column;
}

function inferColumn(name: string, texts: CategoryColumn, told: LogicalType | undefined, notes: string[]): Inferred {
  const counts = countLevels(texts);
  if (told === "category" || told === "text" || told === "id") return { type: told, column: texts };
  if (told === "instant" || told === undefined) {
    const dates = datesOf(texts.dictionary, counts, told === "instant");
    if (dates) {
      notes.push(...dates.notes.map((note) => `column "${name}": ${note}`));
      return { type: "instant", column: { kind: "instant", values: expand(texts.codes, dates.values) } };
    }
  }
  const numbers = told === "instant" ? null : numbersOf(texts.dictionary, counts, told !== undefined);
  if (numbers) {
    notes.push(...numbers.notes.map((note) => `column "${name}": ${note}`));
    const values = expand(texts.codes, numbers.values);
    if (told === undefined && numbers.isInteger && isRowId(name, values)) return { type: "id", column: texts };
    return { type: told ?? (numbers.isInteger ? "integer" : "number"), column: { kind: "number", values } };
  }
  const type = textType(texts, counts);
  const share = shareOfNumbers(texts.dictionary, counts);
  if (share >= 0.8)
    notes.push(
      `column "${name}": ${Math.floor(100 * share)} % of the values are numbers, but not all, so it is read as ${type}; ` +
        "data.options.types can make it a number",
    );
  return { type, column: texts };
}

// Trimmed texts, missing where blank or marked; the dictionary holds what is left, in order of first appearance.
function cleanTexts({ codes, dictionary }: TextColumn, marks: ReadonlySet<string>): CategoryColumn {
  const cleaned = dictionary.map((text) => {
    const trimmed = text.trim();
    return trimmed === "" || marks.has(trimmed) ? null : trimmed;
  });
  if (cleaned.every((text, code) => text === dictionary[code])) return { kind: "category", codes, dictionary };
  const codeOf = new Map<string, number>();
  const recoded = new Int32Array(dictionary.length).fill(-2);
  const out = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code < 0) {
      out[i] = -1;
      continue;
    }
    if (recoded[code] === -2) {
      const text = cleaned[code]!;
      if (text !== null && !codeOf.has(text)) codeOf.set(text, codeOf.size);
      recoded[code] = text === null ? -1 : codeOf.get(text)!;
    }
    out[i] = recoded[code]!;
  }
  return { kind: "category", codes: out, dictionary: [...codeOf.keys()] };
}

function countLevels({ codes, dictionary }: CategoryColumn): Float64Array {
  const counts = new Float64Array(dictionary.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  return counts;
}

function expand(codes: Int32Array, valueOfCode: Float64Array): Float64Array {
  const values = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) values[i] = codes[i]! < 0 ? Number.NaN : valueOfCode[codes[i]!]!;
  return values;
}

/** Fewest rows on which a column may be called an identifier. */
const fewestForId = 20;

const idName = /(^|[^a-z])(id|uuid|guid|key|index|idx|rownum|row)$|ID$|Id$/;

// Whole numbers that only name rows: all different, and named like an id or counting the rows from 0 or 1 (years count up too).
function isRowId(name: string, values: Float64Array): boolean {
  const present = values.filter((value) => value === value);
  if (present.length < fewestForId || new Set(present).size < present.length) return false;
  const counts = (present[0] === 0 || present[0] === 1) && present.every((value, i) => value === present[0]! + i);
  return counts || idName.test(name);
}

// Words per row and the share of different values tell names of rows, free text and levels apart.
function textType({ dictionary }: CategoryColumn, counts: Float64Array): LogicalType {
  let n = 0;
  let words = 0;
  dictionary.forEach((text, code) => {
    n += counts[code]!;
    words += counts[code]! * text.split(/\s+/).length;
  });
  const distinctShare = dictionary.length / Math.max(n, 1);
  const meanWords = words / Math.max(n, 1);
  if (n >= fewestForId && distinctShare >= 0.98) return meanWords >= 3 ? "text" : "id";
  return meanWords >= 5 && distinctShare >= 0.2 ? "text" : "category";
}
