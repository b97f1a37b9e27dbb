import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { numberColumn, type SparseRow, sparseBlock, sparseRowOf, Table } from "../table/index.ts";
import { logit } from "./calibrator.ts";
import { rowReader } from "./explainer.ts";
import {
  type Explainer,
  explainerOf,
  type FittedModel,
  gbdt,
  linear,
  loadModel,
  type ModelData,
  type StackData,
  type Target,
  type Task,
} from "./index.ts";

const n = 120;
const rng = createRng(9);
const sparseRows = (width: number): SparseRow[] =>
  Array.from({ length: n }, () => {
    const indexes = Int32Array.from({ length: width }, (_, j) => j).filter(() => rng.uniform() < 0.2);
    return { indexes: indexes.reverse(), values: Float64Array.from(indexes, () => rng.uniform()) };
  });
const blocks = [sparseBlock(sparseRows(12), 12), sparseBlock(sparseRows(7), 7)];
const x = Float64Array.from({ length: n }, () => rng.uniform());
const table = Table.of(
  { x: numberColumn(x), y: numberColumn(x.map((v) => (v > 0.4 ? 1 - v : Number.NaN))) },
  n,
  blocks,
);

function targetOf(task: Task): Target {
  const score = (i: number) => x[i]! + (sparseRowOf(blocks[0]!, i).indexes.includes(3) ? 1 : 0) + 0.3 * rng.uniform();
  const values = Float64Array.from({ length: n }, (_, i) =>
    task === "regression" ? score(i) : Math.min(2, Math.floor(score(i) / 0.6)),
  );
  if (task === "binary") return { task, values: values.map((value) => Math.min(1, value)), nClasses: 2 };
  return { task, values, nClasses: task === "regression" ? 0 : 3 };
}

/** Of a linear model over columns and blocks and of trees over the columns, as a training would join them. */
function stackOf(task: Task): ModelData {
  const target = targetOf(task);
  const trees = gbdt({ nTrees: 5, minSamplesLeaf: 5 }).fit(table, target, { seed: 1 });
  const data: StackData = {
    kind: "stack",
    task,
    featureNames: ["x", "y", "x′", "y′"],
    nOutputs: trees.nOutputs,
    bases: [
      { model: trees.toJSON(), from: 0 },
      { model: linear({ lambda: 0.1 }).fit(table, target, { seed: 1 }).toJSON(), from: 2 },
    ],
    weights: [0.4, 0.7],
    intercept: task === "multiclass" ? 0 : 0.1,
  };
  return data;
}

const joined = Table.of(
  ["x", "y", "x′", "y′"].map((name) => [name, table.column(name.replace("′", ""))] as const),
  n,
  blocks,
);

for (const task of ["binary", "multiclass", "regression"] as const)
  for (const kind of ["linear", "stack"] as const) {
    const features = kind === "linear" ? table : joined;
    const data =
      kind === "linear" ? linear({ lambda: 0.1 }).fit(table, targetOf(task), { seed: 1 }).toJSON() : stackOf(task);
    const model: FittedModel = loadModel(JSON.parse(JSON.stringify(data)) as ModelData);
    const rowAt = rowReader(features, model.featureNames);
    const sparseAt = (i: number) => blocks.map((block) => sparseRowOf(block, i));

    test(`a ${task} ${kind} model over sparse blocks answers a row as a table, to the bit`, () => {
      const all = model.predict(features);
      const out = new Float64Array(model.nOutputs);
      for (let i = 0; i < n; i++) {
        model.predictRow(rowAt(i), out, sparseAt(i));
        assert.deepEqual(out, all.slice(i * model.nOutputs, (i + 1) * model.nOutputs));
      }
    });

    test(`contributions of a ${task} ${kind} model over sparse blocks sum to its score, those of entries to their block's`, () => {
      const explainer = explainerOf(data) as Explainer;
      const stride = explainer.featureNames.length + 1;
      assert.equal(explainer.featureNames.length, model.featureNames.length + 2);
      const all = explainer.explain(features);
      const out = new Float64Array(explainer.nOutputs * stride);
      const answer = new Float64Array(model.nOutputs);
      for (let i = 0; i < n; i++) {
        explainer.explainRow(rowAt(i), out, sparseAt(i));
        assert.deepEqual(out, all.slice(i * out.length, (i + 1) * out.length));
        model.predictRow(rowAt(i), answer, sparseAt(i));
        const scores = Array.from(answer, (_, k) => out.subarray(k * stride, (k + 1) * stride).reduce((a, b) => a + b));
        if (task === "binary") assert.ok(Math.abs(scores[0]! - logit(answer[0]!)) < 1e-9);
        if (task === "regression") assert.ok(Math.abs(scores[0]! - answer[0]!) < 1e-9);
        // Scores of several classes are meant up to one number for all.
        if (task === "multiclass")
          for (const k of [1, 2])
            assert.ok(Math.abs(scores[k]! - scores[0]! - Math.log(answer[k]! / answer[0]!)) < 1e-6);
      }
      // Contributions of one block in two rows differ by those of their entries.
      const at = (i: number, k: number) => {
        const { indexes, values } = sparseRowOf(blocks[1]!, i);
        return indexes.reduce((sum, index, e) => sum + values[e]! * explainer.entryWeight(1, index, k), 0);
      };
      for (let k = 0; k < explainer.nOutputs; k++) {
        const ofBlock = (i: number) => all[(i * explainer.nOutputs + k) * stride + stride - 2]!;
        assert.ok(Math.abs(ofBlock(0) - ofBlock(1) - (at(0, k) - at(1, k))) < 1e-9);
      }
    });
  }

test("a table of blocks alone is fitted, taken and predicted", () => {
  const alone = Table.of({}, n, blocks);
  const model = linear({ lambda: 0.1 }).fit(alone, targetOf("binary"), { seed: 1 });
  const rows = Int32Array.of(5, 5, 0);
  const some = model.predict(alone.take(rows));
  const all = model.predict(alone);
  assert.deepEqual([...some], [all[5], all[5], all[0]]);
});
