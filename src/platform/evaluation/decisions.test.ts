import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { applyCalibrator, type TemperatureCalibrator } from "../../ml/learners/index.ts";
import { sigmoid } from "../../ml/stats/index.ts";
import { type CalibrationInput, chooseCalibration, chooseThreshold, measureThreshold, rowLosses } from "./index.ts";

/** n rows with true probabilities p, and what a model says of them. */
function rows(n: number, seed: number, says: (p: number) => number) {
  const rng = createRng(seed).fork("rows");
  const p = Float64Array.from({ length: n }, () => sigmoid(6 * rng.uniform() - 3));
  const yTrue = p.map((probability) => Number(rng.uniform() < probability));
  return { yTrue, yProba: p.map(says), resample: { unit: "row" as const } };
}

const overconfident = (p: number) => (p * p) / (p * p + (1 - p) * (1 - p));

test("chooseThreshold() keeps 0.5 without costs, and Elkan's threshold where probabilities are honest", () => {
  const honest = (seed: number) => rows(1000, seed, (p) => p);
  assert.deepEqual(chooseThreshold(honest(1), undefined, 1).threshold, 0.5);
  for (const [falsePositive, falseNegative] of [
    [1, 1],
    [1, 4],
    [9, 1],
  ] as const) {
    const expected = falsePositive / (falsePositive + falseNegative);
    const found = Array.from({ length: 20 }, (_, seed) =>
      chooseThreshold(honest(seed), { falsePositive, falseNegative }, seed),
    );
    const kept = found.filter(({ threshold }) => threshold === expected).length;
    assert.ok(kept >= 18, `${kept} of 20 keep ${expected}`);
  }
});

test("chooseThreshold() leaves Elkan's threshold where probabilities are wrong, and costs less on new rows", () => {
  const wrong = (p: number) => p / 5;
  const costs = { falsePositive: 1, falseNegative: 1 };
  const chosen = chooseThreshold(rows(1000, 1, wrong), costs, 1);
  assert.ok(Math.abs(chosen.threshold - 0.1) < 0.04, `threshold ${chosen.threshold}`);
  const cost = (threshold: number) =>
    measureThreshold({ ...chosen, threshold }, rows(2000, 2, wrong), { seed: 1, nResamples: 50 }).costPer1000.value!;
  assert.ok(cost(chosen.threshold) < 0.8 * cost(0.5));
});

test("chooseThreshold() counts weights as rows", () => {
  const { yTrue, yProba, resample } = rows(300, 3, (p) => p / 5);
  const twice = (values: Float64Array) => Float64Array.from([...values, ...values]);
  const costs = { falsePositive: 1, falseNegative: 2 };
  const measure = (sampleWeight?: Float64Array) => {
    const part = sampleWeight
      ? { yTrue, yProba, resample, sampleWeight }
      : { yTrue: twice(yTrue), yProba: twice(yProba), resample };
    return measureThreshold({ threshold: 0.1, chosenBy: "cost", costs }, part, { seed: 1, nResamples: 50 });
  };
  assert.equal(measure(new Float64Array(300).fill(2)).costPer1000.value, measure().costPer1000.value);
});

test("chooseThreshold() refuses costs that mean nothing", () => {
  for (const [falsePositive, falseNegative] of [
    [0, 0],
    [-1, 2],
    [Number.NaN, 1],
    [1, Number.POSITIVE_INFINITY],
  ] as const)
    assert.throws(
      () =>
        chooseThreshold(
          rows(50, 1, (p) => p),
          { falsePositive, falseNegative },
          1,
        ),
      { code: "COSTS_INVALID" },
    );
});

test("measureThreshold() counts at every threshold what a count by hand gives", () => {
  const part = rows(500, 4, (p) => Math.round(p * 100) / 100);
  const { curve, trivialCostPer1000 } = measureThreshold(
    { threshold: 0.5, chosenBy: "cost", costs: { falsePositive: 1, falseNegative: 3 } },
    part,
    { seed: 1, nResamples: 20 },
  );
  assert.equal(curve.length, 101);
  for (const { threshold, tp, fp, tn, fn } of curve) {
    const isPositive = Array.from(part.yProba, (p) => p >= threshold);
    const count = (y: number, positive: boolean) =>
      isPositive.filter((said, i) => said === positive && part.yTrue[i] === y).length;
    assert.deepEqual([tp, fp, tn, fn], [count(1, true), count(0, true), count(0, false), count(1, false)]);
  }
  const positives = part.yTrue.reduce((sum, y) => sum + y, 0);
  assert.equal(trivialCostPer1000, (1000 * Math.min(3 * positives, 500 - positives)) / 500);
});

