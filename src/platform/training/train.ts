import { hashOf } from "../../lib/index.ts";
import { recordGolden } from "../capsule/index.ts";
import { evaluate, primaryMetric } from "../evaluation/index.ts";
import { calibrated } from "./calibrated-trial.ts";
import { checkConformalColumn, conformalInput, withConformal } from "./conformal.ts";
import { definitionHash } from "./definition.ts";
import { evaluateImport } from "./evaluate-import.ts";
import { baselinePrediction, championPrediction, scored } from "./evaluated-part.ts";
import { summariseExplanations } from "./explanation-summary.ts";
import { familiesOf, familyTraits, searchFamilies, settingOf } from "./families.ts";
import { gatesOf } from "./gates.ts";
import { mostUsedColumns } from "./important-columns.ts";
import { checkLeakage, excludedColumns } from "./leakage-decision.ts";
import { learn } from "./learn.ts";
import { goldenOptions, joinRows, partOf } from "./part.ts";
import { prepareRun } from "./prepare-run.ts";
import { repeatProcedure } from "./repeat-procedure.ts";
import { accountOf, candidatesOf } from "./report-parts.ts";
import { proposeConfigurations } from "./search-space.ts";
import { checkStack } from "./stack.ts";
import { stageClock } from "./stage-clock.ts";
import { termShapes } from "./term-shapes.ts";
import { textNotes } from "./text-notes.ts";
import { learningCurve, textSummary } from "./text-summary.ts";
import type { TrainHooks, TrainInput, TrainOutcome } from "./train-input.ts";
import { unweightedTwin } from "./unweighted-twin.ts";
import { checkWarmColumns, warmStartNotes } from "./warm-start.ts";

/**
 * The whole training as one pure function: contract → target → split → leakage → features → search → refit → calibration and
 * threshold → evaluation (of a small table repeated) → capsule. Choices look at training and validation rows only; the test rows confirm once.
 * The same input gives the same capsule, byte for byte. Throws CONTRACT_BROKEN, TARGET_…, SPLIT_…, WARM_START_MISFIT, FIT_CANCELLED.
 */
export function trainModel(input: TrainInput, hooks: TrainHooks = {}): TrainOutcome {
  if (input.imported !== undefined) return evaluateImport(input, input.imported, hooks);
  const stages = stageClock(hooks);
  const { definition, snapshot } = input;

  stages.enter("contract");
  const run = prepareRun(input, hooks.customLoss);
  stages.enter("split");
  const train = partOf(run, run.split.train);
  const validation = partOf(run, run.split.validation);
  const test = partOf(run, run.split.test);
  const conformal = run.split.conformal === undefined ? null : partOf(run, run.split.conformal);

  stages.enter("leakage");
  const leakage = checkLeakage(run);
  const excluded = excludedColumns(run, leakage);
  if (run.warmStart !== null) checkWarmColumns(run.warmStart, excluded);

  const families = familiesOf(definition);
  const configurations =
    input.trials ??
    definition.search?.configurations ??
    proposeConfigurations(
      searchFamilies(families, settingOf(definition, run.schema)),
      definition.search?.trials ?? 8,
      run.seed,
    );
  const { task } = run.built.target;
  const metric = primaryMetric({ task, loss: run.loss }, definition.evaluation?.metric);
  const maxSeconds = input.trials ? Number.POSITIVE_INFINITY : (definition.search?.seconds ?? 600);
  if (definition.search?.stack === true) checkStack(run);
  const learned = learn({
    run,
    train,
    validation,
    excluded,
    configurations,
    metric,
    hooks,
    maxSeconds,
    onStage: stages.enter,
    onFeatures: (made) =>
      checkConformalColumn(
        run,
        made.map(({ fitted }) => fitted),
      ),
  });
  const { features, found, refitted, calibration } = learned;
  const curve = learningCurve(
    { run, train, validation, features, metric, hooks },
    found.chosen,
    features[familyTraits[found.chosen.family].features]!,
  );
  const predictor = withConformal({ run, learned, excluded, metric, hooks }, conformal);
  const unweighted = unweightedTwin(
    { run, train, validation, features, configurations, stack: null, metric, hooks, maxSeconds },
    found.chosen,
    excluded,
    test,
  );
  const championName = input.champion?.name ?? null;
  const evaluated = evaluate({
    task,
    classes: run.built.classes,
    loss: run.loss,
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
    ...(run.costMatrix === undefined ? {} : { costMatrix: run.costMatrix }),
    ...unweighted,
    ...conformalInput(run, predictor.signature),
    ...(definition.query === undefined ? {} : { queryColumn: definition.query }),
    predictWith: (table) => predictor.predict(table),
    importanceColumns: mostUsedColumns(refitted.features, refitted.model),
    primary: metric,
    seed: run.seed,
    ...(definition.evaluation?.resamples === undefined ? {} : { nResamples: definition.evaluation.resamples }),
    onProgress: (share) => hooks.onProgress?.({ stage: "evaluate", share }),
    ...(hooks.shouldStop ? { shouldStop: hooks.shouldStop } : {}),
  });

  stages.enter("repeat");
  const evaluation = {
    ...evaluated,
    ...repeatProcedure({
      run,
      learned,
      excluded,
      metric,
      test,
      hooks,
      maxSeconds: definition.search?.seconds ?? 120,
      replay: input.resampling,
    }),
  };

  stages.enter("package");
  const explanations = summariseExplanations({
    data: { features: refitted.features.toJSON(), model: refitted.model.toJSON(), signature: predictor.signature },
    test,
    outputs: predictor.predict(test.table),
    worst: task === "ranking" ? [] : evaluated.errors.worst.map(({ row }) => row),
    hidden: run.personalData,
    seed: run.seed,
    ...(hooks.shapKernels && { kernels: hooks.shapKernels }),
  });

  const terms = termShapes(refitted.model.toJSON(), refitted.features, new Set(run.personalData.keys()));
  const fitted = partOf(run, joinRows(train.rows, validation.rows));
  const texts = textSummary({ run, ...refitted, fitted, test, curve });
  const capsule: TrainOutcome["capsule"] = {
    name: definition.name,
    features: refitted.features.toJSON(),
    model: refitted.model.toJSON(),
    calibrator: calibration.calibrator,
    signature: predictor.signature,
    evaluation,
    golden: recordGolden(predictor, test.table, run.seed, goldenOptions(test)),
    lineage: { snapshot: snapshot.id, definition: definitionHash(definition), seed: run.seed },
  };
  const known = run.table.names.filter((name) => !excluded.includes(name));
  const warmNotes = run.warmStart === null ? [] : warmStartNotes(run.warmStart, known);
  const report: TrainOutcome["report"] = {
    model: definition.name,
    task,
    seed: run.seed,
    problem: { column: definition.target.column, says: run.built.says, classes: run.built.classes },
    ...accountOf(
      run,
      input,
      leakage,
      { train, validation, conformal, test },
      { data: textNotes(run), split: warmNotes },
    ),
    features: [...refitted.features.outputs, ...refitted.features.blocks].map(({ name, from, says }) => ({
      name,
      from,
      says,
    })),
    candidates: candidatesOf(found, metric, calibration),
    ...(terms === null ? {} : { terms }),
    ...(texts === null ? {} : { texts }),
    champion: championName,
    ...(run.warmStart !== null && found.chosen.family === "gbdt" ? { warmStart: run.warmStart.name } : {}),
    evaluation,
    explanations,
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
