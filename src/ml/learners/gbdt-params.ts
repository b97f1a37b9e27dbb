import { FettleError } from "../../lib/index.ts";
import type { GbdtLoss } from "./gbdt-loss.ts";
import { checkQuantiles } from "./learner-errors.ts";

/** Parameters of {@link gbdt}; all have defaults. */
export interface GbdtParams {
  /** Default: by the task: logistic (binary), softmax (multiclass), squared (regression), lambdarank (ranking). */
  readonly loss?: GbdtLoss;
  /** Levels of the quantile loss, one output each. Default 0.5 alone. */
  readonly quantiles?: readonly number[];
  /** Huber: the residual, in the unit of the target, from which on the loss is linear. Default null: the 0.9 quantile of the distances to the median. */
  readonly delta?: number | null;
  /** Tweedie: power of the mean that the variance is proportional to, between 1 and 2. Default 1.5. */
  readonly variancePower?: number;
  /** Focal: the exponent γ: how much less a row counts that is right already; 0 is log loss. Default 2. */
  readonly focusing?: number;
  /** Lambdarank: places from the top whose pairs count. Default 30. */
  readonly truncation?: number;
  /** Ranking: gain of each grade, from grade 0 on. Default null: 2^grade − 1. */
  readonly gains?: readonly number[] | null;
  /** Most rounds; each grows one tree per output. Default 100. */
  readonly nTrees?: number;
  /** Share of each tree's step that is taken. Default 0.1. */
  readonly learningRate?: number;
  /** Most leaves of a tree. Default 31. */
  readonly maxLeaves?: number;
  /** Most splits between root and leaf; 0 (default): as many as the leaves allow. */
  readonly maxDepth?: number;
  /** Least rows in a leaf. Default 20. */
  readonly minSamplesLeaf?: number;
  /** Least sum of second derivatives in a leaf. Default 1e-3. */
  readonly minHessian?: number;
  /** Least gain of a split, in the units of the loss. Default 0. */
  readonly minGain?: number;
  /** L2 penalty on leaf values. Default 1. */
  readonly lambda?: number;
  /** Most bins of a number, 2 to 254 (default). */
  readonly maxBins?: number;
  /** Share of the features that each tree may use; of more than 1,000 features, of that many. Default 1. */
  readonly featureFraction?: number;
  /** Share of a tree's features that each node may use. Default 1. */
  readonly nodeFeatureFraction?: number;
  /** Share of the rows, drawn anew for each round, that a tree is grown on (bagging, Breiman 1996). Default 1. */
  readonly rowFraction?: number;
  /**
   * Share of the rows that is kept for their great gradients; of the others, `rowFraction` of all rows is drawn and weighs more in turn (GOSS, Ke et al. 2017).
   * Default 0: rows are drawn alike.
   */
  readonly topFraction?: number;
  /** Chance of each earlier round to be left out while a new one is fitted (DART, Rashmi and Gilad-Bachrach 2015). Default 0. */
  readonly dropRate?: number;
  /** Added to lambda where a category is split. Default 10. */
  readonly categorySmoothing?: number;
  /**
   * Features by name whose growth must not lower (1) or raise (−1) the score: of several classes each class's own, whose probability also depends on the
   * others'. Not with absolute and quantile loss. Default none.
   */
  readonly monotone?: Readonly<Record<string, number>>;
  /** Sets of feature names; features meet on one path only where a set holds them all. Features in no set form one more. Default: all may meet. */
  readonly interactions?: readonly (readonly string[])[];
  /** Ends after this many rounds without a lower validation loss and keeps the best; 0 (default) never ends early. */
  readonly earlyStoppingRounds?: number;
}

/** Parameters with their defaults filled in. */
export type SettledGbdt = Required<Omit<GbdtParams, "loss">> & { readonly loss: GbdtLoss | null };

const defaults = {
  quantiles: [0.5],
  delta: null,
  variancePower: 1.5,
  focusing: 2,
  truncation: 30,
  gains: null,
  nTrees: 100,
  learningRate: 0.1,
  maxLeaves: 31,
  maxDepth: 0,
  minSamplesLeaf: 20,
  minHessian: 1e-3,
  minGain: 0,
  lambda: 1,
  maxBins: 254,
  featureFraction: 1,
  nodeFeatureFraction: 1,
  rowFraction: 1,
  topFraction: 0,
  dropRate: 0,
  categorySmoothing: 10,
  monotone: {},
  interactions: [],
  earlyStoppingRounds: 0,
} as const satisfies Required<Omit<GbdtParams, "loss">>;

interface Rule {
  readonly isRight: (value: number) => boolean;
  readonly needed: string;
}

const wholeFrom = (least: number): Rule => ({
  isRight: (value) => Number.isInteger(value) && value >= least,
  needed: `a whole number ≥ ${least}`,
});
const atLeastZero: Rule = { isRight: (value) => value >= 0 && Number.isFinite(value), needed: "a number ≥ 0" };
const share: Rule = { isRight: (value) => value > 0 && value <= 1, needed: "a number in (0, 1]" };
const shareOrNone: Rule = { isRight: (value) => value >= 0 && value < 1, needed: "a number in [0, 1)" };

