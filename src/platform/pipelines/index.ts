export { compareVersions, type Difference, type ReportedVersion } from "./compare-versions.ts";
export { type ExpectedAnswers, type ImportedVersion, importRun } from "./import-run.ts";
export type { PipelinePorts, WorkOptions } from "./ports.ts";
export {
  type AnswerColumn,
  answerColumns,
  type ScoreBatch,
  type ScoreInput,
  type ScoreSummary,
  type ScoreWriter,
  scoreRun,
} from "./score-run.ts";
export { type TrainedVersion, trainRun } from "./train-run.ts";
export { type Verification, type VerifiedPart, verifyRun } from "./verify-run.ts";
