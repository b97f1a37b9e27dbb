import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { type Fold, type FoldWindow, foldRows } from "./index.ts";

const rowsOf = (n: number) => Int32Array.from({ length: n }, (_, i) => 2 * i); // not every row of the table takes part
const draw = (n: number, seed: number, value: (u: number) => number) => {
  const rng = createRng(seed);
  return Float64Array.from({ length: 2 * n }, () => value(rng.uniform()));
};
const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b);

function checkDisjoint(folds: readonly Fold[]): void {
  for (const { train, validation } of folds) {
    const held = new Set(validation);
    assert.equal(held.size, validation.length);
    assert.ok(train.every((row) => !held.has(row)));
    assert.ok(train.length > 0 && validation.length > 0);
  }
}

for (const seed of [1, 2, 3])
  for (const nFolds of [2, 3, 7])
    test(`foldRows() stratified: ${nFolds} folds are disjoint, cover every row once and spread classes to within a row (seed ${seed})`, () => {
      const n = 101 + seed;
      const rows = rowsOf(n);
      const values = draw(n, seed, (u) => (u < 0.1 ? 2 : u < 0.4 ? 1 : 0));
      const target: Target = { task: "multiclass", values, nClasses: 3 };
      const folds = foldRows(rows, nFolds, { kind: "stratified", target }, seed);
      checkDisjoint(folds);
      assert.deepEqual(sorted(folds.flatMap(({ validation }) => [...validation])), [...rows]);
      for (const { train, validation } of folds) assert.equal(train.length + validation.length, n);
      const within = (counts: number[]) => assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, String(counts));
      within(folds.map(({ validation }) => validation.length));
      for (const k of [0, 1, 2])
        within(folds.map(({ validation }) => validation.filter((row) => values[row] === k).length));
      assert.deepEqual(folds, foldRows(rows, nFolds, { kind: "stratified", target }, seed));
    });

test("foldRows() stratified: a numeric target has as many rows below each of its values in every fold, to within a row", () => {
  const rows = rowsOf(97);
  const values = draw(97, 4, (u) => u);
  const folds = foldRows(rows, 5, { kind: "stratified", target: { task: "regression", values, nClasses: 0 } }, 4);
  checkDisjoint(folds);
  for (const level of [0.1, 0.37, 0.5, 0.9]) {
    const below = folds.map(({ validation }) => validation.filter((row) => values[row]! < level).length);
    assert.ok(Math.max(...below) - Math.min(...below) <= 1, String(below));
  }
});

test("foldRows() group: no group lies on both sides, and folds are about equal", () => {
  const rows = rowsOf(300);
  const groups = Int32Array.from(draw(300, 5, (u) => Math.floor(40 * u * u)));
  const folds = foldRows(rows, 4, { kind: "group", groups }, 1);
  checkDisjoint(folds);
  assert.deepEqual(sorted(folds.flatMap(({ validation }) => [...validation])), [...rows]);
  for (const { train, validation } of folds) {
    const held = new Set(Array.from(validation, (row) => groups[row]));
    assert.ok(train.every((row) => !held.has(groups[row]!)));
    assert.ok(validation.length > 50 && validation.length < 100, String(validation.length));
  }
});

for (const window of ["expanding", "sliding", "purged"] as const)
  for (const embargo of [0, 6])
    test(`foldRows() in time, ${window} with embargo ${embargo}: no row within the embargo, no instant on both sides`, () => {
      const n = 200;
      const rows = rowsOf(n);
      const times = Float64Array.from({ length: 2 * n }, (_, row) =>
        row % 22 === 0 ? Number.NaN : Math.floor(((row * 37) % 400) / 3),
      );
      const folds = foldRows(rows, 4, { kind: "time", times, window, embargo }, 1);
      checkDisjoint(folds);
      const seen = new Set(folds.flatMap(({ validation }) => [...validation]));
      assert.equal(
        seen.size,
        folds.reduce((sum, { validation }) => sum + validation.length, 0),
      );
      for (const { train, validation } of folds) {
        const held = Array.from(validation, (row) => times[row]!);
        assert.ok(held.every((time) => !Number.isNaN(time)));
        const [first, last] = [Math.min(...held), Math.max(...held)];
        const undated = train.filter((row) => Number.isNaN(times[row]!));
        assert.equal(undated.length, rows.filter((row) => Number.isNaN(times[row]!)).length);
        for (const row of train) {
          const time = times[row]!;
          if (Number.isNaN(time)) continue;
          const isBefore = embargo === 0 ? time < first : time < first - embargo;
          const isAfter = window === "purged" && (embargo === 0 ? time > last : time > last + embargo);
          assert.ok(isBefore || isAfter, `${time} beside ${first} … ${last}`);
        }
      }
    });

test("foldRows() in time: a sliding window forgets, an expanding one does not", () => {
  const rows = Int32Array.from({ length: 100 }, (_, i) => i);
  const times = Float64Array.from(rows);
  const sizes = (window: FoldWindow) =>
    foldRows(rows, 4, { kind: "time", times, window, embargo: 0 }, 1).map(({ train }) => train.length);
  assert.deepEqual(sizes("expanding"), [20, 40, 60, 80]);
  assert.deepEqual(sizes("sliding"), [20, 20, 20, 20]);
  assert.deepEqual(sizes("purged"), [75, 75, 75, 75]);
});

const few = Int32Array.from({ length: 4 }, (_, i) => i);
const regression: Target = { task: "regression", values: Float64Array.from(few), nClasses: 0 };
const refused = [
  { says: "more folds than rows", code: "FOLDS_TOO_MANY", rule: { kind: "stratified", target: regression } },
  {
    says: "fewer groups than folds",
    code: "FOLDS_TOO_MANY",
    rule: { kind: "group", groups: Int32Array.of(1, 1, 2, 2) },
  },
  {
    says: "fewer instants than blocks",
    code: "FOLDS_TOO_MANY",
    rule: { kind: "time", times: Float64Array.of(1, 1, 2, 2), window: "expanding", embargo: 0 },
  },
  {
    says: "an embargo that leaves nothing to train on",
    code: "FOLDS_TRAIN_EMPTY",
    nFolds: 2,
    rule: { kind: "time", times: Float64Array.from(few), window: "expanding", embargo: 10 },
  },
] as const;

for (const { says, code, rule, ...rest } of refused)
  test(`foldRows() refuses ${says} with ${code}`, () => {
    assert.throws(() => foldRows(few, "nFolds" in rest ? rest.nFolds : 5, rule, 1), { code });
  });
