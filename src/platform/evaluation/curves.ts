import { createRng, permutation } from "../../lib/index.ts";
import { precisionRecallCurve, reliabilityBins, rocCurve } from "../../ml/metrics/index.ts";
import { decideClasses, pointPrediction } from "./decided.ts";
import type { Calibration, Evaluation, Point } from "./evaluation.ts";
import type { EvaluationInput } from "./evaluation-input.ts";

/** The curves that a task has: ROC and precision–recall for two classes, scatter and residuals for a regression. */
export function curvesOf({ task, test, loss, seed }: EvaluationInput): Evaluation["curves"] {
  const { yTrue, prediction, sampleWeight } = test;
  if (task === "multiclass" || task === "ranking") return {};
  if (task === "binary")
    return {
      roc: rocCurve(yTrue, prediction, sampleWeight),
      precisionRecall: precisionRecallCurve(yTrue, prediction, sampleWeight),
    };
  const yPred = pointPrediction(prediction, yTrue.length, loss?.quantiles);
  return { scatter: scatterOf(yTrue, yPred, seed), residuals: residualHistogram(yTrue, yPred) };
}

/** Reliability of the positive class's probability; of several classes, of the greatest probability (was that class right?). */
export function reliabilityOf({ task, test }: EvaluationInput): Calibration["bins"] {
  const { yTrue, prediction } = test;
  if (task === "binary") return reliabilityBins(yTrue, prediction);
  const n = yTrue.length;
  const decided = decideClasses("multiclass", prediction, n, {});
  const nClasses = prediction.length / n;
  return reliabilityBins(
    yTrue.map((y, i) => (decided[i] === y ? 1 : 0)),
    decided.map((label, i) => prediction[i * nClasses + label]!),
  );
}

/** Predicted (x) against observed (y) of a regression: a seeded sample of at most `maxPoints` rows, in row order. */
export function scatterOf(yTrue: Float64Array, yPred: Float64Array, seed: number, maxPoints = 2000): Point[] {
  const rows = permutation(yTrue.length, createRng(seed).fork("scatter")).slice(0, maxPoints).sort();
  return Array.from(rows, (row) => [yPred[row]!, yTrue[row]!] as const);
}

/**
 * Histogram of the residuals (observed minus predicted) in 41 bins of equal width between their 0.5 % and 99.5 % quantiles; the first and the
 * last bin also count what lies beyond. One bin where the residuals are all equal.
 */
export function residualHistogram(
  yTrue: Float64Array,
  yPred: Float64Array,
): NonNullable<Evaluation["curves"]["residuals"]> {
  const nBins = 41;
  const residuals = yTrue.map((y, i) => y - yPred[i]!).sort();
  const low = residuals[Math.floor(0.005 * (residuals.length - 1))]!;
  const high = residuals[Math.ceil(0.995 * (residuals.length - 1))]!;
  if (!(high > low)) return { edges: [low - 0.5, low + 0.5], counts: [residuals.length] };
  const counts = new Array<number>(nBins).fill(0);
  for (const residual of residuals) {
    const bin = Math.floor(((residual - low) / (high - low)) * nBins);
    counts[Math.min(nBins - 1, Math.max(0, bin))]! += 1;
  }
  return { edges: Array.from({ length: nBins + 1 }, (_, k) => low + ((high - low) * k) / nBins), counts };
}

/** Counts by true class (row) and decided class (column). */
export function confusionOf(yTrue: Float64Array, yPred: Float64Array, nClasses: number): number[][] {
  const counts = Array.from({ length: nClasses }, () => new Array<number>(nClasses).fill(0));
  for (let i = 0; i < yTrue.length; i++) counts[yTrue[i]!]![yPred[i]!]! += 1;
  return counts;
}
