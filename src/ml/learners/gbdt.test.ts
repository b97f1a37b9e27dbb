import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng, hashOf, permutation } from "../../lib/index.ts";
import { measure, metrics } from "../metrics/index.ts";
import { type Column, numberColumn, Table, takeRows } from "../table/index.ts";
import { bestRule, type GbdtData, gbdt, type Target, type Task } from "./index.ts";

function rowsOf(n: number, seed: number, task: Task = "binary") {
  const rng = createRng(seed);
  const a = Float64Array.from({ length: n }, () => rng.below(30) / 10);
  const b = Float64Array.from({ length: n }, () => (rng.below(5) === 0 ? Number.NaN : rng.below(20)));
  const codes = Int32Array.from({ length: n }, () => rng.below(5) - 1);
  const score = a.map((x, i) => x + (Number.isNaN(b[i]!) ? 2 : 0.1 * b[i]!) + 0.5 * codes[i]! + rng.uniform());
  const level: Column = { kind: "category", codes, dictionary: ["p", "q", "r", "s"] };
  return {
    table: Table.of({ a: numberColumn(a), b: numberColumn(b), level }),
    target: targetOf(task, task === "regression" ? score : score.map((s) => Number(s > 3))),
  };
}

function targetOf(task: Task, values: ArrayLike<number>): Target {
  return {
    task,
    values: Float64Array.from(values),
    nClasses: { binary: 2, multiclass: 3, regression: 0, ranking: 0 }[task],
  };
}

