import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { createRng } from "../../lib/index.ts";
import { coverageBounds } from "../stats/index.ts";
import { categoryColumn, Table } from "../table/index.ts";
import {
  type ConformalDesign,
  type ConformalRule,
  calibrateConformal,
  classScore,
  conformalInterval,
  conformingClasses,
  groupOfLevel,
  groupsOfRows,
  numberScore,
} from "./index.ts";

const golden = JSON.parse(readFileSync(new URL("golden/conformal.json", import.meta.url), "utf8"));
const all = { kind: "all" } as const;

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= 1e-12 * Math.max(1, Math.abs(value)), `${actual[i]} is not ${value}`);
  });
}

const numbers: readonly (Omit<ConformalDesign, "level" | "groups" | "method"> & { outputs: string; fresh: string })[] =
  [
    { score: "absolute", between: [0, 0], outputs: "mean", fresh: "new" },
    { score: "scaled", between: [0, 0], variancePower: 1, outputs: "mean", fresh: "new" },
    { score: "quantile", between: [0, 1], outputs: "pair", fresh: "newPair" },
  ];

for (const { outputs, fresh, ...rest } of numbers)
  test(`conformalInterval() by ${rest.score} scores equals the formulas in numpy`, () => {
    const design = { ...rest, level: golden.level, method: "split" as const, groups: all };
    const given = golden.numbers;
    const [predicted, later] = [Float64Array.from(given[outputs]), Float64Array.from(given[fresh])];
    const width = design.between![1] + 1;
    const scores = Float64Array.from(given.yTrue, (y: number, i) => numberScore(design, y, predicted, i * width));
    const rule = calibrateConformal(design, scores, new Int32Array(scores.length), 0);
    near([rule.thresholds[0]!], [given[design.score].threshold]);
    const ends = Array.from({ length: later.length / width }, (_, i) => conformalInterval(rule, 0, later, i * width));
    near(
      ends.flatMap(({ low, high }) => [low!, high!]),
      given[design.score].intervals,
    );
  });

for (const score of ["lac", "aps", "raps"] as const)
  test(`conformingClasses() by ${score} equals the formulas in numpy`, () => {
    const { yTrue, yProba, new: fresh, [score]: expected } = golden.classes;
    const penalties = score === "raps" ? { penalty: 0.1, freePlaces: 1 } : {};
    const design: ConformalDesign = { level: golden.level, score, method: "split", groups: all, ...penalties };
    const scores = Float64Array.from(yTrue, (y: number, i) =>
      classScore(design, y, Float64Array.from(yProba), 4 * i, 4),
    );
    const rule = calibrateConformal(design, scores, new Int32Array(scores.length), 4);
    near([rule.thresholds[0]!], [expected.threshold]);
    const conforms = new Uint8Array(4);
    const sets = Array.from({ length: fresh.length / 4 }, (_, i) => {
      conformingClasses(rule, 0, Float64Array.from(fresh), 4 * i, conforms);
      return [...conforms];
    });
    assert.deepEqual(sets.flat(), expected.sets);
  });

test("conformingClasses() reads one output as the probability of the second class, and never gives an empty set", () => {
  const rule: ConformalRule = {
    level: 0.9,
    score: "lac",
    method: "split",
    groups: all,
    thresholds: [0.1],
    nRows: [99],
  };
  const setOf = (probability: number) => {
    const conforms = new Uint8Array(2);
    conformingClasses(rule, 0, Float64Array.of(probability), 0, conforms);
    return [...conforms];
  };
  assert.deepEqual([0.95, 0.6, 0.4, 0.02].map(setOf), [
    [0, 1],
    [0, 1],
    [1, 0],
    [1, 0],
  ]);
});

