import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf } from "../../ml/table/index.ts";
import { inferColumns, type LogicalType, type ReadOptions, type TextColumn } from "./index.ts";

function textColumn(name: string, texts: readonly (string | null)[]): TextColumn {
  const dictionary = [...new Set(texts.filter((text) => text !== null))];
  return { name, dictionary, codes: Int32Array.from(texts, (text) => (text === null ? -1 : dictionary.indexOf(text))) };
}

function infer(texts: readonly (string | null)[], options: ReadOptions = {}, name = "x") {
  const { table, schema, notes } = inferColumns([textColumn(name, texts)], options);
  const column = table.column(name);
  return { type: schema[0]!.type, cells: texts.map((_, i) => cellOf(column, i)), notes };
}

const many = (n: number, text: (i: number) => string) => Array.from({ length: n }, (_, i) => text(i));
const on = (day: string) => `${day}T00:00:00.000Z`;

interface Case {
  readonly name: string;
  readonly texts: readonly (string | null)[];
  readonly type: LogicalType;
  readonly cells?: readonly (number | string | null)[];
  readonly options?: ReadOptions;
  readonly column?: string;
  readonly note?: RegExp;
}

const cases: readonly Case[] = [
  { name: "whole numbers", texts: ["1", "-2", "+3"], type: "integer", cells: [1, -2, 3] },
  { name: "numbers", texts: ["1.5", ".5", "1e3", "-2."], type: "number", cells: [1.5, 0.5, 1000, -2] },
  { name: "1.0 is written as a fraction", texts: ["1.0", "2.0"], type: "number", cells: [1, 2] },
  {
    name: "blank texts in numbers",
    texts: ["1", "", "   ", null, "2"],
    type: "integer",
    cells: [1, null, null, null, 2],
  },
  {
    name: "missing marks",
    texts: ["1", "?", "NA", "N/A", "nan", "NULL", "-", "2"],
    type: "integer",
    cells: [1, null, null, null, null, null, null, 2],
  },
  { name: "None is a level", texts: ["None", "None", "Some"], type: "category", cells: ["None", "None", "Some"] },
  {
    name: "other marks replace the usual ones",
    texts: ["1", "x", "?"],
    options: { missing: ["x", "?"] },
    type: "integer",
    cells: [1, null, null],
  },
  {
    name: "a literal column keeps its marks",
    texts: ["NA", "EU", "?", ""],
    options: { literalColumns: ["x"] },
    type: "category",
    cells: ["NA", "EU", "?", null],
  },
  { name: "a column without a value", texts: ["", null, "NA"], type: "category", cells: [null, null, null] },
  {
    name: "ids over 2^53",
    texts: ["9007199254740993", "9007199254740995"],
    type: "category",
    cells: ["9007199254740993", "9007199254740995"],
  },
  { name: "long numbers that are safe", texts: ["1000000000000000", "2"], type: "integer", cells: [1e15, 2] },
  { name: "leading zeros", texts: ["00123", "00456"], type: "category", cells: ["00123", "00456"] },
  { name: "zero before a point is no leading zero", texts: ["0", "0.5"], type: "number", cells: [0, 0.5] },
  {
    name: "thousands separators",
    texts: ["1,234", "12", "1,234,567.5"],
    type: "number",
    cells: [1234, 12, 1234567.5],
    note: /thousands/,
  },
  { name: "thousands separators in whole numbers", texts: ["1,234", "12"], type: "integer", cells: [1234, 12] },
  { name: "decimal comma", texts: ["1,5", "-2,25", "3"], type: "number", cells: [1.5, -2.25, 3], note: /decimal/ },
  {
    name: "decimal comma with three decimals and a zero",
    texts: ["0,123", "0,456"],
    type: "number",
    cells: [0.123, 0.456],
  },
  { name: "decimal comma with four decimals", texts: ["0,1234", "2,5678"], type: "number", cells: [0.1234, 2.5678] },
  { name: "percent", texts: ["12%", "3.5 %"], type: "number", cells: [12, 3.5], note: /percent/ },
  { name: "currency", texts: ["$1,000.50", "-€20", "£ 3"], type: "number", cells: [1000.5, -20, 3], note: /currency/ },
  { name: "currency and plain numbers do not mix", texts: ["$1", "2"], type: "category" },
  {
    name: "infinite",
    texts: ["1", "inf", "-Infinity"],
    type: "number",
    cells: [1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  },
  { name: "hexadecimal is text", texts: ["0x1F", "0x2A"], type: "category" },
  {
    name: "day first, settled by a field",
    texts: ["13/01/2020", "02/03/2020"],
    type: "instant",
    cells: [on("2020-01-13"), on("2020-03-02")],
  },
  {
    name: "month first, settled by a field",
    texts: ["01/13/2020", "02/03/2020"],
    type: "instant",
    cells: [on("2020-01-13"), on("2020-02-03")],
  },
  {
    name: "neither settled: month first with a note",
    texts: ["01/02/2020"],
    type: "instant",
    cells: [on("2020-01-02")],
    note: /could be day first or month first/,
  },
  { name: "a dot says day first", texts: ["01.02.2020"], type: "instant", cells: [on("2020-02-01")] },
  { name: "both day and month first are no dates", texts: ["13/01/2020", "01/13/2020"], type: "category" },
  {
    name: "two-digit years",
    texts: ["1/31/69", "1/31/70"],
    type: "instant",
    cells: [on("2069-01-31"), on("1970-01-31")],
    note: /1970 to 2069/,
  },
  {
    name: "mixed writing",
    texts: ["2020-01-02", "Jan 3, 2020", "4 January 2020"],
    type: "instant",
    cells: [on("2020-01-02"), on("2020-01-03"), on("2020-01-04")],
    note: /several formats/,
  },
  {
    name: "times and offsets",
    texts: ["2020-01-02T03:04:05.678Z", "2020-01-02 03:04+01:30", "2020-01-02 1:00 PM"],
    type: "instant",
    cells: ["2020-01-02T03:04:05.678Z", "2020-01-02T01:34:00.000Z", "2020-01-02T13:00:00.000Z"],
  },
  { name: "a day that no calendar has", texts: ["2021-02-29", "2021-02-28"], type: "category" },
  { name: "an hour that no clock has", texts: ["2021-02-28 24:30"], type: "category" },
  {
    name: "the year 1 is not 1901",
    texts: ["0001-01-01", "2020-01-01"],
    type: "instant",
    cells: [on("0001-01-01"), on("2020-01-01")],
  },
  { name: "years alone are numbers", texts: ["1999", "2001", "1999"], type: "integer" },
  { name: "booleans are levels", texts: ["true", "false", "true"], type: "category", cells: ["true", "false", "true"] },
  {
    name: "texts are trimmed before they become levels",
    texts: [" a", "a ", "b"],
    type: "category",
    cells: ["a", "a", "b"],
  },
  { name: "different words that name rows", texts: many(40, (i) => `item-${i}`), type: "id" },
  { name: "few rows are not called an id", texts: many(10, (i) => `item-${i}`), type: "category" },
  { name: "free text", texts: many(40, (i) => `the quick brown fox jumps ${i} times`), type: "text" },
  { name: "long levels that repeat", texts: many(40, (i) => `the quick brown fox number ${i % 3}`), type: "category" },
  { name: "a running number from 1 is an id", texts: many(30, (i) => String(1 + i)), type: "id" },
  { name: "years that count up are numbers", texts: many(30, (i) => String(1990 + i)), type: "integer" },
  {
    name: "different whole numbers named id",
    texts: many(30, (i) => String(1000 + 7 * ((i * 11) % 30))),
    type: "id",
    column: "customerId",
  },
  {
    name: "different whole numbers with another name",
    texts: many(30, (i) => String(1000 + 7 * ((i * 11) % 30))),
    type: "integer",
    column: "balance",
  },
  {
    name: "mostly numbers",
    texts: [...many(200, (i) => String(i * 1.5)), "error"],
    type: "number",
    note: /1 values are no numbers \("error"\)/,
  },
  { name: "not so mostly numbers", texts: [...many(50, (i) => String((i % 25) * 1.5)), "error"], type: "category" },
  {
    name: "mostly numbers with a code among them",
    texts: [...many(200, (i) => String((i % 50) * 1.5)), "007", "error"],
    type: "category",
  },
  {
    name: "told a number",
    texts: ["1", "two", "3"],
    options: { types: { x: "number" } },
    type: "number",
    cells: [1, null, 3],
    note: /1 values are no numbers/,
  },
  {
    name: "told an instant",
    texts: ["2020-01-01", "soon"],
    options: { types: { x: "instant" } },
    type: "instant",
    cells: [on("2020-01-01"), null],
    note: /1 values are no dates/,
  },
  {
    name: "told a category",
    texts: ["1", "2"],
    options: { types: { x: "category" } },
    type: "category",
    cells: ["1", "2"],
  },
  {
    name: "told a number in spite of leading zeros",
    texts: ["007"],
    options: { types: { x: "integer" } },
    type: "integer",
    cells: [7],
  },
  {
    name: "a column with the name of an object's method",
    texts: ["a", "b"],
    options: { types: {} },
    type: "category",
    column: "constructor",
  },
];

for (const { name, texts, type, cells, options = {}, column = "x", note } of cases)
  test(`inferColumns() reads ${name}`, () => {
    const found = infer(texts, options, column);
    assert.equal(found.type, type);
    if (cells) assert.deepEqual(found.cells, cells);
    if (note) assert.match(found.notes.join("\n"), note);
    if (note) assert.match(found.notes.join("\n"), new RegExp(`column "${column}"`));
  });

test("inferColumns() says where nearly all values of a text column are numbers", () => {
  const dirty = infer([...many(95, (i) => String(i / 4)), ...many(5, (i) => `error ${i}`)]);
  assert.equal(dirty.type, "id");
  assert.match(dirty.notes.join(), /column "x": 95 % of the values are numbers.*read as id; data\.options\.types/);
  assert.deepEqual(infer(["00123", "00124", "00125"]).notes, []);
  assert.deepEqual(infer(["9007199254740993", "9007199254740995"]).notes, []);
});

test("inferColumns() gives no note where nothing was coerced", () => {
  assert.deepEqual(infer(["1", "2.5", null]).notes, []);
  assert.deepEqual(infer(["2020-01-01", "2020-02-03"]).notes, []);
});
