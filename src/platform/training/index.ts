export { refuseUnknownColumns } from "./check-columns.ts";
export { checkDefinition, freezeDeep } from "./check-definition.ts";
export { defineLoss } from "./define-loss.ts";
export {
  type AnyConfiguration,
  type AnyDefinition,
  type Configuration,
  defineModel,
  definitionHash,
  isTaskDefinition,
  type LossModule,
  type ModelDefinition,
  type TaskDefinition,
  withLossHash,
} from "./definition.ts";
export type { Family } from "./definition-names.ts";
export { dataSchema, nameSchema } from "./definition-schema.ts";
export { definitionToSource } from "./definition-source.ts";
export {
  evaluationDefinition,
  type MeasuredImport,
  unmeasuredCapsule,
} from "./evaluate-import.ts";
export type { ExplanationSummary } from "./explanation-summary.ts";
export { familiesOf, searchFamilies } from "./families.ts";
export { gatesOf } from "./gates.ts";
export { type ImportDefinition, importHash, isImport } from "./import-definition.ts";
export { checkColumns, type ImportedPredictor, importedPredictor } from "./imported-predictor.ts";
export { pretendedScore, strongColumns } from "./leakage-decision.ts";
export { documented } from "./model-signature.ts";
export { refuseErrors } from "./prepare-run.ts";
export { defineConfig, type ProjectConfig } from "./project-config.ts";
export { rowsAccount, splitInWords } from "./report-parts.ts";
export { type FinishedTuning, reportTuning, tunedTrial } from "./report-tuning.ts";
export type { Candidate, Gate, RunReport } from "./run-report.ts";
export type { SearchFamily } from "./search-space.ts";
export { stageClock } from "./stage-clock.ts";
export type { ShapeAxis, TermShape } from "./term-shapes.ts";
export type { TextSummary } from "./text-summary.ts";
export { trainModel } from "./train.ts";
export {
  type TaskInput,
  type TrainHooks,
  type TrainInput,
  type TrainOutcome,
  type TrainProgress,
  type TrainStage,
  trainStages,
} from "./train-input.ts";
export { chooseTrial, type MeasuredTrial, measureOf, type TuneChoice } from "./tune-choice.ts";
export {
  type Objective,
  type OuterOutcome,
  type OuterRequest,
  objectives,
  type TaskTuneInput,
  type TrialOutcome,
  type TrialRequest,
  type TuneInput,
  type TuneSettings,
  type TuneSubject,
} from "./tune-input.ts";
export {
  bestFirst,
  type EndedTrial,
  isComplete,
  type NextTrial,
  nextTrial,
  planSearch,
  type SearchPlan,
} from "./tune-proposal.ts";
export { modelBytes, outcomeOfOne } from "./tune-task.ts";
export { openTrials, type TrialBench } from "./tune-trial.ts";
export type { NestedEstimate, TunedTrial, TuningReport } from "./tuning-report.ts";
export type { NamedPredictor } from "./warm-start.ts";
