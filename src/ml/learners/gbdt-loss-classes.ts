import { exp, log, sigmoid, softplus } from "../stats/index.ts";
import { weightedMean } from "./baselines.ts";
import { type BoostingLoss, weightedMeanLoss } from "./boosting-loss.ts";
import { softmaxInPlace } from "./linear-objective.ts";

/** log(p/(1 − p)) of a share, which is kept 1e-9 away from 0 and 1. */
export function logOdds(share: number): number {
  const inside = Math.min(1 - 1e-9, Math.max(1e-9, share));
  return log(inside / (1 - inside));
}

/** Log loss of two classes, the score being the log-odds of the positive one. */
export function logistic(y: Float64Array, weights: Float64Array, base?: readonly number[]): BoostingLoss {
  return {
    nOutputs: 1,
    kernel: "logistic",
    base: base ?? [logOdds(weightedMean(y, weights))],
    derive(scores, _output, gradient, hessian) {
      for (let i = 0; i < y.length; i++) {
        const p = sigmoid(scores[i]!);
        gradient[i] = weights[i]! * (p - y[i]!);
        hessian[i] = weights[i]! * Math.max(p * (1 - p), 1e-16);
      }
    },
    mean: (scores) => weightedMeanLoss(weights, (i) => softplus(scores[i]!) - y[i]! * scores[i]!),
  };
}

/** Log loss of several classes, a score each. The hessian is twice its diagonal p(1 − p), a bound that takes the other scores into account. */
export function softmax(
  y: Float64Array,
  weights: Float64Array,
  nClasses: number,
  base?: readonly number[],
): BoostingLoss {
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
      weightedMeanLoss(weights, (i) => {
        let max = Number.NEGATIVE_INFINITY;
        for (let k = 0; k < nClasses; k++) max = Math.max(max, scores[k * n + i]!);
        let total = 0;
        for (let k = 0; k < nClasses; k++) total += exp(scores[k * n + i]! - max);
        return max + log(total) - scores[y[i]! * n + i]!;
      }),
  };
}
