import assert from "node:assert/strict";
import { test } from "node:test";
import { type Resampled, repeatedEstimate } from "./repeated-estimate.ts";

const resample = (value: number, reference: number): Resampled => ({
  nTrain: 80,
  nTest: 20,
  value,
  references: { "the baseline": reference },
  chosen: "linear",
  losses: { linear: value },
  validationToTrain: 0.25,
});

const estimate = (metric: string, values: readonly (readonly [number, number])[]) =>
  repeatedEstimate({
    because: "the test part has 20 rows, fewer than 300",
    says: "5 folds",
    nPlanned: values.length,
    metric,
    chosen: "linear",
    nRows: 100,
    resamples: values.map(([value, reference]) => resample(value, reference)),
  });

test("the interval of a metric ends at its least and greatest value; that of a difference does not", () => {
  const { value, comparisons } = estimate("logLoss", [
    [0.01, 0.3],
    [0.02, 0.4],
    [0.9, 0.5],
  ]);
  assert.equal(value.low, 0);
  assert.ok(value.high! > value.value!);
  assert.ok(comparisons[0]!.difference.low! < 0);
  const accuracy = estimate("accuracy", [
    [1, 0.5],
    [1, 0.6],
    [0.8, 0.5],
  ]);
  assert.equal(accuracy.value.high, 1);
  assert.ok(accuracy.value.low! > 0 && accuracy.value.low! < 0.9);
});
