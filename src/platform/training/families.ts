import { FettleError, nearestName } from "../../lib/index.ts";
import {
  forest,
  gam,
  gbdt,
  isNumeric,
  type Learner,
  type LinearParams,
  linear,
  nameOfCustomLoss,
  type Reweighting,
  reweighted,
  type Target,
  type Task,
} from "../../ml/learners/index.ts";
import type { Schema } from "../data/index.ts";
import type { RegressionLoss } from "../evaluation/index.ts";
import type { FeatureFamily } from "../features/index.ts";
import type { SearchSpace } from "../tuning/index.ts";
import type { Configuration, ModelDefinition } from "./definition.ts";
import { type Family, lossNames } from "./definition-names.ts";
import type { SearchFamily } from "./search-space.ts";

/** What a search knows of a family of learners. */
export interface FamilyTraits {
  /** In tables and sentences. */
  readonly title: string;
  /** Which features it takes. */
  readonly features: FeatureFamily;
  /** Among candidates of equal quality the smaller one wins. */
  readonly complexity: number;
  /** Losses of a regression, of a ranking, and a user's own that it can minimise. */
  readonly losses: readonly RegressionLoss["kind"][];
  /** The learner for a task and loss; `params` are the user's or the search's, over the family's defaults. */
  readonly learner: (task: Task, loss: RegressionLoss, params: Configuration["params"]) => Learner;
  /** The parameters that a search sets. */
  readonly space: SearchSpace;
  /** What is tried first and what a search sets where that differs. */
  readonly on?: Readonly<
    Partial<Record<SearchSetting, { readonly first?: Configuration["params"]; readonly space: SearchSpace }>>
  >;
}

/** Where searches differ: texts are read as sparse blocks of a linear model; the rows of a query are ordered. */
export type SearchSetting = "texts" | "ranking";

// Queries are few where rows are many: small trees on a part of rows and features, see docs/methods/ranking.md.
const forRankings = { learningRate: 0.03, maxLeaves: 8, featureFraction: 0.3, rowFraction: 0.7 } as const;

/** Every family by its name in a definition. */
export const familyTraits: Readonly<Record<Family, FamilyTraits>> = {
  linear: {
    title: "linear",
    features: "linear",
    complexity: 1,
    losses: ["squared"],
    learner: (task, _loss, params) => linearLearner({ ...params, loss: lossOf(task, "squared") }),
    space: [
      { name: "lambda", kind: "real", low: 0.01, high: 300, scale: "log" },
      { name: "l1Share", kind: "choice", values: [0, 0.5, 1] },
    ],
    // A text has length 1, so its terms need a weaker penalty than standardised numbers do.
    on: {
      texts: {
        first: { lambda: 0.03 },
        space: [{ name: "lambda", kind: "real", low: 0.001, high: 1, scale: "log" }],
      },
    },
  },
  gam: {
    title: "additive model",
    features: "gbdt",
    complexity: 1.5,
    losses: ["squared", "poisson", "gamma"],
    learner: (task, { kind }, params) =>
      gam({ ...params, loss: lossOf(task, kind === "poisson" || kind === "gamma" ? kind : "squared") }),
    space: [
      { name: "interactions", kind: "integer", low: 0, high: 20 },
      { name: "learningRate", kind: "real", low: 0.05, high: 0.3, scale: "log" },
      { name: "maxLeaves", kind: "integer", low: 2, high: 6 },
      { name: "minSamplesLeaf", kind: "integer", low: 2, high: 60, scale: "log" },
    ],
  },
  gbdt: {
    title: "boosted trees",
    features: "gbdt",
    complexity: 2,
    losses: [...lossNames, "custom"],
    learner: (task, { kind, quantiles, delta, variancePower, focusing, truncation, gains }, params) =>
      gbdt({
        nTrees: 500,
        ...(task === "ranking" ? forRankings : {}),
        // Dropping out changes earlier rounds, so none can be kept as the best.
        earlyStoppingRounds: Number(params.dropRate ?? 0) > 0 ? 0 : task === "ranking" ? 50 : 25,
        ...params,
        loss: kind === "custom" || kind === "focal" ? kind : lossOf(task, kind),
        ...(kind === "quantile" ? { quantiles: quantiles ?? [0.5] } : {}),
        ...(delta === undefined ? {} : { delta }),
        ...(variancePower === undefined ? {} : { variancePower }),
        ...(focusing === undefined ? {} : { focusing }),
        ...(truncation === undefined ? {} : { truncation }),
        ...(gains === undefined ? {} : { gains }),
      }),
    space: [
      { name: "learningRate", kind: "real", low: 0.02, high: 0.2, scale: "log" },
      { name: "maxLeaves", kind: "integer", low: 6, high: 96, scale: "log" },
      { name: "minSamplesLeaf", kind: "integer", low: 3, high: 150, scale: "log" },
      { name: "lambda", kind: "real", low: 0.05, high: 30, scale: "log" },
      { name: "featureFraction", kind: "real", low: 0.3, high: 1 },
    ],
    on: {
      ranking: {
        space: [
          { name: "learningRate", kind: "real", low: 0.02, high: 0.1, scale: "log" },
          { name: "maxLeaves", kind: "integer", low: 4, high: 64, scale: "log" },
          { name: "minSamplesLeaf", kind: "integer", low: 5, high: 80, scale: "log" },
          { name: "rowFraction", kind: "real", low: 0.5, high: 1 },
          { name: "featureFraction", kind: "real", low: 0.1, high: 0.7 },
        ],
      },
    },
  },
  forest: {
    title: "random forest",
    features: "gbdt",
    complexity: 2,
    losses: ["squared"],
    learner: (_task, _loss, params) => forest(params),
    space: [
      { name: "minSamplesLeaf", kind: "integer", low: 1, high: 30, scale: "log" },
      { name: "nodeFeatureFraction", kind: "real", low: 0.05, high: 1, scale: "log" },
    ],
  },
  "extra-trees": {
    title: "extra trees",
    features: "gbdt",
    complexity: 2,
    losses: ["squared"],
    learner: (_task, _loss, params) => forest({ ...params, randomThresholds: true }),
    space: [
      { name: "minSamplesLeaf", kind: "integer", low: 1, high: 30, scale: "log" },
      { name: "nodeFeatureFraction", kind: "real", low: 0.05, high: 1, scale: "log" },
    ],
  },
};

