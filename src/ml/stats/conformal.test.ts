import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { createRng } from "../../lib/index.ts";
import { conformalQuantile, coverageBounds, fewestScores } from "./conformal.ts";

test("conformalQuantile() takes the ⌈(n + 1)·level⌉-th smallest score, and none beyond the last", () => {
  const scores = Float64Array.from({ length: 9 }, (_, i) => 9 - i);
  assert.equal(conformalQuantile(scores, 0.9), 9);
  assert.equal(conformalQuantile(scores, 0.5), 5);
  assert.equal(conformalQuantile(scores, 0.51), 6);
  assert.equal(conformalQuantile(scores, 0.91), null);
  assert.equal(conformalQuantile(new Float64Array(0), 0.5), null);
  // 100·0.07 is a hair above 7 in floating point.
  assert.equal(
    conformalQuantile(
      Float64Array.from({ length: 99 }, (_, i) => i + 1),
      0.07,
    ),
    7,
  );
});

test("fewestScores() is the least number of scores with a quantile", () => {
  assert.deepEqual([0.5, 0.8, 0.9, 0.95, 0.99].map(fewestScores), [1, 4, 9, 19, 99]);
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 0.999, noNaN: true }), (level) => {
      const n = fewestScores(level);
      assert.notEqual(conformalQuantile(new Float64Array(n), level), null);
      if (n > 1) assert.equal(conformalQuantile(new Float64Array(n - 1), level), null);
    }),
  );
});

test("coverageBounds() equals scipy's beta-binomial", () => {
  const { coverageBounds: cases } = JSON.parse(readFileSync(new URL("golden/beta.json", import.meta.url), "utf8"));
  for (const [n, m, level, low, high] of cases) assert.deepEqual(coverageBounds(n, m, level), { low, high });
  assert.equal(coverageBounds(5, 100, 0.9), null);
});

test("conformalQuantile() covers exchangeable scores as often as the beta-binomial says", () => {
  const [n, m, level, nRepeats] = [60, 100, 0.9, 400];
  const rng = createRng(11).fork("coverage");
  // A skewed score whose rows share nothing but their distribution.
  const draw = (size: number) => Float64Array.from({ length: size }, () => rng.uniform() ** 4);
  const bounds = coverageBounds(n, m, level)!;
  let mean = 0;
  let nOutside = 0;
  for (let repeat = 0; repeat < nRepeats; repeat++) {
    const quantile = conformalQuantile(draw(n), level)!;
    const share = draw(m).filter((score) => score <= quantile).length / m;
    mean += share / nRepeats;
    if (share < bounds.low || share > bounds.high) nOutside += 1;
  }
  const expected = Math.ceil((n + 1) * level) / (n + 1);
  assert.ok(Math.abs(mean - expected) < 0.008, `mean coverage ${mean}, ${expected} is expected`);
  assert.ok(nOutside <= 30, `${nOutside} of ${nRepeats} repeats lie outside of 95 % bounds`);
  assert.ok(nOutside >= 3, "the bounds are no wider than needed");
});
