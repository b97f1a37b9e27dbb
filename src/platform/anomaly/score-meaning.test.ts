import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { bootstrapMetrics } from "../../ml/metrics/index.ts";
import { sigmoid } from "../../ml/stats/index.ts";
import { openTaskCapsule, probabilitiesOf } from "../capsule/index.ts";
import { trainAnomaly } from "./index.ts";
import type { LabelledRows } from "./labelled-rows.ts";
import { anomalyInput, anomalyTable } from "./sample-anomalies.ts";
import { scoreMeaning } from "./score-meaning.ts";

const label = { column: "strange" } as const;
const classifier = { kind: "classifier" } as never;

/** Rows whose log-odds are `x − 2`, and scores that are too sure of them by a factor. */
function tooSure(n: number, seed: number, factor: number) {
  const rng = createRng(seed);
  const x = Float64Array.from({ length: n }, () => 3 * (rng.uniform() + rng.uniform() - 1));
  const yTrue = x.map((value) => (rng.uniform() < sigmoid(value - 2) ? 1 : 0));
  return { yTrue, scores: x.map((value) => sigmoid(factor * (value - 2))) };
}

const rowsOf = (yTrue: Float64Array): LabelledRows => ({
  yTrue,
  places: Int32Array.from(yTrue.keys()),
  take: (values) => values,
  resample: { unit: "row" },
});

test("scores that are too sure become probabilities: the calibration error of other rows falls, and the order stays", () => {
  const fitted = tooSure(2000, 1, 3);
  const held = tooSure(4000, 2, 3);
  const { scale, method } = scoreMeaning({ data: classifier, validation: fitted.scores }, rowsOf(fitted.yTrue), 1);
  assert.notEqual(method, "none");
  const told = probabilitiesOf(scale, held.scores)!;
  const ece = (values: Float64Array) =>
    bootstrapMetrics(["ece"], held.yTrue, values, { seed: 1, resample: { unit: "row" }, nResamples: 200 }).ece!.value!;
  assert.ok(ece(held.scores) > 0.05 && ece(told) < 0.4 * ece(held.scores), `${ece(held.scores)} to ${ece(told)}`);
  const order = Int32Array.from(held.scores.keys()).sort((a, b) => held.scores[a]! - held.scores[b]!);
  for (let k = 1; k < order.length; k++) assert.ok(told[order[k]!]! >= told[order[k - 1]!]!);
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(mean(told) - mean(held.yTrue)) < 0.02);
});

test("a detector's score, and one that too few labels could check, tells no probability and says why", () => {
  const { yTrue, scores } = tooSure(150, 1, 1);
  const ofDetector = scoreMeaning({ data: { kind: "detector" } as never, validation: scores }, rowsOf(yTrue), 1);
  assert.equal(ofDetector.scale.probability, null);
  assert.match(ofDetector.scale.says, /no probability/);
  const few = scoreMeaning({ data: classifier, validation: scores }, rowsOf(yTrue.map((y, i) => (i < 60 ? y : 0))), 1);
  assert.equal(few.scale.probability, null);
  assert.match(few.scale.says, /25 are needed/);
});

test("an answer's percentile is the share of validation rows below it, and follows the score", () => {
  const { capsule } = trainAnomaly(anomalyInput({}));
  const model = openTaskCapsule(capsule);
  const table = anomalyTable(150, 5);
  const answers = Array.from({ length: 150 }, (_, i) => model.answer(model.read(table.row(i), 0, [])));
  answers.sort((a, b) => Number(a.score) - Number(b.score));
  for (const [k, { percentile, probability }] of answers.entries()) {
    assert.ok(Number(percentile) >= 0 && Number(percentile) <= 1);
    assert.equal(probability, null);
    assert.ok(k === 0 || Number(percentile) >= Number(answers[k - 1]!.percentile));
  }
  assert.ok(Number(answers[75]!.percentile) > 0.3 && Number(answers[75]!.percentile) < 0.7);
});

test("a classifier's answers hold its calibrated probability, and the report measures it on labelled test rows", () => {
  const { capsule } = trainAnomaly(anomalyInput({ label, families: ["gbdt"] }, anomalyTable(2000)));
  const { calibration, anomaly } = capsule.evaluation;
  assert.ok(calibration!.bins.length > 0 && calibration!.ece.value! < 0.1);
  assert.ok(Math.abs(anomaly!.probability!.testMean - anomaly!.probability!.testRate.value!) < 0.05);
  const model = openTaskCapsule(capsule);
  const table = anomalyTable(50, 5);
  for (let i = 0; i < 50; i++) {
    const { probability } = model.answer(model.read(table.row(i), 0, []));
    assert.ok(Number(probability) >= 0 && Number(probability) <= 1);
  }
});
