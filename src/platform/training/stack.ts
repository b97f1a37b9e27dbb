import { FettleError } from "../../lib/index.ts";
import {
  type FittedModel,
  fitStack,
  joinPredictions,
  loadModel,
  type StackData,
  type StackWeights,
} from "../../ml/learners/index.ts";
import { crossFit } from "../evaluation/index.ts";
import { type FittedFeatures, joinFeatures } from "../features/index.ts";
import { familyTraits } from "./families.ts";
import type { Part } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { measureTrial, refit, type SearchInput, type Trial } from "./search.ts";
import { takeNumbers, takeTarget } from "./take-rows.ts";
import type { TrainHooks } from "./train-input.ts";

/** A stack that was tried: its models, as trials, and what each counts. */
export interface Stack extends StackWeights {
  readonly bases: readonly Trial[];
}

/** A fitted model with the features that it reads. */
export interface FittedPair {
  readonly features: FittedFeatures;
  readonly model: FittedModel;
}

/** Refuses a stack where its weights would have no meaning: STACK_LOSS. */
export function checkStack({ built, loss }: PreparedRun): void {
  const { task } = built.target;
  const isRight = task === "regression" ? loss.kind === "squared" : task !== "ranking" && loss.kind !== "custom";
  if (isRight) return;
  throw new FettleError(
    "invalid-input",
    "STACK_LOSS",
    `Cannot stack models of a ${task} with ${loss.kind} loss: classes, or numbers with squared loss, are needed`,
    { hint: "Leave out search.stack" },
  );
}

/** What a stack is made of: the best configuration of each family by its validation loss; of a single family its two best. */
function stackBases(candidates: readonly Trial[]): Trial[] {
  const lossOf = (trial: Trial) => trial.losses.reduce((sum, loss) => sum + loss, 0);
  const sorted = [...candidates].sort((a, b) => lossOf(a) - lossOf(b));
  const best = sorted.filter((trial, k) => sorted.findIndex(({ family }) => family === trial.family) === k);
  return best.length > 1 ? best : sorted.slice(0, 2);
}

/**
 * Learns the weights of a stack from predictions for training rows by models that did not see them: 5 folds of rows or of whole groups;
 * in time, five blocks, each predicted from what lies before it.
 */
function learnStack(
  run: PreparedRun,
  bases: readonly Trial[],
  excluded: readonly string[],
  train: Part,
  hooks: TrainHooks,
): Stack {
  const nOutputs = bases[0]!.model.nOutputs;
  const predictions = bases.map(() => new Float64Array(train.rows.length * nOutputs).fill(Number.NaN));
  eachFold(run, train, (fitted, held) => {
    const table = train.table.take(held);
    const rows = fitted.map((k) => train.rows[k]!);
    bases.forEach((trial, b) => {
      const { features, model } = refit(run, trial, excluded, rows, hooks);
      const predicted = model.predict(features.transform(table));
      held.forEach((k, position) => {
        predictions[b]!.set(predicted.subarray(position * nOutputs, (position + 1) * nOutputs), k * nOutputs);
      });
    });
  });
  const rows = Int32Array.from(train.rows.keys()).filter((k) => !Number.isNaN(predictions[0]![k * nOutputs]!));
  const taken = predictions.map((values) =>
    Float64Array.from({ length: rows.length * nOutputs }, (_, at) => {
      const row = rows[Math.floor(at / nOutputs)]!;
      return values[row * nOutputs + (at % nOutputs)]!;
    }),
  );
  const weights = train.sampleWeight === null ? null : takeNumbers(train.sampleWeight, rows);
  return { bases, ...fitStack(takeTarget(train.target, rows), taken, weights) };
}

function eachFold(run: PreparedRun, { rows, resample }: Part, use: (fitted: Int32Array, held: Int32Array) => void) {
  if (resample.unit !== "block") return crossFit(rows.length, resample, run.seed, use);
  const all = Int32Array.from(rows.keys());
  const cut = (block: number) => Math.round((block * rows.length) / 6);
  for (let block = 1; block < 6; block++)
    if (cut(block) > 0) use(all.slice(0, cut(block)), all.slice(cut(block), cut(block + 1)));
}

/** A stack of the best candidates, measured on validation; null where fewer than two were tried. */
export function tryStack(
  input: Pick<SearchInput, "run" | "train" | "validation" | "metric" | "hooks">,
  excluded: readonly string[],
  candidates: readonly Trial[],
): Trial | null {
  const { run, train, hooks } = input;
  const bases = stackBases(candidates);
  if (bases.length < 2) return null;
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const stack = learnStack(run, bases, excluded, train, hooks);
  const { nOutputs } = bases[0]!.model;
  const validations = bases.map(({ validation }) => validation);
  return {
    ...bases[0]!,
    ...measureTrial(input, joinPredictions(run.built.target.task, stack, validations, nOutputs)),
    name: "stack",
    configuration: null,
    learner: { params: Object.fromEntries(bases.map(({ name }, b) => [name, stack.weights[b]!])) },
    stack: withoutIdle(stack),
    seconds: now() - startedAt,
  };
}

// A model that counts for nothing need not be fitted, stored or asked.
function withoutIdle({ bases, weights, intercept }: Stack): Stack {
  const kept = bases.flatMap((_, b) => (weights[b]! > 0 ? [b] : []));
  if (kept.length === 0) return { bases, weights, intercept };
  return { bases: kept.map((b) => bases[b]!), weights: kept.map((b) => weights[b]!), intercept };
}

/** The chosen candidate refitted on the rows given; the models of a stack each, with the weights that were learned for it. */
export function refitChosen(
  run: PreparedRun,
  { stack, ...trial }: Trial,
  excluded: readonly string[],
  rows: Int32Array,
  hooks: TrainHooks,
): FittedPair {
  if (stack === null) return refit(run, { ...trial, stack }, excluded, rows, hooks);
  return joinStack(
    run,
    stack,
    stack.bases.map((base) => refit(run, base, excluded, rows, hooks)),
    hooks,
  );
}

/** One model of several, over the features of all: those of one kind are fitted once. */
function joinStack(run: PreparedRun, stack: Stack, pairs: readonly FittedPair[], hooks: TrainHooks): FittedPair {
  const kinds = stack.bases.map(({ family }) => familyTraits[family].features);
  const sets = [...new Set(kinds)].map((kind) => pairs[kinds.indexOf(kind)]!.features);
  const starts = sets.map((_, s) => sets.slice(0, s).reduce((sum, { outputs }) => sum + outputs.length, 0));
  const features = joinFeatures(sets);
  const places = [...new Set(kinds)];
  const data: StackData = {
    kind: "stack",
    task: run.built.target.task,
    featureNames: features.outputs.map(({ name }) => name),
    nOutputs: pairs[0]!.model.nOutputs,
    bases: pairs.map(({ model }, b) => ({ model: model.toJSON(), from: starts[places.indexOf(kinds[b]!)]! })),
    weights: stack.weights,
    intercept: stack.intercept,
  };
  return { features, model: loadModel(data, hooks.predictKernels) };
}
