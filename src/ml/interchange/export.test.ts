import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import {
  applyCalibrator,
  type Calibrator,
  forest,
  gbdt,
  type Learner,
  linear,
  loadModel,
  type Target,
} from "../learners/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import { exportOnnx, exportXgboost, importXgboost } from "./index.ts";

const python = process.env.FETTLE_PYTHON;
const skip = python ? false : "FETTLE_PYTHON names no Python with onnxruntime and xgboost";

const n = 600;
const rng = createRng(3);
const numbers = [0, 1, 2].map((j) =>
  Float64Array.from({ length: n }, () =>
    j === 1 && rng.uniform() < 0.2 ? Number.NaN : Math.fround(10 * rng.uniform()),
  ),
);
const cat = categoryColumn(Array.from({ length: n }, () => (rng.uniform() < 0.1 ? null : `k${rng.below(9)}`)));
const table = Table.of([...numbers.map((x, j) => [`x${j}`, numberColumn(x)] as const), ["cat", cat]]);
const score = numbers[0]!.map(
  (x, i) => x + (Number.isNaN(numbers[1]![i]!) ? 2 : numbers[1]![i]! / 2) + (cat.codes[i]! % 4),
);
const binary: Target = { task: "binary", values: score.map((s) => Number(s > 8)), nClasses: 2 };
const classes: Target = { task: "multiclass", values: score.map((s) => Number(s > 6) + Number(s > 10)), nClasses: 3 };
const number: Target = { task: "regression", values: score.map((s) => 1000 * s), nClasses: 0 };
const counts: Target = { task: "regression", values: score.map((s) => Math.max(0, Math.floor(s))), nClasses: 0 };

const platt: Calibrator = { maps: [{ kind: "platt", slope: 1.2, intercept: -0.1 }] };
const beta: Calibrator = { maps: [{ kind: "beta", a: 1.1, b: 0.9, c: 0.05 }] };
const cases: readonly (readonly [string, Learner, Target, Calibrator | null])[] = [
  ["trees", gbdt({ nTrees: 40 }), binary, null],
  ["trees, platt", gbdt({ nTrees: 20 }), binary, platt],
  ["trees, beta", gbdt({ nTrees: 20 }), binary, beta],
  ["trees of classes, temperature", gbdt({ nTrees: 10 }), classes, { temperature: 1.3 }],
  ["trees of a number", gbdt({ nTrees: 100 }), number, null],
  ["quantiles", gbdt({ loss: "quantile", quantiles: [0.1, 0.5, 0.9], nTrees: 10 }), number, null],
  ["poisson", gbdt({ loss: "poisson", nTrees: 20 }), counts, null],
  ["forest", forest({ nTrees: 10 }), classes, null],
  ["linear", linear(), binary, null],
  ["linear of classes", linear(), classes, null],
  ["linear of a number", linear(), number, null],
];

const runOnnx = `
import sys, numpy, onnxruntime
x = numpy.fromfile(sys.argv[1], dtype=numpy.float32).reshape(-1, 4)
y = onnxruntime.InferenceSession(sys.argv[2]).run(None, {"features": x})[0]
y.astype(numpy.float64).tofile(sys.argv[3])
`;

const runXgboost = `
import sys, numpy, xgboost
x = numpy.fromfile(sys.argv[1], dtype=numpy.float32).reshape(-1, 4)
x[x[:, 3] < 0, 3] = numpy.nan
b = xgboost.Booster(model_file=sys.argv[2])
d = xgboost.DMatrix(x, feature_names=b.feature_names, feature_types=b.feature_types, enable_categorical=True)
b.predict(d).astype(numpy.float64).tofile(sys.argv[3])
`;

/** Row-major f32 features as an exported model takes them. */
const features = Float32Array.from({ length: 4 * n }, (_, k) =>
  k % 4 === 3 ? cat.codes[(k - 3) / 4]! : numbers[k % 4]![Math.floor(k / 4)]!,
);

