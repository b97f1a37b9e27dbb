import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { sigmoid } from "../../ml/stats/index.ts";
import { type ComparisonInput, compareModels, type Resample, rowLosses, selectCandidate, verdictOf } from "./index.ts";

const row: Resample = { unit: "row" };

/** n rows whose true log-odds are 2a, and predictions with noise of their own added to the log-odds. */
function twoModels(n: number, seed: number, noiseA: number, noiseB: number): ComparisonInput {
  const rng = createRng(seed).fork("models");
  const uniform = () => 2 * rng.uniform() - 1;
  const scores = Float64Array.from({ length: n }, () => 2 * uniform());
  const noisy = (noise: number) => scores.map((score) => sigmoid(score + noise * uniform()));
  const a = noisy(noiseA);
  return {
    metric: "rocAuc",
    scoring: { task: "binary" },
    rows: { yTrue: scores.map((score) => Number(rng.uniform() < sigmoid(score))) },
    prediction: a,
    reference: { name: "other", prediction: noisy(noiseB) },
    bootstrap: { resample: row, seed, nResamples: 200 },
  };
}

test("compareModels() calls equal models better or worse in about one of twenty samples, and seldom more", () => {
  for (const metric of ["rocAuc", "logLoss"]) {
    const verdicts = Array.from(
      { length: 200 },
      (_, seed) => compareModels({ ...twoModels(300, seed, 1, 1), metric }).verdict,
    );
    const count = (verdict: string) => verdicts.filter((found) => found === verdict).length;
    assert.ok(count("better") <= 10, `better ${count("better")}`);
    assert.ok(count("better") + count("worse") <= 20, `${count("better")} better, ${count("worse")} worse`);
  }
});

test("compareModels() finds a better and a worse model, and says so", () => {
  const better = compareModels(twoModels(1500, 1, 0, 4));
  assert.equal(better.verdict, "better");
  assert.match(
    better.sentence,
    /^Better than other: rocAuc is higher by 0\.\d+ \(95 % interval \+0\.\d+ to \+0\.\d+, 1,500 rows\)\.$/,
  );
  assert.equal(compareModels(twoModels(1500, 1, 4, 0)).verdict, "worse");
  const loss = compareModels({ ...twoModels(1500, 1, 0, 4), metric: "logLoss" });
  assert.equal(loss.verdict, "better");
  assert.match(loss.sentence, /logLoss is lower by/);
});

test("compareModels() of a model with itself has no evidence of a difference", () => {
  const input = twoModels(200, 1, 1, 1);
  const { verdict, difference } = compareModels({
    ...input,
    reference: { name: "self", prediction: input.prediction },
  });
  assert.equal(verdict, "no-evidence");
  assert.deepEqual([difference.value, difference.low, difference.high], [0, 0, 0]);
});

test("compareModels() is wider where rows come in groups or follow each other", () => {
  const input = twoModels(100, 7, 0, 3);
  const times = 10;
  const repeat = (values: Float64Array) =>
    Float64Array.from({ length: times * values.length }, (_, i) => values[Math.floor(i / times)]!);
  const repeated = {
    ...input,
    rows: { yTrue: repeat(input.rows.yTrue) },
    prediction: repeat(input.prediction),
    reference: { name: "other", prediction: repeat(input.reference.prediction) },
  };
  const groups = Int32Array.from({ length: 100 * times }, (_, i) => Math.floor(i / times));
  const width = (resample: Resample) => {
    const { low, high } = compareModels({ ...repeated, bootstrap: { ...input.bootstrap, resample } }).difference;
    return high! - low!;
  };
  const single = width(row);
  assert.ok(width({ unit: "group", groups }) > 2 * single);
  assert.ok(width({ unit: "block" }) > 2 * single);
});

