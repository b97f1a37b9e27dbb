import { argsort } from "../stats/index.ts";
import { type CalibrationMap, fitMaps, type MapCalibrator } from "./calibrator.ts";

/** Isotonic regression by pool-adjacent-violators (Zadrozny & Elkan 2002), linear between its knots. Arguments as `fitPlatt`. */
export function fitIsotonic(yTrue: Float64Array, prediction: Float64Array, sampleWeight?: Float64Array): MapCalibrator {
  return fitMaps(yTrue, prediction, (isPositive, probability) => isotonicMap(isPositive, probability, sampleWeight));
}

function isotonicMap(isPositive: Float64Array, probability: Float64Array, sampleWeight?: Float64Array): CalibrationMap {
  const order = argsort(probability);
  // Blocks of pooled rows: sum of weights, sum of weighted targets, first and last probability.
  const blocks: { weight: number; sum: number; from: number; to: number }[] = [];
  for (const i of order) {
    const weight = sampleWeight?.[i] ?? 1;
    if (weight === 0) continue;
    const p = probability[i]!;
    const last = blocks.at(-1);
    if (last && last.from === p && last.to === p) {
      last.weight += weight;
      last.sum += weight * isPositive[i]!;
    } else blocks.push({ weight, sum: weight * isPositive[i]!, from: p, to: p });
  }
  const pooled: typeof blocks = [];
  for (const block of blocks) {
    let current = { ...block };
    for (
      let last = pooled.at(-1);
      last && last.sum * current.weight >= current.sum * last.weight;
      last = pooled.at(-1)
    ) {
      pooled.pop();
      current = {
        weight: last.weight + current.weight,
        sum: last.sum + current.sum,
        from: last.from,
        to: current.to,
      };
    }
    pooled.push(current);
  }
  const x: number[] = [];
  const y: number[] = [];
  for (const { from, to, sum, weight } of pooled) {
    x.push(from);
    y.push(sum / weight);
    if (to > from) {
      x.push(to);
      y.push(sum / weight);
    }
  }
  return { kind: "isotonic", x, y };
}
