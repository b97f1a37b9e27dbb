import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { huber as huberMetric, type Metric, measure, metrics, ndcg, tweedieDeviance } from "../metrics/index.ts";
import { exp, quantileSorted } from "../stats/index.ts";
import { numberColumn, Table } from "../table/index.ts";
import { boostingLoss, type GbdtLoss, type LossOptions } from "./gbdt-loss.ts";
import { shorterStep } from "./gbdt-loss-deviance.ts";
import { type CustomLoss, type FittedGbdt, type GbdtData, gbdt, loadModel, type Target, type Task } from "./index.ts";
import { leafQuantiles } from "./leaf-quantiles.ts";

const quantiles = [0.1, 0.5, 0.8];
const options: LossOptions = {
  quantiles,
  delta: 1.5,
  focusing: 2,
  variancePower: 1.3,
  truncation: 30,
  gains: null,
  seed: 1,
  custom: {
    link: "exp",
    loss: (score, y) => exp(score) - y * score,
    gradient: (score, y) => exp(score) - y,
    hessian: (score) => exp(score),
  },
};

interface Case {
  readonly loss: GbdtLoss;
  readonly task: Task;
  readonly nOutputs?: number;
  /** mean() is so many times the loss whose gradient is given. */
  readonly times: number;
  /** Whether the hessian is the second derivative, and not a bound on it. */
  readonly isExact: boolean;
  readonly target: fc.Arbitrary<number>;
}

const real = fc.double({ min: -4, max: 4, noNaN: true });
const positive = fc.double({ min: 0.01, max: 9, noNaN: true });
const cases: readonly Case[] = [
  { loss: "logistic", task: "binary", times: 1, isExact: true, target: fc.nat({ max: 1 }) },
  { loss: "softmax", task: "multiclass", nOutputs: 3, times: 1, isExact: false, target: fc.nat({ max: 2 }) },
  { loss: "focal", task: "binary", times: 1, isExact: false, target: fc.nat({ max: 1 }) },
  { loss: "focal", task: "multiclass", nOutputs: 3, times: 1, isExact: false, target: fc.nat({ max: 2 }) },
  { loss: "squared", task: "regression", times: 2, isExact: true, target: real },
  { loss: "huber", task: "regression", times: 1, isExact: false, target: real },
  { loss: "absolute", task: "regression", times: 1, isExact: false, target: real },
  { loss: "quantile", task: "regression", nOutputs: 3, times: 1 / 3, isExact: false, target: real },
  { loss: "poisson", task: "regression", times: 2, isExact: true, target: fc.nat({ max: 9 }) },
  { loss: "tweedie", task: "regression", times: 2, isExact: true, target: fc.oneof(fc.constant(0), positive) },
  { loss: "gamma", task: "regression", times: 2, isExact: true, target: positive },
  { loss: "custom", task: "regression", times: 1, isExact: true, target: fc.nat({ max: 9 }) },
];

const targetOf = (task: Task, values: Float64Array): Target => ({
  task,
  values,
  nClasses: { binary: 2, multiclass: 3, regression: 0, ranking: 0 }[task],
});

