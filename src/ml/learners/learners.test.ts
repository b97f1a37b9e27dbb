import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hashOf } from "../../lib/index.ts";
import { type CategoryColumn, numberColumn, Table } from "../table/index.ts";
import {
  bestRule,
  gam,
  gbdt,
  type Learner,
  linear,
  loadModel,
  mean,
  median,
  previousValue,
  prior,
  quantile,
  reweighted,
  type Target,
  type Task,
} from "./index.ts";

// What every learner promises, on tables with missing numbers, missing codes, constant and infinite columns.

const tasks: readonly Task[] = ["binary", "multiclass", "regression"];
const balanced = { classWeights: "balanced", negativeRate: 1 } as const;
const small = { nTrees: 5, minSamplesLeaf: 1 };
const smallGam = { nBags: 2, nRounds: 20, nPairRounds: 10, interactions: 2, minSamplesLeaf: 1 };
const learners: readonly { name: string; learner: Learner; tasks: readonly Task[] }[] = [
  { name: "prior", learner: prior(), tasks },
  { name: "mean", learner: mean(), tasks: ["regression"] },
  { name: "median", learner: median(), tasks: ["regression"] },
  { name: "quantile", learner: quantile({ quantiles: [0.1, 0.9] }), tasks: ["regression"] },
  { name: "previousValue", learner: previousValue(), tasks: ["regression"] },
  { name: "linear elastic net", learner: linear({ l1Share: 0.5 }), tasks },
  { name: "linear", learner: linear(), tasks },
  { name: "gbdt", learner: gbdt(small), tasks },
  { name: "gbdt absolute", learner: gbdt({ ...small, loss: "absolute" }), tasks: ["regression"] },
  {
    name: "gbdt quantile",
    learner: gbdt({ ...small, loss: "quantile", quantiles: [0.9, 0.1, 0.5] }),
    tasks: ["regression"],
  },
  { name: "gbdt focal", learner: gbdt({ ...small, loss: "focal" }), tasks: ["binary", "multiclass"] },
  { name: "balanced gbdt", learner: reweighted(gbdt(small), balanced), tasks: ["binary", "multiclass"] },
  { name: "balanced linear", learner: reweighted(linear(), balanced), tasks: ["binary", "multiclass"] },
  { name: "gbdt of some features", learner: gbdt({ ...small, featureFraction: 0.5 }), tasks },
  { name: "gam", learner: gam(smallGam), tasks },
  { name: "gam of one bag", learner: gam({ ...smallGam, nBags: 1, earlyStoppingRounds: 0 }), tasks: ["regression"] },
  { name: "bestRule", learner: bestRule(), tasks },
];

interface Sample {
  readonly features: Table;
  readonly target: Target;
  readonly sampleWeight: Float64Array;
}

const number = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  { weight: 3, arbitrary: fc.constantFrom(0, 1, 2) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, -0, 1e39, -1e39) },
);

function sampleOf(task: Task, nFeatures?: number): fc.Arbitrary<Sample> {
  const nClasses = { binary: 2, multiclass: 3, regression: 0, ranking: 0 }[task];
  const value = task === "regression" ? fc.double({ min: -50, max: 50, noNaN: true }) : fc.nat({ max: nClasses - 1 });
  const row = fc.tuple(number, number, fc.integer({ min: -1, max: 4 }), value, fc.nat({ max: 2 }));
  return fc.array(row, { minLength: 1, maxLength: 40 }).map((rows) => {
    const level: CategoryColumn = {
      kind: "category",
      codes: Int32Array.from(rows, ([, , code]) => code),
      dictionary: [..."abcde", "never seen"],
    };
    const columns = [
      ["a", numberColumn(rows.map(([a]) => a))],
      ["b", numberColumn(rows.map(([, b]) => b))],
      ["level", level],
      ["constant", numberColumn(rows.map(() => 3))],
      ["missing", numberColumn(rows.map(() => null))],
    ] as const;
    return {
      features: Table.of(columns.slice(0, nFeatures), rows.length),
      target: { task, values: Float64Array.from(rows, ([, , , y]) => y), nClasses },
      sampleWeight: Float64Array.from(rows, ([, , , , weight], i) => (i === 0 ? 1 : weight)),
    };
  });
}

