import { FettleError, hashOf } from "../../lib/index.ts";
import { applyCalibrator, type FittedModel } from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import { type Capsule, joinPredictor, loadPredictor, recordGolden, type Signature } from "../capsule/index.ts";
import { byFirstAppearance, profileTable, storageOf } from "../data/index.ts";
import {
  type CalibrationDecision,
  chooseCalibration,
  chooseThreshold,
  evaluate,
  primaryMetric,
} from "../evaluation/index.ts";
import type { FittedFeatures } from "../features/index.ts";
import { findLeakage, type LeakageFinding } from "../leakage/index.ts";
import { definitionHash, type Family } from "./definition.ts";
import { gatesOf } from "./gates.ts";
import { joinRows, type Part, partOf } from "./part.ts";
import { type PreparedRun, prepareRun } from "./prepare-run.ts";
import type { Candidate } from "./run-report.ts";
import {
  type FamilyFeatures,
  familiesOf,
  familyFeatures,
  refit,
  regressionLoss,
  type SearchResult,
  search,
  type Trial,
} from "./search.ts";
import { proposeConfigurations } from "./search-space.ts";
import type { TrainHooks, TrainInput, TrainOutcome, TrainStage } from "./train-input.ts";
import { trainStages } from "./train-input.ts";

/**
 * The whole training as one pure function: contract → target → split → leakage → features → search → refit → calibration and
 * threshold → evaluation → capsule. Choices look at training and validation rows only; the test rows confirm once.
 * The same input gives the same capsule, byte for byte. Throws CONTRACT_BROKEN, TARGET_…, SPLIT_…, FIT_CANCELLED.
 */
export function trainModel(input: TrainInput, hooks: TrainHooks = {}): TrainOutcome {
  const stages = stageClock(hooks);
  const { definition, snapshot } = input;

  stages.enter("contract");
  const run = prepareRun(input);
  stages.enter("split");
  const train = partOf(run, run.split.train);
  const validation = partOf(run, run.split.validation);
  const test = partOf(run, run.split.test);

  stages.enter("leakage");
  const leakage = checkLeakage(run);
  const excluded = excludedColumns(run, leakage);

  stages.enter("features");
  const families = familiesOf(definition);
  const configurations =
    input.trials ??
    definition.search?.configurations ??
    proposeConfigurations(families, definition.search?.trials ?? 8, run.seed);
  const needed = new Set<Family>(configurations.map(({ family }) => family));
  const features: Partial<Record<Family, FamilyFeatures>> = {};
  for (const family of needed) features[family] = familyFeatures(run, family, excluded, train, validation);

  stages.enter("search");
  const { task } = run.built.target;
  const metric = primaryMetric({ task, loss: regressionLoss(definition) }, definition.evaluation?.metric);
  const maxSeconds = input.trials ? Number.POSITIVE_INFINITY : (definition.search?.seconds ?? 600);
  const found = search({ run, train, validation, features, configurations, metric, hooks, maxSeconds });
  const refitted = refit(run, found.chosen, excluded, joinRows(run.split.train, run.split.validation), hooks);

  stages.enter("evaluate");
  const calibration = calibrationOf(run, found.chosen, validation);
  const predictor = joinPredictor(
    refitted.features,
    refitted.model,
    calibration.calibrator,
    signatureOf(run, refitted.features, found.chosen, calibration, validation),
  );
  const championName = input.champion?.name ?? null;
  const evaluation = evaluate({
    task,
    classes: run.built.classes,
    loss: regressionLoss(definition),
    test: scored(test, predictor.predict(test.table)),
    validation: scored(validation, calibrated(calibration, found.chosen)),
    baseline: { name: found.baseline.name, prediction: baselinePrediction(features, found.baseline, test) },
    ...championPrediction(input, predictor.signature, test),
    calibration: calibration.method,
    schema: run.schema,
    personalData: [...run.personalData.keys()],
    slices: definition.evaluation?.slices ?? [],
    protectedColumns: definition.evaluation?.protected ?? [],
    ...(definition.evaluation?.cost ? { costs: definition.evaluation.cost } : {}),
    predictWith: (table) => predictor.predict(table),
    importanceColumns: mostUsedColumns(refitted.features, refitted.model),
    primary: metric,
    seed: run.seed,
    ...(definition.evaluation?.resamples === undefined ? {} : { nResamples: definition.evaluation.resamples }),
    onProgress: (share) => hooks.onProgress?.({ stage: "evaluate", share }),
    ...(hooks.shouldStop ? { shouldStop: hooks.shouldStop } : {}),
  });

  stages.enter("package");
  const capsule: Capsule = {
    name: definition.name,
    features: refitted.features.toJSON(),
    model: refitted.model.toJSON(),
    calibrator: calibration.calibrator,
    signature: predictor.signature,
    evaluation,
    golden: recordGolden(predictor, test.table, run.seed),
    lineage: { snapshot: snapshot.id, definition: definitionHash(definition), seed: run.seed },
  };
  const report: TrainOutcome["report"] = {
    model: definition.name,
    task,
    seed: run.seed,
    problem: { column: definition.target.column, says: run.built.says, classes: run.built.classes },
    data: {
      snapshot,
      nColumns: snapshot.schema.length,
      columns: profileTable(run.table, run.schema, { personalData: run.personalData }),
      violations: run.contract.violations,
      notes: run.notes,
      testStart: input.testStart,
    },
    leakage: { findings: leakage, excluded: strongColumns(leakage), pretended: pretendedScore(leakage) },
    split: {
      kind: run.split.rule.kind,
      says: splitInWords(run),
      parts: [
        { name: "train", part: train },
        { name: "validation", part: validation },
        { name: "test", part: test },
      ].map(({ name, part }) => ({ name, n: part.rows.length, targetMean: targetMean(part) })),
      notes: run.split.notes,
    },
    features: refitted.features.outputs.map(({ name, from, says }) => ({ name, from, says })),
    candidates: candidatesOf(found, metric, calibration),
    champion: championName,
    evaluation,
    gates: gatesOf(evaluation, leakage, championName),
    seconds: {},
  };
  const trials = found.trials.flatMap(({ configuration }) => (configuration === null ? [] : [configuration]));
  const testRows = hashOf([
    snapshot.id,
    Array.from(run.built.rows.length === input.table.nRows ? test.rows : test.rows.map((row) => run.built.rows[row]!)),
  ]);
  return { capsule, report: { ...report, seconds: stages.finish() }, trials, testRows };
}

