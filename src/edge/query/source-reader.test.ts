import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Cell, cellOf } from "../../ml/table/index.ts";
import type { ReadOptions, SourceReading } from "../../platform/data/index.ts";
import { withDuckdb } from "./duckdb.ts";
import { createSourceReader } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "fettle-query-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const reader = createSourceReader();
let count = 0;

function save(content: string | Uint8Array, ending = "csv"): string {
  const path = join(folder, `f${++count}.${ending}`);
  writeFileSync(path, content);
  return path;
}
const read = (content: string | Uint8Array, options: ReadOptions = {}, ending = "csv") =>
  reader.read([save(content, ending)], options);
const cells = ({ table }: SourceReading): Record<string, Cell[]> =>
  Object.fromEntries(
    [...table.entries()].map(([name, column]) => [
      name,
      Array.from({ length: table.nRows }, (_, i) => cellOf(column, i)),
    ]),
  );
const typesOf = ({ schema }: SourceReading) => Object.fromEntries(schema.map(({ name, type }) => [name, type]));

const cases: {
  name: string;
  content: string | Uint8Array;
  options?: ReadOptions;
  ending?: string;
  cells: Record<string, Cell[]>;
  rejected?: [number, RegExp][];
  notes?: RegExp;
  found?: ReadOptions;
}[] = [
  {
    name: "blank strings in a number column are missing",
    content: 'a,b\n1,x\n" ",y\n,z\n4,w\n',
    cells: { a: [1, null, null, 4], b: ["x", "y", "z", "w"] },
  },
  { name: "? is missing", content: "a,b\n1,?\n?,u\n3,v\n", cells: { a: [1, null, 3], b: [null, "u", "v"] } },
  {
    name: "a title above the header is skipped with a note",
    content: "Sales report 2024\n\na,b,c\n1,2,x\n3,4,y\n",
    cells: { a: [1, 3], b: [2, 4], c: ["x", "y"] },
    notes: /1 record above the table skipped/,
  },
  {
    name: "a file without header is named by place",
    content: "1,x,2.5\n2,y,3.5\n",
    cells: { column1: [1, 2], column2: ["x", "y"], column3: [2.5, 3.5] },
    notes: /No header found/,
    found: { header: false },
  },
  {
    name: "a header over text alone",
    content: "text,label\ngood film,pos\nbad film,neg\nfine film,pos\n",
    cells: { text: ["good film", "bad film", "fine film"], label: ["pos", "neg", "pos"] },
    found: { header: true },
  },
  {
    name: "text alone without header",
    content: "ham\tsee you\nspam\twin now\nham\tok then\n",
    cells: { column1: ["ham", "spam", "ham"], column2: ["see you", "win now", "ok then"] },
    found: { header: false, separator: "\t" },
  },
  {
    name: "dates written in one format each, and in several",
    content: "d,e\n2024-01-02,31/12/2023\n2024-02-03,01/02/2024\n2024/03/04,05/06/2024\n",
    cells: {
      d: ["2024-01-02T00:00:00.000Z", "2024-02-03T00:00:00.000Z", "2024-03-04T00:00:00.000Z"],
      e: ["2023-12-31T00:00:00.000Z", "2024-02-01T00:00:00.000Z", "2024-06-05T00:00:00.000Z"],
    },
  },
  {
    name: "ids that look numeric keep their zeros and digits",
    content: "zip,big,v\n01234,9007199254740993,1\n00501,9007199254740995,2\n",
    cells: { zip: ["01234", "00501"], big: ["9007199254740993", "9007199254740995"], v: [1, 2] },
  },
  { name: "booleans are levels", content: "a,b\ntrue,1\nfalse,2\n", cells: { a: ["true", "false"], b: [1, 2] } },
  {
    name: "quoted separators, doubled quotes, lines within quotes, CRLF",
    content: 'a,b\r\n"x, y",1\r\n"say ""hi""",2\r\n"two\r\nlines",3\r\nno end,4',
    cells: { a: ["x, y", 'say "hi"', "two\r\nlines", "no end"], b: [1, 2, 3, 4] },
  },
  { name: "CR alone ends lines", content: "a,b\r1,2\r3,4\r", cells: { a: [1, 3], b: [2, 4] } },
  { name: "spaces around fields", content: 'a, b\n1, "x, y"\n2,  z \n', cells: { a: [1, 2], b: ["x, y", "z"] } },
  {
    name: "semicolons and decimal commas",
    content: "a;b;c\n1,5;2,5;x\n3,25;4,75;y\n",
    cells: { a: [1.5, 3.25], b: [2.5, 4.75], c: ["x", "y"] },
    found: { separator: ";" },
  },
  { name: "pipes", content: "a|b\n1|x, y\n2|z\n", cells: { a: [1, 2], b: ["x, y", "z"] }, found: { separator: "|" } },
  {
    name: "single quotes",
    content: "a,b\n'x, y',1\n'z','2'\n'u','3'\n",
    cells: { a: ["x, y", "z", "u"], b: [1, 2, 3] },
    found: { quote: "'" },
  },
  {
    name: "runs of spaces where told",
    content: "a  b c\n 1   x 2 \n3 y  4\n",
    options: { separator: " " },
    cells: { a: [1, 3], b: ["x", "y"], c: [2, 4] },
  },
  { name: "a byte order mark", content: "\ufeffa,b\n1,é\n2,x\n", cells: { a: [1, 2], b: ["é", "x"] } },
  {
    name: "UTF-16 LE with mark",
    content: Buffer.from("\ufeffa,b\n1,é\n2,x\n", "utf16le"),
    cells: { a: [1, 2], b: ["é", "x"] },
    found: { encoding: "utf-16le" },
  },
  {
    name: "UTF-16 BE without mark",
    content: Buffer.from("a,b\n1,é\n2,x\n", "utf16le").swap16(),
    cells: { a: [1, 2], b: ["é", "x"] },
    found: { encoding: "utf-16be" },
  },
  {
    name: "windows-1252",
    content: Buffer.from("a,b\n1,caf\xe9\n2,\x93q\x94\n", "latin1"),
    cells: { a: [1, 2], b: ["café", "“q”"] },
    notes: /windows-1252/,
  },
  {
    name: "NUL bytes are removed with a note",
    content: "a,b\n1,x\0y\n2,z\0\n",
    cells: { a: [1, 2], b: ["xy", "z"] },
    notes: /2 NUL bytes removed/,
  },
  {
    name: "ragged rows are rejected by line, empty extras are not",
    content: 'a,b,c\n1,2,x\n"3\n",4\n5,6,7,8\n9,1,y,,\n2,3,z\n4,4,z\n5,5,z\n',
    cells: { a: [1, 9, 2, 4, 5], b: [2, 1, 3, 4, 5], c: ["x", "y", "z", "z", "z"] },
    rejected: [
      [3, /has 2 fields, 3 are needed/],
      [5, /has 4 fields, 3 are needed/],
    ],
  },
  {
    name: "a bad quote costs one record",
    content: 'a,b\n1,"x"y\n2,z\n3,"open\n4,w\n',
    cells: { a: [2, 4], b: ["z", "w"] },
    rejected: [
      [2, /text follows a closing quote/],
      [4, /never closed/],
    ],
  },
  {
    name: "separators at every line's end",
    content: "a,b,\n1,x,\n2,y,\n",
    cells: { a: [1, 2], b: ["x", "y"] },
  },
  {
    name: "duplicate and empty headers",
    content: "x,x,,x_2\n1,2,3,4\n5,6,7,8\n",
    cells: { x: [1, 5], x_3: [2, 6], column3: [3, 7], x_2: [4, 8] },
    notes: /1 column with a name that occurs before renamed: "x_3"/,
  },
  {
    name: "names of Object's prototype",
    content: "__proto__,constructor\n1,x\n2,y\n",
    cells: Object.fromEntries([
      ["__proto__", [1, 2]],
      ["constructor", ["x", "y"]],
    ]),
  },
  { name: "one column", content: "v\n1\n\n3\n", cells: { v: [1, 3] }, notes: /1 blank line skipped/ },
  {
    name: "TSV by its ending",
    content: "a\tb\n1\tx,y\n2\tz\n",
    ending: "tsv",
    cells: { a: [1, 2], b: ["x,y", "z"] },
  },
  {
    name: "a JSON array: nulls, booleans, nested values, integers over 2^53, absent keys",
    content:
      '[{"a":1,"b":"x","c":true,"d":{"e":[1]},"f":12345678901234567890},\n{"a":null,"b":"y, \\"z","f":7},{"b":"]"}]',
    ending: "json",
    cells: {
      a: [1, null, null],
      b: ["x", 'y, "z', "]"],
      c: ["true", null, null],
      d: ['{"e":[1]}', null, null],
      f: ["12345678901234567890", "7", null],
    },
  },
  {
    name: "NDJSON, bad lines rejected",
    content: '{"a":1}\n{"a":\n\n[2]\n{"a":3,"b":"NA"}\n',
    ending: "ndjson",
    cells: { a: [1, 3], b: [null, null] },
    rejected: [
      [2, /not valid JSON/],
      [4, /not an object/],
    ],
  },
];

