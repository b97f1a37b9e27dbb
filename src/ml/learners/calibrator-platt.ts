import { type CalibrationMap, fitMaps, logit, type MapCalibrator } from "./calibrator.ts";
import { fitLogistic } from "./calibrator-logistic.ts";

/**
 * Platt scaling (Platt 1999) on the log-odds of the probability: sigmoid(slope · logit(p) + intercept), fitted by Newton's method
 * on his smoothed targets (N₊+1)/(N₊+2) and 1/(N₋+2).
 * @param yTrue class indexes
 * @param prediction row-major nSamples × nOutputs probabilities of rows that the model was not fitted on
 */
export function fitPlatt(yTrue: Float64Array, prediction: Float64Array, sampleWeight?: Float64Array): MapCalibrator {
  return fitMaps(yTrue, prediction, (isPositive, probability) => plattMap(isPositive, probability, sampleWeight));
}

function plattMap(isPositive: Float64Array, probability: Float64Array, sampleWeight?: Float64Array): CalibrationMap {
  const weights = sampleWeight ?? new Float64Array(probability.length).fill(1);
  let positive = 0;
  let negative = 0;
  for (let i = 0; i < weights.length; i++) {
    if (isPositive[i] === 1) positive += weights[i]!;
    else negative += weights[i]!;
  }
  const target = isPositive.map((y) => (y === 1 ? (positive + 1) / (positive + 2) : 1 / (negative + 2)));
  const { slopes, intercept } = fitLogistic([probability.map(logit)], target, weights);
  return { kind: "platt", slope: slopes[0]!, intercept };
}
