import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { numberColumn, type SparseBlock, Table } from "../table/index.ts";
import { type LinearData, linear, naiveBayes, type Target } from "./index.ts";
import { weightsOfBlock } from "./linear-blocks.ts";

const golden = JSON.parse(readFileSync(new URL("golden/sparse-softmax.json", import.meta.url), "utf8")) as {
  readonly starts: number[];
  readonly indexes: number[];
  readonly values: number[];
  readonly width: number;
  readonly numbers: readonly number[][];
  readonly classes: number[];
  readonly weight: number[];
  readonly cases: readonly {
    readonly task: "binary" | "multiclass";
    readonly balanced: boolean;
    readonly weighted: boolean;
    readonly lambda: number;
    readonly weights: readonly number[][];
    readonly intercepts: readonly number[];
  }[];
  readonly bayes: readonly number[][];
};

const { numbers, width, classes, weight } = golden;
const block: SparseBlock = {
  starts: Int32Array.from(golden.starts),
  indexes: Int32Array.from(golden.indexes),
  values: Float64Array.from(golden.values),
  width,
};
// The block in two, so that the second one's weights lie behind the first one's.
const [first, second] = [cut(block, 0, 12), cut(block, 12, width)];
const features = Table.of(
  numbers.map((xs, j) => [`x${j}`, numberColumn(xs)] as const),
  classes.length,
  [first, second],
);

function cut({ starts, indexes, values }: SparseBlock, from: number, to: number): SparseBlock {
  const kept = [...indexes.keys()].filter((e) => indexes[e]! >= from && indexes[e]! < to);
  return {
    starts: starts.map((start) => kept.filter((e) => e < start).length),
    indexes: Int32Array.from(kept, (e) => indexes[e]! - from),
    values: Float64Array.from(kept, (e) => values[e]!),
    width: to - from,
  };
}

const targetOf = (task: "binary" | "multiclass"): Target => ({
  task,
  values: Float64Array.from(classes, (k) => (task === "binary" ? Number(k > 1) : k)),
  nClasses: task === "binary" ? 2 : 5,
});

function centred(intercepts: readonly number[]): number[] {
  const mean = intercepts.reduce((sum, b) => sum + b, 0) / intercepts.length;
  return intercepts.length === 1 ? [...intercepts] : intercepts.map((b) => b - mean);
}

for (const { task, balanced, weighted, lambda, weights, intercepts } of golden.cases)
  for (const tolerance of [1e-12, null])
    test(`linear() over numbers and sparse blocks, ${task}, lambda ${lambda}, ${weighted ? "weights" : balanced ? "balanced" : "plain"}, tolerance ${tolerance}, equals scikit-learn's coefficients`, () => {
      const learner = linear({ lambda, classWeight: balanced ? "balanced" : "none", tolerance });
      const sampleWeight = weighted ? { sampleWeight: Float64Array.from(weight) } : {};
      const data = learner.fit(features, targetOf(task), { seed: 1, ...sampleWeight }).toJSON() as LinearData;
      assert.ok(data.converged);
      const nOutputs = intercepts.length;
      const ofBlocks = data.blocks!.flatMap((one) => {
        const all = weightsOfBlock(one);
        return Array.from({ length: one.width }, (_, j) => all.subarray(j * nOutputs, (j + 1) * nOutputs));
      });
      const near = 1e-6;
      const size = Math.max(...weights.flat().map(Math.abs));
      weights.forEach((ofClass, k) => {
        ofClass.forEach((theirs, j) => {
          const ours = j < numbers.length ? data.weights[k]![j]! : ofBlocks[j - numbers.length]![k]!;
          assert.ok(Math.abs(ours - theirs) < near * size, `weight ${j} of output ${k}: ${ours}, ${theirs}`);
        });
      });
      const theirs = centred(intercepts);
      centred(data.intercepts).forEach((ours, k) => {
        assert.ok(Math.abs(ours - theirs[k]!) < near * size, `intercept ${k}: ${ours}, ${theirs[k]}`);
      });
    });

test("naiveBayes() equals scikit-learn's MultinomialNB", () => {
  const table = Table.of({}, classes.length, [block]);
  const model = naiveBayes().fit(table, targetOf("multiclass"), { seed: 1, sampleWeight: Float64Array.from(weight) });
  const ours = model.predict(table);
  golden.bayes.forEach((theirs, i) => {
    theirs.forEach((p, k) => {
      assert.ok(Math.abs(ours[i * 5 + k]! - p) < 1e-6);
    });
  });
});

test("a table with no text has no naive Bayes", () => {
  assert.throws(() => naiveBayes().fit(Table.of({}, 80), targetOf("binary"), { seed: 1 }), { code: "FIT_BLOCKS" });
});
