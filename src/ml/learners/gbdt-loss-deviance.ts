import { deviance, exp, log, log1p } from "../stats/index.ts";
import { weightedMean } from "./baselines.ts";
import { type BoostingLoss, weightedMeanLoss } from "./boosting-loss.ts";

/**
 * Half the Tweedie deviance of exp(score) for a variance power p in [1, 2]: Poisson (1), gamma (2), and what lies between. With
 * A = Σ y·e^((1−p)s) and B = Σ e^((2−p)s) over the rows of a leaf, the gradient is B − A and the hessian (p−1)A + (2−p)B, which is never
 * negative. The best step for a leaf is known, log(A/B); it is taken where it is shorter than Newton's. Newton's step grows like A/B
 * itself where the scores are far too low, and no prediction survives e to the power of that.
 */
export function devianceLoss(
  y: Float64Array,
  weights: Float64Array,
  power: number,
  base?: readonly number[],
): BoostingLoss {
  return {
    nOutputs: 1,
    base: base ?? [log(weightedMean(y, weights))],
    derive(scores, _output, gradient, hessian) {
      for (let i = 0; i < y.length; i++) {
        const pull = power === 1 ? y[i]! : y[i]! * exp((1 - power) * scores[i]!);
        const push = power === 2 ? 1 : exp((2 - power) * scores[i]!);
        gradient[i] = weights[i]! * (push - pull);
        hessian[i] = weights[i]! * Math.max((power - 1) * pull + (2 - power) * push, 1e-16);
      }
    },
    mean: (scores) => weightedMeanLoss(weights, (i) => deviance(y[i]!, exp(scores[i]!), power)),
    leafSteps: (newton) => newton.map((step) => shorterStep(step, power)),
  };
}

/**
 * Newton's step d in a leaf, or the best step log(A/B) where that is shorter. d = (r − 1)/((p−1)r + 2 − p) with r = A/B, so r is
 * (1 + (2−p)d)/(1 − (p−1)d); a penalty on leaf values shortens d, and with it r.
 */
export function shorterStep(newton: number, power: number): number {
  const best = log1p((2 - power) * newton) - log1p((1 - power) * newton);
  return Math.abs(best) < Math.abs(newton) ? best : newton;
}
