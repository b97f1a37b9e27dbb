import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import {
  type ForestParams,
  forest,
  type GbdtParams,
  gam,
  gbdt,
  linear,
  loadModel,
  type Target,
  type Task,
} from "./index.ts";

const n = 120;
const rng = createRng(1);
const x = Float64Array.from({ length: n }, () => rng.uniform());

function targetOf(task: Task, size = n): Target {
  const values = Float64Array.from({ length: size }, (_, i) =>
    task === "regression" ? 10 + x[i]! : Number(x[i]! > 0.6),
  );
  return { task, values, nClasses: { binary: 2, multiclass: 3, regression: 0, ranking: 0 }[task] };
}

const learners = (params: GbdtParams & ForestParams = {}) => [
  gbdt({ nTrees: 5, ...params }),
  gbdt({ nTrees: 5, rowFraction: 0.5, dropRate: 0.3, nodeFeatureFraction: 0.5, ...params }),
  forest({ nTrees: 5, ...params }),
  forest({ nTrees: 5, randomThresholds: true, ...params }),
  gam({ nBags: 2, nRounds: 5 }),
  linear(),
];
const shareOf = ({ values, nClasses }: Target) => {
  const mean = values.reduce((sum, y) => sum + y, 0) / values.length;
  return nClasses === 3 ? [1 - mean, mean, 0] : [mean];
};

const constants: readonly { readonly says: string; readonly table: (size: number) => Table }[] = [
  {
    says: "one value in every column",
    table: (size) =>
      Table.of({
        number: numberColumn(new Float64Array(size).fill(3)),
        level: categoryColumn(new Array<string>(size).fill("only")),
      }),
  },
  {
    says: "nothing in any column",
    table: (size) =>
      Table.of({
        number: numberColumn(new Float64Array(size).fill(Number.NaN)),
        level: categoryColumn(new Array<null>(size).fill(null)),
      }),
  },
];

for (const { says, table } of constants)
  for (const task of ["binary", "multiclass", "regression"] as const)
    test(`every learner answers a ${task} table with ${says} by what is usual`, () => {
      for (const learner of learners()) {
        const target = targetOf(task);
        const model = learner.fit(table(n), target, { seed: 1 });
        const usual = shareOf(target);
        // Bags and draws see other shares of the rows; one class has no row at all.
        const off = task === "regression" ? 0.3 : 0.15;
        model.predict(table(3)).forEach((value, at) => {
          assert.ok(Math.abs(value - usual[at % usual.length]!) < off, `${learner.kind}: ${value}, ${usual}`);
        });
      }
    });

for (const task of ["binary", "regression"] as const)
  test(`gbdt(), forest() and linear() fit one row to a constant: ${task}`, () => {
    const target = targetOf(task, 1);
    const table = Table.of({ x: numberColumn([0.5]), level: categoryColumn(["a"]) });
    const others = Table.of({ x: numberColumn([0.5, 7, null]), level: categoryColumn(["a", "b", null]) });
    for (const learner of learners({ minSamplesLeaf: 1 })) {
      const predicted = learner.fit(table, target, { seed: 1 }).predict(others);
      assert.ok(predicted.every(Number.isFinite), `${learner.kind}: ${predicted}`);
      if (task === "regression") for (const value of predicted) assert.ok(Math.abs(value - target.values[0]!) < 0.51);
    }
  });

test("gbdt() and forest() learn nothing of a level that was seen once: each tree answers it as the levels on its side", () => {
  const level = categoryColumn(Array.from({ length: n }, (_, i) => (i === 0 ? "once" : x[i]! > 0.6 ? "high" : "low")));
  const table = Table.of({ level });
  const target = targetOf("binary");
  const wrong = { ...target, values: target.values.map((y, i) => (i === 0 ? 1 - Number(x[0]! > 0.6) : y)) };
  for (const learner of [gbdt({ nTrees: 20 }), forest({ nTrees: 20 })]) {
    const model = learner.fit(table, wrong, { seed: 1 });
    const [once, ...usual] = model.predict(Table.of({ level: { ...level, codes: Int32Array.of(0, 1, 2) } }));
    assert.ok(once! >= Math.min(...usual) && once! <= Math.max(...usual), `${learner.kind}: ${once}, ${usual}`);
    assert.deepEqual(loadModel(JSON.parse(JSON.stringify(model.toJSON()))).predict(table), model.predict(table));
  }
});
