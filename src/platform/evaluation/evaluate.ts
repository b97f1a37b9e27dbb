import { FettleError } from "../../lib/index.ts";
import { isNumeric } from "../../ml/learners/index.ts";
import { calibrationInTheLarge } from "./calibration-in-the-large.ts";
import { compareModels } from "./compare-models.ts";
import { conformalCoverage } from "./conformal-coverage.ts";
import { confusionOf, curvesOf, reliabilityOf } from "./curves.ts";
import { decideClasses, pointPrediction } from "./decided.ts";
import { measureDecisions } from "./decision-cost.ts";
import { analyseErrors } from "./error-analysis.ts";
import { evaluateRanking } from "./evaluate-ranking.ts";
import type {
  Calibration,
  Comparison,
  ErrorAnalysis,
  Evaluation,
  Importance,
  Metrics,
  Slice,
  ThresholdChoice,
} from "./evaluation.ts";
import { checkInput, type EvaluationInput, type ScoredPart } from "./evaluation-input.ts";
import { type Fairness, fairness } from "./fairness.ts";
import { measureModel, primaryMetric, type Scoring } from "./model-metrics.ts";
import { permutationImportance } from "./permutation-importance.ts";
import type { RankingEvaluation } from "./ranking-evaluation.ts";
import { reweightingEffect } from "./reweighting-effect.ts";
import { type RowLosses, rowLosses } from "./row-loss.ts";
import { discoverSlices } from "./slice-discovery.ts";
import { measureSlices, type Segments, slicesByColumn } from "./slices.ts";
import { type BinaryRows, chooseThreshold, measureThreshold } from "./threshold.ts";

/**
 * Measures one model on the test part: metrics with intervals, comparisons, curves, calibration, threshold and cost, slices, errors,
 * importance, fairness. Threshold and slices are chosen on validation and only measured on test; predictions are taken as
 * given, so a calibrator belongs into them (see `chooseCalibration`). Same input and seed, same bytes.
 * Throws EVALUATION_EMPTY, EVALUATION_LENGTHS_UNEQUAL, EVALUATION_CLASSES_MISSING, EVALUATION_METRIC_UNKNOWN, COSTS_INVALID, EVALUATION_CANCELLED.
 */
export function evaluate(input: EvaluationInput): Evaluation {
  checkInput(input);
  const primary = primaryMetric(input, input.primary);
  const enter = stages(input);
  enter(0);
  const threshold = thresholdOf(input);
  const scoring: Scoring = { ...input, threshold: threshold?.threshold ?? 0.5 };
  const measure = (prediction: Float64Array) => measureModel(scoring, input.test, prediction, bootstrapOf(input));
  const metrics = measure(input.test.prediction);
  enter(0.2);
  const baseline = { name: input.baseline.name, metrics: measure(input.baseline.prediction) };
  const comparisons = comparisonsOf(input, scoring, primary);
  enter(0.4);
  const segments = segmentsOf(input);
  const slices = slicesOf(input, segments);
  enter(0.5);
  const importance = importanceOf(input, scoring, primary);
  enter(0.9);
  const yPred = decisionsOf(input, scoring);
  const { groups, disparities } = fairnessOf(input, yPred);
  return {
    task: input.task,
    nTest: input.test.yTrue.length,
    classes: input.classes,
    primary,
    metrics,
    baseline,
    comparisons,
    curves: curvesOf(input),
    confusion: isNumeric(input.task) ? null : confusionOf(input.test.yTrue, yPred, input.classes.length),
    calibration: calibrationOf(input, metrics),
    threshold,
    slices,
    errors: errorsOf(input),
    importance,
    fairness: groups,
    disparities,
    ...(input.task === "ranking" && { ranking: rankingOf(input, importance) }),
    ...(input.costMatrix && {
      decision: measureDecisions(input.test, input.costMatrix, input.classes, bootstrapOf(input)),
    }),
    ...(input.unweighted && { reweighting: reweightingEffect(input, input.unweighted, scoring, bootstrapOf(input)) }),
    ...(input.conformal && { conformal: conformalCoverage(input, input.conformal, segments) }),
  };
}

function rankingOf(input: EvaluationInput, importance: readonly Importance[]): RankingEvaluation {
  const byDrop = [...importance].sort((a, b) => (b.drop.value ?? 0) - (a.drop.value ?? 0));
  return evaluateRanking(input, [...byDrop.map(({ column }) => column), ...input.test.table.names]);
}

function stages({ onProgress, shouldStop }: EvaluationInput): (share: number) => void {
  return (share) => {
    onProgress?.(share);
    if (shouldStop?.() !== true) return;
    throw new FettleError(
      "cancelled",
      "EVALUATION_CANCELLED",
      `Cannot finish the evaluation: it was stopped at ${Math.round(100 * share)} % of the work`,
    );
  };
}

