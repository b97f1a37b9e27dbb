import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { huber, type Metric, measure, metrics, pinball, tweedieDeviance } from "../metrics/index.ts";
import { type Column, numberColumn, Table } from "../table/index.ts";
import { type GbdtLoss, gbdt, type Target, type Task } from "./index.ts";

interface Golden {
  readonly boosting: Readonly<Record<Task, Readonly<Record<string, number>>>> & {
    readonly rows: { readonly features: readonly number[][]; readonly score: readonly number[] };
  };
  readonly losses: Readonly<Record<GbdtLoss, Readonly<Record<string, number>>>> & {
    readonly targets: Readonly<Record<string, number[]>>;
  };
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/learners.json", import.meta.url), "utf8"));

/** A number in [0, 1) for row i and column j, the same as in make-learners.py. */
function uniform(i: number, j: number): number {
  let x = (Math.imul(i, 0x9e3779b1) + Math.imul(j, 0x85ebca77) + 1) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

function rowsFrom(start: number, n: number) {
  const rows = Array.from({ length: n }, (_, k) => start + k);
  const x = (j: number) => Float64Array.from(rows, (i) => uniform(i, j));
  const level: Column = {
    kind: "category",
    codes: Int32Array.from(rows, (i) => Math.floor(12 * uniform(i, 5))),
    dictionary: [..."abcdefghijkl"],
  };
  const columns = [x(0), x(1), x(2), x(3), x(4)] as const;
  const score = Float64Array.from(rows, (i, k) => {
    const noise = uniform(i, 6) + uniform(i, 7) + uniform(i, 8) - 1.5;
    const gated = columns[2][k]! > 0.4 ? 3 * (columns[1][k]! - 0.5) : 0;
    return 2 * columns[0][k]! + gated + columns[3][k]! * columns[3][k]! + ((level.codes[k]! * 7) % 12) / 8 + noise;
  });
  rows.forEach((i, k) => {
    if (uniform(i, 9) < 0.15) columns[1][k] = Number.NaN;
  });
  const table = Table.of([...columns.map((xs, j) => [`x${j}`, numberColumn(xs)] as const), ["level", level]]);
  const targetOf = (task: Exclude<Task, "ranking">): Target => ({
    task,
    values: {
      regression: score,
      binary: score.map((s) => Number(s > 2.2)),
      multiclass: score.map((s) => Number(s > 1.7) + Number(s > 2.7)),
    }[task],
    nClasses: { regression: 0, binary: 2, multiclass: 3 }[task],
  });
  return { table, score, targetOf, lossTargets: lossTargets(rows, score) };
}

/** Numbers that the other losses are made for: as in make-learners.py. */
function lossTargets(rows: readonly number[], score: Float64Array) {
  const of = (value: (i: number, s: number) => number) => Float64Array.from(rows, (i, k) => value(i, score[k]!));
  const amountOf = (i: number, s: number) => {
    const base = Math.max(s, -1) + 1.5;
    return base * base * (0.1 + uniform(i, 11) + uniform(i, 12));
  };
  return {
    outliers: of((i, s) => s + (uniform(i, 10) < 0.1 ? 40 * (uniform(i, 11) - 0.5) : 0)),
    count: of((i, s) => [0, 1, 2, 3, 4, 5, 6, 7].filter((k) => 8 * uniform(i, 20 + k) < s).length),
    amount: of(amountOf),
    claims: of((i, s) => (uniform(i, 13) < 0.6 ? 0 : amountOf(i, s))),
  };
}

test("the rows are those that the reference libraries saw", () => {
  const { table, score, lossTargets } = rowsFrom(0, 3);
  const found = [0, 1, 2].map((i) =>
    [...table.entries()].map(([, column]) => (column.kind === "category" ? column.codes : column.values)[i]!),
  );
  assert.deepEqual(
    found.map((row) => row.map((x) => (Number.isNaN(x) ? -1 : x))),
    golden.boosting.rows.features,
  );
  assert.deepEqual([...score], golden.boosting.rows.score);
  for (const [name, values] of Object.entries(lossTargets))
    assert.deepEqual([...values], golden.losses.targets[name], name);
});

const train = rowsFrom(0, 2000);
const held = rowsFrom(2000, 2000);

for (const task of ["regression", "binary", "multiclass"] as const)
  test(`gbdt() is within 1 % of the best of scikit-learn, LightGBM and XGBoost at equal settings: ${task}`, () => {
    const model = gbdt({ nTrees: 60 }).fit(train.table, train.targetOf(task), { seed: 1 });
    const metric = metrics[task === "regression" ? "rmse" : "logLoss"]!;
    const score = measure(metric, held.targetOf(task).values, model.predict(held.table));
    const peers = Object.values(golden.boosting[task]);
    assert.ok(typeof score === "number" && score <= 1.01 * Math.min(...peers), `${score} against ${peers}`);
  });

const more = { train: rowsFrom(0, 6000), held: rowsFrom(6000, 6000) };

const losses: readonly (readonly [GbdtLoss, keyof typeof more.train.lossTargets, Metric])[] = [
  ["huber", "outliers", huber(1)],
  ["absolute", "outliers", metrics.mae!],
  ["quantile", "outliers", pinball(0.9)],
  ["poisson", "count", tweedieDeviance(1)],
  ["gamma", "amount", tweedieDeviance(2)],
  ["tweedie", "claims", tweedieDeviance(1.4)],
];

for (const [loss, name, metric] of losses)
  test(`gbdt() is within 1 % of the best of the libraries that have the loss: ${loss}`, () => {
    const target = { task: "regression", values: more.train.lossTargets[name], nClasses: 0 } as const;
    const params = { loss, nTrees: 60, quantiles: [0.9], delta: 1, variancePower: 1.4 };
    const model = gbdt(params).fit(more.train.table, target, { seed: 1 });
    const score = measure(metric, more.held.lossTargets[name], model.predict(more.held.table));
    const peers = Object.values(golden.losses[loss]);
    assert.ok(typeof score === "number" && score <= 1.01 * Math.min(...peers), `${score} against ${peers}`);
  });
