import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  benjaminiHochberg,
  cos,
  exp,
  expm1,
  log,
  log1p,
  momentsOf,
  normalQuantile,
  normalUpperTail,
  pearson,
  quantileSorted,
  ranks,
  sin,
  sortedPresent,
  wilsonInterval,
} from "./index.ts";

type Pair = readonly [x: number, expected: number];

interface Golden {
  readonly elementary: Readonly<Record<"exp" | "log" | "log1p" | "expm1" | "sin" | "cos", readonly Pair[]>>;
  readonly normal: { readonly upperTail: readonly Pair[]; readonly quantile: readonly Pair[] };
  readonly wilson: readonly (readonly [successes: number, n: number, low: number, high: number])[];
  readonly benjaminiHochberg: readonly (readonly [pValues: number[], qValues: number[]])[];
  readonly order: {
    readonly values: number[];
    readonly other: number[];
    readonly large: number[];
    readonly ranks: number[];
    readonly largeRanks: number[];
    readonly quantiles: readonly Pair[];
    readonly pearson: number;
    readonly moments: readonly [mean: number, standardDeviation: number];
  };
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/stats.json", import.meta.url), "utf8"));

// Place of a double in the order of all doubles: neighbours differ by 1.
function placeOf(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
}

function assertUlps(name: string, f: (x: number) => number, pairs: readonly Pair[], most: bigint): void {
  for (const [x, expected] of pairs) {
    const off = placeOf(f(x)) - placeOf(expected);
    assert.ok(off <= most && -off <= most, `${name}(${x}) is ${off} ulp off`);
  }
}

function assertNear(actual: number, expected: number, relative: number): void {
  const off = Math.abs(actual - expected);
  assert.ok(off <= relative * Math.abs(expected) || off < 1e-300, `${actual} is not ${expected}`);
}

test("exp(), log(), log1p() are within 1 ulp of mpmath over their whole range, expm1() within 2", () => {
  assertUlps("exp", exp, golden.elementary.exp, 1n);
  assertUlps("log", log, golden.elementary.log, 1n);
  assertUlps("log1p", log1p, golden.elementary.log1p, 1n);
  assertUlps("expm1", expm1, golden.elementary.expm1, 2n);
});

test("sin() and cos() are within 2e-16 of mpmath up to 1e5 radians", () => {
  for (const [x, expected] of golden.elementary.sin) assert.ok(Math.abs(sin(x) - expected) <= 2e-16, `sin(${x})`);
  for (const [x, expected] of golden.elementary.cos) assert.ok(Math.abs(cos(x) - expected) <= 2e-16, `cos(${x})`);
});

test("normalUpperTail() equals mpmath to 2e-13 from -8 to 37", () => {
  for (const [z, expected] of golden.normal.upperTail) assertNear(normalUpperTail(z), expected, 2e-13);
});

test("normalQuantile() equals scipy to 1e-12, in both tails", () => {
  for (const [p, expected] of golden.normal.quantile) assertNear(normalQuantile(p), expected, 1e-12);
  assert.deepEqual([0, 0.5, 1, -0.1, 1.1, Number.NaN].map(normalQuantile), [
    Number.NEGATIVE_INFINITY,
    0,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});

test("wilsonInterval() equals statsmodels to 1e-12", () => {
  for (const [successes, n, low, high] of golden.wilson) {
    const interval = wilsonInterval(successes, n);
    assert.ok(Math.abs(interval.low - low) < 1e-15 + 1e-12 * low, `low of ${successes}/${n}`);
    assertNear(interval.high, high, 1e-12);
  }
});

test("benjaminiHochberg() equals statsmodels to 1e-14", () => {
  for (const [pValues, expected] of golden.benjaminiHochberg)
    benjaminiHochberg(pValues).forEach((q, i) => {
      assertNear(q, expected[i]!, 1e-14);
    });
});

test("quantileSorted() equals numpy, ranks() equals scipy, pearson() and momentsOf() to 1e-14", () => {
  const { values, other, large, quantiles, moments } = golden.order;
  const xs = Float64Array.from(values);
  for (const [level, expected] of quantiles) assertNear(quantileSorted(sortedPresent(xs), level), expected, 1e-14);
  assert.deepEqual([...ranks(xs)], golden.order.ranks);
  assert.deepEqual([...ranks(Float64Array.from(large))], golden.order.largeRanks);
  assertNear(pearson(xs, Float64Array.from(other))!, golden.order.pearson, 1e-14);
  const { mean, standardDeviation } = momentsOf(xs);
  assertNear(mean, moments[0], 1e-14);
  assertNear(standardDeviation, moments[1], 1e-14);
});
