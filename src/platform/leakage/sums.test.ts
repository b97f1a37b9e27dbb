import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { combinationOf, type Numbers } from "./sums.ts";

const rng = createRng(1);
const whole = (share = 1) =>
  Float64Array.from({ length: 400 }, () => (rng.uniform() < share ? 1 + rng.below(1000) : 0));
const [a, b, c] = [whole(), whole(), whole()];
const terms: Numbers[] = [
  ["a", a],
  ["b", b],
  ["c", c],
  ["d", whole()],
];

test("combinationOf() finds sums, and differences and products where they are asked for", () => {
  const cases = [
    { made: a.map((x, i) => x + c[i]!), of: ["a", "c"], sign: "+" },
    { made: a.map((x, i) => x + b[i]! + c[i]!), of: ["a", "b", "c"], sign: "+" },
    { made: c.map((x, i) => x - a[i]!), of: ["c", "a"], sign: "−" },
    { made: b.map((x, i) => x * c[i]!), of: ["b", "c"], sign: "·" },
  ];
  for (const { made, of, sign } of cases) {
    assert.deepEqual(combinationOf(made, terms, true), { of, sign, agreement: 1 });
    if (sign !== "+") assert.equal(combinationOf(made, terms, false), null);
  }
  assert.equal(combinationOf(whole(), terms, true), null);
});

test("combinationOf() does not take a copy beside an idle column for a sum", () => {
  const idle = Float64Array.from({ length: 400 }, (_, i) => (i < 3 ? 1 : 0));
  const total = a.map((x, i) => x + idle[i]!);
  assert.equal(
    combinationOf(
      total,
      [
        ["a", a],
        ["idle", idle],
      ],
      true,
    ),
    null,
  );
});

test("combinationOf() stands few slips and missing values", () => {
  const total = a.map((x, i) => (i === 7 ? 0 : i % 10 === 3 ? Number.NaN : x + b[i]!));
  const found = combinationOf(total, terms, false);
  assert.deepEqual(found?.of, ["a", "b"]);
  assert.ok(found!.agreement > 0.99 && found!.agreement < 1);
});
