import { huber as huberOf } from "../stats/index.ts";
import { weightedMean, weightedQuantile } from "./baselines.ts";
import { type BoostingLoss, weightedMeanLoss } from "./boosting-loss.ts";
import { leafQuantiles } from "./leaf-quantiles.ts";

/** Squared error: gradient score − y, hessian 1. */
export function squared(y: Float64Array, weights: Float64Array, base?: readonly number[]): BoostingLoss {
  return {
    nOutputs: 1,
    kernel: "squared",
    base: base ?? [weightedMean(y, weights)],
    derive(scores, _output, gradient, hessian) {
      for (let i = 0; i < y.length; i++) {
        gradient[i] = weights[i]! * (scores[i]! - y[i]!);
        hessian[i] = weights[i]!;
      }
    },
    mean: (scores) => weightedMeanLoss(weights, (i) => (scores[i]! - y[i]!) * (scores[i]! - y[i]!)),
  };
}

/**
 * Huber's loss. The hessian is min(1, δ/|residual|): the curvature of the parabola that touches the loss at the score and lies
 * nowhere below it (iteratively reweighted least squares). A full step in a leaf therefore never raises the loss, while
 * the second derivative, 0 beyond δ, would send it anywhere.
 */
export function huber(y: Float64Array, weights: Float64Array, delta: number, base?: readonly number[]): BoostingLoss {
  return {
    nOutputs: 1,
    base: base ?? [weightedQuantile(y, weights, 0.5)],
    derive(scores, _output, gradient, hessian) {
      for (let i = 0; i < y.length; i++) {
        const residual = y[i]! - scores[i]!;
        const curvature = Math.min(1, delta / Math.abs(residual)); // 0 where delta/residual underflows
        gradient[i] = -weights[i]! * Math.max(-delta, Math.min(delta, residual));
        hessian[i] = weights[i]! * curvature;
      }
    },
    mean: (scores) => weightedMeanLoss(weights, (i) => huberOf(y[i]! - scores[i]!, delta)),
  };
}

/** The default δ of {@link huber}: the 0.9 quantile of the distances to the median; the greatest distance, or 1, where that is 0. */
export function defaultDelta(y: Float64Array, weights: Float64Array): number {
  const median = weightedQuantile(y, weights, 0.5);
  const distances = y.map((value) => Math.abs(value - median));
  return weightedQuantile(distances, weights, 0.9) || distances.reduce((most, x) => Math.max(most, x), 0) || 1;
}

/**
 * Pinball loss of some levels, one output each. It has no curvature: trees are grown with hessian 1, and a leaf's step is the quantile
 * of its residuals (Friedman 2001).
 */
export function pinball(
  y: Float64Array,
  weights: Float64Array,
  levels: readonly number[],
  base?: readonly number[],
): BoostingLoss {
  const n = y.length;
  const unequal = weights.every((weight) => weight === weights[0]) ? null : weights;
  return {
    nOutputs: levels.length,
    base: base ?? levels.map((level) => weightedQuantile(y, weights, level)),
    derive(scores, output, gradient, hessian) {
      const level = levels[output]!;
      for (let i = 0; i < n; i++) {
        const residual = y[i]! - scores[output * n + i]!;
        gradient[i] = weights[i]! * (residual > 0 ? -level : residual < 0 ? 1 - level : 0);
        hessian[i] = weights[i]!;
      }
    },
    mean: (scores) =>
      weightedMeanLoss(weights, (i) => {
        let sum = 0;
        for (let k = 0; k < levels.length; k++) {
          const residual = y[i]! - scores[k * n + i]!;
          sum += Math.max(levels[k]! * residual, (levels[k]! - 1) * residual);
        }
        return sum / levels.length;
      }),
    leafSteps(newton, leafOfRow, scores, output) {
      const residuals = y.map((value, i) => value - scores[output * n + i]!);
      return leafQuantiles(residuals, unequal, leafOfRow, newton.length, levels[output]!);
    },
  };
}