function rowOf(features: Table, i: number): Float64Array {
  return Float64Array.from([...features.entries()], ([, column]) =>
    column.kind === "category" ? column.codes[i]! : column.values[i]!,
  );
}

for (const { name, learner, task } of learners.flatMap((entry) => entry.tasks.map((task) => ({ ...entry, task })))) {
  const samples = sampleOf(task);
  // A linear model of 1e39 is of no use: such values are clipped before it sees them.
  const tame = (features: Table) =>
    learner.kind === "linear"
      ? Table.of(
          [...features.entries()].map(([column, values]) => [
            column,
            values.kind === "category" ? values : numberColumn(values.values.map((x) => Math.max(-9, Math.min(9, x)))),
          ]),
        )
      : features;
  const fit = ({ features, target, sampleWeight }: Sample) =>
    learner.fit(tame(features), target, { seed: 7, sampleWeight });

  test(`${name}, ${task}: predictRow() equals predict() to the bit, and finite probabilities sum to 1`, () => {
    fc.assert(
      fc.property(samples, samples, (sample, other) => {
        const model = fit(sample);
        const features = tame(other.features);
        const outputs = model.predict(features);
        assert.equal(outputs.length, features.nRows * model.nOutputs);
        const out = new Float64Array(model.nOutputs);
        for (let i = 0; i < features.nRows; i++) {
          model.predictRow(rowOf(features, i), out);
          assert.deepEqual(out, outputs.slice(i * model.nOutputs, (i + 1) * model.nOutputs));
          assert.ok(out.every(Number.isFinite), `${out}`);
          if (task !== "regression") assert.ok(out.every((p) => p >= 0 && p <= 1));
          if (task === "multiclass") assert.ok(Math.abs(out[0]! + out[1]! + out[2]! - 1) < 1e-12);
          if (name.includes("quantile")) assert.deepEqual(out, out.slice().sort());
        }
      }),
      { numRuns: 40 },
    );
  });

  test(`${name}, ${task}: two fits give one hash, and the model read from JSON predicts the same bytes`, () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const model = fit(sample);
        assert.equal(hashOf(fit(sample).toJSON()), hashOf(model.toJSON()));
        const read = loadModel(JSON.parse(JSON.stringify(model.toJSON())));
        const features = tame(sample.features);
        assert.deepEqual(read.predict(features), model.predict(features));
        assert.deepEqual([read.kind, read.task, read.nOutputs], [model.kind, task, model.nOutputs]);
      }),
      { numRuns: 25 },
    );
  });

  test(`${name}, ${task}: one row, no feature, and weights of 1 are fitted`, () => {
    fc.assert(
      fc.property(sampleOf(task, 0), samples, (bare, { features, target }) => {
        assert.ok(fit(bare).predict(bare.features).every(Number.isFinite));
        const first = tame(features).slice(0, 1);
        const one = learner.fit(first, { ...target, values: target.values.slice(0, 1) }, { seed: 1 });
        assert.ok(one.predict(first).every(Number.isFinite));
        const sampleWeight = new Float64Array(target.values.length).fill(1);
        assert.deepEqual(
          learner.fit(tame(features), target, { seed: 1, sampleWeight }).toJSON(),
          learner.fit(tame(features), target, { seed: 1 }).toJSON(),
        );
      }),
      { numRuns: 15 },
    );
  });
}

test("loadModel() refuses a kind that no learner wrote", () => {
  assert.throws(() => loadModel(JSON.parse('{"kind":"oracle"}')), { code: "MODEL_KIND", kind: "damaged" });
});