for (const example of cases)
  test(`read() ${example.name}`, async () => {
    const reading = await read(example.content, example.options, example.ending);
    assert.deepEqual(cells(reading), example.cells);
    assert.equal(reading.nRejected, example.rejected?.length ?? 0);
    example.rejected?.forEach(([line, reason], k) => {
      assert.equal(reading.rejected[k]?.line, line);
      assert.match(reading.rejected[k]!.reason, reason);
    });
    if (example.notes) assert.match(reading.notes.join("\n"), example.notes);
    for (const [key, value] of Object.entries(example.found ?? {}))
      assert.equal(reading.options[key as keyof ReadOptions], value);
    const again = await read(example.content, reading.options, example.ending);
    assert.deepEqual(cells(again), example.cells, "reading again with the options found");
  });

const failures: { name: string; path: () => string; code: string; options?: ReadOptions }[] = [
  { name: "an empty file", path: () => save(""), code: "DATA_EMPTY" },
  { name: "blank lines", path: () => save("\n\n \n"), code: "DATA_EMPTY" },
  { name: "a header alone", path: () => save("a,b,c\n"), code: "DATA_EMPTY" },
  { name: "no file", path: () => join(folder, "none.csv"), code: "DATA_FILE_MISSING" },
  { name: "a folder", path: () => folder, code: "DATA_FILE_KIND" },
  { name: "a gzip file", path: () => save(Buffer.from([0x1f, 0x8b, 8, 0])), code: "DATA_FORMAT" },
  {
    name: "an unknown encoding",
    path: () => save("a\n1\n"),
    code: "ENCODING_UNKNOWN",
    options: { encoding: "klingon" },
  },
  { name: "a long separator", path: () => save("a\n1\n"), code: "READ_OPTION", options: { separator: "::" } },
  { name: "a cut JSON array", path: () => save('[{"a":1},', "json"), code: "DATA_UNREADABLE" },
  { name: "a cut Parquet file", path: () => save("PAR1 and no more", "parquet"), code: "DATA_UNREADABLE" },
];
for (const { name, path, code, options } of failures)
  test(`read() refuses ${name}: ${code}`, async () => {
    await assert.rejects(reader.read([path()], options), { name: "FettleError", code });
  });