// The learner's own balanced weights bend its probabilities: here they are undone as those of the definition are.
function linearLearner({ classWeight, ...params }: Configuration["params"]): Learner {
  const plain = linear(params);
  if (classWeight !== "balanced")
    return linear({ ...params, ...(classWeight !== undefined && { classWeight }) } as LinearParams);
  const { fit } = reweighted(plain, { classWeights: "balanced", negativeRate: 1 });
  return { ...plain, params: { ...plain.params, classWeight }, fit };
}

function lossOf<Kind extends string>(task: Task, kind: Kind): "logistic" | "softmax" | Kind {
  return task === "binary" ? "logistic" : task === "multiclass" ? "softmax" : kind;
}

/** Columns that are read as texts, by the definition or else by their type. */
export function textColumns({ features = {}, target, ignore = [] }: ModelDefinition, schema: Schema): string[] {
  const left = new Set([target.column, ...ignore]);
  const isText = ({ name, type }: Schema[number]) =>
    ((Object.hasOwn(features, name) ? features[name]?.kind : undefined) ?? type) === "text";
  return schema.filter((column) => isText(column) && !left.has(column.name)).map(({ name }) => name);
}

/** The setting of a definition's search. */
export function settingOf(definition: ModelDefinition, schema: Schema): SearchSetting | undefined {
  if (definition.task === "ranking") return "ranking";
  return textColumns(definition, schema).length > 0 ? "texts" : undefined;
}

/** What a search knows of some families in a setting. */
export function searchFamilies(families: readonly Family[], setting?: SearchSetting): SearchFamily<Family>[] {
  return families.map((name) => {
    const { complexity, space, on } = familyTraits[name];
    return { name, complexity, space, ...(setting && on?.[setting]) };
  });
}

/** A loss as boosted trees name it in their data. */
export function nameOfLoss(task: Task, { kind, custom }: RegressionLoss): string {
  if (kind === "focal") return kind;
  return kind === "custom" ? nameOfCustomLoss(custom) : lossOf(task, kind);
}

/** The loss that a definition asks for, as the evaluation names it. */
export function regressionLoss({ task, loss, lossOptions, quantiles }: ModelDefinition): RegressionLoss {
  const kind = typeof loss === "object" ? "custom" : (loss ?? (task === "ranking" ? "lambdarank" : "squared"));
  return { kind, ...lossOptions, ...(quantiles === undefined ? {} : { quantiles }) };
}

/** Families that can learn a task with the definition's loss: those asked for, else linear models and boosted trees. */
export function familiesOf(definition: ModelDefinition): Family[] {
  const asked = definition.search?.families ?? (["linear", "gbdt"] as const);
  const { kind } = regressionLoss(definition);
  return asked.filter((family) => familyTraits[family].losses.includes(kind));
}

/**
 * A learner of a family for a task; trees stop early on validation, at most 500 rounds. Throws FAMILY_LOSS, FAMILY_PARAMS for a parameter that
 * the family does not have, and the learner's own errors.
 */
export function learnerOf(task: Task, loss: RegressionLoss, { family, params }: Configuration): Learner {
  const { title, losses, learner: make } = familyTraits[family];
  if ((isNumeric(task) || loss.kind === "custom" || loss.kind === "focal") && !losses.includes(loss.kind)) {
    const able = (Object.keys(familyTraits) as Family[]).filter((name) =>
      familyTraits[name].losses.includes(loss.kind),
    );
    throw new FettleError(
      "invalid-input",
      "FAMILY_LOSS",
      `Cannot train a ${title} model with ${loss.kind} loss: its loss is ${losses.join(" or ")}, use the family "${able.join('" or "')}"`,
    );
  }
  const learner = make(task, loss, params);
  const known = Object.keys(learner.params);
  const unknown = Object.keys(params).find((name) => !Object.hasOwn(learner.params, name));
  if (unknown === undefined) return learner;
  const near = nearestName(unknown, known);
  throw new FettleError(
    "invalid-input",
    "FAMILY_PARAMS",
    `Cannot train the family "${family}": it has no parameter "${unknown}", its parameters are ${known.join(", ")}`,
    near === undefined ? {} : { hint: `Did you mean "${near}"?` },
  );
}

/** {@link learnerOf} for a run: it counts classes as the definition asks, and answers with the probabilities of the rows as they are. */
export function learnerFor(
  {
    built,
    loss,
    reweighting,
  }: {
    readonly built: { readonly target: Target };
    readonly loss: RegressionLoss;
    readonly reweighting: Reweighting | null;
  },
  configuration: Configuration,
): Learner {
  const learner = learnerOf(built.target.task, loss, configuration);
  return reweighting === null ? learner : reweighted(learner, reweighting);
}
