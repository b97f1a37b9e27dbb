import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng, type Rng } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import {
  type Explainer,
  explainerOf,
  type FittedGam,
  type GamData,
  type GamParams,
  gam,
  type Target,
} from "./index.ts";

const n = 600;

function sample(seed: number, amountOf: (x: readonly number[], rng: Rng) => number) {
  const rng = createRng(seed);
  const rows = Array.from({ length: n }, () => {
    const x = Array.from({ length: 4 }, () => rng.uniform());
    return { x, amount: amountOf(x, rng) };
  });
  const features = Table.of({
    a: numberColumn(rows.map(({ x }) => x[0])),
    b: numberColumn(rows.map(({ x }) => (x[1]! < 0.1 ? null : x[1]))),
    level: categoryColumn(rows.map(({ x }) => `level ${Math.floor(4 * x[2]!)}`)),
    d: numberColumn(rows.map(({ x }) => x[3])),
  });
  const values = Float64Array.from(rows, ({ amount }) => amount);
  return { features, target: { task: "regression", values, nClasses: 0 } satisfies Target };
}

const noise = (rng: Rng) => rng.uniform() + rng.uniform() + rng.uniform() - 1.5;
const curved = sample(1, ([a, b, c], rng) => 4 * a! * a! + (b! < 0.1 ? 2 : 0) + Math.floor(4 * c!) + 0.3 * noise(rng));
const classes = (target: Target, cuts: readonly number[]): Target => ({
  task: cuts.length === 1 ? "binary" : "multiclass",
  values: target.values.map((y) => cuts.filter((cut) => y > cut).length),
  nClasses: cuts.length + 1,
});
const tasks = [curved.target, classes(curved.target, [3]), classes(curved.target, [2, 4])];
const quick: GamParams = { nBags: 3, nRounds: 100, nPairRounds: 30, interactions: 2 };
const dataOf = (features: Table, target: Target, params: GamParams = quick) =>
  gam(params).fit(features, target, { seed: 1 }).toJSON() as GamData;

for (const target of tasks) {
  test(`gam(), ${target.task}: a row's score is the intercept plus its terms, which are the explanation`, () => {
    const model = gam(quick).fit(curved.features, target, { seed: 1 });
    const explained = (explainerOf(model.toJSON()) as Explainer).explain(curved.features);
    const outputs = model.predict(curved.features);
    const stride = curved.features.nColumns + 1;
    for (let i = 0; i < n; i++) {
      const scores = Array.from({ length: model.nOutputs }, (_, k) => {
        const from = (i * model.nOutputs + k) * stride;
        return explained.subarray(from, from + stride).reduce((sum, part) => sum + part, 0);
      });
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      scores.forEach((score, k) => {
        const expected = {
          regression: score,
          ranking: score,
          binary: 1 / (1 + Math.exp(-score)),
          multiclass: Math.exp(score) / total,
        };
        assert.ok(Math.abs(expected[target.task] - outputs[i * model.nOutputs + k]!) < 1e-12);
      });
    }
  });

  test(`gam(), ${target.task}: every term has the mean 0 over the training rows, and the most important comes first`, () => {
    const { terms } = dataOf(curved.features, target);
    for (const { scores, weights } of terms)
      for (const output of scores) {
        const mean = output.reduce((sum, score, cell) => sum + score * weights[cell]!, 0) / n;
        assert.ok(Math.abs(mean) < 1e-12, `${mean}`);
      }
    terms.forEach(({ importance }, k) => {
      assert.ok(k === 0 || importance <= terms[k - 1]!.importance);
    });
  });

  test(`gam(), ${target.task}: the order of the columns changes no bit of a prediction`, () => {
    const turned = curved.features.select([...curved.features.names].reverse());
    const fit = (features: Table) => gam(quick).fit(features, target, { seed: 1 }).predict(features);
    assert.deepEqual(fit(turned), fit(curved.features));
  });
}

test("gam() gives what is missing a score of its own", () => {
  const { terms, featureNames } = dataOf(curved.features, curved.target, { ...quick, interactions: 0 });
  const b = terms.find(({ axes }) => featureNames[axes[0]!.feature] === "b")!;
  const scores = b.scores[0]!;
  const present = scores.slice(0, -1);
  assert.ok(scores.at(-1)! - Math.max(...present) > 1.5, `${scores.at(-1)} is not 1.5 above ${Math.max(...present)}`);
});

test("gam() finds the pair that acts together, and only that one where one is asked for", () => {
  const crossed = sample(2, ([a, b, , d], rng) => 3 * (a! - 0.5) * (d! - 0.5) + b! + 0.1 * noise(rng));
  const { terms, featureNames } = dataOf(crossed.features, crossed.target, { ...quick, interactions: 1 });
  const pairs = terms.filter(({ axes }) => axes.length === 2);
  assert.deepEqual(
    pairs.map(({ axes }) => axes.map(({ feature }) => featureNames[feature]).sort()),
    [["a", "d"]],
  );
  assert.ok(pairs[0]!.importance > 0.1);
});

