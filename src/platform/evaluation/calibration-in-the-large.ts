import { wilsonInterval } from "../../ml/stats/index.ts";
import type { Calibration, CalibrationInTheLarge } from "./evaluation.ts";

/** Calibration-in-the-large of two classes, from the bins of the reliability diagram, which hold every row; null without rows. */
export function calibrationInTheLarge(bins: Calibration["bins"]): CalibrationInTheLarge | null {
  let [n, predicted, hits] = [0, 0, 0];
  for (const bin of bins) {
    n += bin.n;
    predicted += bin.n * bin.predicted;
    hits += bin.n * bin.observed;
  }
  if (n === 0) return null;
  const interval = wilsonInterval(Math.round(hits), n);
  const mean = predicted / n;
  return {
    predicted: mean,
    observed: { value: hits / n, ...interval, n },
    fits: interval.low <= mean && mean <= interval.high,
  };
}
