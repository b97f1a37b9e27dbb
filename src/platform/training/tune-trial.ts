import { canonicalJson } from "../../lib/index.ts";
import {
  type CustomLoss,
  type FitOptions,
  type FittedModel,
  isNumeric,
  type Learner,
} from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import { loadPredictor, type PredictorData, rawRowOf } from "../capsule/index.ts";
import type { Fold } from "../data/index.ts";
import { measureMetric, primaryMetric, rowLosses } from "../evaluation/index.ts";
import type { FeatureFamily, FittedFeatures } from "../features/index.ts";
import {
  addBlocks,
  type BlockLosses,
  type Cutoffs,
  isFoldRung,
  meanLoss,
  passes,
  type RungLoss,
  sumBlocks,
} from "../tuning/index.ts";
import type { Configuration } from "./definition.ts";
import { familiesOf, familyTraits, learnerFor, learnerOf, searchFamilies, settingOf } from "./families.ts";
import { checkLeakage, excludedColumns } from "./leakage-decision.ts";
import { outputsOf } from "./model-signature.ts";
import { type Part, partOf } from "./part.ts";
import { type PreparedRun, prepareRun } from "./prepare-run.ts";
import { fitFamilyFeatures, heldRows } from "./search.ts";
import type { SearchFamily } from "./search-space.ts";
import type { TrainHooks } from "./train-input.ts";
import { blocksOfFolds, developmentRows, foldsInWords, tuningFolds } from "./tune-folds.ts";
import type { OuterOutcome, OuterRequest, TrialOutcome, TrialRequest, TuneInput, TuneSubject } from "./tune-input.ts";

/** Data made ready once, on which trials are then run one after the other. */
export interface TrialBench {
  readonly subject: TuneSubject;
  /** What the search may try. */
  readonly families: readonly SearchFamily[];
  /** Fits and measures a configuration fold by fold. The same request gives the same outcome but for what it took: time and latency. */
  runTrial(request: TrialRequest, hooks: TrainHooks): TrialOutcome;
  /** Absent where there are no outer folds. */
  runOuter?(request: OuterRequest, hooks: TrainHooks): OuterOutcome;
}

/** Rows of one fold with their features. */
interface FoldData {
  readonly train: Part;
  readonly validation: Part;
  readonly features: (family: FeatureFamily) => FoldFeatures;
  readonly blocks: Int32Array;
}

interface FoldFeatures {
  readonly fitted: FittedFeatures;
  readonly train: Table;
  readonly validation: Table;
}

/**
 * Prepares the data of a tuning: the test rows are parted off first and never looked at; features are fitted on the training rows of each
 * fold. Throws what a training throws for such data, and FOLDS_….
 */
export function openTrials(input: TuneInput, customLoss?: CustomLoss): TrialBench {
  const { settings } = input;
  const run = prepareRun({ ...input, champion: null }, customLoss);
  const { task } = run.built.target;
  checkFamilies(run);
  const metric = primaryMetric({ task, loss: run.loss }, run.definition.evaluation?.metric);
  const excluded = excludedColumns(run, checkLeakage(run));
  const rows = developmentRows(run);
  const outer =
    settings.outerFolds === 0 ? [] : foldData(run, tuningFolds(run, rows, settings.outerFolds, settings), excluded);
  const inner = new Map<number | null, FoldData[]>();
  const foldsOf = (k: number | null): FoldData[] => {
    if (!inner.has(k)) {
      const within = k === null ? rows : outer[k]!.train.rows;
      inner.set(k, foldData(run, tuningFolds(run, within, settings.folds, settings), excluded));
    }
    return inner.get(k)!;
  };
  foldsOf(null);
  const bench: Bench = { run, metric, isMeasured: settings.objectives.includes("latency") };
  return {
    subject: { task, metric, lossName: lossName(run), nRows: rows.length, says: foldsInWords(run, settings) },
    families: searchFamilies(familiesOf(run.definition), settingOf(run.definition, run.schema)),
    runTrial: (request, hooks) => runTrial(bench, foldsOf(request.outer), request, hooks),
    runOuter: (request, hooks) => runOuter(bench, outer[request.outer]!, request, hooks),
  };
}

function lossName({ built, loss: { kind } }: PreparedRun): string {
  if (!isNumeric(built.target.task)) return "log loss";
  if (built.target.task === "ranking") return "1 − NDCG@10";
  return kind === "quantile"
    ? "pinball loss"
    : `${kind} ${kind === "squared" || kind === "absolute" ? "error" : "loss"}`;
}

