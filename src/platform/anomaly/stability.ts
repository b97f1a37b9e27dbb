import { createRng, FettleError, permutation } from "../../lib/index.ts";
import { isolationForest, robustCovariance, robustZScore } from "../../ml/detectors/index.ts";
import { argsort, pearson, ranks } from "../../ml/stats/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { DetectorScorerData } from "../capsule/index.ts";
import type { AnomalyStability } from "../evaluation/index.ts";
import type { TrainHooks } from "../training/index.ts";
import { type CandidateInput, fitDetector, scorerOf } from "./candidates.ts";
import { type DetectorFeatures, fitDetectorFeatures } from "./detector-features.ts";
import type { AnomalyTrial } from "./search.ts";

/**
 * Fits the detector of a trial on two halves of its rows, and on all rows with another seed, and compares the orders of the test rows that come of it: by Spearman's
 * correlation, and by how many of the k highest are the same.
 */
export function stabilityOf(trial: AnomalyTrial, input: CandidateInput, test: Table, share: number): AnomalyStability {
  const { run, features, excluded, fitted, hooks } = input;
  const rng = createRng(run.seed).fork("stability");
  const order = permutation(fitted.length, rng);
  const middle = fitted.length >> 1;
  const half = (places: Int32Array) => places.map((place) => fitted[place]!).sort();
  const scoresOf = (rows: Int32Array, own: DetectorFeatures, seed: number) =>
    scores(trial, own, run.table.take(rows), seed, test, hooks);
  const k = Math.min(test.nRows, Math.max(10, Math.round(share * test.nRows)));
  const halves = [order.subarray(0, middle), order.subarray(middle)].map((places) => {
    const rows = half(places);
    return ifSuitable(() =>
      scoresOf(rows, fitDetectorFeatures(run.table.take(rows), run.schema, new Set(excluded)), run.seed),
    );
  });
  const another = scoresOf(fitted, features, run.seed + 1);
  return {
    k,
    halves: compare(halves[0]!, halves[1]!, k),
    seeds: compare(trial.scorer.score(test), another, k),
  };
}

const unsuitable: readonly string[] = ["FEATURES_NONE", "DETECTOR_NO_SPREAD", "DETECTOR_ROWS"];

// A half may hold one value of a column alone: then it says nothing of the order.
function ifSuitable(fit: () => Float64Array): Float64Array | null {
  try {
    return fit();
  } catch (error) {
    if (error instanceof FettleError && unsuitable.includes(error.code)) return null;
    throw error;
  }
}

function scores(
  { family, params }: AnomalyTrial,
  features: DetectorFeatures,
  table: Table,
  seed: number,
  test: Table,
  hooks: TrainHooks,
): Float64Array {
  const detector =
    family === "robust-covariance"
      ? robustCovariance(params)
      : family === "robust-z-score"
        ? robustZScore(params)
        : isolationForest(params);
  const data: DetectorScorerData = fitDetector(detector, features, table, seed, hooks);
  return scorerOf(data, hooks).score(test);
}

function compare(a: Float64Array | null, b: Float64Array | null, k: number) {
  if (a === null || b === null) return { rankCorrelation: null, overlap: 0 };
  const top = (values: Float64Array) => new Set(argsort(values).reverse().subarray(0, k));
  const other = top(b);
  const shared = [...top(a)].filter((row) => other.has(row)).length;
  return { rankCorrelation: pearson(ranks(a), ranks(b)), overlap: shared / k };
}
