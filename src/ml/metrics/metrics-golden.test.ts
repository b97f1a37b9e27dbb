import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { measure, metrics, pinball, precisionRecallCurve, rocCurve, tweedieDeviance } from "./index.ts";

interface Case {
  readonly name: string;
  readonly yTrue: number[];
  readonly prediction: number[];
  readonly weight: number[];
  readonly values: Readonly<Record<string, number>>;
  readonly decided?: number[];
  readonly labels?: Readonly<Record<string, number>>;
  readonly queries?: number[];
}

interface Golden {
  readonly cases: readonly Case[];
  readonly curves: Readonly<Record<"fpr" | "tpr" | "precision" | "recall", number[]>>;
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/metrics.json", import.meta.url), "utf8"));
const others = { "pinball@0.9": pinball(0.9), "tweedieDeviance@1.2": tweedieDeviance(1.2) };
const metricOf = (name: string) => ({ ...metrics, ...others })[name]!;

function assertMeasured(
  name: string,
  yTrue: number[],
  prediction: number[],
  expected: number,
  weight?: number[],
  queries?: number[],
) {
  const value = measure(
    metricOf(name),
    Float64Array.from(yTrue),
    Float64Array.from(prediction),
    weight && Float64Array.from(weight),
    queries && { queries: Int32Array.from(queries), gains: null },
  );
  assert.ok(typeof value === "number", `${name} is ${JSON.stringify(value)}`);
  assert.ok(Math.abs(value - expected) <= 1e-12 * Math.abs(expected), `${name} is ${value}, not ${expected}`);
}

for (const { name, yTrue, prediction, weight, values, decided, labels, queries } of golden.cases)
  test(`every metric equals scikit-learn to 1e-12: ${name}, ${yTrue.length} rows`, () => {
    for (const [metric, expected] of Object.entries(values))
      assertMeasured(metric, yTrue, prediction, expected, weight, queries);
    for (const [metric, expected] of Object.entries(labels ?? {})) {
      assertMeasured(metric, yTrue, decided!, expected, weight);
      if (prediction.length > yTrue.length) assertMeasured(metric, yTrue, prediction, expected, weight);
    }
  });

test("the golden cases cover every metric of the dictionary", () => {
  const covered = new Set(golden.cases.flatMap(({ values, labels }) => Object.keys({ ...values, ...labels })));
  assert.deepEqual(
    Object.keys(metrics).filter((name) => !covered.has(name)),
    [],
  );
});

test("rocCurve() and precisionRecallCurve() equal scikit-learn's without dropped points", () => {
  const { yTrue, prediction } = golden.cases[0]!;
  const { fpr, tpr, precision, recall } = golden.curves;
  const [y, p] = [Float64Array.from(yTrue), Float64Array.from(prediction)];
  assert.deepEqual(
    rocCurve(y, p),
    fpr.map((x, k) => [x, tpr[k]]),
  );
  // scikit-learn lists the loosest threshold first and ends with the made-up point (0, 1).
  assert.deepEqual(
    precisionRecallCurve(y, p),
    recall
      .map((x, k) => [x, precision[k]])
      .slice(0, -1)
      .reverse(),
  );
});

const folder = process.env.FETTLE_REFERENCE_DATA;
const skip =
  folder === undefined ? "FETTLE_REFERENCE_DATA is not set: the reference values are not in the package" : false;

// Reference functions by the metric that they are here; the others belong to other rooms or are not measured.
const metricOfReference: Readonly<Record<string, string>> = {
  roc_auc: "rocAuc",
  average_precision: "prAuc",
  brier: "brier",
  log_loss: "logLoss",
  f1_macro: "f1",
  balanced_accuracy: "balancedAccuracy",
  mcc: "mcc",
  mean_absolute_error: "mae",
  median_absolute_error: "medianAbsoluteError",
  mean_absolute_percentage_error: "mape",
  r2_score: "r2",
};

interface Reference {
  readonly fn: string;
  readonly inputs: Readonly<Record<string, number[]>>;
  readonly expected: number;
}

test("the metrics equal the reference values of scikit-learn's docstrings", { skip }, () => {
  const references: Reference[] = JSON.parse(readFileSync(`${folder}/reference-values/metrics-and-drift.json`, "utf8"));
  const known = references.filter(({ fn }) => fn in metricOfReference);
  assert.equal(known.length, Object.keys(metricOfReference).length);
  for (const { fn, inputs, expected } of known)
    assertMeasured(metricOfReference[fn]!, inputs.y!, (inputs.score ?? inputs.p ?? inputs.pred)!, expected);
});
