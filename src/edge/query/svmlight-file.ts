import { existsSync, readFileSync } from "node:fs";
import { FettleError } from "../../lib/index.ts";
import type { ReadOptions } from "../../platform/data/index.ts";
import type { FileLog } from "./file-log.ts";
import { lineSplitter } from "./json-file.ts";
import { type SourceFile, textChunks } from "./source-file.ts";
import type { TextTable } from "./text-columns.ts";

/** A feature beyond this number is taken for a mistake: every row gets a cell for each feature. */
const mostFeatures = 100_000;

/**
 * Reads svmlight rows, `LABEL qid:QUERY FEATURE:VALUE … # comment`, the format of LETOR's and LightGBM's rankings, as columns `label`, `query` and `f1` …
 * `fN`; a feature that a row does not name is 0. Where rows have no `qid`, a file of the same name and `.query` with the number of rows of each query gives
 * them, one a line, and they are called `FILE#1` …; without one there is no column `query`. Pauses (yields) after every piece of the file. Throws SVMLIGHT_QUERIES where the sizes do not
 * fit the rows.
 */
export async function* readSvmlight(
  file: SourceFile,
  options: ReadOptions,
  table: TextTable,
  log: FileLog,
): AsyncGenerator<void, ReadOptions> {
  const { features, nRows, hasQuery } = await scan(file, options);
  const queryOfRow = hasQuery ? null : sizedQueries(file, nRows);
  if (hasQuery || queryOfRow !== null) table.column("query");
  const names = features.map((feature) => `f${feature}`);
  const columns = names.map((name) => table.column(name));
  const placeOf = new Map(features.map((feature, place) => [feature, place]));
  const label = table.column("label");
  const zeros = new Array<string>(names.length).fill("0");
  let at = 0;
  const splitter = lineSplitter((line, number) => {
    const row = parseLine(line);
    if (row === null) return;
    const query = queryOfRow === null ? null : queryOfRow(at);
    at += 1;
    if (typeof row === "string") return log.reject(number, row);
    const cells = zeros.slice();
    for (const [feature, value] of row.cells) cells[placeOf.get(feature)!] = value;
    label.setText(table.nRows, row.label);
    const of = row.query ?? query;
    if (of !== null) table.column("query").setText(table.nRows, of);
    cells.forEach((cell, place) => {
      columns[place]!.setText(table.nRows, cell);
    });
    table.endRow();
  });
  for await (const chunk of textChunks(file, "utf-8", { nulBytes: 0 })) {
    splitter.push(chunk);
    yield;
  }
  splitter.finish();
  yield;
  return { ...options, encoding: "utf-8" };
}

interface Line {
  readonly label: string;
  readonly query: string | null;
  readonly cells: readonly (readonly [feature: number, value: string])[];
}

// Null for a line without a row; a text says what is wrong with it.
function parseLine(line: string): Line | string | null {
  const [label, ...fields] = line.split("#", 1)[0]!.trim().split(/\s+/);
  if (label === undefined || label === "") return null;
  if (!Number.isFinite(Number(label))) return "does not begin with a number";
  let query: string | null = null;
  const cells: [number, string][] = [];
  for (const field of fields) {
    const [key = "", value = "", ...rest] = field.split(":");
    if (key === "qid" && value !== "") {
      query = value;
      continue;
    }
    const feature = Number(key);
    if (!/^\d+$/.test(key) || rest.length > 0 || value === "" || Number.isNaN(Number(value)))
      return "has a field that is no NUMBER:VALUE";
    if (feature > mostFeatures) return `names a feature above ${mostFeatures}`;
    cells.push([feature, value]);
  }
  return { label, query, cells };
}

// Features of the file, and those that are asked for by name, ascending.
async function scan(file: SourceFile, { types = {} }: ReadOptions) {
  const features = new Set(
    Object.keys(types).flatMap((name) => (/^f\d{1,6}$/.test(name) ? [Number(name.slice(1))] : [])),
  );
  let nRows = 0;
  let hasQuery = false;
  const splitter = lineSplitter((text) => {
    const row = parseLine(text);
    if (row === null) return;
    nRows += 1;
    if (typeof row === "string") return;
    if (row.query !== null) hasQuery = true;
    for (const [feature] of row.cells) features.add(feature);
  });
  for await (const chunk of textChunks(file, "utf-8", { nulBytes: 0 })) splitter.push(chunk);
  splitter.finish();
  return { features: [...features].sort((a, b) => a - b), nRows, hasQuery };
}

// The query of each row by the sizes beside the file; null where there is no such file.
function sizedQueries({ path, name }: SourceFile, nRows: number): ((row: number) => string) | null {
  const sizesPath = `${path}.query`;
  if (!existsSync(sizesPath)) return null;
  const sizes = readFileSync(sizesPath, "utf8").trim().split(/\s+/).map(Number);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== nRows || !sizes.every((size) => Number.isInteger(size) && size >= 0))
    throw new FettleError(
      "invalid-input",
      "SVMLIGHT_QUERIES",
      `Cannot read "${name}": its queries have ${Number.isFinite(total) ? total : "no countable"} rows by "${name}.query", the file has ${nRows}`,
      { facts: { file: name } },
    );
  const queryOf = sizes.flatMap((size, query) => new Array<string>(size).fill(`${name}#${query + 1}`));
  return (row) => queryOf[row]!;
}
