import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shareOf, shareReaching, thresholdByCost, thresholdByShare } from "./threshold.ts";

const definition = { name: "sample", task: "anomaly", data: { files: ["a.csv"] } } as const;
const scoreLists = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 200 });
const shares = fc.double({ min: 0.001, max: 0.5, noNaN: true });

test("thresholdByShare(): at most the share reaches it (or one row), and no lower score would do", () => {
  fc.assert(
    fc.property(scoreLists, shares, (list, share) => {
      const scores = Float64Array.from(list);
      const most = Math.max(1, Math.floor(share * list.length + 1e-9)) / list.length;
      const { value } = thresholdByShare(scores, share);
      assert.ok(shareReaching(scores, value) <= most + 1e-12);
      const lower = Math.max(...list.filter((score) => score < value), Number.NEGATIVE_INFINITY);
      if (lower >= 0) assert.ok(shareReaching(scores, lower) > most);
    }),
  );
});

test("thresholdByShare() lies above rows that tie at the highest score beyond the share", () => {
  for (const tied of [0, 0.5, 7]) {
    const { value, says } = thresholdByShare(new Float64Array(50).fill(tied), 0.02);
    assert.ok(value > tied);
    assert.match(says, /none stands out/);
  }
});

test("thresholdByCost(): no threshold costs less, and of equal costs it alarms least", () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      rows,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      (list, falsePositive, falseNegative) => {
        const scores = Float64Array.from(list, ([score]) => score);
        const yTrue = Float64Array.from(list, ([, y]) => y);
        const costAt = (threshold: number) =>
          list.reduce((sum, [score, y]) => {
            if (y === 1) return sum + (score >= threshold ? 0 : falseNegative);
            return sum + (score >= threshold ? falsePositive : 0);
          }, 0);
        const labelled = {
          yTrue,
          places: new Int32Array(0),
          take: (x: Float64Array) => x,
          resample: { unit: "row" } as const,
        };
        const { value } = thresholdByCost(scores, labelled, { falsePositive, falseNegative });
        for (const [score] of list) {
          assert.ok(costAt(value) <= costAt(score));
          if (score > value) assert.ok(costAt(value) < costAt(score));
        }
        assert.ok(costAt(value) <= costAt(Number.POSITIVE_INFINITY));
      },
    ),
  );
});

test("shareOf(): the definition's, that of known anomalies among all rows up to a half, or 0.01", () => {
  assert.equal(shareOf({ ...definition, share: 0.2 }, Float64Array.of(1, 0), 2), 0.2);
  assert.equal(shareOf(definition, Float64Array.of(1, 0, 0, 0), 4), 0.25);
  assert.equal(shareOf(definition, Float64Array.of(1, 0), 20), 0.05);
  assert.equal(shareOf(definition, Float64Array.of(1, 1, 1, 0), 4), 0.5);
  assert.equal(shareOf(definition, Float64Array.of(0, 0), 2), 0.01);
  assert.equal(shareOf(definition, null, 5), 0.01);
});
