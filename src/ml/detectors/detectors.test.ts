import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { measure, metrics } from "../metrics/index.ts";
import { numberColumn, Table } from "../table/index.ts";
import type { DetectorData } from "./detector-data.ts";
import { isolationForest, loadDetector, robustCovariance, robustZScore } from "./index.ts";
import { exactFit, fastMcd } from "./mcd.ts";

interface Golden {
  readonly covariance: readonly {
    readonly n: number;
    readonly p: number;
    readonly share: number;
    readonly firstRow: readonly number[];
    readonly location: readonly number[];
    readonly covariance: readonly (readonly number[])[];
    readonly rawLogDeterminant: number;
    readonly supportRows: number;
    readonly distances: readonly number[];
  }[];
  readonly forest: {
    readonly sampleRows: number;
    readonly trees: readonly object[];
    readonly scores: readonly number[];
  };
  readonly quality: { readonly mean: number; readonly sd: number };
  readonly perMedianDeviation: number;
}
const golden: Golden = JSON.parse(readFileSync(new URL("golden/detectors.json", import.meta.url), "utf8"));

/** A number in [0, 1) for row i and column j, the same as in make-detectors.py. */
function uniform(i: number, j: number): number {
  let x = (Math.imul(i, 0x9e3779b1) + Math.imul(j, 0x85ebca77) + 1) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
}

/** The same rows as in make-detectors.py, column after column. */
function columnsOf(n: number, p: number, share: number): Float64Array[] {
  const firstStrange = n - Math.round(n * share);
  return Array.from({ length: p }, (_, j) =>
    Float64Array.from({ length: n }, (_, i) => {
      const common = uniform(i, 1000) + uniform(i, 1001) + uniform(i, 1002) - 1.5;
      const own = uniform(i, 3 * j) + uniform(i, 3 * j + 1) + uniform(i, 3 * j + 2) - 1.5;
      return (own + 0.8 * common) * (j + 1) + (i < firstStrange ? 0 : (j % 2 === 0 ? 4 : -4) * (j + 1));
    }),
  );
}

const tableOf = (columns: readonly Float64Array[]) =>
  Table.of(columns.map((values, j) => [`x${j}`, numberColumn(values)] as const));

const isNear = (a: number, b: number, tolerance: number) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));

for (const { n, p, share, rawLogDeterminant } of golden.covariance)
  test(`fastMcd() finds a determinant within a thousandth of scikit-learn's least of ten on ${n} × ${p} rows`, () => {
    const values = new Float64Array(n * p);
    columnsOf(n, p, share).forEach((column, j) => {
      for (let i = 0; i < n; i++) values[i * p + j] = column[i]!;
    });
    const h = Math.ceil((n + p + 1) / 2);
    const found = fastMcd({ values, n, p }, { h, ridge: 0, rng: createRng(1), check: () => {} });
    assert.ok(found !== exactFit && found.logDeterminant <= rawLogDeterminant + 1e-3);
  });

for (const { n, p, share, firstRow, location, covariance, supportRows, distances } of golden.covariance.slice(2))
  test(`robustCovariance() equals scikit-learn's MinCovDet where both find the same rows: ${n} × ${p}`, () => {
    const columns = columnsOf(n, p, share);
    assert.deepEqual(
      columns.map((values) => values[0]),
      firstRow,
    );
    const fitted = robustCovariance().fit(tableOf(columns), { seed: 1 });
    const data = fitted.toJSON();
    assert.ok(data.kind === "robust-covariance");
    assert.equal(data.supportRows, supportRows);
    const scale = data.columns.map((column) => column.scale);
    data.location.forEach((x, j) => {
      assert.ok(isNear(data.columns[j]!.centre + scale[j]! * x, location[j]!, 1e-9));
      for (let k = 0; k < p; k++)
        assert.ok(isNear(scale[j]! * scale[k]! * data.covariance[j]![k]!, covariance[j]![k]!, 1e-9));
    });
    const scores = fitted.score(tableOf(columns));
    distances.forEach((distance, k) => {
      assert.ok(isNear(scores[k * Math.max(1, Math.floor(n / 40))]!, distance, 1e-8));
    });
  });

test("an isolation forest gives the scores of scikit-learn's for the same trees", () => {
  const { trees, sampleRows, scores } = golden.forest;
  const featureNames = ["x0", "x1", "x2", "x3"];
  const forest = loadDetector({ kind: "isolation-forest", featureNames, sampleRows, trees } as unknown as DetectorData);
  const columns = columnsOf(400, 4, 0.05).map((values) => values.map(Math.fround));
  forest.score(tableOf(columns)).forEach((score, i) => {
    assert.ok(isNear(score, scores[i]!, 1e-12), `row ${i}: ${score}, ${scores[i]}`);
  });
});

test("isolationForest() finds as much as scikit-learn's, over seeds", () => {
  const columns = columnsOf(3000, 6, 0.02);
  for (const values of columns)
    for (let k = 0; k < 60; k++) values[2940 + k] = values[2940 + k]! * 0.3 + values[k]! * 0.7;
  const yTrue = Float64Array.from({ length: 3000 }, (_, i) => Number(i >= 2940));
  const found = Array.from({ length: 20 }, (_, seed) =>
    Number(measure(metrics.prAuc!, yTrue, isolationForest().fit(tableOf(columns), { seed }).score(tableOf(columns)))),
  );
  const mean = found.reduce((sum, x) => sum + x, 0) / found.length;
  // Three standard errors of a difference of two means of 20.
  const allowed = 3 * golden.quality.sd * Math.sqrt(2 / 20);
  assert.ok(Math.abs(mean - golden.quality.mean) <= allowed, `${mean} against ${golden.quality.mean} ± ${allowed}`);
});

test("robustZScore() measures in scipy's units of a normal distribution", () => {
  const x = Float64Array.of(1, 2, 3, 4, 100);
  const fitted = robustZScore().fit(tableOf([x]), { seed: 1 });
  assert.ok(isNear(fitted.scoreRow(Float64Array.of(8)), 5 / golden.perMedianDeviation, 1e-12));
});
