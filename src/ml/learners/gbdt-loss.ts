import { assertNever } from "../../lib/index.ts";
import { exp, log, sigmoid, softplus } from "../stats/index.ts";
import { weightedMean, weightedQuantile } from "./baselines.ts";
import { softmaxInPlace } from "./linear-objective.ts";

/** The losses that boosted trees minimise. */
export type GbdtLoss = "logistic" | "softmax" | "squared" | "absolute" | "quantile";

/** A loss on fixed rows. Scores are column-major: output k of row i is at k·n + i. */
export interface BoostingLoss {
  readonly nOutputs: number;
  /** Start score per output. */
  readonly base: readonly number[];
  /** Where a compiled kernel computes the same gradients and hessians faster. */
  readonly kernel?: "logistic" | "squared";
  /** Writes gradient and hessian of one output for all rows, weights included. */
  derive(scores: Float64Array, output: number, gradient: Float64Array, hessian: Float64Array): void;
  /** Weighted mean loss. */
  mean(scores: Float64Array): number;
  /** Where a leaf's Newton step is no good (absolute, quantile): the level of the residuals' quantile to put in its place. */
  readonly leafQuantile?: (output: number) => number;
}

/** Prepares a loss for rows. `base` overrides the start scores, so that validation starts where training did. */
export function boostingLoss(
  loss: GbdtLoss,
  y: Float64Array,
  weights: Float64Array,
  options: { readonly nClasses: number; readonly quantiles: readonly number[]; readonly base?: readonly number[] },
): BoostingLoss {
  switch (loss) {
    case "logistic":
      return logistic(y, weights, options.base);
    case "softmax":
      return softmax(y, weights, options.nClasses, options.base);
    case "squared":
      return squared(y, weights, options.base);
    case "absolute":
      return pinball(y, weights, [0.5], options.base);
    case "quantile":
      return pinball(y, weights, options.quantiles, options.base);
    default:
      return assertNever(loss);
  }
}

function logOdds(share: number): number {
  const inside = Math.min(1 - 1e-9, Math.max(1e-9, share));
  return log(inside / (1 - inside));
}

function meanOf(n: number, weights: Float64Array, lossOf: (i: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    sum += weights[i]! * lossOf(i);
    total += weights[i]!;
  }
  return sum / total;
}

function logistic(y: Float64Array, weights: Float64Array, base?: readonly number[]): BoostingLoss {
  return {
    nOutputs: 1,
    base: base ?? [logOdds(weightedMean(y, weights))],
    kernel: "logistic",
    derive(scores, _output, gradient, hessian) {
      for (let i = 0; i < y.length; i++) {
        const p = sigmoid(scores[i]!);
        gradient[i] = weights[i]! * (p - y[i]!);
        hessian[i] = weights[i]! * Math.max(p * (1 - p), 1e-16);
      }
    },
    mean: (scores) => meanOf(y.length, weights, (i) => softplus(scores[i]!) - y[i]! * scores[i]!),
  };
}

function softmax(y: Float64Array, weights: Float64Array, nClasses: number, base?: readonly number[]): BoostingLoss {
  const n = y.length;
  const row = new Float64Array(nClasses);
  // All classes of a round are derived from the scores before the round.
  const p = new Float64Array(nClasses * n);
  const shares = () =>
    Array.from({ length: nClasses }, (_, k) =>
      log(
        Math.max(
          1e-9,
          weightedMean(
            y.map((value) => (value === k ? 1 : 0)),
            weights,
          ),
        ),
      ),
    );
  return {
    nOutputs: nClasses,
    base: base ?? shares(),
    derive(scores, output, gradient, hessian) {
      if (output === 0)
        for (let i = 0; i < n; i++) {
          for (let k = 0; k < nClasses; k++) row[k] = scores[k * n + i]!;
          softmaxInPlace(row, 0, nClasses);
          for (let k = 0; k < nClasses; k++) p[k * n + i] = row[k]!;
        }
      for (let i = 0; i < n; i++) {
        const share = p[output * n + i]!;
        gradient[i] = weights[i]! * (share - (y[i] === output ? 1 : 0));
        hessian[i] = weights[i]! * Math.max(2 * share * (1 - share), 1e-16);
      }
    },
    mean: (scores) =>
      meanOf(n, weights, (i) => {
        let max = Number.NEGATIVE_INFINITY;
        for (let k = 0; k < nClasses; k++) max = Math.max(max, scores[k * n + i]!);
        let total = 0;
        for (let k = 0; k < nClasses; k++) total += exp(scores[k * n + i]! - max);
        return max + log(total) - scores[y[i]! * n + i]!;
      }),
  };
}

function squared(y: Float64Array, weights: Float64Array, base?: readonly number[]): BoostingLoss {
  return {
    nOutputs: 1,
    base: base ?? [weightedMean(y, weights)],
    kernel: "squared",
    derive(scores, _output, gradient, hessian) {
      for (let i = 0; i < y.length; i++) {
        gradient[i] = weights[i]! * (scores[i]! - y[i]!);
        hessian[i] = weights[i]!;
      }
    },
    mean: (scores) => meanOf(y.length, weights, (i) => (scores[i]! - y[i]!) * (scores[i]! - y[i]!)),
  };
}

function pinball(
  y: Float64Array,
  weights: Float64Array,
  levels: readonly number[],
  base?: readonly number[],
): BoostingLoss {
  const n = y.length;
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
      meanOf(n, weights, (i) => {
        let sum = 0;
        for (let k = 0; k < levels.length; k++) {
          const residual = y[i]! - scores[k * n + i]!;
          sum += Math.max(levels[k]! * residual, (levels[k]! - 1) * residual);
        }
        return sum / levels.length;
      }),
    leafQuantile: (output) => levels[output]!,
  };
}
