import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRng } from "../../lib/index.ts";
import { fitStack, joinPredictions, type Target } from "./index.ts";

const n = 3000;
const rng = createRng(8);
const noise = (size: number) => Float64Array.from({ length: n }, () => size * (rng.uniform() + rng.uniform() - 1));
const sum = (a: Float64Array, b: Float64Array) => a.map((x, i) => x + b[i]!);
const truth = noise(3);
const regression: Target = { task: "regression", values: truth, nClasses: 0 };

test("fitStack() weighs two independent errors by their precision, as theory says", () => {
  const { weights, intercept } = fitStack(regression, [sum(truth, noise(1)), sum(truth, noise(2))], null);
  // Variances 1/6 and 4/6 of the errors, 9/6 of the truth: least squares of y on both.
  const [a, b, y] = [1 / 6, 4 / 6, 9 / 6];
  const below = a * b + y * (a + b);
  assert.ok(Math.abs(weights[0]! - (y * b) / below) < 0.03, `${weights}`);
  assert.ok(Math.abs(weights[1]! - (y * a) / below) < 0.03, `${weights}`);
  assert.ok(Math.abs(intercept) < 0.03);
});

test("fitStack() shares the weight among models that say the same, and gives 0 to one that says the contrary", () => {
  const good = sum(truth, noise(1));
  const { weights } = fitStack(regression, [good, good, truth.map((x) => -x)], null);
  assert.ok(Math.abs(weights[0]! - weights[1]!) < 1e-9);
  assert.equal(weights[2], 0);
});

test("fitStack() does not depend on the unit of the target", () => {
  const predictions = [sum(truth, noise(1)), sum(truth, noise(2))];
  const scaled = (xs: Float64Array) => xs.map((x) => x / 2 ** 20);
  const here = fitStack(regression, predictions, null);
  const there = fitStack({ ...regression, values: scaled(truth) }, predictions.map(scaled), null);
  assert.deepEqual(there.weights, here.weights);
  assert.equal(there.intercept, here.intercept / 2 ** 20);
});

test("fitStack() of two and of several classes agree, and lower the log loss of both models", () => {
  const p = Float64Array.from({ length: n }, () => 0.05 + 0.9 * rng.uniform());
  const values = p.map((share) => Number(rng.uniform() < share));
  const blur = (by: number) =>
    p.map((share) => 1 / (1 + Math.exp(-Math.log(share / (1 - share)) - by * (rng.uniform() - 0.5))));
  const models = [blur(2), blur(3)];
  const both = fitStack({ task: "binary", values, nClasses: 2 }, models, null);
  const loss = (q: Float64Array) =>
    -q.reduce((total, share, i) => total + Math.log(values[i] === 1 ? share : 1 - share), 0);
  const joined = joinPredictions("binary", both, models, 1);
  for (const model of models) assert.ok(loss(joined) < loss(model));
  const rows = models.map((q) =>
    Float64Array.from({ length: 2 * n }, (_, at) => (at % 2 === 1 ? q[at >> 1]! : 1 - q[at >> 1]!)),
  );
  const several = fitStack({ task: "multiclass", values, nClasses: 2 }, rows, null);
  several.weights.forEach((weight, b) => {
    assert.ok(Math.abs(weight - both.weights[b]!) < 0.02, `${several.weights} is not near ${both.weights}`);
  });
});

test("fitStack() gives finite weights ≥ 0 for any rows, and takes a whole weight as so many rows", () => {
  const cell = fc.double({ min: 0, max: 1, noNaN: true });
  const rows = fc.array(fc.tuple(fc.nat({ max: 1 }), cell, cell, fc.integer({ min: 1, max: 3 })), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(rows, (sample) => {
      const repeated = sample.flatMap((row) => new Array<(typeof sample)[number]>(row[3]).fill(row));
      const fit = (of: typeof sample, weigh: boolean) =>
        fitStack(
          { task: "binary", values: Float64Array.from(of, ([y]) => y), nClasses: 2 },
          [Float64Array.from(of, ([, p]) => p), Float64Array.from(of, ([, , p]) => p)],
          weigh ? Float64Array.from(of, ([, , , weight]) => weight) : null,
        );
      const weighted = fit(sample, true);
      assert.ok([...weighted.weights, weighted.intercept].every(Number.isFinite));
      assert.ok(weighted.weights.every((weight) => weight >= 0));
      const plain = fit(repeated, false);
      weighted.weights.forEach((weight, b) => {
        assert.ok(
          Math.abs(weight - plain.weights[b]!) < 1e-4 * Math.max(1, weight),
          `${weight} is not ${plain.weights[b]}`,
        );
      });
    }),
    { numRuns: 50 },
  );
});
