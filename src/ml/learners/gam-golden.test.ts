import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { measure, metrics } from "../metrics/index.ts";
import { type Column, numberColumn, Table } from "../table/index.ts";
import { gam, type Target, type Task } from "./index.ts";

interface Golden {
  readonly adultRows: number;
  readonly adult: { readonly rocAuc: number; readonly logLoss: number };
  readonly california: { readonly rmse: number };
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/gam.json", import.meta.url), "utf8"));
const folder = process.env.FETTLE_REFERENCE_DATA;
const skip =
  folder === undefined ? "FETTLE_REFERENCE_DATA is not set: the reference tables are not part of the package" : false;
// As interpret sets itself.
const settings = { nBags: 4, interactions: 5, maxPairBins: 64, maxLeaves: 2, nRounds: 5000 };

type Row = readonly string[];
const rowsOf = (path: string): Row[] =>
  readFileSync(`${folder}/${path}`, "utf8")
    .split("\n")
    .filter((line) => line.includes(","))
    .map((line) => line.split(",").map((text) => text.trim()));

// Two tables with the same columns; a column of numbers is one whose every text is a number or empty.
function tablesOf(parts: readonly (readonly Row[])[], nColumns: number): Table[] {
  const all = parts.flat();
  const columnsOf = Array.from({ length: nColumns }, (_, j) => {
    const isMissing = (text: string) => text === "" || text === "?";
    if (all.every((row) => isMissing(row[j]!) || !Number.isNaN(Number(row[j]))))
      return (rows: readonly Row[]): Column =>
        numberColumn(rows.map((row) => (isMissing(row[j]!) ? null : Number(row[j]))));
    const levels = [...new Set(all.map((row) => row[j]!).filter((text) => !isMissing(text)))].sort();
    const codeOf = new Map(levels.map((level, code) => [level, code]));
    return (rows: readonly Row[]): Column => ({
      kind: "category",
      codes: Int32Array.from(rows, (row) => codeOf.get(row[j]!) ?? -1),
      dictionary: levels,
    });
  });
  return parts.map((rows) => Table.of(columnsOf.map((columnOf, j) => [`c${j}`, columnOf(rows)] as const)));
}

function heldOut(task: Task, train: readonly Row[], test: readonly Row[], yOf: (row: Row) => number) {
  const [fitted, held] = tablesOf([train, test], train[0]!.length - 1);
  const target: Target = { task, values: Float64Array.from(train, yOf), nClasses: task === "binary" ? 2 : 0 };
  const prediction = gam(settings).fit(fitted!, target, { seed: 1 }).predict(held!);
  const yTrue = Float64Array.from(test, yOf);
  return (name: string) => Number(measure(metrics[name]!, yTrue, prediction));
}

test("gam() on adult is no worse than interpret's machine: 0.002 of ROC AUC allowed", { skip }, () => {
  const train = rowsOf("adult/adult-train.csv").slice(0, golden.adultRows);
  const measured = heldOut("binary", train, rowsOf("adult/adult-test.csv"), (row) => Number(/^>50K/.test(row[14]!)));
  const { rocAuc, logLoss } = golden.adult;
  assert.ok(measured("rocAuc") > rocAuc - 0.002, `ROC AUC ${measured("rocAuc")}, interpret ${rocAuc}`);
  assert.ok(measured("logLoss") < logLoss * 1.01, `log loss ${measured("logLoss")}, interpret ${logLoss}`);
});

test("gam() on california-housing is no worse than interpret's machine: 1 % of RMSE allowed", { skip }, () => {
  const rows = rowsOf("california-housing/housing.csv").slice(1);
  // The target comes before the last column: it is put last.
  const tidy = rows.map((row) => [...row.slice(0, 8), row[9]!, row[8]!]);
  const train = tidy.filter((_, i) => i % 4 === 0 || i % 12 === 1);
  const test = tidy.filter((_, i) => i % 4 === 3);
  const measured = heldOut("regression", train, test, (row) => Number(row[9]));
  const { rmse } = golden.california;
  assert.ok(measured("rmse") < rmse * 1.01, `RMSE ${measured("rmse")}, interpret ${rmse}`);
});