test("a threshold that too few rows stand behind lets everything conform", () => {
  const design: ConformalDesign = { level: 0.9, score: "lac", method: "split", groups: { kind: "class" } };
  const groups = Int32Array.from({ length: 25 }, (_, i) => Number(i >= 20));
  const rule = calibrateConformal(design, new Float64Array(25).fill(0.2), groups, 2);
  assert.deepEqual(rule.thresholds, [0.2, null]);
  assert.deepEqual(rule.nRows, [20, 5]);
  const conforms = new Uint8Array(2);
  conformingClasses(rule, 0, Float64Array.of(0.01), 0, conforms);
  assert.deepEqual([...conforms], [1, 1]);
  const wide: ConformalRule = {
    level: 0.9,
    score: "absolute",
    between: [0, 0],
    method: "split",
    groups: all,
    thresholds: [null],
    nRows: [3],
  };
  assert.deepEqual(conformalInterval(wide, 0, Float64Array.of(7), 0), { low: null, high: null });
  assert.deepEqual(conformalInterval({ ...wide, least: 0 }, 0, Float64Array.of(7), 0), { low: 0, high: null });
});

test("conformalInterval() holds no value below the least one, and shrinks to a point where its ends would cross", () => {
  const rule: ConformalRule = {
    level: 0.9,
    score: "quantile",
    between: [0, 1],
    method: "split",
    groups: all,
    thresholds: [-3],
    nRows: [99],
  };
  assert.deepEqual(conformalInterval(rule, 0, Float64Array.of(1, 9), 0), { low: 4, high: 6 });
  assert.deepEqual(conformalInterval(rule, 0, Float64Array.of(1, 5), 0), { low: 3, high: 3 });
  assert.deepEqual(conformalInterval({ ...rule, least: 5 }, 0, Float64Array.of(1, 9), 0), { low: 5, high: 6 });
});

test("groupsOfRows() gives missing and unknown levels the last group", () => {
  const table = Table.of({ place: categoryColumn(["b", "a", null, "c"]) });
  const groups = { kind: "column", column: "place", levels: ["a", "b"] } as const;
  assert.deepEqual([...groupsOfRows(groups, table, new Float64Array(4))], [1, 0, 2, 2]);
  assert.deepEqual(
    ["a", "b", "c", null].map((level) => groupOfLevel(groups.levels, level)),
    [0, 1, 2, 2],
  );
  assert.deepEqual([...groupsOfRows({ kind: "class" }, table, Float64Array.of(2, 0, 1, 1))], [2, 0, 1, 1]);
});

// Wrong models on purpose: the promise does not depend on the model.
const simulations = [
  { score: "absolute", task: "number" },
  { score: "scaled", task: "number" },
  { score: "quantile", task: "number" },
  { score: "lac", task: "class" },
  { score: "aps", task: "class" },
  { score: "raps", task: "class", penalty: 0.2, freePlaces: 1 },
] as const;

for (const { score, task, ...penalties } of simulations)
  test(`${score} scores cover as often as the beta-binomial says, over 300 samples of a wrong model`, () => {
    const [n, m, level] = [80, 60, 0.85];
    const rng = createRng(3).fork(score);
    const design: ConformalDesign = {
      level,
      score,
      method: "split",
      groups: all,
      ...penalties,
      ...(task === "number" && {
        between: score === "quantile" ? ([0, 1] as const) : ([0, 0] as const),
        variancePower: 1,
      }),
    };
    const width = task === "class" ? 3 : 2;
    const draw = () => {
      const x = 1 + 9 * rng.uniform();
      if (task === "number") return { y: x * (0.5 + rng.uniform()) ** 2, outputs: Float64Array.of(0.9 * x, 1.2 * x) };
      const parts = [rng.uniform(), rng.uniform(), rng.uniform()];
      const sum = parts[0]! + parts[1]! + parts[2]!;
      const y = rng.uniform() < 0.5 ? parts.indexOf(Math.max(...parts)) : rng.below(3);
      return { y, outputs: Float64Array.from(parts, (part) => part / sum) };
    };
    const bounds = coverageBounds(n, m, level)!;
    const conforms = new Uint8Array(width);
    let nOutside = 0;
    let mean = 0;
    for (let repeat = 0; repeat < 300; repeat++) {
      const rows = Array.from({ length: n }, draw);
      const scoreOf = ({ y, outputs }: ReturnType<typeof draw>) =>
        task === "number" ? numberScore(design, y, outputs, 0) : classScore(design, y, outputs, 0, 3);
      const rule = calibrateConformal(design, Float64Array.from(rows, scoreOf), new Int32Array(n), 3);
      let nCovered = 0;
      for (let i = 0; i < m; i++) {
        const { y, outputs } = draw();
        if (task === "class") {
          conformingClasses(rule, 0, outputs, 0, conforms);
          nCovered += conforms[y]!;
        } else {
          const { low, high } = conformalInterval(rule, 0, outputs, 0);
          nCovered += Number(y >= low! && y <= high!);
        }
      }
      mean += nCovered / m / 300;
      if (nCovered / m < bounds.low || nCovered / m > bounds.high) nOutside += 1;
    }
    const least = Math.ceil((n + 1) * level) / (n + 1);
    assert.ok(mean > least - 0.01, `mean coverage ${mean}`);
    // Sets of few classes have equal scores in places, which cover more.
    if (task === "number") assert.ok(mean < least + 0.01, `mean coverage ${mean}`);
    assert.ok(nOutside <= 25, `${nOutside} of 300 samples lie outside of 95 % bounds`);
  });

