import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { applyCalibrator, type CalibrationMap, fitIsotonic, fitPlatt } from "./index.ts";

interface Golden {
  readonly calibration: {
    readonly yTrue: number[];
    readonly yProba: number[];
    readonly grid: number[];
    readonly cases: readonly {
      readonly weight: number[];
      readonly isotonic: number[];
      readonly platt: readonly [slope: number, intercept: number];
    }[];
  };
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/learners.json", import.meta.url), "utf8"));
const { grid, cases } = golden.calibration;
const yTrue = Float64Array.from(golden.calibration.yTrue);
const yProba = Float64Array.from(golden.calibration.yProba);

cases.forEach(({ weight, isotonic, platt }, k) => {
  const sampleWeight = Float64Array.from(weight);
  const how = k === 0 ? "without weights" : "with weights";

  test(`fitIsotonic() equals scikit-learn's IsotonicRegression to 1e-15, ${how}`, () => {
    const calibrated = applyCalibrator(fitIsotonic(yTrue, yProba, sampleWeight), Float64Array.from(grid), 1);
    isotonic.forEach((expected, i) => {
      assert.ok(Math.abs(calibrated[i]! - expected) <= 1e-15, `${calibrated[i]} is not ${expected} at ${grid[i]}`);
    });
  });

  test(`fitPlatt() reaches scipy's optimum to 1e-8, ${how}`, () => {
    const map = fitPlatt(yTrue, yProba, sampleWeight).maps[0] as Extract<CalibrationMap, { kind: "platt" }>;
    assert.ok(Math.abs(map.slope - platt[0]) < 1e-8 && Math.abs(map.intercept - platt[1]) < 1e-8, JSON.stringify(map));
  });
});

const rows = fc.array(fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 20 })), { minLength: 1, maxLength: 40 });
const fits = { fitIsotonic, fitPlatt };

for (const [name, fit] of Object.entries(fits)) {
  test(`${name}() gives finite probabilities for any rows, one row and one class too`, () => {
    fc.assert(
      fc.property(rows, (sample) => {
        const y = Float64Array.from(sample, ([label]) => label);
        const p = Float64Array.from(sample, ([, k]) => k / 20);
        const calibrated = applyCalibrator(fit(y, p), Float64Array.of(0, 0.001, 0.5, 0.999, 1), 1);
        assert.ok(
          calibrated.every((q) => q >= 0 && q <= 1),
          `${calibrated}`,
        );
      }),
    );
  });

  test(`${name}() leaves the probabilities of several classes summing to 1`, () => {
    const y = Float64Array.of(0, 1, 2, 0, 1, 2);
    const p = Float64Array.of(0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0, 0.5, 0.5, 0.4, 0.3, 0.3, 0.1, 0.9, 0, 0.3, 0.3, 0.4);
    const calibrator = fit(y, p);
    assert.equal(calibrator.maps.length, 3);
    const calibrated = applyCalibrator(calibrator, p, 3);
    for (let i = 0; i < 6; i++) {
      const sum = calibrated[3 * i]! + calibrated[3 * i + 1]! + calibrated[3 * i + 2]!;
      assert.ok(Math.abs(sum - 1) < 1e-15, `${sum}`);
    }
  });

  test(`${name}() survives JSON to the bit`, () => {
    const calibrator = fit(yTrue, yProba);
    const read = JSON.parse(JSON.stringify(calibrator));
    assert.deepEqual(applyCalibrator(read, yProba, 1), applyCalibrator(calibrator, yProba, 1));
  });
}

test("fitIsotonic() never falls, and knows the weight of repeated rows", () => {
  fc.assert(
    fc.property(rows, (sample) => {
      const y = Float64Array.from(sample, ([label]) => label);
      const p = Float64Array.from(sample, ([, k]) => k / 20);
      const weight = p.map((_, i) => (i % 3) + 1);
      const repeat = (xs: Float64Array) =>
        Float64Array.from([...xs].flatMap((x, i) => new Array<number>(weight[i]!).fill(x)));
      const at = Float64Array.from({ length: 50 }, (_, k) => k / 49);
      const weighted = applyCalibrator(fitIsotonic(y, p, weight), at, 1);
      const repeated = applyCalibrator(fitIsotonic(repeat(y), repeat(p)), at, 1);
      assert.deepEqual(weighted, repeated);
      for (let k = 1; k < at.length; k++) assert.ok(weighted[k]! >= weighted[k - 1]!);
    }),
  );
});