// A definition whose families cannot learn its loss is refused by the learner's own words.
function checkFamilies({ definition, built, loss }: PreparedRun): void {
  if (familiesOf(definition).length > 0) return;
  learnerOf(built.target.task, loss, { family: definition.search!.families![0]!, params: {} });
}

function foldData(run: PreparedRun, folds: readonly Fold[], excluded: readonly string[]): FoldData[] {
  const blocks = blocksOfFolds(run, folds);
  return folds.map((fold, f) => {
    const [train, validation] = [partOf(run, fold.train), partOf(run, fold.validation)];
    const made = new Map<FeatureFamily, FoldFeatures>();
    return {
      train,
      validation,
      blocks: blocks[f]!,
      features(family) {
        if (!made.has(family)) {
          const { fitted, features } = fitFamilyFeatures(run, family, excluded, train);
          made.set(family, { fitted, train: features, validation: fitted.transform(validation.table) });
        }
        return made.get(family)!;
      },
    };
  });
}

interface Bench {
  readonly run: PreparedRun;
  readonly metric: string;
  readonly isMeasured: boolean;
}

function runTrial(
  { run, metric, isMeasured }: Bench,
  folds: readonly FoldData[],
  { configuration: asked, cutoffs }: TrialRequest,
  hooks: TrainHooks,
): TrialOutcome {
  const configuration = asked as Configuration; // one of the families above
  const now = hooks.elapsedSeconds ?? (() => 0);
  const startedAt = now();
  const learner = learnerFor(run, configuration);
  const rungs: RungLoss[] = [];
  const measured: FoldMeasure[] = [];
  const rounds: number[] = [];
  let serving: Pick<TrialOutcome, "bytes" | "latencyMicros"> = { bytes: null, latencyMicros: null };
  let isPruned = false;
  for (const [f, fold] of folds.entries()) {
    const features = fold.features(familyTraits[configuration.family].features);
    const watch = f === 0 ? watchRounds(configuration, learner, cutoffs, rungs) : undefined;
    const model = fitFold(run, learner, fold, features, hooks, watch);
    isPruned = watch?.isPruned() ?? false;
    if (isPruned) break;
    measured.push(measureFold(run, metric, fold, model.predict(features.validation)));
    const { bestRound } = model as FittedModel & { readonly bestRound?: number };
    if (bestRound !== undefined) rounds.push(bestRound);
    if (f === 0) serving = measureServing(run, fold, features.fitted, model, isMeasured ? now : null);
    const done = f + 1;
    if (!isFoldRung(done, folds.length)) continue;
    const rung = { rung: `fold ${done}`, loss: meanLoss(joinBlocks(measured)) };
    rungs.push(rung);
    isPruned = !passes(rung, cutoffs);
    if (isPruned) break;
  }
  const blocks = isPruned ? null : joinBlocks(measured);
  return {
    status: isPruned ? "pruned" : "complete",
    params: learner.params,
    loss: blocks && meanLoss(blocks),
    value: meanOf(measured.flatMap(({ value }) => value ?? [])),
    foldLosses: measured.map(({ blocks: own }) => meanLoss(own)),
    rungs,
    blocks,
    rounds: meanOf(rounds),
    ...serving,
    seconds: now() - startedAt,
  };
}

function runOuter(
  { run, metric }: Bench,
  fold: FoldData,
  { configuration: asked, rounds }: OuterRequest,
  hooks: TrainHooks,
): OuterOutcome {
  const configuration = asked as Configuration;
  const fixed = rounds === null ? {} : { nTrees: Math.max(1, Math.round(rounds)), earlyStoppingRounds: 0 };
  const params = { ...configuration.params, ...fixed };
  const learner = learnerFor(run, { ...configuration, params });
  const features = fold.features(familyTraits[configuration.family].features);
  const model = learner.fit(features.train, fold.train.target, fitOptions(run, fold, hooks));
  return measureFold(run, metric, fold, model.predict(features.validation));
}

function fitOptions(run: PreparedRun, { train }: FoldData, hooks: TrainHooks): FitOptions {
  return {
    seed: run.seed,
    ...(train.sampleWeight === null ? {} : { sampleWeight: train.sampleWeight }),
    ...(hooks.shouldStop === undefined ? {} : { shouldStop: hooks.shouldStop }),
    ...(hooks.kernels === undefined ? {} : { kernels: hooks.kernels }),
    ...(hooks.predictKernels === undefined ? {} : { predictKernels: hooks.predictKernels }),
    ...(hooks.sparseKernels === undefined ? {} : { sparseKernels: hooks.sparseKernels }),
    ...(run.loss.custom === undefined ? {} : { customLoss: run.loss.custom }),
  };
}

