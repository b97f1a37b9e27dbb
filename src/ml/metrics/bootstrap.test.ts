import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng, type Rng } from "../../lib/index.ts";
import { bootstrapDifference, bootstrapMetrics, measure, metrics, reliabilityBins } from "./index.ts";

const gaussian = (rng: Rng) => Array.from({ length: 12 }, () => rng.uniform()).reduce((sum, u) => sum + u, -6);

function binaryRows(n: number, seed: number) {
  const rng = createRng(seed);
  const yTrue = Float64Array.from({ length: n }, () => rng.below(2));
  return { yTrue, yProba: yTrue.map((y) => Math.min(1, Math.max(0, 0.3 + 0.3 * y + 0.2 * gaussian(rng)))) };
}

const { yTrue, yProba } = binaryRows(200, 1);
const groups = Int32Array.from({ length: 200 }, (_, i) => 7 * Math.floor(i / 10));

for (const resample of [{ unit: "row" }, { unit: "group", groups }, { unit: "block" }] as const)
  test(`bootstrapMetrics() by ${resample.unit} gives the same interval for the same seed, around the value`, () => {
    const at = (seed: number) => bootstrapMetrics(["rocAuc", "logLoss"], yTrue, yProba, { seed, resample });
    const { rocAuc, logLoss } = at(1);
    assert.deepEqual(at(1), { rocAuc, logLoss });
    assert.notDeepEqual(at(2), { rocAuc, logLoss });
    for (const result of [rocAuc!, logLoss!])
      assert.ok(result.low! < result.value! && result.value! < result.high! && result.n === 200);
    assert.equal(rocAuc!.value, measure(metrics.rocAuc!, yTrue, yProba));
  });

test("bootstrapMetrics() can be ended before any resample", () => {
  let left = 3;
  const check = () => {
    if (--left === 0) throw new Error("enough");
  };
  const options = { seed: 1, resample: { unit: "row" }, check } as const;
  assert.throws(() => bootstrapMetrics(["rocAuc"], yTrue, yProba, options), /enough/);
  left = 51;
  bootstrapMetrics(["rocAuc"], yTrue, yProba, { ...options, nResamples: 50 });
  assert.equal(left, 1);
});

test("bootstrapMetrics() covers the true value about 95 times in 100", () => {
  const rng = createRng(5);
  let covered = 0;
  for (let k = 0; k < 200; k++) {
    const errors = Float64Array.from({ length: 80 }, () => gaussian(rng));
    const options = { seed: k, resample: { unit: "row" }, nResamples: 200 } as const;
    const { low, high } = bootstrapMetrics(["rmse"], errors, new Float64Array(80), options).rmse!;
    if (low! <= 1 && high! >= 1) covered++;
  }
  assert.ok(covered >= 178 && covered <= 198, `${covered} of 200`);
});

test("bootstrapMetrics() does not vary where one group holds every row, and treats weights as counts", () => {
  const resample = { unit: "group", groups: new Int32Array(200) } as const;
  const { value, low, high } = bootstrapMetrics(["brier"], yTrue, yProba, { seed: 1, resample, nResamples: 20 }).brier!;
  assert.deepEqual([low, high], [value, value]);
  const sampleWeight = yTrue.map((_, i) => i % 3);
  const weighted = bootstrapMetrics(["ece"], yTrue, yProba, { seed: 1, resample: { unit: "row" }, sampleWeight }).ece!;
  assert.equal(weighted.value, measure(metrics.ece!, yTrue, yProba, sampleWeight));
});

test("bootstrapMetrics() gives no interval where many resamples leave the metric undefined, and says how many", () => {
  const rare = Float64Array.from({ length: 50 }, (_, i) => (i === 0 ? 1 : 0));
  const options = { seed: 3, resample: { unit: "row" } } as const;
  const { value, low, high, reason } = bootstrapMetrics(["rocAuc"], rare, yProba.subarray(0, 50), options).rocAuc!;
  assert.ok(value !== null && low === null && high === null);
  assert.match(reason!, /^undefined in 3\d\d of 1000 resamples$/);
  const none = bootstrapMetrics(["rocAuc"], new Float64Array(50), yProba.subarray(0, 50), options).rocAuc!;
  assert.deepEqual(none, { value: null, low: null, high: null, n: 50, reason: "only one class is present" });
});

test("bootstrapDifference() is 0 for one model against itself, and narrower than two intervals apart", () => {
  const options = { seed: 4, resample: { unit: "row" } } as const;
  const same = bootstrapDifference("rocAuc", yTrue, yProba, yProba, options);
  assert.deepEqual([same.value, same.low, same.high], [0, 0, 0]);
  const other = yProba.map((p, i) => (i % 10 === 0 ? 1 - p : p));
  const paired = bootstrapDifference("rocAuc", yTrue, yProba, other, options);
  const [a, b] = [yProba, other].map((p) => bootstrapMetrics(["rocAuc"], yTrue, p, options).rocAuc!) as [
    typeof same,
    typeof same,
  ];
  assert.ok(Math.abs(paired.value! - (a.value! - b.value!)) < 1e-12);
  assert.ok(paired.low! > a.low! - b.high! && paired.high! < a.high! - b.low!);
});

test("reliabilityBins() holds every row once, by ascending probability, in bins of about equal count", () => {
  const bins = reliabilityBins(yTrue, yProba);
  assert.equal(
    bins.reduce((sum, { n }) => sum + n, 0),
    200,
  );
  for (const [k, { predicted, observed, low, high, n }] of bins.entries()) {
    assert.ok(n >= 15 && low <= observed && observed <= high);
    if (k > 0) assert.ok(predicted > bins[k - 1]!.predicted);
  }
  assert.deepEqual(
    reliabilityBins(Float64Array.of(0, 1, 1), Float64Array.of(0.5, 0.5, 0.5)).map(({ n, observed }) => [n, observed]),
    [[3, 2 / 3]],
  );
  assert.deepEqual(reliabilityBins(new Float64Array(), new Float64Array()), []);
});
