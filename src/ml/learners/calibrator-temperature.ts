import { exp, log } from "../stats/index.ts";
import { inside, type TemperatureCalibrator } from "./calibrator.ts";

/** Temperatures that are tried: beyond them all answers are alike, or sure. */
const [coldest, hottest] = [0.01, 100];

/**
 * Temperature scaling (Guo et al. 2017): the log-odds, or the logarithms of the probabilities of several classes, are divided by one number, of least log
 * loss. The order of the classes of a row stays. Arguments as `fitPlatt`.
 */
export function fitTemperature(
  yTrue: Float64Array,
  prediction: Float64Array,
  sampleWeight?: Float64Array,
): TemperatureCalibrator {
  const n = yTrue.length;
  const nOutputs = prediction.length / n;
  const nClasses = Math.max(2, nOutputs);
  const scores = new Float64Array(n * nClasses);
  for (let i = 0; i < n; i++) {
    if (nOutputs > 1)
      for (let k = 0; k < nClasses; k++) scores[i * nClasses + k] = log(inside(prediction[i * nClasses + k]!));
    else {
      scores[2 * i] = log(1 - inside(prediction[i]!));
      scores[2 * i + 1] = log(inside(prediction[i]!));
    }
  }
  return { temperature: 1 / leastLoss((inverse) => slopeAt(inverse, scores, yTrue, nClasses, sampleWeight)) };
}

// First and second derivative of the log loss by 1 / temperature: means and variances of the scores under the scaled probabilities.
function slopeAt(
  inverse: number,
  scores: Float64Array,
  yTrue: Float64Array,
  nClasses: number,
  sampleWeight?: Float64Array,
): { readonly first: number; readonly second: number } {
  let [first, second] = [0, 0];
  for (let i = 0; i < yTrue.length; i++) {
    const row = scores.subarray(i * nClasses, (i + 1) * nClasses);
    let top = Number.NEGATIVE_INFINITY;
    for (const score of row) top = Math.max(top, score);
    let [total, sum, squares] = [0, 0, 0];
    for (const score of row) {
      const share = exp(inverse * (score - top));
      total += share;
      sum += share * (score - top);
      squares += share * (score - top) * (score - top);
    }
    const weight = sampleWeight?.[i] ?? 1;
    const mean = sum / total;
    first += weight * (mean - (row[yTrue[i]!]! - top));
    second += weight * (squares / total - mean * mean);
  }
  return { first, second };
}

// The loss is convex in 1 / temperature: Newton's steps, inside of the interval that holds the zero of the slope.
function leastLoss(slope: (inverse: number) => { readonly first: number; readonly second: number }): number {
  let [low, high] = [1 / hottest, 1 / coldest];
  if (slope(low).first >= 0) return low;
  if (slope(high).first <= 0) return high;
  let at = 1;
  for (let step = 0; step < 100; step++) {
    const { first, second } = slope(at);
    if (first === 0) return at;
    if (first < 0) low = at;
    else high = at;
    const newton = at - first / second;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - at) <= 1e-14 * at) return next;
    at = next;
  }
  return at;
}
