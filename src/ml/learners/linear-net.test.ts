import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { createRng } from "../../lib/index.ts";
import { type Column, categoryColumn, numberColumn, Table } from "../table/index.ts";
import { type LinearData, type LinearParams, linear, type Target } from "./index.ts";

type LinearTask = "binary" | "multiclass" | "regression";

interface Rows {
  readonly linear: {
    readonly numbers: readonly number[][];
    readonly codes: readonly number[];
    readonly weight: readonly number[];
    readonly targets: Readonly<Record<LinearTask, readonly number[]>>;
  };
}
interface Golden {
  readonly cases: readonly {
    readonly task: LinearTask;
    readonly weighted: boolean;
    readonly lambda: number;
    readonly l1Share: number;
    readonly weights: readonly number[][];
  }[];
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8"));
const { linear: rows }: Rows = read("learners");
const { cases }: Golden = read("elastic-net");
const nClasses = { binary: 2, multiclass: 3, regression: 0 } as const;
const level: Column = { kind: "category", codes: Int32Array.from(rows.codes), dictionary: ["a", "b", "c", "d"] };
const features = Table.of([...rows.numbers.map((xs, j) => [`x${j}`, numberColumn(xs)] as const), ["level", level]]);

const fit = (table: Table, target: Target, params: LinearParams, sampleWeight?: Float64Array) =>
  linear(params)
    .fit(table, target, { seed: 1, ...(sampleWeight && { sampleWeight }) })
    .toJSON() as LinearData;

for (const { task, weighted, lambda, l1Share, weights } of cases)
  test(`linear() has the elastic net's optimum to 1e-6: ${task}, lambda ${lambda}, l1Share ${l1Share}${weighted ? ", weights" : ""}`, () => {
    const target = { task, values: Float64Array.from(rows.targets[task]), nClasses: nClasses[task] };
    const model = fit(
      features,
      target,
      { lambda, l1Share, tolerance: 1e-12 },
      weighted ? Float64Array.from(rows.weight) : undefined,
    );
    assert.ok(model.converged);
    const scale = Math.max(1e-3, ...weights.flat().map(Math.abs));
    model.weights.flat().forEach((w, j) => {
      const expected = weights.flat()[j]!;
      assert.ok(Math.abs(w - expected) <= 1e-6 * scale, `${w} is not ${expected}`);
      if (expected === 0) assert.equal(w, 0);
    });
  });

// Rows with missing numbers, a mostly-zero column, a category and a twin column.
function sample(
  task: LinearTask,
  n: number,
  seed: number,
): { table: Table; target: Target; sampleWeight: Float64Array } {
  const rng = createRng(seed);
  const numbers = (share: number) =>
    Float64Array.from({ length: n }, () => (rng.uniform() < share ? rng.uniform() * 4 - 1 : 0));
  const a = numbers(1).map((x) => 50 + x);
  const b = numbers(1).map((x, i) => (i % 9 === 4 ? Number.NaN : x));
  const table = Table.of({
    a: numberColumn(a),
    b: numberColumn(b),
    twin: numberColumn(a.map((x) => x + 0.01 * rng.uniform())),
    rare: numberColumn(numbers(0.1)),
    level: categoryColumn(Array.from({ length: n }, () => "abc"[rng.below(3)]!)),
  });
  const score = a.map((x, i) => x - 50 + (b[i]! || 0) + 2 * (rng.uniform() - 0.5));
  const values = score.map((x) =>
    task === "regression" ? x : Number(x > 0) + Number(task === "multiclass" && x > 1.5),
  );
  const sampleWeight = Float64Array.from({ length: n }, (_, i) => (i === 0 ? 1 : rng.below(3)));
  return { table, target: { task, values, nClasses: nClasses[task] }, sampleWeight };
}

// Gradient of the losses by weight, from the model's own predictions: the loss of each task is that of its canonical link.
function gradientOf(
  { table, target, sampleWeight }: ReturnType<typeof sample>,
  data: LinearData,
  params: LinearParams,
) {
  const predicted = linear(params).fit(table, target, { seed: 1, sampleWeight }).predict(table);
  const nOutputs = data.intercepts.length;
  const error = (i: number, k: number) =>
    predicted[i * nOutputs + k]! - (target.task === "multiclass" ? Number(target.values[i] === k) : target.values[i]!);
  const columns = [...table.entries()].flatMap(([, column]) =>
    column.kind === "category"
      ? column.dictionary.map((_, code) => Array.from(column.codes, (c) => Number(c === code)))
      : [Array.from(column.values, (x) => (Number.isNaN(x) ? 0 : x))],
  );
  return Array.from({ length: nOutputs }, (_, k) =>
    columns.map((xs) => xs.reduce((sum, x, i) => sum + sampleWeight[i]! * x * error(i, k), 0)),
  );
}

for (const task of ["binary", "multiclass", "regression"] as const) {
  test(`linear(), ${task}: the elastic net's solution meets the conditions of the minimum`, () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0.1, 0.5, 1), fc.constantFrom(0.3, 3, 30), (seed, l1Share, lambda) => {
        const data = sample(task, 80, seed);
        const params = { lambda, l1Share };
        const model = fit(data.table, data.target, params, data.sampleWeight);
        assert.ok(model.converged, `not converged after ${model.iterations}`);
        gradientOf(data, model, params).forEach((gradient, k) => {
          gradient.forEach((g, j) => {
            const w = model.weights[k]![j]!;
            const whole = g + lambda * (1 - l1Share) * w;
            const lasso = lambda * l1Share;
            if (w === 0) assert.ok(Math.abs(whole) <= lasso + 1e-3);
            else assert.ok(Math.abs(whole + lasso * Math.sign(w)) <= 1e-3, `${whole} ${w}`);
          });
        });
      }),
      { numRuns: 8 },
    );
  });

  test(`linear(), ${task}: from the greatest gradient on, every weight is 0; just below, not`, () => {
    const data = sample(task, 80, 5);
    const none = fit(data.table, data.target, { lambda: 1e9, l1Share: 1 }, data.sampleWeight);
    const gradient = gradientOf(data, none, { lambda: 1e9, l1Share: 1 });
    const most = Math.max(...gradient.flat().map(Math.abs));
    const nonZero = (lambda: number) =>
      fit(data.table, data.target, { lambda, l1Share: 1 }, data.sampleWeight)
        .weights.flat()
        .filter((w) => w !== 0).length;
    assert.equal(nonZero(most * 1.001), 0);
    assert.ok(nonZero(most * 0.99) > 0);
  });

  test(`linear(), ${task}: with next to no lasso, coordinate descent and Newton's method find the same`, () => {
    const data = sample(task, 80, 11);
    const ridge = fit(data.table, data.target, { lambda: 2, tolerance: 1e-11 }, data.sampleWeight);
    const net = fit(data.table, data.target, { lambda: 2, l1Share: 1e-12, tolerance: 1e-10 }, data.sampleWeight);
    ridge.weights.flat().forEach((w, j) => {
      assert.ok(Math.abs(w - net.weights.flat()[j]!) < 1e-6, `${w} ${net.weights.flat()[j]}`);
    });
  });
}

