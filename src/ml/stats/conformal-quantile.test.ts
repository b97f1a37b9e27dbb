import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { conformalQuantile } from "./index.ts";

test("conformalQuantile() is the ⌈(n + 1) level⌉-th smallest, and null beyond the last", () => {
  const nine = Float64Array.of(9, 2, 7, 1, 5, 3, 8, 6, 4);
  assert.equal(conformalQuantile(nine, 0.9), 9);
  assert.equal(conformalQuantile(nine, 0.5), 5);
  assert.equal(conformalQuantile(nine, 0.51), 6);
  assert.equal(conformalQuantile(nine, 0.7), 7); // 10 · 0.7 is a hair above 7 in doubles
  assert.equal(conformalQuantile(nine, 0.95), null);
  assert.equal(conformalQuantile(new Float64Array(0), 0.5), null);
  assert.equal(nine[0], 9);
});

test("conformalQuantile() has at least its level of n + 1 exchangeable scores at or below it", () => {
  const scores = fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(scores, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (all, level) => {
      const covered = all.filter((score, i) => {
        const bound = conformalQuantile(Float64Array.from(all.toSpliced(i, 1)), level);
        return bound === null || score <= bound;
      });
      assert.ok(covered.length / all.length >= level - 1e-9);
    }),
  );
});
