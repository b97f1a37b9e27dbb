import { cheapestClass, likeliestClass } from "../../ml/stats/index.ts";
import type { CostMatrix } from "./evaluation-input.ts";

/** Where probabilities become decisions. */
export interface DecisionRule {
  /** Binary: positive from here on. Default 0.5. */
  readonly threshold?: number;
  /** Several classes: the one of least expected cost. Default: the most probable one. */
  readonly costMatrix?: CostMatrix;
}

/** The class decided for each row; of equals the first. */
export function decideClasses(
  task: "binary" | "multiclass",
  yProba: Float64Array,
  nSamples: number,
  { threshold = 0.5, costMatrix }: DecisionRule,
): Float64Array {
  if (task === "binary") return yProba.map((probability) => (probability >= threshold ? 1 : 0));
  const k = yProba.length / nSamples;
  return Float64Array.from({ length: nSamples }, (_, i) =>
    costMatrix === undefined ? likeliestClass(yProba, i * k, k) : cheapestClass(costMatrix, yProba, i * k),
  );
}

/** One value per row of a regression: the output itself, or of several quantiles the one nearest to the median. */
export function pointPrediction(
  prediction: Float64Array,
  nSamples: number,
  quantiles: readonly number[] = [0.5],
): Float64Array {
  const nOutputs = prediction.length / nSamples;
  if (nOutputs === 1) return prediction;
  let middle = 0;
  for (let q = 1; q < nOutputs; q++) if (Math.abs(quantiles[q]! - 0.5) < Math.abs(quantiles[middle]! - 0.5)) middle = q;
  return Float64Array.from({ length: nSamples }, (_, i) => prediction[i * nOutputs + middle]!);
}
