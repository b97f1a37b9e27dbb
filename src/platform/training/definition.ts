import { hashOf, type Sha256 } from "../../lib/index.ts";
import type { ConformalScore } from "../../ml/conformal/index.ts";
import type { Task } from "../../ml/learners/index.ts";
import type { TaskName } from "../capsule/index.ts";
import { type Contract, defineContract, type ReadOptions } from "../data/index.ts";
import type { FeatureOptions } from "../features/index.ts";
import { checkDefinition, freezeDeep } from "./check-definition.ts";
import type { Family, LossName } from "./definition-names.ts";
import { definitionSchema } from "./definition-schema.ts";

/** A loss of one's own: where its code lies. */
export interface LossModule {
  /** Path of the module, relative to the project folder; see `defineLoss`. */
  readonly module: string;
  /** Name of its export. */
  readonly export: string;
  /** Hash of the module and all that it imports by relative paths; the training writes it. */
  readonly hash?: Sha256;
}

/** One configuration to try: a family and the parameters that differ from its defaults. */
export interface Configuration {
  readonly family: Family;
  readonly params: Readonly<
    Record<
      string,
      number | string | boolean | readonly number[] | readonly (readonly string[])[] | Readonly<Record<string, number>>
    >
  >;
}

/** A configuration in words of any room: of tables, or of a task of its own. */
export interface AnyConfiguration extends Pick<Configuration, "params"> {
  readonly family: string;
}

/** Intervals and sets that hold the true value with a chance that is known; `docs/methods/conformal.md` says why. */
export interface ConformalOptions<Name extends string = string> {
  /** Chance, at least, that the true value lies inside: from 0.5 to below 1. */
  readonly level: number;
  /**
   * How badly a value goes with a prediction. Numbers: `absolute` (default), `scaled` (default of poisson, tweedie and gamma losses, which know how the
   * spread grows with the mean), `quantile` (default of two quantiles or more). Classes: `lac` (default), the smallest sets; `aps`, sets that
   * grow where the model is unsure; `raps`, the same without long tails, for many classes.
   */
  readonly score?: ConformalScore;
  /** `raps`: what each place after the first `freePlaces` (default 5) adds to a class's score; default 0.01. */
  readonly penalty?: number;
  readonly freePlaces?: number;
  /**
   * Where the rows behind the threshold come from. `split`: half of the validation part is kept for it. `cross`: all rows of training and validation, each scored
   * by a model that the whole procedure made without it; a smaller table needs it, and it promises less. Default: `cross` where half of the
   * validation part has fewer than 9/(1 − level) rows, but never in time.
   */
  readonly method?: "split" | "cross";
  /** Each class has a threshold of its own, so that the level holds within each class. Default false. */
  readonly perClass?: boolean;
  /** A column of categories that the model reads: each level has a threshold of its own, so that the level holds within each. */
  readonly perGroup?: Name;
}

/**
 * What a user writes: everything that decides which model comes out. Plain data with a stable hash; only `name`, `data` and
 * `target` are required.
 */
