import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { chiSquaredUpperQuantile, chiSquaredUpperTail } from "./index.ts";

type Case = readonly [x: number, degrees: number, expected: number];
interface Golden {
  readonly upperTail: readonly Case[];
  readonly upperQuantile: readonly Case[];
}
const golden: Golden = JSON.parse(readFileSync(new URL("golden/chi-squared.json", import.meta.url), "utf8"));

const isNear = (ours: number, theirs: number, tolerance: number) =>
  Math.abs(ours - theirs) <= tolerance * Math.abs(theirs) + 1e-300;

test("the chi-squared distribution equals scipy's, tail and quantile", () => {
  for (const [x, degrees, expected] of golden.upperTail)
    assert.ok(isNear(chiSquaredUpperTail(x, degrees), expected, 1e-11), `${x}, ${degrees}`);
  for (const [p, degrees, expected] of golden.upperQuantile)
    assert.ok(isNear(chiSquaredUpperQuantile(p, degrees), expected, 1e-11), `${p}, ${degrees}`);
});

test("chiSquaredUpperTail() is 1 up to 0 and NaN for what is no number", () => {
  assert.equal(chiSquaredUpperTail(0, 3), 1);
  assert.equal(chiSquaredUpperTail(-1, 3), 1);
  assert.ok(Number.isNaN(chiSquaredUpperTail(Number.NaN, 3)));
});
