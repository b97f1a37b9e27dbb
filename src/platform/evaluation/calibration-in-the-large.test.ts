import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { reliabilityBins } from "../../ml/metrics/index.ts";
import { calibrationInTheLarge } from "./calibration-in-the-large.ts";

test("calibrationInTheLarge() gives the means of all rows", () => {
  const row = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean());
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 80 }), (rows) => {
      const yProba = Float64Array.from(rows, ([p]) => p);
      const yTrue = Float64Array.from(rows, ([, hit]) => Number(hit));
      const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const { predicted, observed } = calibrationInTheLarge(reliabilityBins(yTrue, yProba))!;
      assert.ok(Math.abs(predicted - mean(yProba)) < 1e-12);
      assert.ok(Math.abs(observed.value! - mean(yTrue)) < 1e-12);
      assert.equal(observed.n, rows.length);
    }),
  );
  assert.equal(calibrationInTheLarge([]), null);
});

test("calibrationInTheLarge() tells a mean that fits the rows from one that does not", () => {
  const yTrue = Float64Array.from({ length: 400 }, (_, i) => Number(i % 4 === 0));
  const of = (p: number) => calibrationInTheLarge(reliabilityBins(yTrue, new Float64Array(400).fill(p)))!.fits;
  assert.deepEqual([0.25, 0.27, 0.4, 0.1].map(of), [true, true, false, false]);
});
