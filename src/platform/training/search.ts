import {
  bestFeature,
  bestRule,
  type FitOptions,
  type FittedGam,
  type FittedGbdt,
  type FittedModel,
  type GbdtParams,
  type Learner,
  mean,
  median,
  naiveBayes,
  previousValue,
  prior,
  quantile,
  stopCheck,
  type Task,
} from "../../ml/learners/index.ts";
import { type MetricValue, metrics } from "../../ml/metrics/index.ts";
import type { Table } from "../../ml/table/index.ts";
import { measureMetric, type RegressionLoss, rowLosses, selectCandidate } from "../evaluation/index.ts";
import { type FeatureFamily, type FittedFeatures, fitFeatures, planFeatures } from "../features/index.ts";
import type { Configuration } from "./definition.ts";
import type { Family } from "./definition-names.ts";
import { familyTraits, learnerFor } from "./families.ts";
import { type Part, partOf } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { Candidate } from "./run-report.ts";
import type { Stack } from "./stack.ts";
import type { TrainHooks } from "./train-input.ts";

/** Features of one kind, fitted on the training part. */
export interface FamilyFeatures {
  readonly fitted: FittedFeatures;
  readonly train: Table;
  readonly validation: Table;
}

/** One configuration fitted on the training part and measured on validation. */
export interface Trial {
  readonly name: string;
  readonly role: Candidate["role"];
  /** Of a stack: that of its best model. */
  readonly family: Family;
  readonly configuration: Configuration | null;
  readonly learner: Pick<Learner, "params">;
  /** The models of a stack and what each counts; null for a single model. */
  readonly stack: Stack | null;
  readonly model: FittedModel;
  /** Row-major predictions for the validation part. */
  readonly validation: Float64Array;
  readonly losses: Float64Array;
  readonly value: MetricValue;
  readonly seconds: number;
}

/** What the search found: trials in order, the chosen one, the best baseline. */
export interface SearchResult {
  readonly trials: readonly Trial[];
  readonly chosen: Trial;
  readonly baseline: Trial;
  readonly sentence: string;
}

/** Fits features for families of one kind on the training part. */
export function familyFeatures(
  run: PreparedRun,
  family: FeatureFamily,
  excluded: readonly string[],
  train: Part,
  validation: Part,
): FamilyFeatures {
  const fitted = fitFamilyFeatures(run, family, excluded, train);
  return { fitted: fitted.fitted, train: fitted.features, validation: fitted.fitted.transform(validation.table) };
}

/** Features of one kind, fitted on the rows given; those of trees are the earlier version's after a warm start. */
export function fitFamilyFeatures(
  run: PreparedRun,
  family: FeatureFamily,
  excluded: readonly string[],
  part: Part,
): { fitted: FittedFeatures; features: Table } {
  if (family === "gbdt" && run.warmStart !== null) {
    const { features } = run.warmStart;
    return { fitted: features, features: features.transform(part.table) };
  }
  const { features } = run.definition;
  const plan = planFeatures(part.table, run.schema, {
    family,
    exclude: excluded,
    ...(features === undefined ? {} : { options: features }),
  });
  return fitFeatures(plan, part.table, part.target, {
    seed: run.seed,
    ...(part.sampleWeight === null ? {} : { sampleWeight: part.sampleWeight }),
  });
}

interface Baseline {
  readonly name: string;
  readonly learner: Learner;
  /** Whose features it reads. Default: boosted trees', where there are any. */
  readonly family?: Family;
}

/** The simple models that a learned one has to beat, on features that they can read. */
function baselinesOn(run: PreparedRun, { linear, gbdt }: SearchInput["features"]): Baseline[] {
  const hasTerms = linear !== undefined && linear.train.blocks.length > 0;
  const hasColumns = (gbdt ?? linear!).train.nColumns > 0;
  const plain = baselinesOf(run).filter(({ name }) => hasColumns || name !== ruleName);
  const { task } = run.built.target;
  return hasTerms && (task === "binary" || task === "multiclass")
    ? [...plain, { name: "naive Bayes on the terms", learner: naiveBayes(), family: "linear" }]
    : plain;
}

const ruleName = "best single rule";

/** The simple models that a learned one has to beat. */
export function baselinesOf(run: PreparedRun): Baseline[] {
  const constant = constantBaselines(run);
  const isForecast = run.split.resample.unit === "block" && run.built.target.task === "regression";
  return isForecast ? [...constant, { name: "previous value", learner: previousValue() }] : constant;
}