test("gam() takes a whole weight as so many rows where nothing counts rows", () => {
  const weight = Float64Array.from({ length: n }, (_, i) => 1 + (i % 3));
  const rows = [...weight.keys()].flatMap((i) => new Array<number>(weight[i]!).fill(i));
  const learner = gam({
    nBags: 1,
    earlyStoppingRounds: 0,
    nRounds: 30,
    interactions: 0,
    minSamplesLeaf: 1,
    maxBins: n,
  });
  const repeated: Target = { ...curved.target, values: Float64Array.from(rows, (i) => curved.target.values[i]!) };
  const weighted = learner
    .fit(curved.features, curved.target, { seed: 1, sampleWeight: weight })
    .predict(curved.features);
  const plain = learner.fit(curved.features.take(rows), repeated, { seed: 1 }).predict(curved.features);
  weighted.forEach((value, i) => {
    assert.ok(Math.abs(value - plain[i]!) < 1e-9, `${value} is not ${plain[i]}`);
  });
});

test("gam() has the standard error of a difference of two means, from bag to bag", () => {
  const rng = createRng(3);
  const features = Table.of({ level: categoryColumn(Array.from({ length: n }, (_, i) => (i % 2 ? "a" : "b"))) });
  const values = Float64Array.from({ length: n }, () => 2 * noise(rng));
  const target: Target = { task: "regression", values, nClasses: 0 };
  const data = dataOf(features, target, { nBags: 60, nRounds: 40, earlyStoppingRounds: 0, interactions: 0, lambda: 0 });
  // A score is half of the difference of two means of n / 2 rows, each of standard deviation 2 · √(3 / 12).
  const expected = 0.5 * Math.sqrt(4 / n);
  for (const error of data.terms[0]!.standardErrors![0]!.slice(0, 2))
    assert.ok(Math.abs(error / expected - 1) < 0.25, `${error} is not near ${expected}`);
  assert.equal(dataOf(features, target, { ...quick, nBags: 1 }).terms[0]?.standardErrors ?? null, null);
});

test("gam() with Poisson loss predicts counts whose sum is that of the target", () => {
  const counts: Target = { ...curved.target, values: curved.target.values.map((y) => Math.max(0, Math.round(y))) };
  const model = gam({ ...quick, loss: "poisson" }).fit(curved.features, counts, { seed: 1 });
  const predicted = model.predict(curved.features);
  assert.ok(predicted.every((mean) => mean > 0));
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(sum(predicted) / sum(counts.values) - 1) < 0.02);
});

test("gam() stops early on validation rows, and says how a refit repeats it", () => {
  const noisy = sample(4, ([a], rng) => a! + 8 * noise(rng));
  const held = sample(5, ([a], rng) => a! + 8 * noise(rng));
  const model = gam({ nBags: 2, interactions: 1 }).fit(noisy.features, noisy.target, {
    seed: 1,
    validation: { table: held.features, target: held.target },
  }) as FittedGam;
  assert.ok(model.refitParams.nRounds < 100, `${model.refitParams.nRounds} rounds`);
  const again = gam({ nBags: 2, interactions: 1, ...model.refitParams }).fit(noisy.features, noisy.target, { seed: 1 });
  assert.deepEqual((again as FittedGam).refitParams, model.refitParams);
});

test("gam() keeps a curve rising or falling where it is told to, and puts that feature in no pair", () => {
  const wavy = sample(7, ([a, b, , d], rng) => a! + Math.sin(12 * a!) + 2 * a! * d! - b! + 0.5 * noise(rng));
  for (const sign of [1, -1]) {
    const { terms, featureNames } = dataOf(wavy.features, wavy.target, { ...quick, monotone: { a: sign } });
    for (const { axes, scores } of terms) {
      if (axes.every(({ feature }) => featureNames[feature] !== "a")) continue;
      assert.equal(axes.length, 1);
      const curve = scores[0]!.slice(0, -1);
      curve.forEach((score, k) => {
        assert.ok(k === 0 || sign * (score - curve[k - 1]!) >= -1e-12, `${k}: ${score} after ${curve[k - 1]}`);
      });
    }
  }
});

test("gam() refuses a sign that is none, and one for a feature that has no order", () => {
  for (const monotone of [{ a: 2 }, { level: 1 }, { nobody: 1 }])
    assert.throws(() => dataOf(curved.features, curved.target, { monotone }), { code: "GAM_PARAMS" });
});

test("gam() has no term for a constant column, for one level, or for one without values", () => {
  const { terms } = dataOf(
    Table.of({
      constant: numberColumn(new Float64Array(n).fill(3)),
      level: categoryColumn(new Array<string>(n).fill("only")),
      missing: numberColumn(new Float64Array(n).fill(Number.NaN)),
    }),
    curved.target,
  );
  assert.deepEqual(terms, []);
});

test("gam() fits more columns than rows", () => {
  const rng = createRng(6);
  const wide = Table.of(
    Array.from(
      { length: 300 },
      (_, j) => [`x${j}`, numberColumn(Array.from({ length: 60 }, () => rng.uniform()))] as const,
    ),
  );
  const target: Target = { task: "regression", values: wide.numbers("x7").values.map((x) => 5 * x), nClasses: 0 };
  const { terms, featureNames } = dataOf(wide, target, { nBags: 2, nRounds: 20, interactions: 1 });
  assert.equal(featureNames[terms[0]!.axes[0]!.feature], "x7");
});