const rules: Readonly<Partial<Record<keyof typeof defaults, Rule>>> = {
  delta: {
    isRight: (value) => value === null || (value > 0 && value < Number.POSITIVE_INFINITY),
    needed: "a finite number > 0",
  },
  variancePower: { isRight: (value) => value > 1 && value < 2, needed: "a number between 1 and 2" },
  focusing: {
    isRight: (value) => value >= 0 && value <= 10,
    needed: "a number from 0 to 10",
  },
  truncation: wholeFrom(1),
  nTrees: wholeFrom(1),
  learningRate: share,
  maxLeaves: wholeFrom(2),
  maxDepth: wholeFrom(0),
  minSamplesLeaf: wholeFrom(1),
  minHessian: atLeastZero,
  minGain: atLeastZero,
  lambda: atLeastZero,
  maxBins: {
    isRight: (value) => Number.isInteger(value) && value >= 2 && value <= 254,
    needed: "a whole number from 2 to 254",
  },
  featureFraction: share,
  nodeFeatureFraction: share,
  rowFraction: share,
  topFraction: shareOrNone,
  dropRate: shareOrNone,
  categorySmoothing: atLeastZero,
  earlyStoppingRounds: wholeFrom(0),
};

/** Fills in the defaults. Throws GBDT_PARAMS for a value that cannot be, FIT_QUANTILES. */
export function settleGbdt(params: GbdtParams): SettledGbdt {
  const names = Object.keys(defaults) as (keyof typeof defaults)[];
  const values = Object.fromEntries(names.map((name) => [name, params[name] ?? defaults[name]]));
  const settled = { ...values, loss: params.loss ?? null } as SettledGbdt;
  checkQuantiles("boosted trees", settled.quantiles);
  for (const [name, { isRight, needed }] of Object.entries(rules)) {
    const value = settled[name as keyof typeof rules] as number;
    if (!isRight(value)) throw refused(name, `${name} is ${value}, ${needed} is needed`);
  }
  if (settled.gains !== null && !settled.gains.every((gain) => gain >= 0 && Number.isFinite(gain)))
    throw refused("gains", `gains is [${settled.gains.join(",")}], a list of numbers ≥ 0 is needed`);
  const wrongSign = Object.entries(settled.monotone).find(([, sign]) => sign !== 1 && sign !== -1 && sign !== 0);
  if (wrongSign) throw refused("monotone", `monotone.${wrongSign[0]} is ${wrongSign[1]}, 1, −1 or 0 is needed`);
  if ((params.loss === "absolute" || params.loss === "quantile") && Object.values(settled.monotone).some(Boolean))
    throw refused(
      "monotone",
      `${params.loss} loss puts quantiles into the leaves after they are bounded, another loss is needed`,
    );
  if (settled.topFraction > 0 && settled.topFraction + settled.rowFraction > 1)
    throw refused("topFraction", "topFraction and rowFraction are more than 1 together, at most 1 is needed");
  if (settled.dropRate > 0 && settled.earlyStoppingRounds > 0)
    throw refused(
      "dropRate",
      "dropRate changes earlier trees, so no round can be kept as the best one: earlyStoppingRounds 0 is needed",
    );
  return settled;
}

function refused(parameter: string, why: string): FettleError {
  return new FettleError("invalid-input", "GBDT_PARAMS", `Cannot fit boosted trees: ${why}`, { facts: { parameter } });
}

/** Monotone signs per feature, null where none is constrained. Throws GBDT_PARAMS for a name that is no number feature. */
export function monotoneSigns(
  monotone: Readonly<Record<string, number>>,
  names: readonly string[],
  isNumber: (feature: number) => boolean,
): Int32Array | null {
  const constrained = Object.entries(monotone).filter(([, sign]) => sign !== 0);
  if (constrained.length === 0) return null;
  const signs = new Int32Array(names.length);
  for (const [name, sign] of constrained) {
    const feature = names.indexOf(name);
    if (feature < 0 || !isNumber(feature))
      throw refused(
        "monotone",
        `monotone names "${name}", a number feature is needed, one of ${names
          .filter((_, j) => isNumber(j))
          .slice(0, 20)
          .join(", ")}`,
      );
    signs[feature] = sign;
  }
  return signs;
}

/** Interaction sets as feature indexes, null where all may meet. Throws GBDT_PARAMS for a name that is no feature. */
export function interactionSets(
  interactions: readonly (readonly string[])[],
  names: readonly string[],
): readonly ReadonlySet<number>[] | null {
  if (interactions.length === 0) return null;
  const sets = interactions.map(
    (set) =>
      new Set(
        set.map((name) => {
          const feature = names.indexOf(name);
          if (feature < 0) throw refused("interactions", `interactions name "${name}", a feature is needed`);
          return feature;
        }),
      ),
  );
  const rest = new Set([...names.keys()].filter((feature) => !sets.some((set) => set.has(feature))));
  return rest.size > 0 ? [...sets, rest] : sets;
}
