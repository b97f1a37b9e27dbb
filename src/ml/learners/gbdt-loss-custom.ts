import { FettleError } from "../../lib/index.ts";
import { log } from "../stats/index.ts";
import { weightedMean } from "./baselines.ts";
import { type BoostingLoss, weightedMeanLoss } from "./boosting-loss.ts";
import { logOdds } from "./gbdt-loss-classes.ts";
import type { Link } from "./model-data.ts";

/**
 * A loss of one's own: plain functions of a row's score and its target. The score becomes the output by the link; `loss`, `gradient` and
 * `hessian` are in terms of the score, weights left out. Either `gradient` and `hessian`, or `derive` for all rows at once.
 */
export type CustomLoss = {
  /** Shown beside the model; the training gives it the name of the export. */
  readonly name?: string;
  /** How a score becomes an output. Default: logistic for two classes, identity for a regression. */
  readonly link?: "identity" | "logistic" | "exp";
  /** The score to start from. Default: that of the weighted mean of the target. */
  readonly base?: (yTrue: Float64Array, sampleWeight: Float64Array) => number;
  /** Loss of one row: ends the training early, and compares candidates of a regression. */
  readonly loss: (score: number, yTrue: number) => number;
} & (
  | {
      /** First derivative of the loss by the score. */
      readonly gradient: (score: number, yTrue: number) => number;
      /** Second derivative, or a bound on it; below 0 it counts as 0. */
      readonly hessian: (score: number, yTrue: number) => number;
    }
  | {
      /** Writes both derivatives of every row. All arrays are nSamples long. */
      readonly derive: (
        yTrue: Float64Array,
        scores: Float64Array,
        gradient: Float64Array,
        hessian: Float64Array,
      ) => void;
    }
);

/** The score that a link turns into an output of one number: the inverse of the link. */
export function scoreOf(link: Link, output: number): number {
  return link === "logistic" ? logOdds(output) : link === "exp" ? log(output) : output;
}

/** A user's loss on fixed rows. Throws FIT_LOSS_NUMBERS for derivatives that are no finite numbers, or without any curvature. */
export function customLoss(
  y: Float64Array,
  weights: Float64Array,
  custom: CustomLoss,
  link: Link,
  base?: readonly number[],
): BoostingLoss {
  const derive = "derive" in custom ? custom.derive : rowByRow(custom);
  const meanLoss = (scores: Float64Array) => weightedMeanLoss(weights, (i) => custom.loss(scores[i]!, y[i]!));
  return {
    nOutputs: 1,
    base: base ?? [startOf(y, weights, custom, link)],
    derive(scores, _output, gradient, hessian) {
      guarded(() => derive(y, scores, gradient, hessian));
      checkDerivatives(gradient, hessian);
      for (let i = 0; i < y.length; i++) {
        gradient[i]! *= weights[i]!;
        hessian[i] = weights[i]! * Math.max(0, hessian[i]!);
      }
    },
    mean(scores) {
      const mean = guarded(() => meanLoss(scores));
      if (Number.isFinite(mean)) return mean;
      throw refused(`the mean loss of ${y.length} rows is ${mean}`, y.length);
    },
  };
}

function rowByRow({
  gradient: gradientOf,
  hessian: hessianOf,
}: Extract<CustomLoss, { gradient: unknown }>): Extract<CustomLoss, { derive: unknown }>["derive"] {
  return (y, scores, gradient, hessian) => {
    for (let i = 0; i < y.length; i++) {
      gradient[i] = gradientOf(scores[i]!, y[i]!);
      hessian[i] = hessianOf(scores[i]!, y[i]!);
    }
  };
}

function startOf(y: Float64Array, weights: Float64Array, { base }: CustomLoss, link: Link): number {
  const start = base === undefined ? scoreOf(link, weightedMean(y, weights)) : guarded(() => base(y, weights));
  if (Number.isFinite(start)) return start;
  throw refused(`its start score is ${start}`, 1);
}

function checkDerivatives(gradient: Float64Array, hessian: Float64Array): void {
  let nBad = 0;
  let nCurved = 0;
  for (let i = 0; i < gradient.length; i++) {
    if (!Number.isFinite(gradient[i]!) || !Number.isFinite(hessian[i]!)) nBad++;
    if (hessian[i]! > 0) nCurved++;
  }
  if (nBad > 0) throw refused(`gradient or hessian is NaN or infinite for ${nBad} of ${gradient.length} rows`, nBad);
  if (nCurved === 0) throw refused("the hessian is 0 or below for all rows", gradient.length);
}

// The message of what a user's function throws may hold values of rows: it stays in the cause.
function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw refused(`it threw ${cause instanceof Error ? cause.name : typeof cause}`, 0, cause);
  }
}

function refused(why: string, rows: number, cause?: unknown): FettleError {
  return new FettleError(
    "invalid-input",
    "FIT_LOSS_NUMBERS",
    `Cannot fit with the loss of the definition: ${why}, finite numbers and some curvature are needed`,
    {
      hint: "Keep scores away from where the loss has no finite derivative; give the hessian 1 where the loss has no curvature",
      facts: { rows },
      cause,
    },
  );
}

/** What a model of a loss of one's own says of its loss. */
export function nameOfCustomLoss(custom: CustomLoss | null | undefined): string {
  return `custom:${custom?.name ?? "unnamed"}`;
}
