import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Column, numberColumn, Table } from "../table/index.ts";
import { type LinearData, linear, type Target, type Task } from "./index.ts";

interface Golden {
  readonly linear: {
    readonly numbers: readonly number[][];
    readonly codes: number[];
    readonly weight: number[];
    readonly targets: Readonly<Record<Task, number[]>>;
    readonly cases: readonly {
      readonly task: Task;
      readonly weighted: boolean;
      readonly lambda: number;
      readonly balanced: boolean;
      readonly weights: readonly number[][];
      readonly intercepts: readonly number[];
    }[];
  };
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/learners.json", import.meta.url), "utf8"));
const { numbers, codes, weight, targets, cases } = golden.linear;
const level: Column = { kind: "category", codes: Int32Array.from(codes), dictionary: ["a", "b", "c", "d"] };
const features = Table.of([...numbers.map((xs, j) => [`x${j}`, numberColumn(xs)] as const), ["level", level]]);

const targetOf = (task: Task): Target => ({
  task,
  values: Float64Array.from(targets[task]),
  nClasses: { binary: 2, multiclass: 3, regression: 0, ranking: 0 }[task],
});

// Intercepts of a softmax are free up to one number for all.
function centred(intercepts: readonly number[]): number[] {
  const mean = intercepts.reduce((sum, b) => sum + b, 0) / intercepts.length;
  return intercepts.length === 1 ? [...intercepts] : intercepts.map((b) => b - mean);
}

for (const { task, weighted, lambda, balanced, weights, intercepts } of cases) {
  const how = `lambda ${lambda}${weighted ? ", weights" : ""}${balanced ? ", balanced classes" : ""}`;
  test(`linear() equals scikit-learn's coefficients to 1e-7: ${task}, ${how}`, () => {
    const learner = linear({ lambda, classWeight: balanced ? "balanced" : "none", tolerance: 1e-12 });
    const options = weighted ? { seed: 1, sampleWeight: Float64Array.from(weight) } : { seed: 1 };
    const model = learner.fit(features, targetOf(task), options).toJSON() as LinearData;
    assert.ok(model.converged);
    const scale = Math.max(...weights.flat().map(Math.abs));
    const near = (actual: number, expected: number) =>
      assert.ok(Math.abs(actual - expected) <= 1e-7 * scale, `${actual} is not ${expected}`);
    model.weights.forEach((output, k) => {
      output.forEach((w, j) => {
        near(w, weights[k]![j]!);
      });
    });
    const expected = centred(intercepts);
    centred(model.intercepts).forEach((b, k) => {
      near(b, expected[k]!);
    });
  });
}

const folder = process.env.FETTLE_REFERENCE_DATA;
const skip =
  folder === undefined ? "FETTLE_REFERENCE_DATA is not set: the files of NIST are not part of the package" : false;
const readLines = (path: string) => readFileSync(`${folder}/nist-strd/${path}`, "utf8").split("\n");

/** Digits in which two numbers agree (NIST's log relative error). */
const digits = (actual: number, certified: number): number =>
  -Math.log10(Math.max(1e-16, Math.abs(actual - certified) / Math.abs(certified)));

function leastSquares(columns: Readonly<Record<string, number[]>>, y: number[]): number[] {
  const table = Table.of(Object.entries(columns).map(([name, xs]) => [name, numberColumn(xs)] as const));
  const target: Target = { task: "regression", values: Float64Array.from(y), nClasses: 0 };
  const model = linear({ lambda: 0, tolerance: 1e-15 }).fit(table, target, { seed: 1 }).toJSON() as LinearData;
  return [model.intercepts[0]!, ...model.weights[0]!];
}

test("linear() without a penalty has 12 digits of NIST's Norris", { skip }, () => {
  const rows = readLines("nist_linregress/Norris.dat")
    .slice(60, 96)
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = leastSquares(
    { x: rows.map(([, x]) => x!) },
    rows.map(([y]) => y!),
  );
  [-0.262323073774029, 1.00211681802045].forEach((certified, j) => {
    assert.ok(digits(found[j]!, certified) >= 12, `${found[j]} has ${digits(found[j]!, certified)} digits`);
  });
});

test("linear() without a penalty has 7 digits of NIST's Longley, whose columns are nearly collinear", { skip }, () => {
  const [header, ...rows] = readLines("longley.csv")
    .filter((line) => line !== "")
    .map((line) => line.replaceAll('"', "").split(","));
  const columnOf = (name: string) => rows.map((row) => Number(row[header!.indexOf(name)]));
  const names = ["GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"];
  const found = leastSquares(Object.fromEntries(names.map((name) => [name, columnOf(name)])), columnOf("TOTEMP"));
  const certified = [
    -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359, -0.0511041056535807,
    1829.15146461355,
  ];
  found.forEach((value, j) => {
    const reached = digits(value, certified[j]!);
    assert.ok(reached >= 7, `coefficient ${j}: ${value} has ${reached} digits`);
  });
});
