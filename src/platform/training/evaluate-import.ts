import { FettleError, hashOf } from "../../lib/index.ts";
import { isNumeric, loadModel, type Target } from "../../ml/learners/index.ts";
import { type Capsule, type Lineage, loadPredictor, type PredictorData, recordGolden } from "../capsule/index.ts";
import { evaluate, measureMetric, primaryMetric } from "../evaluation/index.ts";
import { loadFeatures } from "../features/index.ts";
import type { ModelDefinition } from "./definition.ts";
import { baselinePrediction, championPrediction, scored } from "./evaluated-part.ts";
import { summariseExplanations } from "./explanation-summary.ts";
import { gatesOf } from "./gates.ts";
import type { ImportDefinition } from "./import-definition.ts";
import { importHash } from "./import-definition.ts";
import { mostUsedColumns } from "./important-columns.ts";
import type { ImportedPredictor } from "./imported-predictor.ts";
import { checkLeakage, excludedColumns } from "./leakage-decision.ts";
import { documented } from "./model-signature.ts";
import { goldenOptions, partOf } from "./part.ts";
import { type PreparedRun, prepareRun } from "./prepare-run.ts";
import { accountOf } from "./report-parts.ts";
import type { Candidate } from "./run-report.ts";
import { baselinesOf, familyFeatures, isBetter, type SearchInput, type Trial, tryLearner } from "./search.ts";
import { stageClock } from "./stage-clock.ts";
import type { TrainHooks, TrainInput, TrainOutcome } from "./train-input.ts";

/** Seed of everything that is drawn about an imported model: its golden rows, the split, the intervals. */
const seed = 1;

/** Where an imported model came from. */
export function importLineage(definition: ImportDefinition): Lineage {
  const { library, sha256 } = definition.imported;
  return { snapshot: null, definition: importHash(definition), seed, imported: { library, sha256 } };
}

/** A capsule of an imported model that nothing was measured of. */
export function unmeasuredCapsule(
  definition: ImportDefinition,
  { data }: ImportedPredictor,
  table: TrainInput["table"],
): Capsule {
  return {
    name: definition.name,
    ...data,
    evaluation: null,
    golden: recordGolden(loadPredictor(data), table, seed),
    lineage: importLineage(definition),
  };
}

/**
 * How an imported model is measured, as a definition. It needs no training rows: half of the rows test it, a quarter chooses its threshold
 * and slices, a quarter teaches the baselines. Its columns stay, leak or not: they cannot be taken out of a finished model.
 */
export function evaluationDefinition(
  { name, data, target, query }: ImportDefinition & { readonly target: ModelDefinition["target"] },
  { data: { signature }, loss }: ImportedPredictor,
): ModelDefinition {
  const { task } = signature;
  if ((task === "ranking") !== (query !== undefined))
    throw new FettleError(
      "invalid-input",
      "IMPORT_QUERY",
      `Cannot measure the imported model: it is made for a ${task} task, ${task === "ranking" ? "the column of its queries is needed" : "a column of queries is for rankings"}`,
      { hint: "Name the column that says which rows are ordered together by --query, for a ranking only" },
    );
  return {
    name,
    data,
    target,
    seed,
    task,
    ...(query === undefined ? {} : { query }),
    split: { kind: "random", validation: 0.25, test: 0.5 },
    leakage: { keep: signature.inputs.map((input) => input.name) },
    evaluation: { calibration: "none" },
    ...(isNumeric(task) ? { loss: loss.kind } : {}),
    ...(loss.quantiles === undefined ? {} : { quantiles: loss.quantiles }),
  };
}

/** What {@link evaluateImport} measures. */
export interface MeasuredImport {
  readonly definition: ImportDefinition;
  readonly predictor: ImportedPredictor;
}

