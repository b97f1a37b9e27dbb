import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadPredictKernels, loadShapKernels } from "../../edge/compute/index.ts";
import { createRng } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import {
  type Detector,
  type FittedDetector,
  isolationForest,
  loadDetector,
  robustCovariance,
  robustZScore,
} from "./index.ts";

const predictKernels = loadPredictKernels();
const shapKernels = loadShapKernels();
const kernels = { ...(predictKernels && { predictKernels }), ...(shapKernels && { shapKernels }) };

const detectors: Readonly<Record<string, Detector>> = {
  "isolation forest": isolationForest({ nTrees: 20, sampleRows: 64 }),
  "robust covariance": robustCovariance(),
  "robust z-score, greatest": robustZScore(),
  "robust z-score, sum": robustZScore({ over: "sum" }),
};

/** Rows of numbers of unlike scale, some missing, some columns constant or of few values. */
const tables = fc
  .record({
    n: fc.integer({ min: 8, max: 120 }),
    p: fc.integer({ min: 2, max: 6 }),
    seed: fc.nat(),
    gaps: fc.boolean(),
  })
  .map(({ n, p, seed, gaps }) => {
    const rng = createRng(seed);
    const columns = Array.from({ length: p }, (_, j) => {
      const kind = j < 2 ? 0 : rng.below(4);
      const scale = 10 ** (rng.below(9) - 4);
      return Float64Array.from({ length: n }, () => {
        if (gaps && rng.below(10) === 0) return Number.NaN;
        const x = rng.uniform() + rng.uniform() + rng.uniform();
        return kind === 3 ? scale : kind === 2 ? scale * Math.floor(x) : scale * x;
      });
    });
    return columns;
  });

const tableOf = (columns: readonly Float64Array[]) =>
  Table.of(columns.map((values, j) => [`x${j}`, numberColumn(values)] as const));
const rowOf = (columns: readonly Float64Array[], i: number) => Float64Array.from(columns, (values) => values[i]!);
const isNear = (a: number, b: number) => Math.abs(a - b) <= 1e-7 * Math.max(1, Math.abs(a), Math.abs(b));

function reasonsOf(fitted: FittedDetector, row: Float64Array): Float64Array {
  const out = new Float64Array(row.length);
  fitted.explainRow(row, out);
  return out;
}

for (const [name, detector] of Object.entries(detectors)) {
  test(`${name}: table, row, JSON and kernels give the same bits; reasons add up to the score`, () => {
    fc.assert(
      fc.property(tables, fc.nat(), (columns, seed) => {
        const table = tableOf(columns);
        const fitted = detector.fit(table, { seed, ...kernels });
        const scores = fitted.score(table);
        const again = detector.fit(table, { seed });
        assert.deepEqual(again.toJSON(), fitted.toJSON());
        const loaded = loadDetector(JSON.parse(JSON.stringify(fitted.toJSON())));
        assert.deepEqual(loaded.score(table), scores);
        for (let i = 0; i < Math.min(5, table.nRows); i++) {
          const row = rowOf(columns, i);
          assert.equal(fitted.scoreRow(row), scores[i]);
          assert.equal(loaded.scoreRow(row), scores[i]);
          const reasons = reasonsOf(fitted, row);
          assert.deepEqual(reasonsOf(loaded, row), reasons);
          const sum = reasons.reduce((total, reason) => total + reason, fitted.expected);
          assert.ok(isNear(sum, fitted.reasonScale === "score" ? scores[i]! : Math.log2(scores[i]!)));
        }
      }),
      { numRuns: 25 },
    );
  });

  test(`${name}: a row ever farther away along one column is never less strange`, () => {
    fc.assert(
      fc.property(tables, fc.nat(), fc.constantFrom(-1, 1), (columns, seed, sign) => {
        const fitted = detector.fit(tableOf(columns), { seed });
        const row = rowOf(columns, 0).map((x) => (Number.isNaN(x) ? 0 : x));
        const span = 10 * Math.max(...columns[0]!.filter((x) => !Number.isNaN(x)));
        let last = Number.NEGATIVE_INFINITY;
        for (const far of [10, 20, 1e3, 1e9]) {
          row[0] = sign * span * far;
          const score = fitted.scoreRow(row);
          assert.ok(score >= last && Number.isFinite(score), `${score} after ${last}`);
          last = score;
        }
      }),
      { numRuns: 25 },
    );
  });

  test(`${name}: rows that are all alike are all as usual`, () => {
    const columns = [3, -1].map((x) => new Float64Array(50).fill(x));
    if (detector.kind === "robust-covariance") {
      assert.throws(() => detector.fit(tableOf(columns), { seed: 1 }), { code: "DETECTOR_NO_SPREAD" });
      return;
    }
    const usual = detector.kind === "isolation-forest" ? 0.5 : 0;
    for (const score of detector.fit(tableOf(columns), { seed: 1 }).score(tableOf(columns)))
      assert.ok(isNear(score, usual));
  });

  test(`${name}: refuses less than two rows, no feature, and what are no numbers`, () => {
    const refuses = (table: Table, code: string) =>
      assert.throws(() => detector.fit(table, { seed: 1 }), { code, kind: "invalid-input" });
    refuses(tableOf([Float64Array.of(1)]), "DETECTOR_ROWS");
    refuses(Table.of({}, 5), "DETECTOR_FEATURES");
    refuses(Table.of({ x: categoryColumn(["a", "b"]) }), "DETECTOR_FEATURES");
    assert.throws(() => detector.fit(tableOf([Float64Array.of(1, 2, 3)]), { seed: 1, shouldStop: () => true }), {
      code: "FIT_CANCELLED",
    });
  });

  test(`${name}: a column that is always missing and one column alone are taken`, () => {
    const x = Float64Array.from({ length: 40 }, (_, i) => i);
    const fitted = detector.fit(tableOf([x, new Float64Array(40).fill(Number.NaN)]), { seed: 1 });
    assert.ok(fitted.scoreRow(Float64Array.of(400, Number.NaN)) > fitted.scoreRow(Float64Array.of(20, Number.NaN)));
    assert.equal(reasonsOf(fitted, Float64Array.of(400, 5))[1], 0);
    const single = detector.fit(tableOf([x]), { seed: 1 });
    assert.ok(single.scoreRow(Float64Array.of(400)) > single.scoreRow(Float64Array.of(20)));
  });
}