function thresholdOf({ task, validation, test, costs, seed, nResamples }: EvaluationInput): ThresholdChoice | null {
  if (task !== "binary") return null;
  const chosen = chooseThreshold(binaryRows(validation), costs, seed);
  return measureThreshold(chosen, binaryRows(test), { seed, ...(nResamples !== undefined && { nResamples }) });
}

function binaryRows(part: ScoredPart): BinaryRows {
  return { ...part, yProba: part.prediction };
}

function comparisonsOf(input: EvaluationInput, scoring: Scoring, metric: string): Comparison[] {
  const { test, baseline, champion } = input;
  const { prediction } = test;
  const bootstrap = bootstrapOf(input);
  return [baseline, ...(champion ? [champion] : [])].map((reference) =>
    compareModels({ metric, scoring, rows: test, prediction, reference, bootstrap }),
  );
}

function calibrationOf(input: EvaluationInput, { ece }: Metrics): Calibration | null {
  if (isNumeric(input.task) || !ece) return null;
  const bins = reliabilityOf(input);
  const inTheLarge = input.task === "binary" ? calibrationInTheLarge(bins) : null;
  return { method: input.calibration ?? "none", bins, ece, ...(inTheLarge !== null && { inTheLarge }) };
}

function bootstrapOf({ test, seed, nResamples }: EvaluationInput) {
  return { resample: test.resample, seed, ...(nResamples !== undefined && { nResamples }) };
}

function hiddenOf(input: EvaluationInput): ReadonlySet<string> {
  return new Set(input.personalData);
}

function lossesOf({ task, loss }: EvaluationInput, part: ScoredPart): RowLosses {
  return rowLosses(task, part.yTrue, part.prediction, loss);
}

/** The segments to measure: named by the user, and found on validation. Rows of a query have no loss of their own, so a ranking has none. */
function segmentsOf(input: EvaluationInput): Segments {
  if (input.task === "ranking") return { named: [], discovered: [] };
  const { validation, schema } = input;
  const hidden = hiddenOf(input);
  return {
    named: slicesByColumn(
      (input.slices ?? []).filter((column) => !hidden.has(column)),
      validation.table,
    ),
    discovered: discoverSlices({ ...validation, schema, losses: lossesOf(input, validation).values, hidden }),
  };
}

function slicesOf(input: EvaluationInput, segments: Segments): Slice[] {
  if (input.task === "ranking") return [];
  const { test } = input;
  return measureSlices({ ...test, losses: lossesOf(input, test), ...segments, bootstrap: bootstrapOf(input) });
}

function decisionsOf({ task, test, loss }: EvaluationInput, rule: Scoring): Float64Array {
  if (task === "ranking") return test.prediction;
  return task === "regression"
    ? pointPrediction(test.prediction, test.yTrue.length, loss?.quantiles)
    : decideClasses(task, test.prediction, test.yTrue.length, rule);
}

function errorsOf(input: EvaluationInput): ErrorAnalysis {
  if (input.task === "ranking") return { worst: [], shared: [] };
  const { task, test, classes, schema, loss } = input;
  const { yTrue, prediction, table } = test;
  const n = yTrue.length;
  const nOutputs = prediction.length / n;
  const predicted =
    task === "regression"
      ? pointPrediction(prediction, n, loss?.quantiles)
      : yTrue.map((y, i) => prediction[task === "binary" ? i : i * nOutputs + y]!);
  return analyseErrors({
    table,
    schema,
    losses: rowLosses(task, yTrue, prediction, loss).values,
    predicted,
    actual: (row) => classes[yTrue[row]!] ?? String(yTrue[row]!),
    hidden: hiddenOf(input),
  });
}

function importanceOf(input: EvaluationInput, scoring: Scoring, metric: string): Importance[] {
  const { test: part, predictWith, importanceColumns, seed, onProgress, shouldStop } = input;
  if (!predictWith) return [];
  return permutationImportance({
    metric,
    scoring,
    part,
    predictWith,
    columns: importanceColumns ?? part.table.names,
    seed,
    ...(onProgress && { onProgress: (share) => onProgress(0.5 + 0.4 * share) }),
    ...(shouldStop && { shouldStop }),
  });
}

function fairnessOf(input: EvaluationInput, yPred: Float64Array): Fairness {
  return fairness({
    ...input.test,
    task: input.task,
    columns: input.task === "ranking" ? [] : (input.protectedColumns ?? []),
    hidden: hiddenOf(input),
    yPred,
    bootstrap: bootstrapOf(input),
  });
}
