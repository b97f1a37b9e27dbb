import { FettleError } from "../../lib/index.ts";
import { stopCheck } from "../../ml/learners/index.ts";
import { bootstrapMetrics, type MetricValue } from "../../ml/metrics/index.ts";
import type { AnomalyScorer, AnomalyScorerData } from "../capsule/index.ts";
import type { Candidate } from "../training/index.ts";
import { type AnomalyCandidate, baselineCandidate, type CandidateInput, candidatesOf, scorerOf } from "./candidates.ts";
import { type LabelledRows, labelledRows } from "./labelled-rows.ts";

/** A fitted candidate with its scores of the validation rows. */
export interface AnomalyTrial extends AnomalyCandidate {
  readonly data: AnomalyScorerData;
  readonly scorer: AnomalyScorer;
  /** Of all validation rows. */
  readonly validation: Float64Array;
  /** Average precision on labelled validation rows. */
  readonly value: MetricValue;
  readonly seconds: number;
}

/** What the search found. */
export interface AnomalySearch {
  readonly baseline: AnomalyTrial;
  readonly trials: readonly AnomalyTrial[];
  readonly chosen: AnomalyTrial;
  /** Why it was chosen, in one sentence. */
  readonly sentence: string;
  /** Candidates that did not suit the rows, one sentence each. */
  readonly notes: readonly string[];
}

/** Why nothing is measured where there are no labels. */
export const unmeasured = "quality cannot be measured without labels";

/**
 * Fits every candidate on training rows and takes the one of the highest average precision on labelled validation rows, of equal ones the simpler. Without labels there
 * is nothing to choose by: the one candidate is taken, and said to be unmeasured.
 */
export function searchDetector(input: CandidateInput, resamples: number): AnomalySearch {
  const { run, hooks } = input;
  const table = run.table.take(run.split.validation);
  const rows = run.labels === null ? null : labelledRows(run, run.split.validation);
  const notes: string[] = [];
  const attempt = (candidate: AnomalyCandidate): AnomalyTrial => {
    const since = hooks.elapsedSeconds?.() ?? 0;
    const data = candidate.fit();
    const scorer = scorerOf(data, hooks);
    const validation = scorer.score(table);
    const value = precisionOf(rows, validation, run.seed, resamples);
    return { ...candidate, data, scorer, validation, value, seconds: (hooks.elapsedSeconds?.() ?? 0) - since };
  };
  const baseline = attempt(baselineCandidate(input));
  const candidates = candidatesOf(input);
  const check = stopCheck(hooks);
  const trials = candidates.flatMap((candidate, k) => {
    check();
    hooks.onProgress?.({ stage: "search", share: k / candidates.length, says: candidate.name });
    try {
      return [attempt(candidate)];
    } catch (error) {
      // Another candidate may suit the rows.
      if (!(error instanceof FettleError && error.code === "DETECTOR_NO_SPREAD") || candidates.length === 1)
        throw error;
      notes.push(`${candidate.name} was left out: in each column more than half of the values are equal`);
      return [];
    }
  });
  const chosen = trials.reduce((best, trial) => (scoreOf(trial) > scoreOf(best) ? trial : best), trials[0]!);
  const sentence =
    rows === null
      ? `The default is trained, ${chosen.name}: ${unmeasured}, so nothing can choose.`
      : trials.length === 1
        ? `${chosen.name} is the only candidate.`
        : `The highest average precision on labelled validation rows: ${chosen.name}.`;
  return { baseline, trials, chosen, sentence, notes };
}

const scoreOf = ({ value }: AnomalyTrial) => value.value ?? Number.NEGATIVE_INFINITY;

function precisionOf(rows: LabelledRows | null, scores: Float64Array, seed: number, nResamples: number): MetricValue {
  if (rows === null) return { value: null, low: null, high: null, n: scores.length, reason: unmeasured };
  const { yTrue, take, resample } = rows;
  return bootstrapMetrics(["prAuc"], yTrue, take(scores), { seed, resample, nResamples }).prAuc!;
}

/** The trials as the report lists them. */
export function reportedCandidates({ baseline, trials, chosen, sentence }: AnomalySearch): Candidate[] {
  const reported = (trial: AnomalyTrial, role: Candidate["role"]): Candidate => ({
    name: trial.name,
    family: trial.family,
    role,
    params: trial.params,
    metric: "prAuc",
    validation: trial.value,
    seconds: trial.seconds,
    chosen: trial === chosen,
    ...(trial === chosen ? { note: sentence } : {}),
  });
  return [reported(baseline, "baseline"), ...trials.map((trial) => reported(trial, "candidate"))];
}