function constantBaselines(run: PreparedRun): Baseline[] {
  const { kind, quantiles } = run.loss;
  const { task } = run.built.target;
  if (task === "ranking")
    return [
      { name: "random order", learner: mean() },
      { name: "best single feature", learner: bestFeature() },
    ];
  const rule = { name: ruleName, learner: bestRule(ruleParams(run.loss)) };
  if (task !== "regression") return [{ name: "class shares", learner: prior() }, rule];
  if (kind === "quantile") return [{ name: "quantiles", learner: quantile({ quantiles: quantiles ?? [0.5] }) }];
  return kind === "absolute" || kind === "huber"
    ? [{ name: "median", learner: median() }, rule]
    : [{ name: "mean", learner: mean() }, rule];
}

// Means of squares can be 0, which a deviance does not allow: the rule is fitted by the loss that judges it.
function ruleParams({ kind, delta, variancePower }: RegressionLoss): GbdtParams {
  if (kind === "huber") return { loss: kind, delta: delta ?? null };
  if (kind === "tweedie") return { loss: kind, variancePower: variancePower ?? 1.5 };
  return kind === "poisson" || kind === "gamma" ? { loss: kind } : {};
}

/** What {@link search} works on. */
export interface SearchInput {
  readonly run: PreparedRun;
  readonly train: Part;
  readonly validation: Part;
  readonly features: Readonly<Partial<Record<FeatureFamily, FamilyFeatures>>>;
  readonly configurations: readonly Configuration[];
  /** Makes one candidate more out of those that were tried; null where none is asked for. */
  readonly stack: ((candidates: readonly Trial[]) => Trial | null) | null;
  /** The metric shown for every trial. */
  readonly metric: string;
  readonly hooks: TrainHooks;
  /** Seconds after which no further configuration is started. */
  readonly maxSeconds: number;
  /** Bootstrap resamples of each trial's validation metric, default 200. */
  readonly nResamples?: number;
}

/** A stack is the least simple of all candidates. */
const stackComplexity = 10;
/** In a ranking settings that were searched are less simple than the family's defaults. */
const searchedComplexity = 0.25;

/** Tries baselines, then the configurations in order; chooses on validation only, and the simplest among equals. */
export function search(input: SearchInput): SearchResult {
  const { run, configurations, hooks } = input;
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const baselineFamily: Family = input.features.gbdt ? "gbdt" : "linear";
  const trials: Trial[] = [];
  for (const { name, learner, family = baselineFamily } of baselinesOn(run, input.features))
    trials.push(tryLearner(input, { name, role: "baseline", family, configuration: null, learner }));
  configurations.forEach((configuration, k) => {
    if (k > 0 && now() - startedAt > input.maxSeconds) return;
    const name = configurationName(configuration, configurations.slice(0, k));
    const learner = learnerFor(run, configuration);
    const onShare = (share: number) =>
      hooks.onProgress?.({ stage: "search", share: (k + share) / configurations.length, says: name });
    trials.push(
      tryLearner(input, { name, role: "candidate", family: configuration.family, configuration, learner }, onShare),
    );
  });
  const stacked = input.stack?.(trials.filter((trial) => trial.role === "candidate")) ?? null;
  if (stacked !== null) trials.push(stacked);
  const candidates = trials.filter((trial) => trial.role === "candidate");
  const selection = selectCandidate(
    candidates.map((trial) => ({
      name: trial.name,
      complexity: complexityOf(trial, run.built.target.task),
      losses: trial.losses,
    })),
    input.validation.resample,
  );
  const baselines = trials.filter((trial) => trial.role === "baseline");
  const baseline = baselines.reduce((best, trial) => (isBetter(trial, best, input.metric) ? trial : best));
  return { trials, chosen: candidates[selection.chosen]!, baseline, sentence: selection.sentence };
}

// The best of several settings on a few dozen queries is so by luck as well: it has to be so beyond it.
function complexityOf({ stack, family, configuration }: Trial, task: Task): number {
  if (stack !== null) return stackComplexity;
  const isSearched = Object.keys(configuration?.params ?? {}).length > 0;
  return familyTraits[family].complexity + (task === "ranking" && isSearched ? searchedComplexity : 0);
}

function configurationName({ family }: Configuration, before: readonly Configuration[]): string {
  const n = before.filter((other) => other.family === family).length;
  return `${familyTraits[family].title}${n === 0 ? "" : ` ${n + 1}`}`;
}