function fitFold(
  run: PreparedRun,
  learner: Learner,
  fold: FoldData,
  features: FoldFeatures,
  hooks: TrainHooks,
  watch: RoundWatch | undefined,
): FittedModel {
  return learner.fit(features.train, fold.train.target, {
    ...fitOptions(run, fold, hooks),
    validation: heldRows(features.validation, fold.validation),
    ...(watch === undefined ? {} : { onRound: watch.onRound }),
  });
}

interface RoundWatch {
  readonly onRound: (round: number, validationLoss: number) => boolean;
  readonly isPruned: () => boolean;
}

/** Rounds × learning rate after which the first fold of boosted trees is compared: most of the way that they go. */
const wayToRung = 9;

// Counted in rounds alone, trials of a small learning rate would always look worse. Rungs at a third and a ninth of this way were tried: they save
// time and lose more quality than that time buys back.
function watchRounds({ family }: Configuration, { params }: Learner, cutoffs: Cutoffs, rungs: RungLoss[]): RoundWatch {
  const rate = typeof params.learningRate === "number" ? params.learningRate : 0.1;
  const at = Math.ceil(wayToRung / rate);
  let best = Number.POSITIVE_INFINITY;
  let isPruned = false;
  return {
    isPruned: () => isPruned,
    onRound(round, validationLoss) {
      best = Math.min(best, validationLoss);
      if (round !== at) return true;
      const rung = { rung: `${family} way ${wayToRung}`, loss: best };
      rungs.push(rung);
      isPruned = !passes(rung, cutoffs);
      return !isPruned;
    },
  };
}

interface FoldMeasure {
  readonly value: number | null;
  readonly blocks: BlockLosses;
}

function measureFold(run: PreparedRun, metric: string, { validation, blocks }: FoldData, prediction: Float64Array) {
  const { task } = run.built.target;
  const { loss } = run;
  const yTrue = validation.target.values;
  const { sampleWeight, resample, ranked } = validation;
  const rows = {
    yTrue,
    ...(sampleWeight === null ? {} : { sampleWeight }),
    ...(ranked === null ? {} : { ranked }),
  };
  const { value } = measureMetric(metric, { task, loss }, rows, prediction, {
    seed: run.seed,
    resample,
    nResamples: 1,
  });
  const losses = rowLosses(task, yTrue, prediction, loss, ranked ?? undefined).values;
  return { value, blocks: sumBlocks(losses, sampleWeight ?? new Float64Array(losses.length).fill(1), blocks) };
}

function joinBlocks(measured: readonly FoldMeasure[]): BlockLosses {
  return measured.map(({ blocks }) => blocks).reduce(addBlocks);
}

/** Rows of one timed pass, and seconds of timing at most. */
const timedRows = 200;
const timedSeconds = 0.1;

// Size of the model as its capsule stores it, and how long the served form takes for one real row.
function measureServing(
  run: PreparedRun,
  { validation }: FoldData,
  features: FittedFeatures,
  model: FittedModel,
  now: (() => number) | null,
): Pick<TrialOutcome, "bytes" | "latencyMicros"> {
  const text = canonicalJson(model.toJSON());
  const bytes = new TextEncoder().encode(text).length;
  if (now === null) return { bytes, latencyMicros: null };
  const { task } = run.built.target;
  const signature = {
    inputs: features.inputs,
    task,
    classes: run.built.classes,
    outputs: outputsOf(run),
    threshold: null,
  };
  const data = { features: features.toJSON(), model: JSON.parse(text), calibrator: null, signature } as PredictorData;
  const predictor = loadPredictor(data);
  const n = Math.min(timedRows, validation.table.nRows);
  const rows = Array.from({ length: n }, (_, i) => rawRowOf(signature, validation.table, i));
  const out = new Float64Array(predictor.nOutputs);
  const times: number[] = [];
  const startedAt = now();
  // The first pass warms the code up and does not count.
  for (let pass = 0; pass < 2 || (pass < 20 && now() - startedAt < timedSeconds); pass++)
    for (const row of rows) {
      const from = now();
      predictor.predictRow(row, out);
      if (pass > 0) times.push(now() - from);
    }
  times.sort((a, b) => a - b);
  return { bytes, latencyMicros: 1e6 * times[Math.floor(times.length / 2)]! };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
