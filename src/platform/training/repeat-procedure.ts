import { createRng, FettleError } from "../../lib/index.ts";
import { type Fold, foldRows } from "../data/index.ts";
import { type Evaluation, measureMetric, type Resampled, repeatedEstimate, type Scoring } from "../evaluation/index.ts";
import { baselinePrediction, scored } from "./evaluated-part.ts";
import { familyTraits, learnerFor } from "./families.ts";
import type { Learned } from "./learn.ts";
import { type AgainInput, dealing, learnAgain } from "./learn-again.ts";
import { joinRows, type Part, partOf } from "./part.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { fitFamilyFeatures } from "./search.ts";
import type { TrainHooks, TrainInput } from "./train-input.ts";

/** A test part of fewer rows cannot tell much by itself: the whole procedure is repeated on other parts of the rows. */
export const fewTestRows = 300;
/** Rows of the rarer of two classes in the test part below which a table is small as well. */
const fewOfRarer = 50;

/** Of a greater table nothing is repeated unless it is asked for. */
const mostRows = 20_000;

/** Why a table's test part is too small to stand alone; null where it is not. */
export function smallBecause({ built, table }: PreparedRun, test: Part): string | null {
  if (table.nRows > mostRows) return null;
  const n = test.rows.length;
  if (n < fewTestRows) return `the test part has ${n} rows, fewer than ${fewTestRows}`;
  if (built.target.task !== "binary") return null;
  const positive = test.target.values.reduce((sum, y) => sum + y, 0);
  const rarer = Math.min(positive, n - positive);
  return rarer < fewOfRarer ? `the test part has ${rarer} rows of the rarer class, fewer than ${fewOfRarer}` : null;
}

/** What {@link repeatProcedure} works on: the run's own search, to be carried out again on other rows. */
export interface RepeatInput extends AgainInput {
  readonly test: Part;
  /** Seconds after which no further resample is started; two are made in any case. */
  readonly maxSeconds: number;
  readonly replay: TrainInput["resampling"];
}

type Repeated = Pick<Evaluation, "repeated" | "notRepeated">;

/**
 * Measures the whole procedure by repeated cross-validation where the table is small or the definition asks for it: as many folds as give the test share of
 * the split, so that each resample is trained on as many rows as the served model. Rows of an official test file take no part.
 */
export function repeatProcedure(input: RepeatInput): Repeated {
  const { run, test } = input;
  const asked = run.definition.evaluation?.crossValidation ?? "auto";
  const because = asked === "never" ? null : smallBecause(run, test);
  if (because === null && asked !== "always") return {};
  const why = obstacle(run);
  if (why !== null) return { notRepeated: why };
  try {
    return resampled(input, because ?? "the definition asks for it");
  } catch (error) {
    if (error instanceof FettleError && error.code === "FOLDS_TOO_MANY")
      return { notRepeated: "there are too few rows or groups to deal out" };
    throw error;
  }
}

function obstacle({ split, warmStart }: PreparedRun): string | null {
  if (split.resample.unit === "block")
    return "rows follow each other in time, so that training on other parts of them would know the future";
  return warmStart === null ? null : "the earlier version that trees go on from may have seen any of the rows";
}

function resampled(input: RepeatInput, because: string): Repeated {
  const { run, learned, metric, hooks, replay } = input;
  const rows = rowsToDeal(run);
  const nFolds = foldsOf(run);
  // More of them for the smallest tables, where it is cheap and the deal matters most.
  const nRepeats = rows.length < 500 ? 10 : 5;
  const nPlanned = nFolds * nRepeats;
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const hasTime = (done: number) =>
    replay === undefined ? done < 2 || now() - startedAt < input.maxSeconds : done < replay.nResamples;
  const resamples: { readonly fold: Fold; readonly found: Resampled }[] = [];
  for (let repeat = 0; repeat < nRepeats && hasTime(resamples.length); repeat++) {
    const seed = createRng(run.seed).fork(`repeat ${repeat}`).uint32();
    for (const fold of foldRows(rows, nFolds, dealing(run), seed)) {
      if (!hasTime(resamples.length)) break;
      tell(hooks, resamples.length / nPlanned, `resample ${resamples.length + 1} of ${nPlanned}`);
      resamples.push({ fold, found: resample(input, fold.train, fold.validation) });
    }
  }
  const withCurve = addCurve(input, resamples, nFolds, () =>
    replay === undefined ? now() - startedAt < input.maxSeconds : replay.hasCurve,
  );
  return {
    repeated: repeatedEstimate({
      because,
      says: dealtInWords(run, nFolds, nRepeats),
      nPlanned,
      metric,
      chosen: learned.found.chosen.name,
      nRows: rows.length,
      resamples: withCurve,
    }),
  };
}

function tell(hooks: TrainHooks, share: number, says: string): void {
  if (hooks.shouldStop?.())
    throw new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish the training: it was cancelled");
  hooks.onProgress?.({ stage: "repeat", share, says });
}

