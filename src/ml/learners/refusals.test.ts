import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng, FettleError } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import {
  type GamParams,
  type GbdtParams,
  gam,
  gbdt,
  type LinearParams,
  linear,
  mean,
  quantile,
  type Target,
} from "./index.ts";

const rng = createRng(1);
const n = 60;
const x = Float64Array.from({ length: n }, () => rng.uniform());
const features = Table.of({ x: numberColumn(x), level: categoryColumn(Array.from(x, (v) => (v > 0.5 ? "a" : "b"))) });
const binary: Target = { task: "binary", values: x.map((v) => Number(v + rng.uniform() > 1)), nClasses: 2 };

const wrongGbdt: readonly GbdtParams[] = [
  { nTrees: 0 },
  { nTrees: 1.5 },
  { learningRate: 0 },
  { learningRate: Number.NaN },
  { maxLeaves: 1 },
  { minSamplesLeaf: 0 },
  { minHessian: -1 },
  { lambda: -1 },
  { featureFraction: 1.1 },
  { categorySmoothing: -1 },
  { earlyStoppingRounds: -1 },
];

test("gbdt() refuses each wrong parameter by its name", () => {
  for (const params of wrongGbdt)
    assert.throws(
      () => gbdt(params),
      (error: unknown) =>
        error instanceof FettleError &&
        error.code === "GBDT_PARAMS" &&
        error.facts.parameter === Object.keys(params)[0] &&
        /^Cannot fit boosted trees: \w+ is \S+, .+ is needed$/.test(error.message),
    );
});

const wrongGam: readonly GamParams[] = [
  { interactions: -1 },
  { nBags: 0 },
  { nRounds: 1.5 },
  { nPairRounds: 0 },
  { learningRate: 0 },
  { maxLeaves: 1 },
  { minSamplesLeaf: 0 },
  { maxBins: 1 },
  { maxPairBins: 1 },
  { lambda: -1 },
  { categorySmoothing: Number.NaN },
  { earlyStoppingRounds: -1 },
];

test("gam() refuses each wrong parameter by its name", () => {
  for (const params of wrongGam)
    assert.throws(() => gam(params), { code: "GAM_PARAMS", facts: { parameter: Object.keys(params)[0] } });
});

const wrongLinear = [
  { lambda: -1 },
  { lambda: Number.NaN },
  { l1Share: -0.1 },
  { l1Share: 1.1 },
  { classWeight: "even" },
  { tolerance: 1 },
  { maxIterations: 0 },
] as unknown as readonly LinearParams[];

test("linear() refuses each wrong parameter by its name", () => {
  for (const params of wrongLinear)
    assert.throws(() => linear(params), { code: "LINEAR_PARAMS", facts: { parameter: Object.keys(params)[0] } });
});

test("quantile levels outside (0, 1), or none, are refused", () => {
  for (const quantiles of [[], [0], [0.5, 1], [Number.NaN]]) {
    assert.throws(() => gbdt({ loss: "quantile", quantiles }), { code: "FIT_QUANTILES" });
    assert.throws(() => quantile({ quantiles }), { code: "FIT_QUANTILES" });
  }
});

test("a loss that is none of the task's is refused", () => {
  assert.throws(() => gbdt({ loss: "squared" }).fit(features, binary, { seed: 1 }), { code: "FIT_LOSS" });
  assert.throws(() => linear({ loss: "softmax" }).fit(features, binary, { seed: 1 }), { code: "FIT_LOSS" });
  const multiclass: Target = { ...binary, task: "multiclass", nClasses: 3 };
  assert.throws(() => mean().fit(features, multiclass, { seed: 1 }), { code: "BASELINE_TASK" });
});

for (const learner of [gbdt(), gam(), linear(), mean()]) {
  const fit = (target: Partial<Target>, sampleWeight?: Float64Array) =>
    learner.fit(features, { ...binary, ...target }, { seed: 1, ...(sampleWeight && { sampleWeight }) });

  test(`${learner.kind} refuses rows that cannot be fitted`, () => {
    assert.throws(() => fit({ values: new Float64Array() }), { code: "FIT_EMPTY" });
    assert.throws(() => fit({ values: binary.values.subarray(1) }), { code: "FIT_LENGTHS_UNEQUAL" });
    assert.throws(() => fit({ values: binary.values.map(() => 2) }), { code: "FIT_TARGET" });
    assert.throws(() => fit({ task: "regression", values: x.map(() => Number.NaN) }), { code: "FIT_TARGET" });
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      assert.throws(() => fit({}, new Float64Array(n).fill(weight)), { code: "FIT_WEIGHTS" });
    assert.throws(() => fit({}, new Float64Array(n - 1).fill(1)), { code: "FIT_WEIGHTS" });
  });
}

test("gbdt(), gam() and linear() stop when asked, and report a rising share of their work", () => {
  for (const learner of [gbdt({ nTrees: 5 }), gam({ nBags: 2 }), linear()]) {
    let asked = 0;
    const shouldStop = () => ++asked > 2;
    assert.throws(() => learner.fit(features, binary, { seed: 1, shouldStop }), {
      code: "FIT_CANCELLED",
      kind: "cancelled",
    });
    const shares: number[] = [];
    learner.fit(features, binary, { seed: 1, onProgress: (share) => shares.push(share) });
    assert.ok(shares.length > 0 && shares.every((share, k) => share > (shares[k - 1] ?? 0) && share <= 1));
  }
});

test("linear() takes a whole weight as so many rows, balanced classes too", () => {
  const weight = Float64Array.from({ length: n }, (_, i) => i % 3);
  const rows = [...weight.keys()].flatMap((i) => new Array<number>(weight[i]!).fill(i));
  const repeated: Target = { ...binary, values: Float64Array.from(rows, (i) => binary.values[i]!) };
  for (const classWeight of ["none", "balanced"] as const) {
    const learner = linear({ classWeight, tolerance: 1e-12 });
    const weighted = learner.fit(features, binary, { seed: 1, sampleWeight: weight }).predict(features);
    const plain = learner.fit(features.take(rows), repeated, { seed: 1 }).predict(features);
    weighted.forEach((p, i) => {
      assert.ok(Math.abs(p - plain[i]!) < 1e-9);
    });
  }
});

test("linear() takes missing numbers, missing codes and unseen codes as nothing", () => {
  const model = linear().fit(features, binary, { seed: 1 });
  const out = new Float64Array(1);
  const at = (...row: number[]) => {
    model.predictRow(Float64Array.from(row), out);
    return out[0]!;
  };
  assert.equal(at(Number.NaN, -1), at(0, -1));
  assert.equal(at(0.3, 7), at(0.3, -1));
});