for (const { loss, task, nOutputs = 1, times, isExact, target } of cases)
  test(`${loss} (${task}): the gradient is the slope of mean(), the hessian its slope or a bound on it`, () => {
    const row = fc.tuple(target, fc.array(real, { minLength: nOutputs, maxLength: nOutputs }), fc.nat({ max: 3 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 6 }), (rows) => {
        const n = rows.length;
        const weights = Float64Array.from(rows, ([, , weight]) => weight);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        fc.pre(total > 0 && rows.some(([y, , weight]) => y > 0 && weight > 0));
        const made = boostingLoss(
          loss,
          targetOf(
            task,
            Float64Array.from(rows, ([y]) => y),
          ),
          weights,
          options,
        );
        const scores = new Float64Array(n * nOutputs);
        rows.forEach(([, outputs], i) => {
          outputs.forEach((score, k) => {
            scores[k * n + i] = score;
          });
        });
        const [gradient, hessian, above, below] = Array.from({ length: 4 }, () => new Float64Array(n)) as [
          Float64Array,
          Float64Array,
          Float64Array,
          Float64Array,
        ];
        const unused = new Float64Array(n);
        const step = 1e-5;
        for (let k = 0; k < nOutputs; k++) {
          // All outputs of a round are derived from the first one's scores.
          const derive = (g: Float64Array, h: Float64Array) => {
            for (let output = 0; output <= k; output++) made.derive(scores, output, g, h);
          };
          derive(gradient, hessian);
          for (let i = 0; i < n; i++) {
            const at = k * n + i;
            const start = scores[at]!;
            const residual = Math.abs(rows[i]![0] - start);
            const isCorner = loss === "huber" ? Math.abs(residual - 1.5) < 1e-4 : residual < 1e-4;
            if (!isExact && task === "regression" && isCorner) continue;
            scores[at] = start + step;
            const high = made.mean(scores);
            derive(above, unused);
            scores[at] = start - step;
            const low = made.mean(scores);
            derive(below, unused);
            scores[at] = start;
            const slope = (((high - low) / (2 * step)) * total) / times;
            assert.ok(
              Math.abs(slope - gradient[i]!) < 1e-5 * (1 + Math.abs(gradient[i]!) * 10),
              `${slope} ${gradient[i]}`,
            );
            const curvature = (above[i]! - below[i]!) / (2 * step);
            const isRight = isExact
              ? Math.abs(curvature - hessian[i]!) < 1e-4 * (1 + 10 * hessian[i]!)
              : curvature <= hessian[i]! + 1e-6;
            assert.ok(isRight, `${curvature} ${hessian[i]}`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

const metricOf: readonly (readonly [GbdtLoss, Task, Metric])[] = [
  ["logistic", "binary", metrics.logLoss!],
  ["absolute", "regression", metrics.mae!],
  ["huber", "regression", huberMetric(1.5)],
  ["poisson", "regression", tweedieDeviance(1)],
  ["tweedie", "regression", tweedieDeviance(1.3)],
  ["gamma", "regression", tweedieDeviance(2)],
];

for (const [loss, task, metric] of metricOf)
  test(`${loss}: mean() of a model's scores is ${metric.name} of its predictions`, () => {
    const x = Float64Array.from({ length: 60 }, (_, i) => i % 10);
    const values = x.map((value, i) => (task === "binary" ? Number(value + (i % 3) > 6) : 1 + value + (i % 4)));
    const features = Table.of({ x: numberColumn(x) });
    const weights = Float64Array.from({ length: 60 }, (_, i) => 1 + (i % 3));
    const params = { loss, nTrees: 5, minSamplesLeaf: 5, delta: 1.5, variancePower: 1.3 };
    const model = gbdt(params).fit(features, targetOf(task, values), { seed: 1, sampleWeight: weights });
    const data = model.toJSON() as { readonly link: "identity" | "exp" | "logistic" };
    const predicted = model.predict(features);
    const scores = predicted.map((p) =>
      data.link === "identity" ? p : data.link === "exp" ? Math.log(p) : Math.log(p / (1 - p)),
    );
    const mean = boostingLoss(loss, targetOf(task, values), weights, options).mean(scores);
    const measured = measure(metric, values, predicted, weights) as number;
    const half = loss === "absolute" ? 0.5 : 1; // the pinball loss of the median is half the absolute error
    assert.ok(Math.abs(mean - half * measured) < 1e-12 * (1 + measured), `${mean} ${measured}`);
  });

test("a full Huber step in a leaf never raises the loss", () => {
  const rows = fc.array(fc.tuple(fc.double({ min: -50, max: 50, noNaN: true }), real), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(rows, (found) => {
      const weights = new Float64Array(found.length).fill(1);
      const target = targetOf(
        "regression",
        Float64Array.from(found, ([y]) => y),
      );
      const loss = boostingLoss("huber", target, weights, options);
      const scores = Float64Array.from(found, ([, score]) => score);
      const [g, h] = [new Float64Array(found.length), new Float64Array(found.length)];
      loss.derive(scores, 0, g, h);
      const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
      const step = -sum(g) / sum(h);
      assert.ok(loss.mean(scores.map((score) => score + step)) <= loss.mean(scores) + 1e-12);
    }),
  );
});

test("shorterStep() is the best step of a leaf or Newton's, whichever is shorter", () => {
  for (const power of [1, 1.4, 2])
    for (const ratio of [1e-6, 0.2, 0.9, 1, 1.1, 40, 1e9]) {
      const newton = (ratio - 1) / ((power - 1) * ratio + 2 - power);
      const best = Math.log(ratio);
      const expected = Math.abs(best) < Math.abs(newton) ? best : newton;
      assert.ok(Math.abs(shorterStep(newton, power) - expected) < 1e-6 * (1 + Math.abs(expected)), `${power} ${ratio}`);
    }
});

test("leafQuantiles() are type-7 quantiles, leaf by leaf; equal weights of any size, or more rows of weight 0, change nothing", () => {
  const row = fc.record({ value: fc.integer({ min: -5, max: 5 }), leaf: fc.nat({ max: 2 }) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), fc.constantFrom(0.1, 0.25, 0.5, 0.9), (rows, level) => {
      const all = [...rows, ...[0, 1, 2].map((leaf) => ({ value: 9, leaf }))];
      const values = Float64Array.from(all, ({ value }) => value);
      const leaves = Int32Array.from(all, ({ leaf }) => leaf);
      const selected = leafQuantiles(values, null, leaves, 3, level);
      for (const leaf of [0, 1, 2]) {
        const own = values.filter((_, i) => leaves[i] === leaf).sort();
        assert.ok(Math.abs(selected[leaf]! - quantileSorted(own, level)) < 1e-12);
      }
      const twice = (numbers: Float64Array) => Float64Array.of(...numbers, ...numbers);
      const weights = twice(values.map(() => 0.25)).fill(0, values.length);
      const weighted = leafQuantiles(twice(values), weights, Int32Array.of(...leaves, ...leaves), 3, level);
      weighted.forEach((value, leaf) => {
        assert.ok(Math.abs(value - selected[leaf]!) < 1e-9, `${value} ${selected[leaf]}`);
      });
    }),
  );
});

test("leafQuantiles() of weights do not depend on the order of the rows, and move to where weight is put", () => {
  const row = fc.record({ value: fc.integer({ min: -5, max: 5 }), weight: fc.nat({ max: 4 }) });
  const of = (rows: readonly { value: number; weight: number }[], level: number) =>
    leafQuantiles(
      Float64Array.from(rows, ({ value }) => value),
      Float64Array.from(rows, ({ weight }) => weight),
      new Int32Array(rows.length),
      1,
      level,
    )[0]!;
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), fc.constantFrom(0.1, 0.5, 0.8), (rows, level) => {
      fc.pre(rows.some(({ weight }) => weight > 0));
      const value = of(rows, level);
      assert.equal(of([...rows].reverse(), level), value);
      assert.ok(of([...rows, { value: 5, weight: 100 }], level) >= value - 1e-9);
    }),
  );
});

test("quantiles never cross: not in a batch, not in a row, not in a model read back", () => {
  const n = 120;
  const x = Float64Array.from({ length: n }, (_, i) => (i * 37) % n);
  const y = x.map((value, i) => (value % 17) + ((i * 53) % 29));
  const features = Table.of({ x: numberColumn(x) });
  const learner = gbdt({ loss: "quantile", quantiles: [0.05, 0.4, 0.5, 0.6, 0.95], nTrees: 60, minSamplesLeaf: 1 });
  const model = learner.fit(features, targetOf("regression", y), { seed: 1 });
  const batch = model.predict(features);
  assert.deepEqual(loadModel(JSON.parse(JSON.stringify(model.toJSON()))).predict(features), batch);
  const row = new Float64Array(5);
  for (let i = 0; i < n; i++) {
    model.predictRow(Float64Array.of(x[i]!), row);
    assert.deepEqual(row, batch.subarray(5 * i, 5 * i + 5));
    for (let k = 1; k < 5; k++) assert.ok(row[k]! >= row[k - 1]!, `row ${i}`);
  }
});

/** Queries of some rows: grades by a column, so that an order can be learned. */
function queriesOf(grades: readonly number[], queries: readonly number[], seed = 1) {
  const features = Table.of({
    x: numberColumn(Float64Array.from(grades, (grade, i) => grade + (((i * 7919 * seed) % 13) - 6) / 5)),
  });
  const target: Target = {
    task: "ranking",
    values: Float64Array.from(grades),
    nClasses: 0,
    queries: Int32Array.from(queries),
  };
  return { features, target };
}

for (const loss of ["lambdarank", "xendcg"] as const) {
  const learner = gbdt({ loss, nTrees: 10, minSamplesLeaf: 1, minHessian: 0 });

  test(`${loss}: queries of one row, or of equal grades, teach nothing: every score is 0`, () => {
    const { features, target } = queriesOf([0, 3, 2, 2, 2, 0, 0], [0, 1, 2, 2, 2, 3, 3]);
    const model = learner.fit(features, target, { seed: 1 });
    assert.deepEqual([...model.predict(features)], [0, 0, 0, 0, 0, 0, 0]);
  });

  test(`${loss} learns an order, wherever the rows of a query lie and however the queries are named`, () => {
    const grades = Array.from({ length: 200 }, (_, i) => (i * 31) % 4);
    const queries = grades.map((_, i) => i % 20);
    const { features, target } = queriesOf(grades, queries);
    const model = learner.fit(features, target, { seed: 1 });
    const scores = model.predict(features);
    const ranked = { queries: target.queries!, gains: null };
    assert.ok((measure(ndcg(5), target.values, scores, undefined, ranked) as number) > 0.9);
    const renamed = { ...target, queries: target.queries!.map((query) => 1000 - 7 * query) };
    assert.deepEqual(learner.fit(features, renamed, { seed: 1 }).predict(features), scores);
  });

  test(`${loss}: gradients of a query sum to 0, and rows of weight 0 have none`, () => {
    const { target } = queriesOf([2, 0, 1, 1, 0, 4], [5, 5, 5, 5, 5, 5]);
    const [g, h] = [new Float64Array(6), new Float64Array(6)];
    const scores = Float64Array.of(0.5, 0.2, -1, 0.3, 0.2, -2);
    boostingLoss(loss, target, new Float64Array(6).fill(1), options).derive(scores, 0, g, h);
    assert.ok(Math.abs(g.reduce((sum, x) => sum + x, 0)) < 1e-12);
    assert.ok(g[5]! < 0 && g[1]! > 0 && h.every((x) => x > 0));
    boostingLoss(loss, target, Float64Array.of(1, 1, 1, 1, 1, 0), options).derive(scores, 0, g, h);
    assert.equal(Math.abs(g[5]!), 0);
  });
}

test("early stopping of a ranking looks at the order of the validation queries", () => {
  const grades = Array.from({ length: 200 }, (_, i) => (i * 31) % 4);
  const queries = grades.map((_, i) => Math.floor(i / 10));
  const train = queriesOf(grades, queries);
  const held = queriesOf([...grades].reverse(), queries, 3);
  const model = gbdt({ nTrees: 200, earlyStoppingRounds: 5, minSamplesLeaf: 2 }).fit(train.features, train.target, {
    seed: 1,
    validation: { table: held.features, target: held.target },
  });
  assert.ok((model as unknown as { bestRound: number }).bestRound < 100);
});

const wrongLosses: readonly (readonly [says: RegExp, loss: Partial<CustomLoss>])[] = [
  [/gradient or hessian is NaN or infinite for 4 of 8 rows/, { gradient: (score, y) => (y > 1 ? 1 / 0 : score) }],
  [/gradient or hessian is NaN or infinite for 8 of 8 rows/, { hessian: () => Number.NaN }],
  [/the hessian is 0 or below for all rows/, { hessian: () => -1 }],
  [/its start score is -?Infinity/, { base: () => Number.NEGATIVE_INFINITY }],
  [
    /it threw RangeError/,
    {
      gradient: () => {
        throw new RangeError("a secret value");
      },
    },
  ],
  [/the mean loss of 8 rows is NaN/, { loss: () => Number.NaN }],
];

for (const [says, part] of wrongLosses)
  test(`a custom loss is refused where it gives no numbers: ${says.source}`, () => {
    const y = Float64Array.of(0, 1, 2, 3, 0, 1, 2, 3);
    const features = Table.of({ x: numberColumn(y) });
    const target = targetOf("regression", y);
    const squared = { loss: (s: number, t: number) => (s - t) ** 2, gradient: (s: number, t: number) => s - t };
    const customLoss = { ...squared, hessian: () => 1, ...part } as CustomLoss;
    const validation = { table: features, target };
    assert.throws(
      () => gbdt({ loss: "custom", earlyStoppingRounds: 2 }).fit(features, target, { seed: 1, customLoss, validation }),
      { code: "FIT_LOSS_NUMBERS", message: says },
    );
  });

test("a custom loss written in rows or for all rows at once is the built-in one, to the bit", () => {
  const y = Float64Array.from({ length: 80 }, (_, i) => (i * 7) % 11);
  const features = Table.of({ x: numberColumn(y.map((value, i) => value + (i % 5))) });
  const target = targetOf("regression", y);
  const loss = (score: number, t: number) => (score - t) ** 2;
  const byRow: CustomLoss = { loss, gradient: (score, t) => score - t, hessian: () => 1 };
  const atOnce: CustomLoss = {
    loss,
    derive(t, scores, gradient, hessian) {
      gradient.set(scores.map((score, i) => score - t[i]!));
      hessian.fill(1);
    },
  };
  const plain = gbdt({ nTrees: 10 }).fit(features, target, { seed: 1 }).predict(features);
  for (const customLoss of [byRow, atOnce]) {
    const model = gbdt({ loss: "custom", nTrees: 10 }).fit(features, target, { seed: 1, customLoss });
    assert.deepEqual(model.predict(features), plain);
    assert.equal((model.toJSON() as { loss: string }).loss, "custom:unnamed");
    const more = gbdt({ loss: "custom", nTrees: 5 });
    const longer = more.fit(features, target, { seed: 1, customLoss, warmStart: model.toJSON() as GbdtData });
    assert.equal((longer as FittedGbdt).bestRound, 15);
  }
});

test("a negative hessian counts as 0", () => {
  const y = Float64Array.from({ length: 80 }, (_, i) => (i * 7) % 11);
  const features = Table.of({ x: numberColumn(y) });
  const of = (floor: number) => {
    const customLoss: CustomLoss = {
      loss: (score, t) => (score - t) ** 2,
      gradient: (score, t) => score - t,
      hessian: (_, t) => (t > 5 ? floor : 1),
    };
    return gbdt({ loss: "custom" }).fit(features, targetOf("regression", y), { seed: 1, customLoss }).predict(features);
  };
  assert.deepEqual(of(-3), of(0));
});
