import assert from "node:assert/strict";
import { test } from "node:test";
import { FettleError } from "../../lib/index.ts";
import { type Column, categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { buildTarget, type LogicalType, type TargetRule } from "./index.ts";

const nRows = 60;
const texts = (text: (i: number) => string | null) => categoryColumn(Array.from({ length: nRows }, (_, i) => text(i)));
const numbers = (number: (i: number) => number | null) =>
  numberColumn(Array.from({ length: nRows }, (_, i) => number(i)));

function build(column: Column, rule: Partial<TargetRule> = {}) {
  const type: LogicalType = column.kind;
  return buildTarget(Table.of({ y: column }), [{ name: "y", type }], { column: "y", ...rule });
}

const columns = {
  yesNo: texts((i) => (i % 3 === 0 ? "yes" : "no")),
  colour: texts((i) => ["red", "green", "blue"][i % 3]!),
  income: texts((i) => (i % 4 === 0 ? ">50K" : "<=50K")),
  grade: numbers((i) => i % 10),
  flag: numbers((i) => Number(i % 4 === 0)),
};

const accepted: readonly {
  readonly name: string;
  readonly column: Column;
  readonly rule?: Partial<TargetRule>;
  readonly task: string;
  readonly classes: readonly string[];
  readonly nPositive?: number;
}[] = [
  { name: "two texts: yes is positive", column: columns.yesNo, task: "binary", classes: ["no", "yes"], nPositive: 20 },
  {
    name: "two texts that say nothing: the rarer is positive",
    column: texts((i) => (i < 10 ? "a" : "b")),
    task: "binary",
    classes: ["b", "a"],
    nPositive: 10,
  },
  { name: "two numbers", column: columns.flag, task: "binary", classes: ["0", "1"], nPositive: 15 },
  { name: "several texts", column: columns.colour, task: "multiclass", classes: ["blue", "green", "red"] },
  { name: "several numbers", column: columns.grade, task: "regression", classes: [] },
  {
    name: "numbers told to be classes, in their order",
    column: numbers((i) => [2, 10, 1][i % 3]!),
    rule: { task: "multiclass" },
    task: "multiclass",
    classes: ["1", "2", "10"],
  },
  {
    name: "VALUE",
    column: columns.colour,
    rule: { positive: "red" },
    task: "binary",
    classes: ["not red", "red"],
    nPositive: 20,
  },
  {
    name: "!=VALUE",
    column: columns.colour,
    rule: { positive: "!=red" },
    task: "binary",
    classes: ["red", "not red"],
    nPositive: 40,
  },
  {
    name: ">=N",
    column: columns.grade,
    rule: { positive: ">=8" },
    task: "binary",
    classes: ["< 8", ">= 8"],
    nPositive: 12,
  },
  {
    name: ">N",
    column: columns.grade,
    rule: { positive: "> 8" },
    task: "binary",
    classes: ["<= 8", "> 8"],
    nPositive: 6,
  },
  {
    name: "<=N",
    column: columns.grade,
    rule: { positive: "<=1.5" },
    task: "binary",
    classes: ["> 1.5", "<= 1.5"],
    nPositive: 12,
  },
  {
    name: "<N",
    column: columns.grade,
    rule: { positive: "<1e0" },
    task: "binary",
    classes: [">= 1e0", "< 1e0"],
    nPositive: 6,
  },
  {
    name: "VALUE of two: the other has a name",
    column: columns.yesNo,
    rule: { positive: "no" },
    task: "binary",
    classes: ["yes", "no"],
    nPositive: 40,
  },
  {
    name: "!=VALUE of two: the other has a name",
    column: columns.flag,
    rule: { positive: "!=1" },
    task: "binary",
    classes: ["1", "0"],
    nPositive: 45,
  },
  {
    name: "a number as VALUE",
    column: columns.grade,
    rule: { positive: "3" },
    task: "binary",
    classes: ["not 3", "3"],
    nPositive: 6,
  },
  {
    name: '">50K" as a VALUE, not a comparison',
    column: columns.income,
    rule: { positive: ">50K" },
    task: "binary",
    classes: ["<=50K", ">50K"],
    nPositive: 15,
  },
  {
    name: '">50K" as the class that says yes',
    column: columns.income,
    task: "binary",
    classes: ["<=50K", ">50K"],
    nPositive: 15,
  },
];

for (const { name, column, rule = {}, task, classes, nPositive } of accepted)
  test(`buildTarget() takes ${name}`, () => {
    const built = build(column, rule);
    assert.equal(built.target.task, task);
    assert.deepEqual(built.classes, classes);
    assert.equal(built.target.nClasses, classes.length);
    if (nPositive !== undefined)
      assert.equal(
        built.target.values.reduce((sum, y) => sum + y, 0),
        nPositive,
      );
  });

const refused: readonly {
  readonly code: string;
  readonly name: string;
  readonly column: Column;
  readonly rule?: Partial<TargetRule>;
  readonly hint?: RegExp;
}[] = [
  {
    code: "TARGET_MISSING",
    name: "a mistyped column",
    column: columns.yesNo,
    rule: { column: "Y " },
    hint: /Did you mean "y"/,
  },
  { code: "TARGET_KIND", name: "dates", column: instantColumn(numbers((i) => i).values) },
  { code: "TARGET_KIND", name: "texts for a regression", column: columns.colour, rule: { task: "regression" } },
  { code: "TARGET_KIND", name: "infinite numbers", column: numbers((i) => (i === 7 ? Number.POSITIVE_INFINITY : i)) },
  { code: "TARGET_POSITIVE", name: "a comparison on texts", column: columns.colour, rule: { positive: ">=3" } },
  { code: "TARGET_CONSTANT", name: "one text", column: texts(() => "a") },
  { code: "TARGET_CONSTANT", name: "one number", column: numbers(() => 1), rule: { task: "regression" } },
  {
    code: "TARGET_CONSTANT",
    name: "a value that no row has",
    column: columns.colour,
    rule: { positive: "rde" },
    hint: /Did you mean "red"/,
  },
  {
    code: "TARGET_CONSTANT",
    name: "a comparison that every row meets",
    column: columns.grade,
    rule: { positive: ">=0" },
  },
  {
    code: "TARGET_CLASSES",
    name: "more than 500 classes",
    column: categoryColumn(Array.from({ length: 6000 }, (_, i) => `c${i % 600}`)),
  },
  {
    code: "TARGET_CLASSES",
    name: "three values for two classes",
    column: columns.colour,
    rule: { task: "binary" },
    hint: /--positive/,
  },
  {
    code: "TARGET_CLASSES",
    name: "a class of fewer than five rows beside only two others",
    column: texts((i) => (i < 4 ? "rare" : ["a", "b"][i % 2]!)),
  },
  {
    code: "TABLE_TOO_SMALL",
    name: "fewer than 20 rows with a target",
    column: texts((i) => (i < 19 ? ["a", "b"][i % 2]! : null)),
  },
];

test("buildTarget() leaves a class of too few rows out, and says so", () => {
  const column = texts((i) => (i < 4 ? "rare" : ["a", "b", "c"][i % 3]!));
  const table = Table.of({ y: column });
  const { classes, rows, target, notes } = buildTarget(table, [{ name: "y", type: "category" }], { column: "y" });
  assert.deepEqual(classes, ["a", "b", "c"]);
  assert.equal(rows.length, table.nRows - 4);
  assert.equal(rows[0], 4);
  assert.equal(target.values.length, rows.length);
  assert.match(notes[0]!, /class rare is never predicted: its 4 rows/);
});

for (const { code, name, column, rule = {}, hint } of refused)
  test(`buildTarget() refuses ${name} with ${code}`, () => {
    assert.throws(
      () => build(column, rule),
      (error) => error instanceof FettleError && error.code === code && (hint ?? /./).test(error.hint ?? "-"),
    );
  });

test("buildTarget() leaves rows without a target out and counts them", () => {
  const built = build(texts((i) => (i % 6 === 0 ? null : i % 2 === 0 ? "a" : "b")));
  assert.equal(built.nMissing, 10);
  assert.equal(built.rows.length, 50);
  assert.equal(built.target.values.length, 50);
  assert.ok(built.rows.every((row) => row % 6 !== 0));
});