export interface ModelDefinition<Name extends string = string> {
  /** `[a-z][a-z0-9-]{0,62}`. */
  readonly name: string;
  readonly data: {
    /** Files of the table, relative to the project folder. */
    readonly files: readonly string[];
    /** An official test file: its rows are the test part. */
    readonly test?: string;
    /** How to read them; what is left out is detected. */
    readonly options?: ReadOptions;
    /** Leaves out rows that break a rule of the contract on a single value, and says how many. Default false: they are only reported. */
    readonly quarantine?: boolean;
  };
  readonly target: {
    readonly column: NoInfer<Name>;
    /** `VALUE`, `!=VALUE`, `>=NUMBER` …: makes a binary target out of the column. */
    readonly positive?: string;
  };
  /** Default: inferred from the target; `ranking` is never inferred. */
  readonly task?: Task;
  /** Ranking: the column that says which rows are ordered together. It is no feature, and no query lies in two parts. */
  readonly query?: NoInfer<Name>;
  /** What the data must look like. Default: inferred from the data at each run, so that only gross faults are found. */
  readonly contract?: Contract<Name>;
  /** Default: random with 20 % validation and 20 % test, stratified by the target; the official test file where there is one. */
  readonly split?: {
    readonly kind: "random" | "group" | "time";
    /** The group or time column. */
    readonly column?: NoInfer<Name>;
    /** Share of all rows, default 0.2. */
    readonly validation?: number;
    /** Share of all rows, default 0.2. */
    readonly test?: number;
  };
  /** Column of sample weights, ≥ 0. */
  readonly weight?: NoInfer<Name>;
  /** Columns that are no features. */
  readonly ignore?: readonly NoInfer<Name>[];
  /** Decisions on leakage: columns to leave out, columns to keep although they look like leaks. */
  readonly leakage?: { readonly exclude?: readonly NoInfer<Name>[]; readonly keep?: readonly NoInfer<Name>[] };
  /** How columns become features, where the default is not wanted. */
  readonly features?: FeatureOptions;
  /**
   * Loss of a regression (default `squared`), of a ranking (default `lambdarank`), `focal` for classes (default: log loss), or a loss of your own, for a
   * regression or two classes.
   */
  readonly loss?: LossName | LossModule;
  /** What the loss leaves open. */
  readonly lossOptions?: {
    /** `huber`: residual, in the unit of the target, from which on it is linear. Default: the 0.9 quantile of the distances to the median. */
    readonly delta?: number;
    /** `tweedie`: power of the mean that the variance is proportional to, between 1 and 2. Default 1.5. */
    readonly variancePower?: number;
    /** `focal`: exponent of 1 − p: how much less a row counts that is right already; from 0, log loss, to 10. Default 2. */
    readonly focusing?: number;
    /** `lambdarank`: places from the top whose pairs count. Default 30. */
    readonly truncation?: number;
    /** Ranking: gain of each grade from 0 on, in training and in NDCG. Default 2^grade − 1. */
    readonly gains?: readonly number[];
  };
  /**
   * Classes: what a training row counts for by its class, > 0; `balanced` gives each class the same weight in sum. The probabilities stay those of the rows as
   * they are: what the weights bend is undone. Default: all alike.
   */
  readonly classWeights?: "balanced" | Readonly<Record<string, number>>;
  /** Two classes: trains on a share of the negative rows only, drawn by the seed; the probabilities are corrected for it. Default: all rows. */
  readonly sampling?: {
    /** In (0, 1). */
    readonly negativeRate: number;
  };
  /** Levels of a quantile loss, ascending, each in (0, 1). */
  readonly quantiles?: readonly number[];
  readonly search?: {
    /** Configurations to try, default 8. */
    readonly trials?: number;
    /** Cap on the time of the search in seconds, default 600. It may end a search early; it never changes a trial. */
    readonly seconds?: number;
    /** Default linear models and boosted trees. */
    readonly families?: readonly Family[];
    /**
     * One candidate more: the best configuration of each family, joined by weights (of one family: its two best). It is made in any case, also after
     * `seconds`. Not for rankings, and for numbers with squared loss only. Default false.
     */
    readonly stack?: boolean;
    /** Exactly these configurations instead of a search. */
    readonly configurations?: readonly Configuration[];
  };
  /**
   * A version, `model@version`, whose boosted trees this run's go on from: new rounds are added to its own, over its features. Needs the family
   * `gbdt`, and no stack. Default: from nothing.
   */
  readonly warmStart?: string;
  readonly evaluation?: {
    /** The metric that chooses and is reported first. Default: rocAuc, logLoss or rmse by task. */
    readonly metric?: string;
    /** Columns whose levels are reported as slices. */
    readonly slices?: readonly NoInfer<Name>[];
    /** Columns for group fairness. */
    readonly protected?: readonly NoInfer<Name>[];
    /** Two classes: what one wrong answer of each kind costs; sets the threshold. */
    readonly cost?: {
      readonly falsePositive: number;
      readonly falseNegative: number;
      /** A column of numbers ≥ 0 that both are multiplied by, row by row: the amount at stake. Default: none. */
      readonly perRow?: NoInfer<Name>;
    };
    /** Several classes: what answering one costs where another is true, `costMatrix[true][answered]`; the answer is the class of least expected cost. */
    readonly costMatrix?: Readonly<Record<string, Readonly<Record<string, number>>>>;
    /** `auto` (default) calibrates only where validation shows that it helps. */
    readonly calibration?: "auto" | "none" | "temperature" | "platt" | "beta" | "isotonic";
    /** Answers also tell what the true value may be: an interval around a number, a set of classes. Not for rankings. */
    readonly conformal?: ConformalOptions<NoInfer<Name>>;
    /**
     * Repeated cross-validation of the whole procedure beside the test part. `auto` (default): where the test part is small, below 300 rows, or of two
     * classes below 50 of the rarer one, and the table has at most 20,000 rows. It takes no longer than `search.seconds`, or 120 seconds where that is not given.
     */
    readonly crossValidation?: "auto" | "always" | "never";
    /** Bootstrap resamples, default 1000. */
    readonly resamples?: number;
  };
  /** Default 1. */
  readonly seed?: number;
}

/** What the definition of every task of its own has; each is made by the `define…` function of the task's room. */
export interface TaskDefinition {
  /** `[a-z][a-z0-9-]{0,62}`. */
  readonly name: string;
  readonly task: TaskName;
  readonly data: ModelDefinition["data"];
  /** Default 1. */
  readonly seed?: number;
}

/** What a module of a project's `models` folder may define. */
export type AnyDefinition = ModelDefinition | TaskDefinition;

/** Whether a definition is one of a task of its own. */
export function isTaskDefinition(definition: AnyDefinition): definition is TaskDefinition {
  return definition.task === "recommendation" || definition.task === "forecast" || definition.task === "anomaly";
}

/**
 * Declares a model: checks the definition and freezes it. Give the contract's type for column names that the editor completes.
 * Throws DEFINITION_INVALID with every problem: its path, the rule, and the nearest known key for an unknown one; CONTRACT_INVALID.
 *
 * ```ts
 * export default defineModel({ name: 'churn', data: { files: ['customers.csv'] }, target: { column: 'Churn', positive: 'Yes' } });
 * ```
 */
export function defineModel<const Name extends string>(definition: ModelDefinition<Name>): ModelDefinition<Name> {
  checkDefinition(definition, definitionSchema);
  if (definition.contract !== undefined) defineContract(definition.contract);
  return freezeDeep(structuredClone(definition));
}

/** The hash of a definition: its lineage. Where the files lie does not matter, what is done with them does. */
export function definitionHash(definition: AnyDefinition): Sha256 {
  const { data, ...rest } = definition;
  const { files: _files, test, ...reading } = data;
  return hashOf({ ...rest, reading, officialTest: test !== undefined });
}

/** A definition that carries the hash of the module it names: code decides which model comes out as much as data do. */
export async function withLossHash<Definition extends AnyDefinition>(
  definition: Definition,
  moduleHash: (path: string) => Promise<Sha256>,
): Promise<Definition> {
  const loss = isTaskDefinition(definition) ? undefined : definition.loss;
  if (typeof loss !== "object") return definition;
  return { ...definition, loss: { ...loss, hash: await moduleHash(loss.module) } };
}