/** Columns whose importance is measured, at most: each costs five predictions of all test rows. */
const mostImportances = 100;

// The columns that the model leans on: by splits of its trees, or by the size of its weights.
function mostUsedColumns({ inputs, outputs }: FittedFeatures, model: FittedModel): string[] {
  if (inputs.length <= mostImportances) return inputs.map(({ name }) => name);
  const data = model.toJSON();
  const uses = new Float64Array(outputs.length);
  if (data.kind === "gbdt") for (const { feature } of data.trees) for (const j of feature) uses[j]! += 1;
  if (data.kind === "linear")
    for (const weights of data.weights) {
      let at = 0;
      data.nLevels.forEach((levels, j) => {
        for (let k = 0; k < Math.max(1, levels); k++) uses[j]! += Math.abs(weights[at++]!);
      });
    }
  const byColumn = new Map<string, number>();
  outputs.forEach(({ from }, j) => {
    byColumn.set(from, (byColumn.get(from) ?? 0) + uses[j]!);
  });
  const used = [...byColumn].filter(([, use]) => use > 0).sort(([, a], [, b]) => b - a);
  return used.slice(0, mostImportances).map(([name]) => name);
}

function stageClock(hooks: TrainHooks) {
  const now = hooks.elapsedSeconds ?? (() => 0);
  const seconds: Partial<Record<TrainStage, number>> = {};
  let current: TrainStage = trainStages[0];
  let since = now();
  const leave = () => {
    seconds[current] = (seconds[current] ?? 0) + now() - since;
    since = now();
  };
  return {
    enter(stage: TrainStage) {
      leave();
      current = stage;
      hooks.onProgress?.({ stage, share: 0 });
      if (hooks.shouldStop?.())
        throw new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish the training: it was cancelled");
    },
    finish() {
      leave();
      return seconds as Record<string, number>;
    },
  };
}

function checkLeakage(run: PreparedRun): LeakageFinding[] {
  const { definition } = run;
  return findLeakage({
    table: run.table,
    schema: run.schema,
    target: run.built.target,
    targetColumn: definition.target.column,
    split: run.split,
    seed: run.seed,
    exclude: definition.leakage?.exclude ?? [],
    keep: definition.leakage?.keep ?? [],
    ignore: ignoredColumns(run),
  });
}

function ignoredColumns({ definition, personalData, split }: PreparedRun): string[] {
  const structural = [definition.weight, split.rule.kind === "group" ? split.rule.column : undefined];
  return [...(definition.ignore ?? []), ...structural.filter((name) => name !== undefined), ...personalData.keys()];
}

function strongColumns(findings: readonly LeakageFinding[]): string[] {
  return [...new Set(findings.filter(({ decision }) => decision === "excluded").flatMap(({ columns }) => columns))];
}

function excludedColumns(run: PreparedRun, findings: readonly LeakageFinding[]): string[] {
  return [...new Set([...ignoredColumns(run), ...(run.definition.leakage?.exclude ?? []), ...strongColumns(findings)])];
}

