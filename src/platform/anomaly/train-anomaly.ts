import { createRng, hashOf, permutation } from "../../lib/index.ts";
import { bootstrapMetrics } from "../../ml/metrics/index.ts";
import type { Table } from "../../ml/table/index.ts";
import {
  type AnomalyModelData,
  inputTable,
  type JsonObject,
  openScorer,
  openTaskModel,
  rawRowOf,
  recordTaskGolden,
  type ScoreScale,
  type TaskCapsule,
} from "../capsule/index.ts";
import { type AnomalyEvaluation, calibrationInTheLarge, type Evaluation } from "../evaluation/index.ts";
import {
  definitionHash,
  gatesOf,
  stageClock,
  type TaskInput,
  type TrainHooks,
  type TrainOutcome,
} from "../training/index.ts";
import { candidateInput, checkLabelLeakage } from "./candidate-input.ts";
import type { AnomalyDefinition } from "./definition.ts";
import { type LabelledRows, labelledRows } from "./labelled-rows.ts";
import { measureDetector, type ScoredTest } from "./measure.ts";
import { modelDataOf, signatureOf } from "./model-data.ts";
import { type PreparedAnomalies, prepareAnomalies } from "./prepare.ts";
import { accountOf, droppedNotes, featuresInWords, fewNotes, unlabelledGates } from "./run-account.ts";
import { scoreMeaning } from "./score-meaning.ts";
import { histogramOf, topRows } from "./scored-rows.ts";
import { type AnomalySearch, reportedCandidates, searchDetector } from "./search.ts";
import { kindsOf, recallByKind } from "./slices.ts";
import { stabilityOf } from "./stability.ts";
import { shareOf, shareReaching, thresholdByCost, thresholdByShare } from "./threshold.ts";

/** Golden rows: drawn ones, and those of the highest scores, whose answers have reasons. */
const nGolden = 150;
const nGoldenTop = 50;

/**
 * The whole training of a model that tells anomalies, as one pure function: contract → label → split → leakage → features → candidates → threshold → measurement → capsule.
 * Choices look at training and validation rows only. The model is not fitted again on validation rows: the threshold belongs to the scores of this very fit.
 * Throws what `prepareAnomalies` throws, FEATURES_NONE, ANOMALY_LABEL, DETECTOR_NO_SPREAD, FIT_CANCELLED.
 */
export function trainAnomaly(input: TaskInput<AnomalyDefinition>, hooks: TrainHooks = {}): TrainOutcome<TaskCapsule> {
  const stages = stageClock(hooks);
  const { definition, snapshot } = input;
  stages.enter("contract");
  const run = prepareAnomalies(input);
  stages.enter("split");
  const { train, validation, test } = run.split;
  const trainRows = run.labels === null ? null : labelledRows(run, train);
  const validationRows = run.labels === null ? null : labelledRows(run, validation);
  const testTable = run.table.take(test);

  stages.enter("leakage");
  const { leakage, excluded } = checkLabelLeakage(run);

  stages.enter("features");
  const candidates = candidateInput(run, excluded, hooks);
  const { fitted, features } = candidates;
  const resamples = definition.evaluation?.resamples ?? 1000;

  stages.enter("search");
  const found = searchDetector(candidates, resamples);
  const share = shareOf(definition, trainRows?.yTrue ?? null, train.length);
  const thresholdOf = (scores: Float64Array) =>
    definition.cost !== undefined && validationRows !== null
      ? thresholdByCost(validationRows.take(scores), validationRows, definition.cost)
      : thresholdByShare(scores, share);
  const threshold = thresholdOf(found.chosen.validation);
  const meaning = scoreMeaning(found.chosen, validationRows, run.seed);
  const data = modelDataOf(run, found.chosen.data, run.table.take(fitted), threshold.value, meaning.scale);
  const signature = signatureOf(data);
  const model = openTaskModel(
    { features: null, calibrator: null, model: data, signature },
    { predict: hooks.predictKernels, shap: hooks.shapKernels },
  );

  stages.enter("evaluate");
  const scores = found.chosen.scorer.score(testTable);
  const baseline = {
    name: found.baseline.name,
    scores: found.baseline.scorer.score(testTable),
    threshold: thresholdOf(found.baseline.validation).value,
  };
  const champion = championScores(input, testTable, hooks);
  const measured = measureDetector({
    run,
    model: { name: definition.name, scores, threshold: threshold.value },
    baseline,
    champion: champion.scores,
    meaning,
    share,
    resamples,
  });
  const rows = run.labels === null ? null : labelledRows(run, test);
  const isDetector = found.chosen.data.kind === "detector";
  const anomaly: AnomalyEvaluation = {
    isLabelled: rows !== null,
    fittedRows: isDetector ? fitted.length : trainRows!.yTrue.length,
    knownLeftOut: isDetector ? train.length - fitted.length : 0,
    threshold: {
      ...threshold,
      validationShare: shareReaching(found.chosen.validation, threshold.value),
      testShare: shareReaching(scores, threshold.value),
      costPer1000: costsOf(definition, rows, scores, threshold.value),
    },
    meaning: meaning.scale.says,
    probability: probabilityOf(meaning.scale, measured.calibration),
    histogram: histogramOf(run, scores),
    stability: isDetector ? stabilityOf(found.chosen, candidates, testTable, share) : null,
    kinds:
      rows === null
        ? []
        : kindsOf(
            run,
            rows,
            rows.take(scores).map((score) => Number(score >= threshold.value)),
          ),
    detector: rows === null || isDetector ? null : bestDetector(found, run, rows, testTable, thresholdOf, resamples),
    ...topRows(run, model, data, testTable, scores),
  };
  const evaluation: Evaluation = { ...measured, anomaly };

  stages.enter("package");
  const capsule: TrainOutcome<TaskCapsule>["capsule"] = {
    name: definition.name,
    features: null,
    model: data,
    calibrator: null,
    signature,
    evaluation,
    golden: recordTaskGolden(model, goldenRequests(data, testTable, scores, run.seed)),
    lineage: { snapshot: snapshot.id, definition: definitionHash(definition), seed: run.seed },
  };
  const report: TrainOutcome<TaskCapsule>["report"] = {
    model: definition.name,
    task: "anomaly",
    seed: run.seed,
    problem: { column: definition.label?.column ?? "", says: run.says, classes: run.classes },
    ...accountOf(run, input, leakage, [
      ...found.notes,
      ...champion.notes,
      ...droppedNotes(features.dropped),
      ...fewNotes(validationRows, rows),
    ]),
    features: featuresInWords(data),
    candidates: reportedCandidates(found),
    champion: champion.scores?.name ?? null,
    evaluation,
    explanations: { reason: "each row that is called anomalous has its own reasons, see the anomalies" },
    gates: run.labels === null ? unlabelledGates(anomaly) : gatesOf(evaluation, leakage, champion.scores?.name ?? null),
    seconds: {},
  };
  const trials = found.trials.map(({ family, params }) => ({
    family,
    params: params as Readonly<Record<string, number | string>>,
  }));
  return {
    capsule,
    report: { ...report, seconds: stages.finish() },
    trials,
    testRows: hashOf([snapshot.id, Array.from(test)]),
  };
}

