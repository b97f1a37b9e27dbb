import assert from "node:assert/strict";
import { test } from "node:test";
import { FettleError } from "../../lib/index.ts";
import { type Column, categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import type { LogicalType } from "../data/index.ts";
import { type ColumnFeature, type FeatureOptions, feature, fitFeatures, planFeatures } from "./index.ts";

const n = 40;
const texts = (cell: (i: number) => string) => categoryColumn(Array.from({ length: n }, (_, i) => cell(i)));
const target = { task: "binary", nClasses: 2, values: Float64Array.from({ length: n }, (_, i) => i % 2) } as const;

function plan(column: Column, type: LogicalType, asked?: ColumnFeature, name = "x") {
  const table = Table.of({
    keep: numberColumn(Array.from({ length: column.kind === "category" ? column.codes.length : n }, (_, i) => i)),
    [name]: column,
  });
  const options: FeatureOptions = asked === undefined ? {} : { [name]: asked };
  const schema = [
    { name: "keep", type: "number" as const },
    { name, type },
  ];
  const planned = planFeatures(table, schema, { family: "gbdt", options });
  const fitted = () => fitFeatures(planned, table, target, { seed: 1 }).fitted;
  return {
    feature: planned.columns.find((column) => column.name === name)?.feature,
    why: planned.dropped.find((column) => column.name === name)?.why,
    features: () =>
      fitted()
        .outputs.filter(({ from }) => from === name)
        .map((output) => output.name),
  };
}

const number = numberColumn(Array.from({ length: n }, (_, i) => i));
const time = instantColumn(Array.from({ length: n }, (_, i) => i * 3_600_000));
const level = texts((i) => `v${i % 3}`);
const note = texts((i) => `the ${i % 2 ? "quick" : "slow"} fox ${i}`);

const planned: readonly {
  readonly name: string;
  readonly column: Column;
  readonly type: LogicalType;
  readonly asked?: ColumnFeature;
  readonly features: readonly string[];
}[] = [
  { name: "a number as it is", column: number, type: "integer", features: ["x"] },
  {
    name: "the parts of an instant",
    column: time,
    type: "instant",
    features: ["x (hour)", "x (weekday)", "x (yearday)"],
  },
  {
    name: "no hour where there are only days",
    column: instantColumn(Array.from({ length: n }, (_, i) => i * 86_400_000)),
    type: "instant",
    features: ["x (weekday)", "x (yearday)"],
  },
  {
    name: "the parts that are asked for",
    column: time,
    type: "instant",
    asked: feature.date(["weekday"]),
    features: ["x (weekday)"],
  },
  { name: "levels", column: level, type: "category", features: ["x"] },
  {
    name: "the most frequent levels, and a mean for the others",
    column: level,
    type: "category",
    asked: feature.levels({ most: 2 }),
    features: ["x", "x (target mean)"],
  },
  { name: "an order", column: level, type: "category", asked: feature.ordinal(["v0", "v1"]), features: ["x"] },
  {
    name: "the mean target",
    column: level,
    type: "category",
    asked: feature.targetMean(),
    features: ["x (target mean)"],
  },
  {
    name: "words of a free text",
    column: note,
    type: "text",
    features: ["x (words)", 'x ("fox")', 'x ("quick")']
      .slice(0, 1)
      .concat(['x ("quick")', 'x ("quick fox")', 'x ("slow")', 'x ("slow fox")', 'x ("the quick")', 'x ("the slow")']),
  },
  {
    name: "as many terms as are asked for",
    column: note,
    type: "category",
    asked: feature.text({ terms: 1 }),
    features: ["x (words)", 'x ("quick")'],
  },
  { name: "an id that is asked for as levels", column: level, type: "id", asked: feature.levels(), features: ["x"] },
];

for (const { name, column, type, asked, features } of planned)
  test(`planFeatures() makes ${name}`, () => {
    assert.deepEqual(plan(column, type, asked).features(), features);
  });

const dropped: readonly {
  readonly why: string;
  readonly column: Column;
  readonly type: LogicalType;
  readonly asked?: ColumnFeature;
}[] = [
  { why: "identifier", column: level, type: "id" },
  { why: "constant", column: numberColumn(Array.from({ length: n }, () => 1)), type: "number" },
  { why: "no value", column: numberColumn(Array.from({ length: n }, () => null)), type: "number" },
  { why: "left out by the definition", column: level, type: "category", asked: feature.drop() },
  {
    why: "levels hardly repeat",
    column: categoryColumn(Array.from({ length: 1500 }, (_, i) => `v${i}`)),
    type: "category",
  },
];

for (const { why, column, type, asked } of dropped)
  test(`planFeatures() drops a column: ${why}`, () => {
    assert.equal(plan(column, type, asked).why, why);
  });

test("planFeatures() takes a column with the name of an object's method like any other", () => {
  assert.deepEqual(plan(level, "category", undefined, "constructor").feature, { kind: "levels" });
});

test("planFeatures() refuses a kind that the column cannot give", () => {
  for (const [column, type, asked] of [
    [number, "number", feature.levels()],
    [level, "category", feature.number()],
    [time, "instant", feature.text()],
    [level, "category", feature.date()],
  ] as const)
    assert.throws(
      () => plan(column, type, asked),
      (error) => error instanceof FettleError && error.code === "FEATURE_KIND" && /one of drop, /.test(error.message),
    );
});

test("planFeatures() refuses an unknown column with the nearest name, and a table without any feature", () => {
  const table = Table.of({ amount: number });
  const schema = [{ name: "amount", type: "number" }] as const;
  assert.throws(
    () => planFeatures(table, schema, { family: "gbdt", options: { amuont: feature.drop() } }),
    (error) =>
      error instanceof FettleError &&
      error.code === "FEATURE_COLUMN_UNKNOWN" &&
      error.hint === 'Did you mean "amount"?',
  );
  assert.throws(
    () => planFeatures(table, schema, { family: "gbdt", exclude: ["amount"] }),
    (error) =>
      error instanceof FettleError && error.code === "FEATURES_NONE" && /amount \(excluded\)/.test(error.hint ?? ""),
  );
  assert.throws(
    () => planFeatures(Table.of({}), [], { family: "gbdt" }),
    (error) => error instanceof FettleError && /no column that may be used/.test(error.hint ?? ""),
  );
});