const takeTarget = (target: Target, rows: ArrayLike<number>): Target => ({
  ...target,
  values: takeRows(numberColumn(target.values), rows).values,
});
const maxOff = (a: Float64Array, b: Float64Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
const numbers = (values: ArrayLike<number>) => Table.of({ x: numberColumn(Float64Array.from(values)) });

test("gbdt() gives the same bytes whatever the order of the rows", () => {
  const { table, target } = rowsOf(600, 1);
  const order = permutation(600, createRng(2));
  const learner = gbdt({ nTrees: 20 });
  assert.equal(
    hashOf(learner.fit(table.take(order), takeTarget(target, order), { seed: 1 }).toJSON()),
    hashOf(learner.fit(table, target, { seed: 1 }).toJSON()),
  );
});

for (const task of ["binary", "regression"] as const)
  test(`gbdt() takes a whole weight as so many rows, and 0 as none: ${task}`, () => {
    const { table, target } = rowsOf(300, 3, task);
    const weight = Float64Array.from({ length: 300 }, (_, i) => i % 4);
    const repeated = [...weight.keys()].flatMap((i) => new Array<number>(weight[i]!).fill(i));
    // Counts of rows are no weights: leaves are bounded by their hessian alone.
    const learner = gbdt({ nTrees: 10, minSamplesLeaf: 1, minHessian: 2 });
    const weighted = learner.fit(table, target, { seed: 1, sampleWeight: weight });
    const plain = learner.fit(table.take(repeated), takeTarget(target, repeated), { seed: 1 });
    // A row without weight has no say in where a threshold lies between its neighbours, so only the others are compared.
    const seen = table.take(repeated);
    assert.ok(maxOff(weighted.predict(seen), plain.predict(seen)) < 1e-6);
  });

test("gbdt() follows the unit of the target: 2^60 and 2^-60 times the values give as many times the predictions", () => {
  const { table, target } = rowsOf(400, 4, "regression");
  const learner = gbdt({ nTrees: 20 });
  const plain = learner.fit(table, target, { seed: 1 }).predict(table);
  for (const unit of [2 ** 60, 2 ** -60, 2 ** -300]) {
    const scaled = learner.fit(
      table,
      targetOf(
        "regression",
        target.values.map((y) => y * unit),
      ),
      { seed: 1 },
    );
    assert.deepEqual(
      scaled.predict(table).map((y) => y / unit),
      plain,
    );
  }
});

test("gbdt() tells infinities and numbers beyond f32 from the rest, and writes them as finite thresholds", () => {
  const cycle = [Number.NEGATIVE_INFINITY, -1, 1, Number.POSITIVE_INFINITY, Number.NaN, 1e300];
  const values = Array.from({ length: 240 }, (_, i) => cycle[i % 6]!);
  const wanted = [1, 0, 1, 0, 1, 0];
  const target = targetOf(
    "binary",
    values.map((_, i) => wanted[i % 6]!),
  );
  const model = gbdt({ nTrees: 50 }).fit(numbers(values), target, { seed: 1 });
  assert.deepEqual([...model.predict(numbers(cycle))].map(Math.round), wanted);
  const { trees } = model.toJSON() as GbdtData;
  assert.ok(trees.every(({ threshold }) => threshold.every(Number.isFinite)));
});

test("gbdt() parts missing from present where that is all there is to learn", () => {
  const values = [Number.NaN, 5, Number.POSITIVE_INFINITY, -5];
  const rows = Array.from({ length: 200 }, (_, i) => values[i % 4]!);
  const target = targetOf(
    "regression",
    rows.map((x) => (Number.isNaN(x) ? 10 : 0)),
  );
  const predicted = bestRule().fit(numbers(rows), target, { seed: 1 }).predict(numbers(values));
  assert.ok(predicted[0]! > 9 && predicted.slice(1).every((y) => y < 1), `${predicted}`);
});

test("gbdt() keeps the 254 most frequent of more levels, and answers rare, unseen and missing codes alike", () => {
  const n = 6000;
  const codes = Int32Array.from({ length: n }, (_, i) => (i < 5200 ? i % 260 : i % 250));
  const column = (values: Int32Array): Column => ({
    kind: "category",
    codes: values,
    dictionary: Array.from({ length: 300 }, (_, k) => `level ${k}`),
  });
  const target = targetOf(
    "regression",
    Float64Array.from(codes, (code) => code % 7),
  );
  const model = gbdt({ nTrees: 60 }).fit(Table.of({ level: column(codes) }), target, { seed: 1 });
  const predicted = model.predict(Table.of({ level: column(Int32Array.of(3, 249, 259, 299, -1)) }));
  assert.ok(Math.abs(predicted[0]! - 3) < 0.5 && Math.abs(predicted[1]! - 4) < 0.5, `${predicted}`);
  assert.equal(predicted[2], predicted[4]);
  assert.equal(predicted[3], predicted[4]);
});

test("gbdt() bins a number column of more than 254 values without losing its ends", () => {
  const xs = Float64Array.from({ length: 3000 }, (_, i) => i * i);
  const target = targetOf(
    "regression",
    xs.map((_, i) => Number(i < 30) - Number(i >= 2970)),
  );
  const predicted = gbdt().fit(numbers(xs), target, { seed: 1 }).predict(numbers(xs));
  assert.ok(predicted[0]! > 0.9 && predicted[2999]! < -0.9 && Math.abs(predicted[1500]!) < 0.1);
});

test("gbdt() with early stopping keeps the round of least validation loss, whatever the order of its columns", () => {
  const train = rowsOf(300, 5);
  const held = rowsOf(300, 6);
  const validation = { table: held.table.select(["level", "b", "a"]), target: held.target };
  const params = { nTrees: 300, minSamplesLeaf: 3, learningRate: 0.2, earlyStoppingRounds: 10 };
  const model = gbdt(params).fit(train.table, train.target, { seed: 1, validation });
  const { trees } = model.toJSON() as GbdtData;
  const rounds = trees.length;
  assert.ok(rounds < 300);
  const lossAfter = (nTrees: number) =>
    measure(
      metrics.logLoss!,
      held.target.values,
      gbdt({ ...params, nTrees, earlyStoppingRounds: 0 })
        .fit(train.table, train.target, { seed: 1 })
        .predict(held.table),
    ) as number;
  const least = lossAfter(rounds);
  for (let nTrees = 1; nTrees <= rounds + 10; nTrees++) assert.ok(lossAfter(nTrees) >= least, `${nTrees} trees`);
});

test("gbdt() with absolute loss beats squared loss in mean absolute error where there are outliers", () => {
  const train = rowsOf(800, 7, "regression");
  const spoilt = targetOf(
    "regression",
    train.target.values.map((y, i) => (i % 20 === 0 ? y + 300 : y)),
  );
  const held = rowsOf(400, 8, "regression");
  const maeOf = (loss: "absolute" | "squared") =>
    measure(
      metrics.mae!,
      held.target.values,
      gbdt({ loss }).fit(train.table, spoilt, { seed: 1 }).predict(held.table),
    ) as number;
  assert.ok(maeOf("absolute") < 0.2 * maeOf("squared"), `${maeOf("absolute")} against ${maeOf("squared")}`);
});

test("gbdt() with quantile loss leaves about the wanted share of new rows below each level", () => {
  const train = rowsOf(2000, 9, "regression");
  const held = rowsOf(1000, 10, "regression");
  const quantiles = [0.1, 0.5, 0.9];
  const model = gbdt({ loss: "quantile", quantiles, nTrees: 60 }).fit(train.table, train.target, { seed: 1 });
  const predicted = model.predict(held.table);
  quantiles.forEach((level, k) => {
    const share = held.target.values.filter((y, i) => y <= predicted[3 * i + k]!).length / 1000;
    assert.ok(Math.abs(share - level) < 0.06, `${share} at ${level}`);
  });
});

test("gbdt() goes on where the features drawn for one tree hold no split", () => {
  const xs = Float64Array.from({ length: 200 }, (_, i) => Math.floor(i / 10));
  const columns = Object.fromEntries(
    Array.from({ length: 9 }, (_, j) => [`c${j}`, numberColumn(new Float64Array(200))]),
  );
  const table = Table.of({ ...columns, x: numberColumn(xs) });
  const target = targetOf(
    "binary",
    xs.map((x) => Number(x > 9)),
  );
  const model = gbdt({ nTrees: 60, featureFraction: 0.1 }).fit(table, target, { seed: 1 });
  const auc = measure(metrics.rocAuc!, target.values, model.predict(table));
  assert.equal(auc, 1);
});
