import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRng } from "../../lib/index.ts";
import {
  argsort,
  benjaminiHochberg,
  cheapestClass,
  cos,
  exp,
  expm1,
  likeliestClass,
  log,
  log1p,
  logSumExp,
  momentsOf,
  normalQuantile,
  normalUpperTail,
  quantileSorted,
  ranks,
  sigmoid,
  sin,
  sortedFloat32,
  wilsonInterval,
} from "./index.ts";

const near = (actual: number, expected: number, relative: number) =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.max(Math.abs(expected), 1e-300),
    `${actual} is not ${expected}`,
  );

test("exp() and log() are within 2e-16 of the engine over their range", () => {
  fc.assert(fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => near(exp(x), Math.exp(x), 4.5e-16)));
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => near(log(x), Math.log(x), 4.5e-16)),
  );
});

test("exp() and log() answer at their borders", () => {
  assert.deepEqual([exp(0), exp(-800), exp(800), exp(Number.NaN)], [1, 0, Number.POSITIVE_INFINITY, Number.NaN]);
  assert.deepEqual([log(1), log(0), log(-1)], [0, Number.NEGATIVE_INFINITY, Number.NaN]);
  near(log(5e-324), Math.log(5e-324), 1e-15);
  near(exp(-740), Math.exp(-740), 0.01);
});

test("log1p() and expm1() keep small numbers", () => {
  fc.assert(
    fc.property(fc.double({ min: -0.5, max: 0.5, noNaN: true }), (x) => {
      near(log1p(x), Math.log1p(x), 1e-15);
      near(expm1(x), Math.expm1(x), 1e-15);
    }),
  );
});

test("sin() and cos() are within 1e-15 on three turns", () => {
  fc.assert(
    fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (x) => {
      assert.ok(Math.abs(sin(x) - Math.sin(x)) < 2e-15);
      assert.ok(Math.abs(cos(x) - Math.cos(x)) < 2e-15);
    }),
  );
});

test("sigmoid() is bounded, monotone and symmetric", () => {
  fc.assert(
    fc.property(fc.double({ min: -800, max: 800, noNaN: true }), (x) => {
      const p = sigmoid(x);
      assert.ok(p >= 0 && p <= 1);
      assert.ok(Math.abs(p + sigmoid(-x) - 1) < 1e-15);
    }),
  );
});

test("logSumExp() does not overflow", () => near(logSumExp([1000, 1000]), 1000 + Math.LN2, 1e-15));

test("normalUpperTail() equals scipy.stats.norm.sf (1.17)", () => {
  const cases: [number, number][] = [
    [0, 0.5],
    [1, 0.15865525393145707],
    [1.959963984540054, 0.025],
    [3, 0.0013498980316300945],
    [8, 6.220960574271786e-16],
    [-2, 0.9772498680518208],
    [20, 2.7536241186062337e-89],
  ];
  for (const [z, expected] of cases) near(normalUpperTail(z), expected, 1e-12);
  near(normalQuantile(0.975), 1.959963984540054, 1e-12);
});

test('wilsonInterval() equals statsmodels proportion_confint(method="wilson")', () => {
  const { low, high } = wilsonInterval(5, 20);
  near(low, 0.1118616935, 1e-6);
  near(high, 0.4687008776, 1e-6);
});

test("benjaminiHochberg() equals scipy.stats.false_discovery_control", () => {
  assert.deepEqual(
    [...benjaminiHochberg([0.01, 0.04, 0.03, 0.5])].map((q) => Number(q.toFixed(10))),
    [0.04, 0.0533333333, 0.0533333333, 0.5],
  );
});

test("argsort() is stable, ascending, NaN last, at any size", () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { maxLength: 2000, minLength: 0 }), (values) => {
      const xs = Float64Array.from(values);
      const order = argsort(xs);
      const expected = [...xs.keys()].sort((a, b) => {
        const [x, y] = [xs[a]!, xs[b]!];
        if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
        return x - y || a - b;
      });
      assert.deepEqual([...order], expected);
    }),
  );
});

test("ranks() gives ties their mean rank and quantileSorted() interpolates", () => {
  assert.deepEqual([...ranks(Float64Array.of(3, 1, 3, 2))], [3.5, 1, 3.5, 2]);
  assert.equal(quantileSorted([1, 2, 3, 4], 0.5), 2.5);
});

test("momentsOf() keeps the digits of nearly equal large numbers", () => {
  const { mean, standardDeviation } = momentsOf(
    Float64Array.from({ length: 1001 }, (_, i) => 1e12 + (i % 2 === 0 ? 0.4 : 0.2)),
  );
  near(mean, 1e12 + 0.2999, 1e-12);
  near(standardDeviation, 0.1, 2e-3);
});

test("sortedFloat32() sorts like the platform, zeros of both signs and infinities included", () => {
  const rng = createRng(5);
  for (const n of [0, 1, 2047, 2048, 5000]) {
    const values = Float32Array.from({ length: n }, () => (rng.uniform() - 0.5) * 10 ** rng.below(30));
    if (n > 4) values.set([0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    assert.deepEqual([...sortedFloat32(values)], [...values.slice().sort()]);
  }
});

test("cheapestClass() is the most probable class where all mistakes cost alike, whatever is added to all answers to one truth", () => {
  const shares = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 3, maxLength: 6 });
  fc.assert(
    fc.property(shares, fc.integer({ min: 0, max: 9 }), (counts, extra) => {
      fc.pre(new Set(counts).size === counts.length);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const probabilities = Float64Array.from([0.5, ...counts.map((count) => count / total)]);
      const costs = counts.map((_, t) => counts.map((_, k) => (t === k ? 0 : 1) + t * extra));
      const best = counts.indexOf(Math.max(...counts));
      assert.equal(likeliestClass(probabilities, 1, counts.length), best);
      assert.equal(cheapestClass(costs, probabilities, 1), best);
    }),
  );
  assert.equal(
    cheapestClass(
      [
        [0, 1],
        [9, 0],
      ],
      Float64Array.of(0.8, 0.2),
      0,
    ),
    1,
    "9 × 0.2 is more than 0.8",
  );
  assert.equal(likeliestClass(Float64Array.of(0.4, 0.4, 0.2), 0, 3), 0, "of equals the first");
});