test("linear(): the fit that starts from a sample of many rows ends at the optimum of all", () => {
  const data = sample("binary", 3000, 3);
  for (const l1Share of [0, 0.5]) {
    const params = { lambda: 2, l1Share, tolerance: 1e-10 };
    const model = fit(data.table, data.target, params, data.sampleWeight);
    assert.ok(model.converged);
    gradientOf(data, model, params)[0]!.forEach((g, j) => {
      const w = model.weights[0]![j]!;
      const whole = g + 2 * (1 - l1Share) * w + 2 * l1Share * Math.sign(w);
      assert.ok(w === 0 ? Math.abs(whole) <= 2 * l1Share + 1e-5 : Math.abs(whole) < 1e-4, `${whole}`);
    });
  }
});

const xs = Array.from({ length: 20 }, (_, i) => i - 9.5);
const third = xs.map((_, i) => Number(i % 3 > 0));
const badInputs: readonly { name: string; columns: Record<string, number[]>; y: number[] }[] = [
  { name: "classes that a plane separates", columns: { x: xs }, y: xs.map((x) => Number(x > 0)) },
  { name: "one value in every column", columns: { x: xs.map(() => 3), z: xs.map(() => 0) }, y: third },
  { name: "a column of NaN", columns: { x: xs.map(() => Number.NaN) }, y: third },
  { name: "one class", columns: { x: xs }, y: xs.map(() => 1) },
  {
    name: "fewer rows than columns",
    columns: Object.fromEntries(
      Array.from({ length: 40 }, (_, j) => [`x${j}`, xs.map((_, i) => ((i + 1) * (j + 3)) % 7)]),
    ),
    y: third,
  },
];

for (const { name, columns, y } of badInputs)
  test(`linear() gives finite weights for ${name}, with any penalty or none`, () => {
    const table = Table.of(Object.entries(columns).map(([column, values]) => [column, numberColumn(values)] as const));
    const target: Target = { task: "binary", values: Float64Array.from(y), nClasses: 2 };
    for (const params of [{ lambda: 0 }, {}, { l1Share: 0.5 }, { l1Share: 1 }]) {
      const { weights, intercepts } = fit(table, target, params);
      assert.ok([...weights.flat(), ...intercepts].every(Number.isFinite));
    }
  });