test("the order of the columns changes nothing but for a forest, whose draws are of the same kind", () => {
  fc.assert(
    fc.property(tables, (columns) => {
      const turned = columns.toReversed();
      for (const detector of [robustZScore(), robustZScore({ over: "sum" })]) {
        const there = detector.fit(tableOf(columns), { seed: 1 }).score(tableOf(columns));
        const back = detector.fit(tableOf(turned), { seed: 1 }).score(tableOf(turned));
        assert.ok(there.every((score, i) => isNear(score, back[i]!)));
      }
    }),
    { numRuns: 25 },
  );
  const rng = createRng(5);
  const columns = [1, 2, 3].map((scale) =>
    Float64Array.from({ length: 300 }, () => scale * (rng.uniform() + rng.uniform())),
  );
  for (let j = 0; j < 3; j++) columns[j]![0] = 40;
  const covariance = [columns, columns.toReversed()].map((given) =>
    robustCovariance().fit(tableOf(given), { seed: 1 }).score(tableOf(given)),
  );
  assert.ok(covariance[0]!.every((score, i) => isNear(score, covariance[1]![i]!)));
  for (const given of [columns, columns.toReversed()]) {
    const scores = isolationForest().fit(tableOf(given), { seed: 1 }).score(tableOf(given));
    assert.equal(scores.indexOf(Math.max(...scores)), 0);
  }
});

test("missing is strange to a forest where it is rare, and not where it is common", () => {
  const rng = createRng(2);
  const scoresOf = (share: number) => {
    const x = Float64Array.from({ length: 2000 }, (_, i) => (i < share * 2000 ? Number.NaN : rng.uniform()));
    const y = Float64Array.from({ length: 2000 }, () => rng.uniform());
    const fitted = isolationForest().fit(tableOf([x, y]), { seed: 1 });
    return {
      missing: fitted.scoreRow(Float64Array.of(Number.NaN, 0.5)),
      known: fitted.scoreRow(Float64Array.of(0.5, 0.5)),
    };
  };
  const rare = scoresOf(0.005);
  const common = scoresOf(0.4);
  const never = scoresOf(0);
  assert.ok(rare.missing > rare.known + 0.1, `${rare.missing} against ${rare.known}`);
  assert.ok(Math.abs(common.missing - common.known) < 0.05, `${common.missing} against ${common.known}`);
  assert.ok(Math.abs(never.missing - never.known) < 0.05, `${never.missing} against ${never.known}`);
});

test("loadDetector() refuses damage", () => {
  const rng = createRng(1);
  const table = tableOf([0, 1].map(() => Float64Array.from({ length: 30 }, () => rng.uniform())));
  const damage: readonly (readonly [Detector, readonly (readonly [string, unknown])[]])[] = [
    [
      isolationForest({ nTrees: 2, sampleRows: 8 }),
      [
        ["kind", "other"],
        ["featureNames", []],
        ["sampleRows", 9],
        ["trees", []],
        ["trees.0.left.0", 0],
        ["trees.0.left.0", 99],
        ["trees.0.right.0", -99],
        ["trees.0.feature.0", 2],
        ["trees.0.threshold.0", 0.1],
        ["trees.0.threshold", []],
        ["trees.0.missingLeft.0", 2],
        ["trees.0.leafRows.0", 0],
      ],
    ],
    [
      robustCovariance(),
      [
        ["columns", []],
        ["columns.0.scale", -1],
        ["location.0", null],
        ["location", []],
        ["covariance.0.0", -1],
        ["covariance.0", []],
      ],
    ],
    [
      robustZScore(),
      [
        ["columns.0.centre", null],
        ["over", "all"],
      ],
    ],
  ];
  for (const [detector, changes] of damage)
    for (const [path, value] of changes) {
      const data = JSON.parse(JSON.stringify(detector.fit(table, { seed: 1 }).toJSON()));
      const keys = path.split(".");
      const last = keys.pop()!;
      keys.reduce((part, key) => part[key], data)[last] = value;
      assert.throws(() => loadDetector(data), { code: "DETECTOR_DATA", kind: "damaged" }, `${detector.kind} ${path}`);
    }
});

test("detectors refuse each wrong parameter by its name", () => {
  const wrong: readonly (readonly [string, () => Detector])[] = [
    ["nTrees", () => isolationForest({ nTrees: 0 })],
    ["sampleRows", () => isolationForest({ sampleRows: 1 })],
    ["supportFraction", () => robustCovariance({ supportFraction: 0.5 })],
    ["maxRows", () => robustCovariance({ maxRows: 1.5 })],
    ["over", () => robustZScore({ over: "mean" as "max" })],
  ];
  for (const [parameter, make] of wrong) assert.throws(make, { code: "DETECTOR_PARAMS", facts: { parameter } });
});