// Labelled test rows may be of other odds than those of validation.
function probabilityOf(
  { probability }: ScoreScale,
  calibration: Evaluation["calibration"],
): AnomalyEvaluation["probability"] {
  const test = calibration && calibrationInTheLarge(calibration.bins);
  if (!test || probability === null) return null;
  return { validationRate: probability.baseRate, testRate: test.observed, testMean: test.predicted };
}

// What a detector that knows no kind would find, for those who read what a classifier does not.
function bestDetector(
  { trials }: AnomalySearch,
  run: PreparedAnomalies,
  rows: LabelledRows,
  test: Table,
  thresholdOf: (scores: Float64Array) => { readonly value: number },
  nResamples: number,
): AnomalyEvaluation["detector"] {
  const detectors = trials.filter(({ data }) => data.kind === "detector");
  if (detectors.length === 0) return null;
  const best = detectors.reduce((a, b) => ((b.value.value ?? 0) > (a.value.value ?? 0) ? b : a));
  const scores = rows.take(best.scorer.score(test));
  const threshold = thresholdOf(best.validation).value;
  const alarms = scores.map((score) => Number(score >= threshold));
  const options = { seed: run.seed, resample: rows.resample, nResamples };
  return {
    name: best.name,
    prAuc: bootstrapMetrics(["prAuc"], rows.yTrue, scores, options).prAuc!,
    ...recallByKind(run, rows, alarms),
  };
}

function championScores(
  { champion }: TaskInput<AnomalyDefinition>,
  test: Table,
  { predictKernels, shapKernels }: TrainHooks,
): { readonly scores: ScoredTest | null; readonly notes: readonly string[] } {
  if (champion === null || champion.data.model.kind !== "anomaly") return { scores: null, notes: [] };
  const { inputs, scorer, threshold } = champion.data.model as AnomalyModelData;
  const absent = inputs.filter(({ name }) => !test.has(name)).map(({ name }) => name);
  if (absent.length > 0)
    return {
      scores: null,
      notes: [
        `${champion.name} reads columns that are gone (${absent.slice(0, 5).join(", ")}) and is not compared with`,
      ],
    };
  const names = inputs.map(({ name }) => name);
  const opened = openScorer(scorer, names, { predict: predictKernels, shap: shapKernels });
  const scores = opened.score(inputTable({ inputs }, test, () => {}));
  return { scores: { name: champion.name, scores, threshold }, notes: [] };
}

function costsOf(
  { cost }: AnomalyDefinition,
  rows: LabelledRows | null,
  scores: Float64Array,
  threshold: number,
): AnomalyEvaluation["threshold"]["costPer1000"] {
  if (cost === undefined || rows === null) return null;
  const { falsePositive, falseNegative } = cost;
  const n = rows.yTrue.length;
  const nAnomalous = rows.yTrue.reduce((sum, y) => sum + y, 0);
  const total = rows.take(scores).reduce((sum, score, i) => {
    const isCalled = score >= threshold;
    return sum + (rows.yTrue[i] === 1 ? (isCalled ? 0 : falseNegative) : isCalled ? falsePositive : 0);
  }, 0);
  const per1000 = (cost: number) => (1000 * cost) / n;
  return {
    model: per1000(total),
    neverAlarm: per1000(nAnomalous * falseNegative),
    alwaysAlarm: per1000((n - nAnomalous) * falsePositive),
  };
}

function goldenRequests({ inputs }: AnomalyModelData, test: Table, scores: Float64Array, seed: number): JsonObject[] {
  const drawn = permutation(test.nRows, createRng(seed).fork("golden")).subarray(0, nGolden);
  const top = Int32Array.from(scores.keys())
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .subarray(0, nGoldenTop);
  return [...new Set([...drawn, ...top])]
    .sort((a, b) => a - b)
    .map((place) => {
      const row = rawRowOf({ inputs }, test, place);
      return Object.fromEntries(inputs.map(({ name }, j) => [name, row[j] ?? null]));
    });
}
