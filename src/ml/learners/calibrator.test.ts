import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { applyCalibrator, type CalibrationMap, fitBeta, fitIsotonic, fitPlatt, fitTemperature } from "./index.ts";

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
const fits = { fitIsotonic, fitPlatt, fitBeta, fitTemperature };

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
    if ("maps" in calibrator) assert.equal(calibrator.maps.length, 3);
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

interface OptimaGolden {
  readonly cases: readonly {
    readonly name: string;
    readonly yTrue: number[];
    readonly yProba: number[];
    readonly weight: number[];
    readonly beta: readonly number[];
    readonly temperature: number;
    readonly classes: number[];
    readonly classProba: number[];
    readonly classTemperature: number;
  }[];
}

const optima: OptimaGolden = JSON.parse(readFileSync(new URL("golden/calibrators.json", import.meta.url), "utf8"));
const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-7 * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);

for (const golden of optima.cases) {
  const [y, p, w] = [golden.yTrue, golden.yProba, golden.weight].map((values) => Float64Array.from(values)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];

  test(`fitBeta() reaches scipy's optimum to 1e-7: ${golden.name}`, () => {
    const map = fitBeta(y, p, w).maps[0] as Extract<CalibrationMap, { kind: "beta" }>;
    [map.a, map.b, map.c].forEach((value, k) => {
      near(value, golden.beta[k]!);
    });
  });

  test(`fitTemperature() reaches scipy's optimum to 1e-7, of two and of three classes: ${golden.name}`, () => {
    near(fitTemperature(y, p, w).temperature, golden.temperature);
    const classes = Float64Array.from(golden.classes);
    near(fitTemperature(classes, Float64Array.from(golden.classProba), w).temperature, golden.classTemperature);
  });
}

test("fitBeta() and fitTemperature() never turn the order of probabilities round", () => {
  const at = Float64Array.from({ length: 50 }, (_, k) => k / 49);
  fc.assert(
    fc.property(rows, (sample) => {
      const y = Float64Array.from(sample, ([label]) => label);
      const p = Float64Array.from(sample, ([, k]) => k / 20);
      for (const fit of [fitBeta, fitTemperature]) {
        const calibrated = applyCalibrator(fit(y, p), at, 1);
        for (let k = 1; k < at.length; k++) assert.ok(calibrated[k]! >= calibrated[k - 1]!);
      }
    }),
  );
});

test("fitBeta() and fitTemperature() leave probabilities alone that are right already", () => {
  // Of ten rows that are given k / 10, k are positive.
  const p = Float64Array.from({ length: 90 }, (_, i) => (Math.floor(i / 10) + 1) / 10);
  const y = p.map((share, i) => Number(i % 10 < Math.round(10 * share)));
  const { a, b, c } = fitBeta(y, p).maps[0] as Extract<CalibrationMap, { kind: "beta" }>;
  [a, b, c + 1, fitTemperature(y, p).temperature].forEach((value) => {
    near(value, 1);
  });
  const calibrated = applyCalibrator(fitTemperature(y, p), p, 1);
  calibrated.forEach((value, i) => {
    near(value, p[i]!);
  });
});

test("fitTemperature() stays between 0.01 and 100, for rows that know nothing and rows that know all", () => {
  const p = Float64Array.of(0.4, 0.6, 0.3, 0.7);
  assert.equal(fitTemperature(Float64Array.of(1, 0, 1, 0), p).temperature, 100);
  assert.equal(fitTemperature(Float64Array.of(0, 1, 0, 1), p).temperature, 0.01);
});
