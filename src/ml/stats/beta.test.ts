import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  betaQuantile,
  binomialLowerTail,
  clopperPearson,
  incompleteBeta,
  studentQuantile,
  studentUpperTail,
} from "./beta.ts";

const golden: Readonly<Record<string, readonly (readonly number[])[]>> = JSON.parse(
  readFileSync(new URL("golden/beta.json", import.meta.url), "utf8"),
);

const functions: Readonly<Record<string, (...given: number[]) => number | readonly number[]>> = {
  incompleteBeta,
  betaQuantile,
  clopperPearson: (k, n) => Object.values(clopperPearson(k!, n!)),
  binomialLowerTail,
  studentUpperTail,
  studentQuantile,
};

for (const [name, compute] of Object.entries(functions))
  test(`${name}() equals scipy to 10 digits`, () => {
    const cases = golden[name]!;
    assert.ok(cases.length >= 5);
    for (const row of cases) {
      const nExpected = name === "clopperPearson" ? 2 : 1;
      const actual = [compute(...row.slice(0, -nExpected))].flat();
      row.slice(-nExpected).forEach((expected, k) => {
        const off = Math.abs(actual[k]! - expected);
        assert.ok(off <= 1e-10 * Math.abs(expected) + 1e-15, `${name}(${row.join(", ")}) is ${actual}`);
      });
    }
  });

test("incompleteBeta() is symmetric, and grows in x from 0 to 1", () => {
  const shape = fc.double({ min: 0.05, max: 2000, noNaN: true });
  // Shares whose complement is exact.
  const share = fc.integer({ min: 0, max: 4096 }).map((k) => k / 4096);
  fc.assert(
    fc.property(shape, shape, share, share, (a, b, x, y) => {
      assert.ok(Math.abs(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a) - 1) < 1e-9);
      const [low, high] = [Math.min(x, y), Math.max(x, y)];
      assert.ok(incompleteBeta(low, a, b) <= incompleteBeta(high, a, b) + 1e-12);
      assert.equal(incompleteBeta(0, a, b), 0);
      assert.equal(incompleteBeta(1, a, b), 1);
    }),
  );
});

test("clopperPearson() widens where both counts are divided by a design effect", () => {
  const [plain, clustered] = [clopperPearson(90, 100), clopperPearson(90 / 2.5, 100 / 2.5)];
  assert.ok(clustered.low < plain.low && clustered.high > plain.high);
});
