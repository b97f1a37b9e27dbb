import assert from "node:assert/strict";
import { test } from "node:test";
import { minimise } from "./minimise.ts";

test("minimise() finds Rosenbrock's valley, and stays where the function is defined", () => {
  const x = Float64Array.of(-1.2, 1);
  const value = minimise(
    ([a = 0, b = 0], gradient) => {
      gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a);
      gradient[1] = 200 * (b - a * a);
      return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
    },
    x,
    { tolerance: 1e-14 },
  );
  assert.ok(value < 1e-12 && Math.abs(x[0]! - 1) < 1e-5 && Math.abs(x[1]! - 1) < 1e-5, `${x}`);
  const half = Float64Array.of(3);
  minimise(
    ([a = 0], gradient) => {
      gradient[0] = 1 - 1 / a;
      return a > 0 ? a - Math.log(a) : Number.POSITIVE_INFINITY;
    },
    half,
    { tolerance: 1e-12 },
  );
  assert.ok(Math.abs(half[0]! - 1) < 1e-5, `${half}`);
});

test("minimise() never evaluates more than it may, nor ends above its start", () => {
  for (const maxEvaluations of [1, 2, 5, 20]) {
    let evaluations = 0;
    const x = Float64Array.of(5, -3, 2);
    const value = minimise(
      (at, gradient) => {
        evaluations++;
        at.forEach((a, i) => {
          gradient[i] = 4 * (i + 1) * a ** 3;
        });
        return at.reduce((sum, a, i) => sum + (i + 1) * a ** 4, 0);
      },
      x,
      { maxEvaluations },
    );
    assert.ok(evaluations <= maxEvaluations);
    assert.ok(value <= 625 + 2 * 81 + 3 * 16);
    assert.equal(
      value,
      x.reduce((sum, a, i) => sum + (i + 1) * a ** 4, 0),
    );
  }
});

test("minimise() leaves a start that is not defined", () => {
  const x = Float64Array.of(4);
  assert.equal(
    minimise(() => Number.POSITIVE_INFINITY, x),
    Number.POSITIVE_INFINITY,
  );
  assert.equal(x[0], 4);
});
