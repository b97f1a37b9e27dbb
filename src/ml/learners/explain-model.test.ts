import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import { type Explainer, explainerOf, gbdt, type Learner, linear, prior, type Target, type Task } from "./index.ts";

const n = 240;
const x = Float64Array.from({ length: n }, (_, i) => ((i * 37) % 101) / 10);
const table = Table.of({
  x: numberColumn(x.map((value, i) => (i % 11 === 0 ? Number.NaN : value))),
  kind: categoryColumn(Array.from({ length: n }, (_, i) => (i % 13 === 0 ? null : "abcd"[i % 4]!))),
  z: numberColumn(x.map((value, i) => value * (i % 3))),
});

function targetOf(task: Task): Target {
  const score = x.map((value, i) => value + (i % 4));
  const values = {
    regression: score,
    ranking: score,
    binary: score.map((s) => +(s > 6)),
    multiclass: score.map((s) => +(s > 4) + +(s > 8)),
  };
  return { task, values: values[task], nClasses: { regression: 0, ranking: 0, binary: 2, multiclass: 3 }[task] };
}

/** The model's outputs as scores: log-odds, log shares up to one number for all classes, or the value. */
function scoresOf(task: Task, outputs: Float64Array): number[] {
  if (task === "binary") return [Math.log(outputs[0]! / (1 - outputs[0]!))];
  return Array.from(outputs, task === "multiclass" ? Math.log : (value) => value);
}

const learners: readonly Learner[] = [linear(), gbdt({ nTrees: 8 })];

for (const learner of learners)
  for (const task of ["regression", "binary", "multiclass"] as const)
    test(`explainerOf() of a ${task} ${learner.kind} model adds up to its score, in a table as in a row`, () => {
      const model = learner.fit(table, targetOf(task), { seed: 1 });
      const explainer = explainerOf(model.toJSON());
      assert.ok("explainRow" in explainer);
      const k = explainer.nOutputs;
      const explained = explainer.explain(table);
      const outputs = model.predict(table);
      for (let i = 0; i < n; i++) {
        const own = explained.subarray(i * k * 4, (i + 1) * k * 4);
        const sums = Array.from({ length: k }, (_, o) => own.subarray(o * 4, (o + 1) * 4).reduce((a, b) => a + b));
        const scores = scoresOf(task, outputs.subarray(i * k, (i + 1) * k));
        // Softmax does not tell scores that differ by one number for all.
        const shift = task === "multiclass" ? sums[0]! - scores[0]! : 0;
        for (const [o, sum] of sums.entries()) assert.ok(Math.abs(sum - shift - scores[o]!) < 1e-9, `row ${i}`);
      }
      assert.equal(explainer.scale, { regression: "value", binary: "log-odds", multiclass: "class-score" }[task]);
    });

test("explainerOf() of a linear model expects the mean score: contributions are 0 on average", () => {
  const explainer = explainerOf(linear().fit(table, targetOf("regression"), { seed: 1 }).toJSON()) as Explainer;
  const explained = explainer.explain(table);
  for (let j = 0; j < 3; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += explained[4 * i + j]!;
    assert.ok(Math.abs(sum / n) < 1e-12);
  }
});

test("explainerOf() of a constant owes nothing to any feature", () => {
  const model = prior().fit(table, targetOf("binary"), { seed: 1 });
  const explained = (explainerOf(model.toJSON()) as Explainer).explain(table.take(Int32Array.of(3)));
  assert.deepEqual([...explained], [0, 0, 0, model.predict(table)[0]!]);
});

test("explainerOf() says why a linear model without means is not explained", () => {
  const { means: _, ...data } = linear().fit(table, targetOf("binary"), { seed: 1 }).toJSON() as never as { means: [] };
  assert.match((explainerOf(data as never) as { reason: string }).reason, /kept no means/);
});