function answersOf(script: string, file: string, content: string | Uint8Array): Float64Array {
  const folder = mkdtempSync(join(tmpdir(), "fettle-export-"));
  try {
    const [input, model, output] = ["rows", file, "out"].map((part) => join(folder, part)) as [string, string, string];
    writeFileSync(input, new Uint8Array(features.buffer));
    writeFileSync(model, content);
    execFileSync(python!, ["-c", script, input, model, output]);
    return new Float64Array(new Uint8Array(readFileSync(output)).buffer);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function assertSame(theirs: Float64Array, ours: Float64Array, tolerance = 1e-6): void {
  assert.equal(theirs.length, ours.length);
  const off = ours.reduce((most, y, i) => Math.max(most, Math.abs(y - theirs[i]!) / Math.max(1, Math.abs(y))), 0);
  assert.ok(off <= tolerance, `off by ${off}`);
}

function fitted(learner: Learner, target: Target, calibrator: Calibrator | null) {
  const model = learner.fit(table, target, { seed: 1 });
  const plain = model.predict(table);
  return {
    data: model.toJSON(),
    ours: calibrator === null ? plain : applyCalibrator(calibrator, plain, model.nOutputs),
  };
}

for (const [name, learner, target, calibrator] of cases)
  test(`exportOnnx() answers in ONNX Runtime as the model does, to 1e-6 of its size: ${name}`, { skip }, () => {
    const { data, ours } = fitted(learner, target, calibrator);
    assertSame(answersOf(runOnnx, "model.onnx", exportOnnx(data, calibrator, "model")), ours);
  });

const boosted = cases.filter(([name]) => /^(trees(?!, beta)|poisson)/.test(name));

for (const [name, learner, target, calibrator] of boosted) {
  test(`exportXgboost() answers in XGBoost as the model does, to 2e-6 of its size: ${name}`, { skip }, () => {
    const { data, ours } = fitted(learner, target, calibrator);
    assertSame(answersOf(runXgboost, "model.json", exportXgboost(data, calibrator)), ours, 2e-6);
  });

  test(`importXgboost() reads what exportXgboost() wrote: ${name}`, () => {
    const { data, ours } = fitted(learner, target, calibrator);
    const imported = importXgboost(new TextEncoder().encode(exportXgboost(data, calibrator)));
    assert.deepEqual(
      imported.features.map(({ name: of, kind }) => `${of} ${kind}`),
      ["x0 number", "x1 number", "x2 number", "cat category"],
    );
    assertSame(loadModel(imported.data).predict(table), ours, 2e-6);
  });
}

test("exportXgboost() refuses what XGBoost has no form of, with EXPORT_XGBOOST", () => {
  const of = (learner: Learner, target: Target) => learner.fit(table, target, { seed: 1 }).toJSON();
  const trees = of(gbdt({ nTrees: 2 }), binary);
  assert.throws(() => exportXgboost(trees, beta), { code: "EXPORT_XGBOOST", kind: "invalid-input" });
  const quantiles = gbdt({ loss: "quantile", quantiles: [0.1, 0.9], nTrees: 2 });
  const focal = of(gbdt({ loss: "focal", nTrees: 2 }), binary);
  for (const data of [of(linear(), binary), of(forest({ nTrees: 2 }), classes), of(quantiles, number), focal])
    assert.throws(() => exportXgboost(data, null), { code: "EXPORT_XGBOOST" });
});

test("exportOnnx() names its parts so that a reader finds them", () => {
  const bytes = exportOnnx(gbdt({ nTrees: 2 }).fit(table, binary, { seed: 1 }).toJSON(), null, "churn@1");
  const text = new TextDecoder("latin1").decode(bytes);
  for (const part of ["fettle", "churn@1", "features", "outputs", "TreeEnsembleRegressor", "ai.onnx.ml", "Sigmoid"])
    assert.ok(text.includes(part), part);
});

test("exportOnnx() refuses what it has no exact form of, with EXPORT_ONNX", () => {
  const trees = gbdt({ nTrees: 2 }).fit(table, binary, { seed: 1 }).toJSON();
  const isotonic: Calibrator = { maps: [{ kind: "isotonic", x: [0, 1], y: [0, 1] }] };
  assert.throws(() => exportOnnx(trees, isotonic, "m"), { code: "EXPORT_ONNX", kind: "invalid-input" });
  const constant = { kind: "mean", task: "regression", featureNames: [], outputs: [1] } as const;
  const focal = gbdt({ loss: "focal", nTrees: 2 }).fit(table, binary, { seed: 1 }).toJSON();
  for (const data of [constant, focal]) assert.throws(() => exportOnnx(data, null, "m"), { code: "EXPORT_ONNX" });
});