test("read() puts several files below one another by column name", async () => {
  const reading = await reader.read([save("a,b\n1,x\n"), save("b;a;c\ny;2;u\nz;3;v\n")]);
  assert.deepEqual(cells(reading), { a: [1, 2, 3], b: ["x", "y", "z"], c: [null, "u", "v"] });
  assert.equal(reading.options.separator, undefined);
  assert.equal(reading.files.length, 2);
});

test("read() takes 10,000 columns", async () => {
  const names = Array.from({ length: 10_000 }, (_, k) => `f${k}`);
  const rows = Array.from({ length: 3 }, (_, i) => names.map((_, k) => k * 3 + i).join(","));
  const { table } = await read(`${names.join(",")}\n${rows.join("\n")}\n`);
  assert.equal(table.nColumns, 10_000);
  assert.equal(table.numbers("f9999").values[2], 9999 * 3 + 2);
});

test("read() counts rejected rows beyond the hundred it lists", async () => {
  const { nRejected, rejected } = await read(`a,b\n${"1,2\n".repeat(600)}${"1\n".repeat(250)}`);
  assert.equal(nRejected, 250);
  assert.equal(rejected.length, 100);
});

test("read() joins records that chunks cut", async () => {
  const long = "é".repeat(100_000);
  const reading = await read(`a,b\n${Array.from({ length: 9 }, (_, i) => `${i},"${long}${i}\n"`).join("\n")}\n`);
  assert.equal(reading.table.nRows, 9);
  assert.equal(cells(reading).b![7], `${long}7`);
});

test("read() takes Parquet's types as they are", async () => {
  const path = join(folder, "types [1]*.parquet");
  await withDuckdb({}, (connection) =>
    connection.run(`COPY (SELECT * FROM (VALUES
      (1::TINYINT, 1.5::FLOAT, true, DATE '2024-01-02', TIMESTAMPTZ '2024-01-02 03:00:00+02', '007', 9007199254740993::BIGINT, [1,2], 12.50::DECIMAL(9,2), 5::BIGINT),
      (NULL, 'nan'::FLOAT, false, NULL, NULL, '008', 1::BIGINT, NULL, NULL, 6::BIGINT)
    ) t(i, f, b, d, t, s, big, l, dec, n)) TO '${path}' (FORMAT parquet)`),
  );
  const reading = await reader.read([path]);
  assert.deepEqual(cells(reading), {
    i: [1, null],
    f: [1.5, null],
    b: ["true", "false"],
    d: ["2024-01-02T00:00:00.000Z", null],
    t: ["2024-01-02T01:00:00.000Z", null],
    s: ["007", "008"],
    big: ["9007199254740993", "1"],
    l: ["[1,2]", null],
    dec: [12.5, null],
    n: [5, 6],
  });
  assert.deepEqual([typesOf(reading).i, typesOf(reading).f, typesOf(reading).t], ["integer", "number", "instant"]);
  const told = await reader.read([path], { types: { s: "integer", n: "id" } });
  assert.deepEqual(
    [cells(told).s, cells(told).n],
    [
      [7, 8],
      ["5", "6"],
    ],
  );
});