test("a threshold per class covers each class, where one for all does not", () => {
  const rng = createRng(5).fork("classes");
  const draw = () => {
    const y = Number(rng.uniform() < 0.2);
    return { y, outputs: Float64Array.of(Math.min(1, Math.max(0, 0.15 + 0.2 * y + 0.15 * (rng.uniform() - 0.5)))) };
  };
  const coverage = (groups: ConformalDesign["groups"]) => {
    const design: ConformalDesign = { level: 0.9, score: "lac", method: "split", groups };
    const rows = Array.from({ length: 1000 }, draw);
    const scores = Float64Array.from(rows, ({ y, outputs }) => classScore(design, y, outputs, 0, 2));
    const rule = calibrateConformal(
      design,
      scores,
      Int32Array.from(rows, ({ y }) => (groups.kind === "class" ? y : 0)),
      2,
    );
    const counts = [0, 0];
    const covered = [0, 0];
    const conforms = new Uint8Array(2);
    for (let i = 0; i < 4000; i++) {
      const { y, outputs } = draw();
      conformingClasses(rule, 0, outputs, 0, conforms);
      counts[y]! += 1;
      covered[y]! += conforms[y]!;
    }
    return covered[1]! / counts[1]!;
  };
  assert.ok(coverage({ kind: "class" }) > 0.86);
  assert.ok(coverage({ kind: "all" }) < 0.8);
});

test("scores never depend on the scale of the target", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      (y, mean) => {
        const design: ConformalDesign = {
          level: 0.9,
          score: "scaled",
          between: [0, 0],
          variancePower: 2,
          method: "split",
          groups: all,
        };
        const score = (factor: number) => numberScore(design, factor * y, Float64Array.of(factor * mean), 0);
        assert.ok(Math.abs(score(1) - score(1000)) <= 1e-9 * Math.max(1, score(1)));
      },
    ),
  );
});

test("raps without a penalty, or with every place free, is aps; a penalty makes no set larger at the same threshold", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 3, maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(8),
      (parts, threshold, penalty, freePlaces) => {
        const outputs = Float64Array.from(parts, (part) => part / parts.reduce((sum, one) => sum + one));
        const setOf = (rule: Pick<ConformalRule, "score" | "penalty" | "freePlaces">) => {
          const conforms = new Uint8Array(outputs.length);
          const shared = { level: 0.9, method: "split", groups: all, thresholds: [threshold], nRows: [99] } as const;
          conformingClasses({ ...shared, ...rule }, 0, outputs, 0, conforms);
          return [...conforms];
        };
        const aps = setOf({ score: "aps" });
        assert.deepEqual(setOf({ score: "raps", penalty: 0, freePlaces }), aps);
        assert.deepEqual(setOf({ score: "raps", penalty, freePlaces: outputs.length }), aps);
        setOf({ score: "raps", penalty, freePlaces }).forEach((one, k) => {
          assert.ok(one <= aps[k]!);
        });
      },
    ),
  );
});
