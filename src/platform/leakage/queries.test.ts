import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng, permutation, type Rng } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { type Column, numberColumn, Table } from "../../ml/table/index.ts";
import type { Split } from "../data/index.ts";
import { findLeakage, type LeakageFinding } from "./index.ts";

const nQueries = 100;
const perQuery = 12;
const n = nQueries * perQuery;
const queries = Int32Array.from({ length: n }, (_, i) => Math.floor(i / perQuery));

// Queries at random in three parts.
const part = permutation(nQueries, createRng(1)).map((q) => (q < 60 ? 0 : q < 80 ? 1 : 2));
const rowsOf = (wanted: number) => Int32Array.from(queries.keys()).filter((row) => part[queries[row]!] === wanted);
const split: Split = {
  rule: { kind: "group", column: "query", validation: 0.2, test: 0.2 },
  train: rowsOf(0),
  validation: rowsOf(1),
  test: rowsOf(2),
  resample: { unit: "group", groups: queries },
  notes: [],
};

const numbers = (next: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => next(i));
const grades = (rng: Rng) => numbers(() => Math.max(0, rng.below(6) - 2));

function find(values: Float64Array, columns: Readonly<Record<string, Float64Array>>): LeakageFinding[] {
  const table = Table.of(Object.entries(columns).map(([name, of]): [string, Column] => [name, numberColumn(of)]));
  // As a training hands the grades over: numbers that belong to queries.
  const target: Target = { task: "regression", values, nClasses: 0, queries };
  const schema = table.names.map((name) => ({ name, type: "number" as const }));
  return findLeakage({
    table,
    schema,
    target,
    targetColumn: "grade",
    split,
    seed: 1,
    exclude: [],
    keep: [],
    ignore: [],
  });
}

// The place of each row in its query by the grade, the best first, some noise among them: says nothing across queries.
function placesBy(values: Float64Array, noise: number, rng: Rng): Float64Array {
  const keys = values.map((grade) => grade + noise * (rng.uniform() - 0.5));
  return numbers((i) => {
    const from = queries[i]! * perQuery;
    return 1 + keys.subarray(from, from + perQuery).filter((key) => key > keys[i]!).length + 50 * (queries[i]! % 7);
  });
}

test("findLeakage() suspects what orders the rows of a query as the grades do; a name of the showing makes it strong", () => {
  const rng = createRng(2);
  const values = grades(rng);
  const [plain, named] = ["shelf", "position"].map((name) => {
    const found = find(values, { x: numbers(() => rng.uniform()), [name]: placesBy(values, 0.5, rng) });
    return found.find(({ columns }) => columns.includes(name))!;
  });
  assert.deepEqual([plain!.strength, plain!.decision], ["suspect", "named"]);
  assert.match(plain!.message, /orders \d+(\.\d)? % of the pairs of a query as the target does/);
  assert.deepEqual([named!.strength, named!.decision], ["strong", "excluded"]);
});

test("findLeakage() names a column of the showing that only leans the grades' way, and leaves others alone", () => {
  const rng = createRng(3);
  const values = grades(rng);
  const leaning = values.map((grade) => 0.4 * grade + 2 * rng.uniform());
  const found = find(values, { clicks: leaning, popularity: leaning.slice(), rank: numbers(() => rng.uniform()) });
  assert.deepEqual(
    found.map(({ columns, strength }) => [...columns, strength]),
    [["clicks", "suspect"]],
  );
});

test("findLeakage() counts held-out queries that have the rows of a training query", () => {
  const rng = createRng(4);
  const values = grades(rng);
  const x = numbers(() => rng.uniform());
  const y = numbers(() => rng.uniform());
  assert.deepEqual(find(values, { x, y }), []);
  const trained = [...new Set(split.train.map((row) => queries[row]!))];
  const held = [...new Set([...split.validation, ...split.test].map((row) => queries[row]!))];
  // Three held-out queries become copies, but for the last rows of each.
  for (const [k, q] of held.slice(0, 3).entries())
    for (let i = 0; i < perQuery - 2; i++)
      for (const column of [x, y]) column[q * perQuery + i] = column[trained[k]! * perQuery + i]!;
  const found = find(values, { x, y }).filter(({ evidence }) =>
    evidence.some(({ kind }) => kind === "duplicate-queries"),
  );
  assert.match(
    found[0]!.message,
    /^3 validation and test queries \(7.5 %\) have the rows of a training query: if they/,
  );
});
