import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { normalQuantile } from "./normal.ts";
import { resampledMean } from "./resampled-t.ts";

const { cases } = JSON.parse(readFileSync(new URL("golden/resampled-t.json", import.meta.url), "utf8"));

test("resampledMean() equals the formula with scipy's t", () => {
  for (const { values, ratio, ...expected } of cases) {
    const found = resampledMean(Float64Array.from(values), ratio)!;
    for (const [name, value] of Object.entries(expected as Record<string, number>)) {
      const own = found[name as keyof typeof found] as number;
      assert.ok(Math.abs(own - value) <= 1e-10 * Math.max(1e-3, Math.abs(value)), `${name}: ${own} is not ${value}`);
    }
  }
});

test("resampledMean() needs two values, leaves NaN out, and has no p-value where nothing varies", () => {
  assert.equal(resampledMean(Float64Array.of(1, Number.NaN), 0.25), null);
  const flat = resampledMean(Float64Array.of(0.5, 0.5, Number.NaN, 0.5), 0.25)!;
  assert.deepEqual([flat.n, flat.mean, flat.low, flat.high, flat.pValue], [3, 0.5, 0.5, 0.5, null]);
});

test("resampledMean() finds a difference between equals in about 5 of 100 tables, where the plain test finds many", () => {
  // 5 × 5-fold cross-validation of two predictors that are equally far from the truth on average: one knows rows' own noise, the other does not matter.
  const rng = createRng(2).fork("equals");
  const normal = () => normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, rng.uniform())));
  let nCorrected = 0;
  let nPlain = 0;
  const nTables = 300;
  for (let table = 0; table < nTables; table++) {
    const rows = Float64Array.from({ length: 60 }, normal);
    const differences: number[] = [];
    for (let repeat = 0; repeat < 5; repeat++) {
      const order = Array.from(rows.keys(), (row) => ({ row, key: rng.uniform() })).sort((a, b) => a.key - b.key);
      for (let fold = 0; fold < 5; fold++) {
        const held = order.slice(12 * fold, 12 * fold + 12).map(({ row }) => rows[row]!);
        const known = order.filter((_, i) => Math.floor(i / 12) !== fold).map(({ row }) => rows[row]!);
        const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
        // Predicting by the mean of the training rows, and by a constant whose expected error is the same.
        const learned = mean(known);
        const constant = Math.sqrt(1 / 48) * (table % 2 === 0 ? 1 : -1);
        differences.push(mean(held.map((y) => (y - learned) ** 2 - (y - constant) ** 2)));
      }
    }
    const values = Float64Array.from(differences);
    if (resampledMean(values, 0.25)!.pValue! < 0.05) nCorrected += 1;
    if (resampledMean(values, 0)!.pValue! < 0.05) nPlain += 1;
  }
  assert.ok(nCorrected <= 0.1 * nTables, `${nCorrected} of ${nTables}`);
  assert.ok(nPlain >= 0.2 * nTables, `${nPlain} of ${nTables} by the plain test`);
});