// Rows that are drawn alike: those of an official test file may have been drawn otherwise.
function rowsToDeal({ split }: PreparedRun): Int32Array {
  const own = joinRows(joinRows(split.train, split.validation), split.conformal ?? new Int32Array(0));
  return split.rule.kind === "official" ? own : joinRows(own, split.test);
}

function foldsOf({ split: { rule } }: PreparedRun): number {
  const share = rule.kind === "official" ? 0.2 : rule.test;
  return Math.min(10, Math.max(2, Math.round(1 / share)));
}

function dealtInWords({ split: { resample } }: PreparedRun, nFolds: number, nRepeats: number): string {
  return `${nFolds} folds ${resample.unit === "group" ? "of whole groups" : "of rows, stratified"}, dealt out ${nRepeats} times`;
}

function resample(input: RepeatInput, rows: Int32Array, heldRows: Int32Array): Resampled {
  const made = learnAgain(input, rows);
  const held = partOf(input.run, heldRows);
  const measure = (prediction: Float64Array) => measuredValue(input, held, made, prediction);
  const linear = linearPrediction(input, rows, held);
  const { found, features } = made;
  const nChosenOn = found.chosen.losses.length;
  return {
    nTrain: rows.length,
    nTest: heldRows.length,
    value: measure(made.predictor.predict(held.table)),
    references: {
      "the baseline": measure(baselinePrediction(features, found.baseline, held)),
      ...(linear && { "a linear model": measure(linear) }),
    },
    chosen: found.chosen.name,
    losses: Object.fromEntries(
      found.trials
        .filter(({ role }) => role === "candidate")
        .map(({ name, losses }) => [name, losses.reduce((sum, loss) => sum + loss, 0) / losses.length]),
    ),
    validationToTrain: nChosenOn / (rows.length - nChosenOn),
  };
}

// Decisions are read by the threshold, or the costs, of the model that was made.
function measuredValue(
  { run, metric }: RepeatInput,
  held: Part,
  { predictor: { signature } }: Learned,
  prediction: Float64Array,
): number {
  const scoring: Scoring = {
    task: signature.task,
    loss: run.loss,
    threshold: signature.threshold ?? 0.5,
    ...(signature.costs && { costMatrix: signature.costs }),
  };
  const { value } = measureMetric(metric, scoring, scored(held, prediction), prediction, {
    seed: run.seed,
    resample: held.resample,
    nResamples: 1,
  });
  return value ?? Number.NaN;
}

/** What a plain linear model of the training rows predicts; null for a task or a loss that it does not have. */
function linearPrediction({ run, excluded, hooks }: RepeatInput, rows: Int32Array, held: Part): Float64Array | null {
  const { task } = run.built.target;
  const isRight = task === "regression" ? familyTraits.linear.losses.includes(run.loss.kind) : task !== "ranking";
  if (!isRight || run.loss.kind === "custom") return null;
  const part = partOf(run, rows);
  const { fitted, features } = fitFamilyFeatures(run, "linear", excluded, part);
  const plain = { ...run, loss: { ...run.loss, kind: "squared" as const } };
  const model = learnerFor(plain, { family: "linear", params: {} }).fit(features, part.target, {
    seed: run.seed,
    ...(part.sampleWeight === null ? {} : { sampleWeight: part.sampleWeight }),
    ...(hooks.shouldStop === undefined ? {} : { shouldStop: hooks.shouldStop }),
    ...(hooks.sparseKernels === undefined ? {} : { sparseKernels: hooks.sparseKernels }),
  });
  return model.predict(fitted.transform(held.table));
}

/** Parts of the training rows that the procedure is tried on, and the fewest rows that say anything. */
const parts = [1, 2] as const;
const nQuarters = 4;
const fewestRows = 40;

// Over two deals of the rows: enough to see a curve, at the price of a fraction of the rest.
function addCurve(
  input: RepeatInput,
  resamples: readonly { readonly fold: Fold; readonly found: Resampled }[],
  nFolds: number,
  hasTime: () => boolean,
): Resampled[] {
  const nCurve = Math.min(2 * nFolds, resamples.length);
  const curves: Resampled["smaller"][] = [];
  for (let k = 0; k < nCurve && hasTime(); k++) {
    tell(input.hooks, k / nCurve, `learning curve, ${k + 1} of ${nCurve}`);
    curves.push(smallerOf(input, resamples[k]!.fold));
  }
  // All of it or nothing, so that a replay needs no more than to know whether.
  return resamples.map(({ found }, k) => {
    const smaller = curves.length === nCurve ? curves[k] : undefined;
    return smaller === undefined ? found : { ...found, smaller };
  });
}

function smallerOf(input: RepeatInput, { train, validation }: Fold): NonNullable<Resampled["smaller"]> {
  const { run } = input;
  const quarters = foldRows(train, nQuarters, dealing(run), run.seed).map((fold) => fold.validation);
  const held = partOf(run, validation);
  return parts.flatMap((n) => {
    const rows = quarters.slice(0, n).reduce(joinRows);
    if (rows.length < fewestRows) return [];
    const made = learnAgain(input, rows);
    return [{ nRows: rows.length, value: measuredValue(input, held, made, made.predictor.predict(held.table)) }];
  });
}
