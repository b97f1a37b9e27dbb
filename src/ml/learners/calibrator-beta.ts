import { log } from "../stats/index.ts";
import { type CalibrationMap, fitMaps, inside, type MapCalibrator } from "./calibrator.ts";
import { fitLogistic, type LogisticFit } from "./calibrator-logistic.ts";

/**
 * Beta calibration (Kull, Silva Filho & Flach 2017): sigmoid(a · ln p − b · ln(1 − p) + c) with a, b ≥ 0, of least log loss. The identity is a = b = 1,
 * c = 0, which Platt's map on log-odds shares; unlike it this one can bend the two ends apart. Arguments as `fitPlatt`.
 */
export function fitBeta(yTrue: Float64Array, prediction: Float64Array, sampleWeight?: Float64Array): MapCalibrator {
  return fitMaps(yTrue, prediction, (isPositive, probability) => betaMap(isPositive, probability, sampleWeight));
}

function betaMap(isPositive: Float64Array, probability: Float64Array, sampleWeight?: Float64Array): CalibrationMap {
  const weights = sampleWeight ?? new Float64Array(probability.length).fill(1);
  const low = probability.map((p) => log(inside(p)));
  const high = probability.map((p) => -log(1 - inside(p)));
  const fit = (columns: readonly Float64Array[]) => fitLogistic(columns, isPositive, weights);
  const map = (a: number, b: number, { intercept }: LogisticFit) => ({ kind: "beta", a, b, c: intercept }) as const;
  const both = fit([low, high]);
  if (both.slopes.every((slope) => slope >= 0)) return map(both.slopes[0]!, both.slopes[1]!, both);
  // The loss is convex: where the optimum is not allowed, the best allowed one has a = 0 or b = 0.
  const edges = [fit([low]), fit([high])];
  const flat = fit([]);
  const allowed = edges.map((edge) => (edge.slopes[0]! >= 0 ? edge : flat));
  const [onlyA, onlyB] = allowed as [LogisticFit, LogisticFit];
  return onlyA.loss <= onlyB.loss ? map(onlyA.slopes[0] ?? 0, 0, onlyA) : map(0, onlyB.slopes[0] ?? 0, onlyB);
}
