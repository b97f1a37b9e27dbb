import assert from "node:assert/strict";
import { test } from "node:test";
import { gaussLegendre } from "./index.ts";

test("gaussLegendre() integrates polynomials of degree 2n − 1", () => {
  for (const n of [1, 2, 3, 8, 16]) {
    const { points, weights } = gaussLegendre(n);
    for (let degree = 0; degree < 2 * n; degree++) {
      const found = weights.reduce((sum, w, q) => sum + w * points[q]! ** degree, 0);
      assert.ok(Math.abs(found - 1 / (degree + 1)) < 1e-14, `n ${n}, degree ${degree}: ${found}`);
    }
  }
});

test("gaussLegendre() is symmetric and has the two-point rule's known points", () => {
  const { points, weights } = gaussLegendre(2);
  const offset = Math.sqrt(1 / 3) / 2;
  assert.ok(Math.abs(points[0]! - (0.5 - offset)) < 1e-15 && Math.abs(points[1]! - (0.5 + offset)) < 1e-15);
  for (const weight of weights) assert.ok(Math.abs(weight - 0.5) < 1e-15);
});
