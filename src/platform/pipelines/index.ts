export { compareVersions, type Difference, type ReportedVersion } from "./compare-versions.ts";
export { type ExpectedAnswers, type ImportedVersion, importRun } from "./import-run.ts";
export type { PipelinePorts, TrialPool, WorkOptions } from "./ports.ts";
export { rankQueries } from "./rank-queries.ts";
export {
  answerColumns,
  conformalColumns,
  readBackground,
  type ScoreBatch,
  type ScoreInput,
  type ScoreSummary,
  type ScoreWriter,
  scoreRun,
} from "./score-run.ts";
export { scoreTaskRun } from "./score-task-run.ts";
export {
  type AnyTrainInput,
  type AnyTrainOutcome,
  type AnyTuneInput,
  defineAny,
  type OutcomeOf,
  openAnyTrials,
  trainAny,
} from "./tasks.ts";
export { type TrainedVersion, trainRun } from "./train-run.ts";
export { type TuneOptions, type TuningView, tuneRun } from "./tune-run.ts";
export { type Verification, type VerifiedPart, verifyRun } from "./verify-run.ts";