const input = (part: ReturnType<typeof rows>, rest: Partial<CalibrationInput> = {}): CalibrationInput => ({
  task: "binary",
  yTrue: part.yTrue,
  prediction: part.yProba,
  resample: part.resample,
  seed: 1,
  ...rest,
});

test("chooseCalibration() leaves honest probabilities alone", () => {
  const methods = Array.from({ length: 40 }, (_, seed) => chooseCalibration(input(rows(500, seed, (p) => p))).method);
  assert.ok(methods.filter((method) => method === "none").length >= 38, methods.join(" "));
});

test("chooseCalibration() mends probabilities that are too sure, and takes the simplest map for it", () => {
  const { method, calibrator, sentence } = chooseCalibration(input(rows(1000, 1, overconfident)));
  assert.equal(method, "temperature");
  assert.match(sentence, /lowers the log loss on validation beyond noise/);
  const fresh = rows(3000, 2, overconfident);
  const loss = (p: Float64Array) =>
    rowLosses("binary", fresh.yTrue, p).values.reduce((sum, value) => sum + value, 0) / 3000;
  assert.ok(loss(applyCalibrator(calibrator!, fresh.yProba, 1)) < loss(fresh.yProba) - 0.01);
});

test("chooseCalibration() takes Platt scaling where probabilities are too low as well", () => {
  const low = (p: number) => sigmoid(1.5 * Math.log(p / (1 - p)) - 1);
  assert.equal(chooseCalibration(input(rows(3000, 1, low))).method, "platt");
});

test("chooseCalibration() takes beta calibration where only one end is too sure", () => {
  // Honest probabilities p become p^3 at the low end and stay at the high one: log-odds a line cannot mend.
  const lopsided = (p: number) => 1 / (1 + Math.exp(-0.35 * Math.log(p) + Math.log(1 - p)));
  assert.equal(chooseCalibration(input(rows(6000, 1, lopsided))).method, "beta");
});

test("chooseCalibration() takes isotonic regression where no smooth map would do", () => {
  const crooked = (p: number) => p / 50 + (p < 0.3 ? 0.1 : p < 0.7 ? 0.8 : 0.83);
  assert.equal(chooseCalibration(input(rows(4000, 1, crooked))).method, "isotonic");
});

test("chooseCalibration() does as it is told, and nothing for few rows or a regression", () => {
  const part = rows(400, 1, (p) => p);
  for (const method of ["none", "temperature", "platt", "beta", "isotonic"] as const) {
    const decision = chooseCalibration(input(part, { method }));
    assert.equal(decision.method, method);
    assert.equal(decision.calibrator === null, method === "none");
  }
  const few = rows(40, 1, overconfident);
  assert.match(chooseCalibration(input(few)).sentence, /the rarest class has \d+ validation rows, 25 are needed/);
  assert.equal(chooseCalibration(input(part, { task: "regression" })).calibrator, null);
});

test("chooseCalibration() mends several classes that are too sure by a temperature", () => {
  const rng = createRng(9);
  const n = 1500;
  const honest = Array.from({ length: n }, () => {
    const weights = [rng.uniform() ** 2, rng.uniform() ** 2, rng.uniform() ** 2];
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  });
  const yTrue = Float64Array.from(honest, ([a, b]) => {
    const u = rng.uniform();
    return u < a! ? 0 : u < a! + b! ? 1 : 2;
  });
  const sure = honest.flatMap((p) => {
    const cubes = p.map((value) => value ** 3);
    const sum = cubes.reduce((a, b) => a + b, 0);
    return cubes.map((value) => value / sum);
  });
  const decide = (prediction: readonly number[]) =>
    chooseCalibration({
      task: "multiclass",
      yTrue,
      prediction: Float64Array.from(prediction),
      resample: { unit: "row" },
      seed: 1,
    });
  assert.equal(decide(honest.flat()).method, "none");
  const mended = decide(sure);
  assert.equal(mended.method, "temperature");
  const { temperature } = mended.calibrator as TemperatureCalibrator;
  assert.ok(Math.abs(temperature - 3) < 0.5, `${temperature}`);
});
