import { exp, log, sigmoid } from "../stats/index.ts";
import { weightedMean } from "./baselines.ts";
import { type BoostingLoss, weightedMeanLoss } from "./boosting-loss.ts";
import { logOdds } from "./gbdt-loss-classes.ts";
import { softmaxInPlace } from "./linear-objective.ts";
import type { FocalLink } from "./model-data.ts";

/*
 * Focal loss (Lin et al. 2017): −(1 − p)^γ·ln p, p being the score's probability of the true class. What is already right counts little, the more so the
 * greater γ (`focusing`); γ = 0 is log loss. It is least at scores whose p is not the chance of the class but too close to even. Which p it is least
 * at for which chance is known in closed form (Charoenphakdee et al. 2021), so the link turns scores into chances: see `focalLink`.
 */

/** Greatest and least probability that derivatives are taken at: powers of 1 − p and ln p stay finite. */
const edge = 1e-15;

interface Derivatives {
  /** p·dL/dp. */
  readonly pull: number;
  /** p·d(p·dL/dp)/dp. */
  readonly bend: number;
}

// With q = 1 − p: p·L' = γ·p·q^(γ−1)·ln p − q^γ. For γ = 0 this is −1, and its derivative 0.
function derivativesAt(probability: number, focusing: number): Derivatives {
  const p = Math.min(1 - edge, Math.max(edge, probability));
  const q = 1 - p;
  const logP = log(p);
  const power = exp((focusing - 1) * log(q)); // q^(γ−1)
  const inner = (focusing - 1) * p * (logP / q); // of the derivative of q^(γ−1)
  return {
    pull: power * (focusing * p * logP - q),
    bend: focusing * p * power * (logP + 2 - inner),
  };
}

function lossAt(probability: number, focusing: number): number {
  const p = Math.min(1 - edge, Math.max(edge, probability));
  return -exp(focusing * log(1 - p)) * log(p);
}

/** Focal loss of two classes. The hessian is the exact one, but at least that of log loss, damped by (1 − p)^γ as the loss is: far from the truth the exact one is negative. */
export function focal(
  y: Float64Array,
  weights: Float64Array,
  focusing: number,
  base?: readonly number[],
): BoostingLoss {
  return {
    nOutputs: 1,
    base: base ?? [focalStart(weightedMean(y, weights), focusing)],
    derive(scores, _output, gradient, hessian) {
      for (let i = 0; i < y.length; i++) {
        const sign = y[i] === 1 ? 1 : -1;
        const p = sigmoid(sign * scores[i]!);
        const [g, h] = focalDerivatives(p, focusing);
        gradient[i] = weights[i]! * sign * g;
        hessian[i] = weights[i]! * Math.max(h, 1e-16);
      }
    },
    mean: (scores) =>
      weightedMeanLoss(weights, (i) => lossAt(sigmoid(y[i] === 1 ? scores[i]! : -scores[i]!), focusing)),
  };
}

/** First and second derivative of the focal loss by the true class's log-odds, at that class's probability p; the second as {@link focal} bounds it. */
export function focalDerivatives(p: number, focusing: number): readonly [gradient: number, hessian: number] {
  const { pull, bend } = derivativesAt(p, focusing);
  const q = 1 - p;
  return [pull * q, Math.max(bend * q * q - pull * p * q, damped(p, p, focusing))];
}

// Curvature of log loss at a class of probability `own`, damped by the truth's (1 − p)^γ.
function damped(p: number, own: number, focusing: number): number {
  return exp(focusing * log(Math.max(edge, 1 - p))) * own * (1 - own);
}

/** Focal loss of several classes; the hessian is twice its diagonal, bounded from below as that of two classes is. */
export function focalSoftmax(
  y: Float64Array,
  weights: Float64Array,
  nClasses: number,
  focusing: number,
  base?: readonly number[],
): BoostingLoss {
  const n = y.length;
  const row = new Float64Array(nClasses);
  const p = new Float64Array(nClasses * n);
  const readRow = (scores: Float64Array, i: number) => {
    for (let k = 0; k < nClasses; k++) row[k] = scores[k * n + i]!;
    softmaxInPlace(row, 0, nClasses);
  };
  const shareOf = (k: number) =>
    weightedMean(
      y.map((value) => (value === k ? 1 : 0)),
      weights,
    );
  return {
    nOutputs: nClasses,
    base: base ?? Array.from({ length: nClasses }, (_, k) => log(Math.max(1e-9, shareOf(k)))),
    derive(scores, output, gradient, hessian) {
      if (output === 0)
        for (let i = 0; i < n; i++) {
          readRow(scores, i);
          for (let k = 0; k < nClasses; k++) p[k * n + i] = row[k]!;
        }
      for (let i = 0; i < n; i++) {
        const truth = p[y[i]! * n + i]!;
        const own = p[output * n + i]!;
        const { pull, bend } = derivativesAt(truth, focusing);
        const away = (y[i] === output ? 1 : 0) - own;
        const exact = bend * away * away - pull * own * (1 - own);
        gradient[i] = weights[i]! * pull * away;
        hessian[i] = weights[i]! * Math.max(2 * Math.max(exact, damped(truth, own, focusing)), 1e-16);
      }
    },
    mean: (scores) =>
      weightedMeanLoss(weights, (i) => {
        readRow(scores, i);
        return lossAt(row[y[i]!]!, focusing);
      }),
  };
}

/** v/h(v) with h the reciprocal slope of the loss: chances are in proportion to v / ((1 − v)^γ − γ·(1 − v)^(γ−1)·v·ln v) (Charoenphakdee et al. 2021, theorem 11). */
function unsquashed(probability: number, focusing: number): number {
  const v = Math.min(1 - edge, Math.max(edge, probability));
  return v / -derivativesAt(v, focusing).pull;
}

/** Scores of a focal loss as chances: of one score that of the second class, of several one per class; from `from` on, in place. */
export function focalLink(out: Float64Array, from: number, nOutputs: number, { focusing, rates }: FocalLink): void {
  if (nOutputs === 1) {
    const p = sigmoid(out[from]!);
    const negative = unsquashed(1 - p, focusing) / rates[0]!;
    const positive = unsquashed(p, focusing) / rates[1]!;
    out[from] = positive / (positive + negative);
    return;
  }
  softmaxInPlace(out, from, nOutputs);
  let sum = 0;
  for (let k = from; k < from + nOutputs; k++) {
    out[k] = unsquashed(out[k]!, focusing) / rates[k - from]!;
    sum += out[k]!;
  }
  for (let k = from; k < from + nOutputs; k++) out[k]! /= sum;
}

/** The score whose chance by {@link focalLink} is a share: the best constant to start from; by bisection, as the link grows in the score. */
function focalStart(share: number, focusing: number): number {
  const wanted = Math.min(1 - 1e-9, Math.max(1e-9, share));
  const at = new Float64Array(1);
  let [low, high] = [-Math.abs(logOdds(wanted)) - 1, Math.abs(logOdds(wanted)) + 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    at[0] = middle;
    focalLink(at, 0, 1, { focusing, rates: [1, 1] });
    if (at[0]! < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
