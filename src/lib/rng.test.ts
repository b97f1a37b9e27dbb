import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng, permutation, type Rng } from "./index.ts";

const firstFour = (rng: Rng) => [rng.uint32(), rng.uint32(), rng.uint32(), rng.uint32()];

// Frozen: seeds are written into runs, so these numbers may never change.
const frozen: readonly { seed: number; outputs: readonly number[] }[] = [
  { seed: 0, outputs: [1789933344, 44971166, 2521392804, 3836935353] },
  { seed: 1, outputs: [393288148, 2174103013, 3814759091, 2092745082] },
  { seed: -1, outputs: [2113752136, 1120643331, 1514019756, 851135148] },
  { seed: 2 ** 53 - 1, outputs: [1843362042, 985676716, 612481765, 2449061149] },
];

for (const { seed, outputs } of frozen)
  test(`createRng(${seed}) gives the numbers that it always gave`, () => {
    assert.deepEqual(firstFour(createRng(seed)), outputs);
  });

test("uniform(), fork() and permutation() give the values that they always gave", () => {
  assert.equal(createRng(1).uniform(), 0.09156953175513294);
  assert.equal(createRng(1).fork("bootstrap").uint32(), 655242338);
  assert.deepEqual([...permutation(8, createRng(1))], [1, 3, 0, 7, 2, 6, 5, 4]);
});

/** Pearson's chi-square of counts against equal shares. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function countsOf(nCells: number, nDraws: number, draw: () => number): number[] {
  const counts = new Array<number>(nCells).fill(0);
  for (let k = 0; k < nDraws; k++) counts[draw()]!++;
  return counts;
}

// 99.9 % quantile of chi-square with 99 degrees of freedom is 148.2, with 23 degrees 49.7.
test("uniform(), below() and the low bits of uint32() are even over 100 cells", () => {
  const rng = createRng(42);
  assert.ok(chiSquare(countsOf(100, 50_000, () => Math.floor(100 * rng.uniform()))) < 148.2);
  assert.ok(chiSquare(countsOf(100, 50_000, () => rng.below(100))) < 148.2);
  assert.ok(chiSquare(countsOf(100, 50_000, () => (rng.uint32() & 0xffff) % 100)) < 148.2);
});

test("permutation() gives each of the 24 orders of four equally often", () => {
  const rng = createRng(3);
  const seen = new Map<string, number>();
  const draw = () => {
    const key = permutation(4, rng).join();
    if (!seen.has(key)) seen.set(key, seen.size);
    return seen.get(key)!;
  };
  const counts = countsOf(24, 12_000, draw);
  assert.ok(chiSquare(counts) < 49.7);
});

test("fork() gives streams that are even as pairs, whatever was drawn before, and differ by name and seed", () => {
  const rng = createRng(9);
  const [a, b] = [rng.fork("a"), rng.fork("b")];
  const pair = () => 10 * Math.floor(10 * a.uniform()) + Math.floor(10 * b.uniform());
  assert.ok(chiSquare(countsOf(100, 50_000, pair)) < 148.2);
  assert.deepEqual(firstFour(rng.fork("c")), firstFour(createRng(9).fork("c")));
  rng.uint32();
  assert.deepEqual(firstFour(rng.fork("c")), firstFour(createRng(9).fork("c")));
  const starts = new Set([rng.fork("c"), rng.fork("d"), createRng(10).fork("c"), createRng(9)].map((r) => r.uint32()));
  assert.equal(starts.size, 4);
});

test("below() keeps its bound and reaches both ends", () => {
  const rng = createRng(1);
  assert.equal(rng.below(1), 0);
  const seen = new Set(Array.from({ length: 200 }, () => rng.below(5)));
  assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4]);
  for (let k = 0; k < 100; k++) assert.ok(rng.below(2 ** 32) < 2 ** 32);
});