/** Measures an imported model as a training measures its own: the same baselines, leakage check, gates and report. */
export function evaluateImport(
  input: TrainInput,
  { definition, predictor: imported }: MeasuredImport,
  hooks: TrainHooks,
): TrainOutcome {
  const stages = stageClock(hooks);
  stages.enter("contract");
  const prepared = prepareRun(input);
  const classes = classesOf(imported.data, definition, prepared);
  const run = { ...prepared, built: { ...prepared.built, classes, target: targetOf(prepared, classes) } };
  stages.enter("split");
  const train = partOf(run, run.split.train);
  const validation = partOf(run, run.split.validation);
  const test = partOf(run, run.split.test);

  stages.enter("leakage");
  const leakage = checkLeakage(run);
  stages.enter("features");
  const features = { gbdt: familyFeatures(run, "gbdt", excludedColumns(run, leakage), train, validation) };
  stages.enter("search");
  const { task } = run.built.target;
  const { loss } = run;
  const metric = primaryMetric({ task, loss });
  const baselines = baselineTrials({
    run,
    train,
    validation,
    features,
    configurations: [],
    stack: null,
    metric,
    hooks,
    maxSeconds: 0,
  });
  const baseline = baselines.reduce((best, trial) => (isBetter(trial, best, metric) ? trial : best));

  stages.enter("evaluate");
  const data = describe(imported.data, classes, run);
  const predictor = loadPredictor(data);
  const onValidation = predictor.predict(validation.table);
  const fitted = loadFeatures(data.features);
  const championName = input.champion?.name ?? null;
  const evaluation = evaluate({
    task,
    classes,
    loss,
    test: scored(test, predictor.predict(test.table)),
    validation: scored(validation, onValidation),
    baseline: { name: baseline.name, prediction: baselinePrediction(features, baseline, test) },
    ...championPrediction(input, predictor.signature, test),
    schema: run.schema,
    personalData: [...run.personalData.keys()],
    ...(run.definition.query === undefined ? {} : { queryColumn: run.definition.query }),
    predictWith: (table) => predictor.predict(table),
    importanceColumns: mostUsedColumns(fitted, loadModel(data.model)),
    primary: metric,
    seed,
    onProgress: (share) => hooks.onProgress?.({ stage: "evaluate", share }),
    ...(hooks.shouldStop ? { shouldStop: hooks.shouldStop } : {}),
  });

  const explanations = summariseExplanations({
    data,
    test,
    outputs: predictor.predict(test.table),
    worst: task === "ranking" ? [] : evaluation.errors.worst.map(({ row }) => row),
    hidden: run.personalData,
    seed,
    ...(hooks.shapKernels && { kernels: hooks.shapKernels }),
  });

  stages.enter("package");
  const golden = recordGolden(predictor, test.table, seed, goldenOptions(test));
  const capsule = { name: definition.name, ...data, evaluation, golden, lineage: importLineage(definition) };
  const candidates = [
    ...baselines.map((trial) => candidateOf(trial, metric)),
    importedCandidate(definition, data, {
      metric,
      validation: measureMetric(
        metric,
        { task, loss },
        { yTrue: validation.target.values, ...(validation.ranked === null ? {} : { ranked: validation.ranked }) },
        onValidation,
        {
          seed,
          resample: validation.resample,
          nResamples: 200,
        },
      ),
    }),
  ];
  const report: TrainOutcome["report"] = {
    model: definition.name,
    task,
    seed,
    problem: { column: input.definition.target.column, says: run.built.says, classes },
    ...accountOf(
      run,
      { snapshot: input.snapshot, testStart: null },
      leakage,
      { train, validation, conformal: null, test },
      {
        data: imported.notes,
        split: ["the model was trained elsewhere: whether it has seen these rows is not known"],
      },
    ),
    features: fitted.outputs.map(({ name, from, says }) => ({ name, from, says })),
    candidates,
    champion: championName,
    evaluation,
    explanations,
    gates: gatesOf(evaluation, leakage, championName),
    seconds: stages.finish(),
  };
  const testRows = hashOf([input.snapshot.id, Array.from(test.rows, (row) => run.built.rows[row]!)]);
  return { capsule, report, trials: [], testRows };
}

// A rule such as ">=5" names both classes, the positive one last, as the model's second is.
function classesOf(
  { signature }: PredictorData,
  definition: ImportDefinition,
  { built }: PreparedRun,
): readonly string[] {
  return definition.target?.positive !== undefined && definition.classes === undefined
    ? built.classes
    : signature.classes;
}

/** The target by the model's own numbers of the classes. Throws IMPORT_CLASSES for a class that the model does not have. */
function targetOf({ built, definition }: PreparedRun, classes: readonly string[]): Target {
  if (isNumeric(built.target.task)) return built.target;
  const numbers = built.classes.map((name) => classes.indexOf(name));
  if (numbers.includes(-1))
    throw new FettleError(
      "invalid-input",
      "IMPORT_CLASSES",
      `Cannot measure the imported model: the target "${definition.target.column}" has the classes ${built.classes.slice(0, 10).join(", ")}, the model's ${classes.slice(0, 10).join(", ")} are needed`,
      { hint: "Name the model's classes in its order, for two the positive one last: --classes no,yes" },
    );
  return { ...built.target, values: built.target.values.map((k) => numbers[k]!), nClasses: classes.length };
}

function baselineTrials(search: SearchInput): Trial[] {
  return baselinesOf(search.run).map(({ name, learner }) =>
    tryLearner(search, { name, role: "baseline", family: "gbdt", configuration: null, learner }),
  );
}

/** The predictor with its classes named and its inputs documented from rows. */
function describe(
  data: PredictorData,
  classes: readonly string[],
  { table, personalData, definition: { query } }: PreparedRun,
): PredictorData {
  const inputs = data.signature.inputs.map((input) => ({
    ...input,
    ...documented(table, personalData.has(input.name), input.name),
  }));
  return { ...data, signature: { ...data.signature, inputs, classes, ...(query === undefined ? {} : { query }) } };
}

function candidateOf({ name, role, learner, value, seconds }: Trial, metric: string): Candidate {
  return { name, family: "baseline", role, params: learner.params, metric, validation: value, seconds, chosen: false };
}

function importedCandidate(
  { imported }: ImportDefinition,
  { model }: PredictorData,
  measured: Pick<Candidate, "metric" | "validation">,
): Candidate {
  const nTrees = "trees" in model ? model.trees.length : 0;
  return {
    name: "imported model",
    family: imported.library,
    role: "candidate",
    params: { trees: nTrees, ...("loss" in model ? { objective: model.loss } : {}) },
    ...measured,
    seconds: 0,
    chosen: true,
    note: `It was imported from ${imported.file}; nothing was chosen or trained here.`,
  };
}
