import { FettleError } from "../../lib/index.ts";
import { applyCalibrator, type Calibrator } from "../../ml/learners/index.ts";
import { quantileSorted } from "../../ml/stats/index.ts";

/** What a score of strangeness is worth, as plain data: its place among other rows, and the probability of an anomaly where that can be told. */
export interface ScoreScale {
  /** Scores of validation rows, ascending: all of them, or as many quantiles at equal steps of the share as {@link mostScores}. */
  readonly scores: readonly number[];
  /** Null where the score tells no probability. */
  readonly probability: {
    /** From the score to the probability; null where the score is one already. */
    readonly calibrator: Calibrator | null;
    /** Share of anomalies among the labelled validation rows, of which the probability speaks. */
    readonly baseRate: number;
  } | null;
  /** What the score means, in one or two sentences. */
  readonly says: string;
}

/** Most scores that are kept. */
export const mostScores = 1001;

/** The scores to keep of all scores of validation rows. */
export function keptScores(scores: Float64Array): number[] {
  const sorted = scores.toSorted();
  if (sorted.length <= mostScores) return Array.from(sorted);
  return Array.from({ length: mostScores }, (_, k) => quantileSorted(sorted, k / (mostScores - 1)));
}

/** Throws ANOMALY_DATA where a scale is damaged: no scores, or scores that do not ascend. */
export function checkScale({ scores }: ScoreScale): void {
  if (scores?.length > 0 && scores.every((score, k) => Number.isFinite(score) && (k === 0 || score >= scores[k - 1]!)))
    return;
  throw new FettleError("damaged", "ANOMALY_DATA", "Cannot load the model: the scale of its scores is damaged");
}

/** Share of validation rows of a lower score, from 0 to 1; of equal scores half. */
export function percentileOf({ scores }: ScoreScale, score: number): number {
  const below = firstPlace(scores, (other) => other >= score);
  const upTo = firstPlace(scores, (other) => other > score);
  return (below + upTo) / (2 * scores.length);
}

/** Probability of an anomaly per score, the same order as the scores but where an isotonic map ties them; null where it cannot be told. */
export function probabilitiesOf({ probability }: ScoreScale, scores: Float64Array): Float64Array | null {
  if (probability === null) return null;
  return probability.calibrator === null ? scores : applyCalibrator(probability.calibrator, scores, 1);
}

// The first place of an ascending list for which a condition holds that holds for all later ones; its length where none does.
function firstPlace(ascending: readonly number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(ascending[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
