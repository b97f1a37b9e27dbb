import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { halveValidation, type SplitRule, splitRows } from "./index.ts";

const n = 600;
const table = Table.of({
  group: categoryColumn(Array.from({ length: n }, (_, i) => `g${(i * 7) % 60}`)),
  time: numberColumn(Array.from({ length: n }, (_, i) => Math.floor(i / 9))),
});
const target = {
  task: "binary",
  values: Float64Array.from({ length: n }, (_, i) => Number(i % 5 === 0)),
  nClasses: 2,
} as const;
const shares = { validation: 0.3, test: 0.2 };

const rules: readonly SplitRule[] = [
  { kind: "random", ...shares },
  { kind: "group", column: "group", ...shares },
  { kind: "time", column: "time", ...shares },
  { kind: "official", validation: 0.3, time: "time" },
];

for (const rule of rules)
  test(`halveValidation() parts the validation rows of a ${rule.kind} split in two halves, always the same`, () => {
    const split = splitRows(table, { rule, target, seed: 3, testStart: 500 });
    const [first, second] = halveValidation(split, table, target, 3);
    assert.deepEqual([...first, ...second].sort(), [...split.validation].sort());
    assert.ok(Math.abs(first.length - second.length) <= 20, `${first.length} and ${second.length} rows`);
    assert.deepEqual(halveValidation(split, table, target, 3), [first, second]);
    const codes = (rows: Int32Array, name: "group" | "time") => {
      const column = table.column(name);
      return new Set(
        Array.from(rows, (row) => (column.kind === "category" ? column.codes[row]! : column.values[row]!)),
      );
    };
    if (rule.kind === "group") assert.ok([...codes(first, "group")].every((code) => !codes(second, "group").has(code)));
    if (split.resample.unit === "block")
      assert.ok(Math.max(...codes(first, "time")) < Math.min(...codes(second, "time")));
    const positives = (rows: Int32Array) => rows.filter((row) => target.values[row] === 1).length;
    if (rule.kind === "random") assert.ok(Math.abs(positives(first) - positives(second)) <= 1);
  });

test("halveValidation() leaves a single row, or a single group, where it is", () => {
  const split = splitRows(table, { rule: rules[1]!, target, seed: 3 });
  const one = split.validation.slice(0, 1);
  assert.deepEqual(halveValidation({ ...split, validation: one }, table, target, 3), [one, new Int32Array(0)]);
  const group = split.validation.filter((row) => row % 60 === split.validation[0]! % 60);
  assert.deepEqual(halveValidation({ ...split, validation: group }, table, target, 3)[1].length, 0);
});
