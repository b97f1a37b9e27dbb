import { keptScores, type ScoreScale } from "../capsule/index.ts";
import { type Calibration, chooseCalibration } from "../evaluation/index.ts";
import type { LabelledRows } from "./labelled-rows.ts";
import type { AnomalyTrial } from "./search.ts";

/** Fewest labelled validation rows of either kind by which a probability can be checked. */
const fewestPerKind = 25;

/** What the scores of a fitted candidate mean: their scale, and how probabilities were corrected. */
export interface ScoreMeaning {
  readonly scale: ScoreScale;
  readonly method: Calibration["method"];
}

/**
 * Decides by validation rows what a score means. Of a detector it is a rank and nothing else. Of a classifier it is a probability of labelled rows, corrected where
 * that lowers the log loss of labelled validation rows beyond noise, as of any table; with fewer than 25 of them of a kind nobody could check it, and none is told.
 */
export function scoreMeaning(
  { data, validation }: Pick<AnomalyTrial, "data" | "validation">,
  rows: LabelledRows | null,
  seed: number,
): ScoreMeaning {
  const scores = keptScores(validation);
  const rankOnly = (says: string): ScoreMeaning => ({ scale: { scores, probability: null, says }, method: "none" });
  if (data.kind === "detector" || rows === null)
    return rankOnly(
      "The score says how far a row is from what is usual. It is no probability: its percentile places it among validation rows.",
    );
  const { yTrue, take, resample } = rows;
  const nAnomalous = yTrue.reduce((sum, y) => sum + y, 0);
  const rarer = Math.min(nAnomalous, yTrue.length - nAnomalous);
  if (rarer < fewestPerKind)
    return rankOnly(
      `The score is no probability: ${rarer} labelled validation ${rarer === 1 ? "row is" : "rows are"} of the rarer kind, ${fewestPerKind} are needed to check one. Its percentile places it among validation rows.`,
    );
  const { method, calibrator, sentence } = chooseCalibration({
    task: "binary",
    yTrue,
    prediction: take(validation),
    resample,
    seed,
  });
  const baseRate = nAnomalous / yTrue.length;
  const percent = Number((100 * baseRate).toPrecision(3));
  const says = `The probability is of rows such as the labelled validation rows, of which ${percent} % are anomalous: where anomalies are rarer, it is too high. ${sentence}`;
  return { scale: { scores, probability: { calibrator, baseRate }, says }, method };
}