function pretendedScore(findings: readonly LeakageFinding[]): TrainOutcome["report"]["leakage"]["pretended"] {
  const found = findings.find(
    ({ decision, scoreWith, scoreWithout }) => decision === "excluded" && scoreWith !== null && scoreWithout !== null,
  );
  return found ? { metric: found.metric, withLeak: found.scoreWith!, without: found.scoreWithout! } : null;
}

function calibrationOf(run: PreparedRun, chosen: Trial, validation: Part): CalibrationDecision {
  return chooseCalibration({
    task: run.built.target.task,
    yTrue: validation.target.values,
    prediction: chosen.validation,
    resample: validation.resample,
    method: run.definition.evaluation?.calibration ?? "auto",
    seed: run.seed,
    ...(validation.sampleWeight === null ? {} : { sampleWeight: validation.sampleWeight }),
  });
}

function calibrated({ calibrator }: CalibrationDecision, { validation, model }: Trial): Float64Array {
  return calibrator === null ? validation : applyCalibrator(calibrator, validation, model.nOutputs);
}

function scored(part: Part, prediction: Float64Array) {
  return {
    yTrue: part.target.values,
    prediction,
    table: part.table,
    resample: part.resample,
    ...(part.sampleWeight === null ? {} : { sampleWeight: part.sampleWeight }),
  };
}

function baselinePrediction(
  features: Partial<Record<Family, FamilyFeatures>>,
  baseline: Trial,
  test: Part,
): Float64Array {
  return baseline.model.predict(features[baseline.family]!.fitted.transform(test.table));
}

// A champion can only be asked where the table still has its columns, and compared where it answers the same question.
function championPrediction({ champion }: TrainInput, signature: Signature, test: Part) {
  if (champion === null) return {};
  const { inputs, ...theirs } = champion.data.signature;
  const canBeAsked = inputs.every(
    ({ name, type }) => test.table.has(name) && test.table.column(name).kind === storageOf[type],
  );
  const question = ({ task, classes, outputs }: Omit<Signature, "inputs">) => JSON.stringify([task, classes, outputs]);
  if (!canBeAsked || question(theirs) !== question(signature)) return {};
  return { champion: { name: champion.name, prediction: loadPredictor(champion.data).predict(test.table) } };
}

function signatureOf(
  run: PreparedRun,
  features: FittedFeatures,
  chosen: Trial,
  calibration: CalibrationDecision,
  validation: Part,
): Signature {
  const { task } = run.built.target;
  const isBinary = task === "binary";
  const rows = {
    yTrue: validation.target.values,
    yProba: calibrated(calibration, chosen),
    resample: validation.resample,
    ...(validation.sampleWeight === null ? {} : { sampleWeight: validation.sampleWeight }),
  };
  const { quantiles, kind } = regressionLoss(run.definition);
  const fittedOn = run.table.take(joinRows(run.split.train, run.split.validation));
  return {
    inputs: features.inputs.map(({ name, type }) => ({
      name,
      type,
      ...documented(fittedOn, run.personalData.has(name), name),
    })),
    task,
    classes: run.built.classes,
    outputs: task !== "regression" ? [] : kind === "quantile" ? (quantiles ?? [0.5]).map((q) => `q${q}`) : ["value"],
    threshold: isBinary ? chooseThreshold(rows, run.definition.evaluation?.cost, run.seed).threshold : null,
  };
}

// Ranges and levels of the rows that the model was fitted on, for documentation; a column that may be personal stays undocumented.
function documented(
  table: Table,
  isPersonal: boolean,
  name: string,
): { min?: number; max?: number; levels?: readonly string[] } {
  const column = table.column(name);
  if (isPersonal) return {};
  if (column.kind === "category") {
    const levels = byFirstAppearance(column).dictionary;
    return levels.length <= 50 ? { levels } : {};
  }
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of column.values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : {};
}

function targetMean({ target }: Part): number | null {
  if (target.task === "multiclass" || target.values.length === 0) return null;
  let sum = 0;
  for (const value of target.values) sum += value;
  return sum / target.values.length;
}

function splitInWords({ split }: PreparedRun): string {
  const { rule } = split;
  switch (rule.kind) {
    case "random":
      return "random, stratified by the target";
    case "group":
      return `by whole groups of "${rule.column}"`;
    case "time":
      return `by time along "${rule.column}", the latest rows for the test`;
    case "official":
      return "the official test file";
  }
}

function candidatesOf(found: SearchResult, metric: string, calibration: CalibrationDecision): Candidate[] {
  return found.trials.map((trial) => ({
    name: trial.name,
    family: trial.configuration === null ? "baseline" : trial.family,
    role: trial.role,
    params: trial.learner.params,
    metric,
    validation: trial.value,
    seconds: trial.seconds,
    chosen: trial === found.chosen,
    ...(trial === found.chosen ? { note: `${found.sentence} ${calibration.sentence}` } : {}),
  }));
}
