import { assertNever, FettleError } from "../../lib/index.ts";
import type { BoostingLoss } from "./boosting-loss.ts";
import { logistic, softmax } from "./gbdt-loss-classes.ts";
import { type CustomLoss, customLoss } from "./gbdt-loss-custom.ts";
import { devianceLoss } from "./gbdt-loss-deviance.ts";
import { focal, focalSoftmax } from "./gbdt-loss-focal.ts";
import { lambdarank, xendcg } from "./gbdt-loss-ranking.ts";
import { defaultDelta, huber, pinball, squared } from "./gbdt-loss-residuals.ts";
import type { FitOptions, Target, Task } from "./learner.ts";
import { checkLoss } from "./learner-errors.ts";
import type { Link } from "./model-data.ts";

/** The losses of each task that boosted trees minimise; the first is the default. */
export const lossesOf = {
  binary: ["logistic", "focal", "custom"],
  multiclass: ["softmax", "focal"],
  regression: ["squared", "absolute", "quantile", "huber", "poisson", "tweedie", "gamma", "custom"],
  ranking: ["lambdarank", "xendcg"],
} as const satisfies Readonly<Record<Task, readonly string[]>>;

/** The losses that boosted trees minimise. */
export type GbdtLoss = (typeof lossesOf)[Task][number];

/** What a loss is made of beside the rows. What a loss has no use for is not read. */
export interface LossOptions {
  /** Levels of the quantile loss. */
  readonly quantiles: readonly number[];
  /** Where Huber's loss turns linear, in the unit of the target; null: by `defaultDelta` of the rows. */
  readonly delta: number | null;
  /** Tweedie: the variance is proportional to the mean to this power, between 1 and 2. */
  readonly variancePower: number;
  /** Focal: how much less a row counts that is right already; 0 is log loss. */
  readonly focusing: number;
  /** Ranking: places from the top whose pairs count. */
  readonly truncation: number;
  /** Ranking: gain of each grade; null: 2^grade − 1. */
  readonly gains: readonly number[] | null;
  readonly seed: number;
  /** The functions of the loss `custom`. */
  readonly custom: CustomLoss | null;
  /** Start scores in force, so that validation starts where training did. */
  readonly base?: readonly number[];
}

/** Prepares a loss for rows. */
export function boostingLoss(
  loss: GbdtLoss,
  target: Target,
  weights: Float64Array,
  options: LossOptions,
): BoostingLoss {
  const { values: y } = target;
  const { base } = options;
  switch (loss) {
    case "logistic":
      return logistic(y, weights, base);
    case "softmax":
      return softmax(y, weights, target.nClasses, base);
    case "focal":
      return target.task === "binary"
        ? focal(y, weights, options.focusing, base)
        : focalSoftmax(y, weights, target.nClasses, options.focusing, base);
    case "squared":
      return squared(y, weights, base);
    case "absolute":
      return pinball(y, weights, [0.5], base);
    case "quantile":
      return pinball(y, weights, options.quantiles, base);
    case "huber":
      return huber(y, weights, options.delta ?? defaultDelta(y, weights), base);
    case "poisson":
    case "tweedie":
    case "gamma":
      return devianceLoss(y, weights, { poisson: 1, tweedie: options.variancePower, gamma: 2 }[loss], base);
    case "lambdarank":
      return lambdarank(y, weights, { ...options, queries: target.queries! });
    case "xendcg":
      return xendcg(y, weights, { ...options, queries: target.queries! });
    case "custom":
      return customLoss(y, weights, options.custom!, linkOf(loss, target.task, options.custom), base);
    default:
      return assertNever(loss);
  }
}

/**
 * Everything that a loss needs to be prepared for the rows of a fit and, later, for its validation rows. Throws FIT_LOSS, FIT_LABELS, FIT_QUERIES.
 */
export function lossOptions(
  loss: GbdtLoss,
  target: Target,
  weights: Float64Array,
  params: Omit<LossOptions, "seed" | "custom">,
  { seed, customLoss: custom }: FitOptions,
): LossOptions {
  checkLoss("boosted trees", target.task, loss, lossesOf[target.task]);
  checkLabels(loss, target.values, params.gains);
  checkCustom(loss, target.task, custom ?? null);
  const delta = loss === "huber" ? (params.delta ?? defaultDelta(target.values, weights)) : null;
  return { ...params, delta, seed, custom: custom ?? null };
}

/** How the scores of a loss become outputs. */
export function linkOf(loss: GbdtLoss, task: Task, custom: CustomLoss | null): Link {
  if (loss === "custom") return custom?.link ?? (task === "binary" ? "logistic" : "identity");
  if (loss === "poisson" || loss === "tweedie" || loss === "gamma") return "exp";
  return loss === "logistic" || loss === "softmax" || loss === "focal" ? loss : "identity";
}

/**
 * Refuses targets that a loss is not defined for: FIT_LABELS.
 * @param gains those of a ranking; null: every grade has one
 */
export function checkLabels(loss: string, values: Float64Array, gains: readonly number[] | null = null): void {
  const nWithout = gains === null ? 0 : values.filter((grade) => grade >= gains.length).length;
  if (nWithout > 0)
    throw new FettleError(
      "invalid-input",
      "FIT_LABELS",
      `Cannot fit with ${loss} loss: ${nWithout} rows have a grade above ${gains!.length - 1}, a gain for every grade is needed`,
      { hint: "Give as many gains as there are grades, beginning with grade 0", facts: { rows: nWithout } },
    );
  if (loss !== "poisson" && loss !== "tweedie" && loss !== "gamma") return;
  const nBad = values.filter((y) => (loss === "gamma" ? y <= 0 : y < 0)).length;
  const isRight = nBad === 0 && values.some((y) => y > 0);
  if (isRight) return;
  const why =
    nBad === 0 ? "all target values are 0" : `${nBad} target values are ${loss === "gamma" ? "0 or " : ""}negative`;
  throw new FettleError(
    "invalid-input",
    "FIT_LABELS",
    `Cannot fit with ${loss} loss: ${why}, numbers ${loss === "gamma" ? "> 0" : "≥ 0, some > 0,"} are needed`,
    {
      hint: loss === "gamma" ? 'Use the loss "tweedie" where zeros are true' : 'Use the loss "squared" or "huber"',
      facts: { rows: nBad },
    },
  );
}

function checkCustom(loss: GbdtLoss, task: Task, custom: CustomLoss | null): void {
  if (loss !== "custom") return;
  const link = custom?.link ?? "logistic";
  if (custom !== null && (task !== "binary" || link === "logistic")) return;
  throw new FettleError(
    "invalid-input",
    "FIT_LOSS",
    custom === null
      ? 'Cannot fit boosted trees with the loss "custom": there are no functions, customLoss is needed'
      : `Cannot fit two classes with the loss of the definition: its link is "${link}", "logistic" is needed`,
  );
}
