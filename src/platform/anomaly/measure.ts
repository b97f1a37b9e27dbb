import { createRng, permutation } from "../../lib/index.ts";
import {
  type BootstrapOptions,
  bootstrapDifference,
  bootstrapMetrics,
  precisionAt,
  precisionRecallCurve,
  recallAt,
  reliabilityBins,
  rocCurve,
} from "../../ml/metrics/index.ts";
import { probabilitiesOf } from "../capsule/index.ts";
import { type Comparison, comparisonOf, type Evaluation, type Metrics, noDetails } from "../evaluation/index.ts";
import { type LabelledRows, labelledRows } from "./labelled-rows.ts";
import type { PreparedAnomalies } from "./prepare.ts";
import type { ScoreMeaning } from "./score-meaning.ts";
import { unmeasured } from "./search.ts";
import { slicesOf } from "./slices.ts";

/** A model's scores of all test rows, and where it calls one anomalous. */
export interface ScoredTest {
  readonly name: string;
  readonly scores: Float64Array;
  readonly threshold: number;
}

/** What {@link measureDetector} reads. */
export interface MeasureInput {
  readonly run: PreparedAnomalies;
  readonly model: ScoredTest;
  readonly baseline: ScoredTest;
  readonly champion: ScoredTest | null;
  /** Share of the rows that is to be called anomalous: the k of precision@k and recall@k. */
  readonly share: number;
  /** What the scores of the model mean. */
  readonly meaning: ScoreMeaning;
  readonly resamples: number;
}

/** Counts that precision and recall are told at, beside the share's. */
const usualCounts = [10, 100];

/**
 * Measures a model on the labelled test rows: average precision, ROC AUC, precision and recall among the k highest scores and at the threshold, with bootstrap
 * intervals; paired comparisons with the baseline, an order drawn at random and the champion; curves and slices. Without labels every metric is undefined and says why.
 */
export function measureDetector(input: MeasureInput): Omit<Evaluation, "anomaly"> {
  const { run, model, baseline, champion } = input;
  const nTest = run.split.test.length;
  const base = {
    task: "anomaly" as const,
    nTest,
    classes: run.classes,
    primary: "prAuc",
    ...noDetails,
  };
  if (run.labels === null) {
    const nothing: Metrics = { prAuc: { value: null, low: null, high: null, n: nTest, reason: unmeasured } };
    return {
      ...base,
      metrics: nothing,
      baseline: { name: baseline.name, metrics: nothing },
      comparisons: [],
      slices: [],
    };
  }
  const rows = labelledRows(run, run.split.test);
  const options: BootstrapOptions = { seed: run.seed, resample: rows.resample, nResamples: input.resamples };
  const scores = rows.take(model.scores);
  const references: ScoredTest[] = [
    baseline,
    { name: "random order", scores: randomOrder(nTest, run.seed), threshold: Number.POSITIVE_INFINITY },
    ...(champion === null ? [] : [champion]),
  ];
  const compare = ({ name, scores: other }: ScoredTest): Comparison =>
    comparisonOf(name, "prAuc", bootstrapDifference("prAuc", rows.yTrue, scores, rows.take(other), options), true);
  const told = probabilitiesOf(input.meaning.scale, scores);
  const ofProbabilities = told === null ? {} : bootstrapMetrics(["ece", "brier"], rows.yTrue, told, options);
  const alarms = scores.map((score) => (score >= model.threshold ? 1 : 0));
  return {
    ...base,
    metrics: { ...metricsOf(rows, model, input, options), ...ofProbabilities },
    baseline: { name: baseline.name, metrics: metricsOf(rows, baseline, input, options) },
    comparisons: references.map(compare),
    curves: { roc: rocCurve(rows.yTrue, scores), precisionRecall: precisionRecallCurve(rows.yTrue, scores) },
    ...(told !== null && {
      calibration: { method: input.meaning.method, bins: reliabilityBins(rows.yTrue, told), ece: ofProbabilities.ece! },
    }),
    confusion: [0, 1].map((truth) => [0, 1].map((said) => countOf(rows, alarms, truth, said))),
    slices: slicesOf(run, rows, alarms),
  };
}

function metricsOf(
  rows: LabelledRows,
  { scores, threshold }: ScoredTest,
  { share }: MeasureInput,
  options: BootstrapOptions,
): Metrics {
  const n = rows.yTrue.length;
  const own = Math.max(1, Math.round(share * n));
  const counts = [...new Set([...usualCounts, own])].filter((k) => k <= n / 2).sort((a, b) => a - b);
  const ranked = ["prAuc", "rocAuc", ...counts.flatMap((k) => [precisionAt(k), recallAt(k)])];
  const labelled = rows.take(scores);
  const decided = labelled.map((score) => (score >= threshold ? 1 : 0));
  return {
    ...bootstrapMetrics(ranked, rows.yTrue, labelled, options),
    ...bootstrapMetrics(["precision", "recall", "f1"], rows.yTrue, decided, options),
  };
}

// An order without meaning: what any detector must beat.
function randomOrder(n: number, seed: number): Float64Array {
  return Float64Array.from(permutation(n, createRng(seed).fork("random order")));
}

function countOf({ yTrue }: LabelledRows, alarms: Float64Array, truth: number, said: number): number {
  let n = 0;
  for (let i = 0; i < yTrue.length; i++) if (yTrue[i] === truth && alarms[i] === said) n++;
  return n;
}