/** Whether `a` is better than `b` by the metric that is reported: the honest baseline is the one that is hardest to beat. */
export function isBetter(a: Trial, b: Trial, metric: string): boolean {
  if (a.value.value === null || b.value.value === null) return meanOf(a.losses) < meanOf(b.losses);
  return metrics[metric]?.direction === "maximise" ? a.value.value > b.value.value : a.value.value < b.value.value;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

// Losses times weights of mean 1, so that their plain mean is the weighted one.
function weigh(losses: Float64Array, sampleWeight: Float64Array | null): Float64Array {
  if (sampleWeight === null) return losses;
  const mean = meanOf(sampleWeight);
  return mean > 0 ? losses.map((loss, i) => (loss * sampleWeight[i]!) / mean) : losses;
}

type Attempt = Pick<Trial, "name" | "role" | "family" | "configuration"> & { readonly learner: Learner };

/** Fits a learner on the training part and measures it on validation. */
export function tryLearner(input: SearchInput, attempt: Attempt, onProgress?: (share: number) => void): Trial {
  const { run, train, validation, hooks } = input;
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const features = input.features[familyTraits[attempt.family].features]!;
  const options: FitOptions = {
    seed: run.seed,
    ...(train.sampleWeight === null ? {} : { sampleWeight: train.sampleWeight }),
    ...(attempt.role === "candidate" ? { validation: heldRows(features.validation, validation) } : {}),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(hooks.shouldStop === undefined ? {} : { shouldStop: hooks.shouldStop }),
    ...(hooks.kernels === undefined ? {} : { kernels: hooks.kernels }),
    ...(hooks.predictKernels === undefined ? {} : { predictKernels: hooks.predictKernels }),
    ...(hooks.sparseKernels === undefined ? {} : { sparseKernels: hooks.sparseKernels }),
    ...(run.loss.custom === undefined ? {} : { customLoss: run.loss.custom }),
    ...(attempt.role === "candidate" ? warmOption(run, attempt.family) : {}),
  };
  const model = attempt.learner.fit(features.train, train.target, options);
  const prediction = model.predict(features.validation);
  const measured = measureTrial(input, prediction);
  return { ...attempt, ...measured, stack: null, model, seconds: now() - startedAt };
}

/** Held-out rows as a fit takes them. */
export function heldRows(table: Table, { target, sampleWeight }: Part): NonNullable<FitOptions["validation"]> {
  return { table, target, ...(sampleWeight === null ? {} : { sampleWeight }) };
}

function warmOption({ warmStart }: PreparedRun, family: Family): Pick<FitOptions, "warmStart"> {
  return family === "gbdt" && warmStart !== null ? { warmStart: warmStart.model } : {};
}

/** What a trial's predictions for the validation rows are worth. */
export function measureTrial(
  {
    run,
    validation,
    metric,
    hooks,
    nResamples = 200,
  }: Pick<SearchInput, "run" | "validation" | "metric" | "hooks" | "nResamples">,
  prediction: Float64Array,
): Pick<Trial, "validation" | "losses" | "value"> {
  const { task } = run.built.target;
  const { loss } = run;
  const yTrue = validation.target.values;
  const { sampleWeight, resample, ranked } = validation;
  const value = measureMetric(
    metric,
    { task, loss },
    { yTrue, ...(sampleWeight === null ? {} : { sampleWeight }), ...(ranked === null ? {} : { ranked }) },
    prediction,
    { seed: run.seed, resample, nResamples, check: stopCheck(hooks) },
  );
  const losses = weigh(rowLosses(task, yTrue, prediction, loss, ranked ?? undefined).values, sampleWeight);
  return { validation: prediction, losses, value };
}

/**
 * The chosen configuration refitted on training and validation rows, for as many rounds as early stopping found best; after a warm start these are
 * the rounds beyond the earlier ones.
 */
export function refit(
  run: PreparedRun,
  trial: Trial,
  excluded: readonly string[],
  rows: Int32Array,
  hooks: TrainHooks,
): { features: FittedFeatures; model: FittedModel } {
  const part = partOf(run, rows);
  const { fitted, features } = fitFamilyFeatures(run, familyTraits[trial.family].features, excluded, part);
  const { bestRound, refitParams } = trial.model as FittedModel & Partial<Pick<FittedGbdt, "bestRound"> & FittedGam>;
  const warm = warmOption(run, trial.family);
  const before = warm.warmStart === undefined ? 0 : run.warmStart!.nRounds;
  const params = {
    ...trial.configuration?.params,
    ...refitParams,
    ...(bestRound === undefined ? {} : { nTrees: Math.max(1, bestRound - before), earlyStoppingRounds: 0 }),
  };
  const learner = learnerFor(run, { family: trial.family, params });
  const model = learner.fit(features, part.target, {
    seed: run.seed,
    ...(part.sampleWeight === null ? {} : { sampleWeight: part.sampleWeight }),
    ...(hooks.shouldStop === undefined ? {} : { shouldStop: hooks.shouldStop }),
    ...(hooks.kernels === undefined ? {} : { kernels: hooks.kernels }),
    ...(hooks.predictKernels === undefined ? {} : { predictKernels: hooks.predictKernels }),
    ...(hooks.sparseKernels === undefined ? {} : { sparseKernels: hooks.sparseKernels }),
    ...(run.loss.custom === undefined ? {} : { customLoss: run.loss.custom }),
    ...warm,
  });
  return { features: fitted, model };
}
