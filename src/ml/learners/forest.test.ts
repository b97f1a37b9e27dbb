import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadKernels } from "../../edge/compute/index.ts";
import { measure, metrics } from "../metrics/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import { forest, loadModel, type Target, type Task } from "./index.ts";

interface Golden {
  readonly firstRow: readonly number[];
  readonly quality: Readonly<Record<"forest" | "extraTrees", Readonly<Record<string, number>>>>;
}
const golden: Golden = JSON.parse(readFileSync(new URL("golden/forest.json", import.meta.url), "utf8"));
const kernels = loadKernels();

/** A number in [0, 1) for row i and column j, the same as in make-forest.py. */
function uniform(i: number, j: number): number {
  let x = (Math.imul(i, 0x9e3779b1) + Math.imul(j, 0x85ebca77) + 1) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

function rowsFrom(start: number, n: number) {
  const column = (j: number) => Float64Array.from({ length: n }, (_, k) => uniform(start + k, j));
  const x = Array.from({ length: 8 }, (_, j) => column(j));
  const [noise, more] = [column(8), column(9)];
  const score = noise.map(
    (z, i) => 3 * x[0]![i]! + (x[1]![i]! > 0.4 ? 2 * x[2]![i]! : 0) + 2 * x[3]![i]! * x[3]![i]! + (z + more[i]! - 1),
  );
  const target = (task: Task): Target => {
    if (task === "regression") return { task, values: score, nClasses: 0 };
    if (task === "binary") return { task, values: score.map((s) => Number(s > 3)), nClasses: 2 };
    return { task, values: score.map((s) => Number(s > 2) + Number(s > 3.5)), nClasses: 3 };
  };
  return { table: Table.of(x.map((values, j) => [`x${j}`, numberColumn(values)] as const)), score, target };
}

const train = rowsFrom(0, 2000);
const held = rowsFrom(2000, 2000);

test("the rows are those that scikit-learn saw", () => {
  const first = [...train.table.entries()].map(([, column]) => (column.kind === "category" ? 0 : column.values[0]!));
  assert.deepEqual([...first, train.score[0]!], golden.firstRow);
});

for (const [name, randomThresholds] of [
  ["forest", false],
  ["extraTrees", true],
] as const)
  for (const task of ["regression", "binary", "multiclass"] as const)
    test(`forest() is within 3 % of scikit-learn's at equal settings: ${name}, ${task}`, () => {
      const model = forest({ randomThresholds }).fit(train.table, train.target(task), {
        seed: 1,
        ...(kernels && { kernels }),
      });
      const metric = metrics[task === "regression" ? "rmse" : "logLoss"]!;
      const score = measure(metric, held.target(task).values, model.predict(held.table));
      const theirs = golden.quality[name][task]!;
      assert.ok(typeof score === "number" && score <= 1.03 * theirs, `${score} against ${theirs}`);
    });

test("forest() gives the same bytes with and without kernels and again from its data, and shares that sum to 1", () => {
  const kind = categoryColumn(Array.from({ length: 400 }, (_, i) => (i % 7 === 0 ? null : `k${i % 5}`)));
  const table = train.table.slice(0, 400).with("kind", kind);
  const values = train.target("multiclass").values.slice(0, 400);
  const target: Target = { task: "multiclass", values, nClasses: 3 };
  for (const params of [{}, { randomThresholds: true, minSamplesLeaf: 1 }, { bootstrap: false, maxDepth: 4 }]) {
    const learner = forest({ nTrees: 6, ...params });
    const plain = learner.fit(table, target, { seed: 2 });
    assert.deepEqual(learner.fit(table, target, { seed: 2, ...(kernels && { kernels }) }).toJSON(), plain.toJSON());
    const predicted = plain.predict(table);
    assert.deepEqual(loadModel(plain.toJSON()).predict(table), predicted);
    for (let i = 0; i < 400; i++)
      assert.ok(Math.abs(predicted[3 * i]! + predicted[3 * i + 1]! + predicted[3 * i + 2]! - 1) < 1e-12);
  }
});

test("forest() of one value, one row or no signal answers with the mean", () => {
  const constant = Table.of({ x: numberColumn(new Float64Array(50).fill(3)) });
  const values = Float64Array.from({ length: 50 }, (_, i) => i);
  const target: Target = { task: "regression", values, nClasses: 0 };
  const options = { seed: 1 };
  assert.ok(Math.abs(forest({ bootstrap: false }).fit(constant, target, options).predict(constant)[0]! - 24.5) < 1e-6);
  const one = forest().fit(constant.slice(0, 1), { ...target, values: Float64Array.of(7) }, options);
  assert.equal(one.predict(constant)[0], 7);
});

test("forest() refuses parameters that cannot be, with FOREST_PARAMS", () => {
  for (const params of [
    { nTrees: 0 },
    { minSamplesLeaf: 0.5 },
    { maxDepth: -1 },
    { nodeFeatureFraction: 2 },
    { maxBins: 300 },
  ])
    assert.throws(() => forest(params), { code: "FOREST_PARAMS", kind: "invalid-input" });
});
