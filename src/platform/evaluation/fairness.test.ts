import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { type Fairness, type FairnessInput, fairness } from "./index.ts";

const reference = `${process.env.FETTLE_REFERENCE_DATA ?? ""}/reference-values/fairness-fairlearn.json`;
const skip = existsSync(reference) ? false : "FETTLE_REFERENCE_DATA holds no reference-values/fairness-fairlearn.json";

interface Rates {
  readonly tpr: number;
  readonly fpr: number;
  readonly selection_rate: number;
  readonly count: number;
}

function run(
  group: readonly (string | null)[],
  yTrue: readonly number[],
  yPred: readonly number[],
  rest: Partial<FairnessInput> = {},
): Fairness {
  return fairness({
    task: "binary",
    table: Table.of({ group: categoryColumn(group) }),
    columns: ["group"],
    hidden: new Set(),
    yTrue: Float64Array.from(yTrue),
    yPred: Float64Array.from(yPred),
    bootstrap: { resample: { unit: "row" }, seed: 1, nResamples: 50 },
    minGroupRows: 1,
    ...rest,
  });
}

const differenceOf = ({ disparities }: Fairness, metric: string) =>
  disparities.find((found) => found.metric === metric)!.difference.value!;

test("fairness() gives the rates and gaps of fairlearn", { skip }, () => {
  const golden = JSON.parse(readFileSync(reference, "utf8")) as {
    y_true: number[];
    y_pred: number[];
    group: string[];
    by_group: Record<string, Rates>;
    demographic_parity_difference: number;
    equalized_odds_difference: number;
    difference_between_groups: Rates;
  };
  const found = run(golden.group, golden.y_true, golden.y_pred);
  const close = (value: number | null, expected: number) =>
    assert.ok(Math.abs(value! - expected) < 1e-6, `${value} ≠ ${expected}`);
  for (const [name, rates] of Object.entries(golden.by_group)) {
    const { n, metrics } = found.groups.find(({ group }) => group === name)!;
    assert.equal(n, rates.count);
    close(metrics.truePositiveRate!.value, rates.tpr);
    close(metrics.falsePositiveRate!.value, rates.fpr);
    close(metrics.selectionRate!.value, rates.selection_rate);
  }
  close(differenceOf(found, "demographicParityDifference"), golden.demographic_parity_difference);
  close(differenceOf(found, "equalisedOddsDifference"), golden.equalized_odds_difference);
  close(differenceOf(found, "equalOpportunityDifference"), golden.difference_between_groups.tpr);
});

test("fairness() leaves small groups out of the gaps, lists them, and gives no gap of one group", () => {
  const group = Array.from({ length: 100 }, (_, i) => (i < 5 ? "small" : i < 50 ? "a" : "b"));
  const yTrue = group.map((_, i) => i % 2);
  const yPred = group.map((name, i) => (name === "small" ? 1 : i % 2));
  const found = run(group, yTrue, yPred, { minGroupRows: 30 });
  assert.deepEqual(
    found.groups.map(({ group, n }) => [group, n]),
    [
      ["b", 50],
      ["a", 45],
      ["small", 5],
    ],
  );
  assert.equal(differenceOf(found, "accuracyDifference"), 0);
  assert.equal(found.groups[2]!.metrics.selectionRate!.low, null, "no interval of 5 rows");
  assert.deepEqual(run(group, yTrue, yPred, { minGroupRows: 50 }).disparities, []);
});

test("fairness() is null with a reason where a rate is undefined", () => {
  const group = Array.from({ length: 80 }, (_, i) => (i < 40 ? "a" : "b"));
  const found = run(
    group,
    group.map((name) => (name === "a" ? 0 : 1)),
    group.map(() => 1),
  );
  const a = found.groups.find(({ group }) => group === "a")!;
  assert.deepEqual(
    [a.metrics.truePositiveRate!.value, a.metrics.truePositiveRate!.reason],
    [null, "the group has no positive row"],
  );
  const gap = found.disparities.find(({ metric }) => metric === "equalOpportunityDifference")!.difference;
  assert.deepEqual([gap.value, gap.reason], [null, "a rate is undefined in one of the groups"]);
});

test("fairness() cuts numbers into quartiles, names missing rows, and numbers the groups of hidden columns", () => {
  const age = numberColumn([...Array.from({ length: 80 }, (_, i) => i), ...Array.from({ length: 20 }, () => null)]);
  const values = Array.from({ length: 100 }, (_, i) => i % 2);
  const names = (hidden: ReadonlySet<string>) =>
    run([], values, values, { table: Table.of({ age }), columns: ["age"], hidden }).groups.map(({ group }) => group);
  assert.deepEqual(names(new Set()), ["age ≤ 20", "20 < age ≤ 40", "40 < age ≤ 60", "age > 60", "missing"]);
  assert.deepEqual(names(new Set(["age"])), ["group 1", "group 2", "group 3", "group 4", "group 5"]);
});

test("fairness() gives equal groups an interval of the gap that begins near 0", () => {
  const rng = createRng(5);
  const group = Array.from({ length: 600 }, () => (rng.below(2) ? "a" : "b"));
  const draw = () => group.map(() => rng.below(2));
  const { disparities } = run(group, draw(), draw(), {
    bootstrap: { resample: { unit: "row" }, seed: 1, nResamples: 400 },
  });
  for (const { difference } of disparities)
    assert.ok(difference.low! < 0.04 && difference.value! < 0.15, JSON.stringify(difference));
});

test("fairness() of a regression compares mean errors with their sign", () => {
  const group = Array.from({ length: 100 }, (_, i) => (i % 2 ? "a" : "b"));
  const found = run(
    group,
    group.map(() => 0),
    group.map((name) => (name === "a" ? 1 : -1)),
    { task: "regression" },
  );
  assert.deepEqual(
    found.groups.map(({ group, metrics }) => [group, metrics.meanError!.value, metrics.mae!.value]),
    [
      ["a", 1, 1],
      ["b", -1, 1],
    ],
  );
  assert.deepEqual([differenceOf(found, "meanErrorDifference"), differenceOf(found, "maeDifference")], [2, 0]);
});

test("fairness() weighs rows", () => {
  const group = ["a", "a", "b", "b"].flatMap((name) => Array.from({ length: 20 }, () => name));
  const yPred = group.map((_, i) => (i % 40 < 20 ? 1 : 0));
  const sampleWeight = Float64Array.from(group, (name, i) => (name === "a" && i % 40 < 20 ? 3 : 1));
  const { groups } = run(
    group,
    group.map(() => 1),
    yPred,
    { sampleWeight },
  );
  assert.deepEqual(
    groups.map(({ metrics }) => metrics.selectionRate!.value),
    [0.75, 0.5],
  );
});