test("verdictOf() needs an interval that leaves out 0", () => {
  const value = (low: number | null, high: number | null) => ({ value: 0.1, low, high, n: 9 });
  assert.equal(verdictOf(value(0.01, 0.2), true), "better");
  assert.equal(verdictOf(value(0.01, 0.2), false), "worse");
  assert.equal(verdictOf(value(-0.2, -0.01), true), "worse");
  assert.equal(verdictOf(value(0, 0.2), true), "no-evidence");
  assert.equal(verdictOf(value(null, null), true), "no-evidence");
});

test("rowLosses() have the means that scikit-learn 1.9 gives", () => {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const close = (found: number, expected: number) =>
    assert.ok(Math.abs(found - expected) < 1e-12, `${found} ≠ ${expected}`);
  const { values } = rowLosses("binary", Float64Array.of(0, 1, 1, 0, 1), Float64Array.of(0.1, 0.8, 0.3, 0.6, 1));
  close(mean(values), 0.4897535206344255);
  const three = Float64Array.of(0.2, 0.5, 0.3, 0.7, 0.2, 0.1, 0.1, 0.1, 0.8, 0.3, 0.4, 0.3);
  close(mean(rowLosses("multiclass", Float64Array.of(1, 0, 2, 0), three).values), 0.6192346200347059);
  const y = Float64Array.of(1, 2, 3, 4);
  const quantiles = Float64Array.of(0.5, 1, 3, 2.5, 2, 2.5, 2, 4, 5, 1, 3.5, 3.9);
  close(mean(rowLosses("regression", y, quantiles, { kind: "quantile", quantiles: [0.1, 0.5, 0.9] }).values), 0.1825);
  const median = Float64Array.of(1, 2, 4, 3.5);
  close(mean(rowLosses("regression", y, median, { kind: "absolute" }).values), 0.375);
  close(Math.sqrt(mean(rowLosses("regression", y, median).values)), 0.5590169943749475);
  assert.ok(
    rowLosses("binary", Float64Array.of(1), Float64Array.of(0)).values.every(Number.isFinite),
    "certain and wrong is finite",
  );
});

function candidate(name: string, complexity: number, losses: (i: number) => number) {
  return { name, complexity, losses: Float64Array.from({ length: 400 }, (_, i) => losses(i)) };
}
const noise = (seed: number) => {
  const rng = createRng(seed);
  const values = Array.from({ length: 400 }, () => rng.uniform());
  return (i: number) => values[i]!;
};

test("selectCandidate() takes the simpler of two that are level, and the better where it is clear", () => {
  const shared = noise(1);
  const simple = candidate("simple", 1, (i) => shared(i) + 0.01 * noise(2)(i));
  const level = selectCandidate([candidate("complex", 2, (i) => shared(i) + 0.01 * noise(3)(i)), simple]);
  assert.equal(level.chosen, 1);
  const clear = selectCandidate([simple, candidate("complex", 2, (i) => shared(i) - 0.2 * noise(4)(i))]);
  assert.equal(clear.chosen, 1);
  assert.ok(clear.toBest[0]!.low > 0);
  assert.match(clear.sentence, /no simpler candidate is level/);
});

test("selectCandidate() tells candidates of equal complexity apart by their loss alone", () => {
  const shared = noise(1);
  const { chosen, best } = selectCandidate([candidate("a", 2, shared), candidate("b", 2, (i) => shared(i) - 1e-6)]);
  assert.deepEqual([chosen, best], [1, 1]);
  assert.throws(() => selectCandidate([]), { code: "SELECTION_EMPTY" });
});

test("selectCandidate() respects groups: what single rows would call clear may be level", () => {
  const byGroup = noise(5);
  const simple = candidate("simple", 1, (i) => 0.04 + 0.5 * byGroup(Math.floor(i / 40)));
  const complex = candidate("complex", 2, () => 0.25);
  const groups = Int32Array.from({ length: 400 }, (_, i) => Math.floor(i / 40));
  const single = selectCandidate([simple, complex]);
  const grouped = selectCandidate([simple, complex], { unit: "group", groups });
  const width = ({ toBest, best }: typeof single) => toBest[1 - best]!.high - toBest[1 - best]!.low;
  assert.ok(width(grouped) > 3 * width(single));
});
