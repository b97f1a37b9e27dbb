export type { AnomalyModelData, AnomalyReason } from "./anomaly-model.ts";
export {
  type AnomalyScorer,
  type AnomalyScorerData,
  type DetectorScorerData,
  detectorFeature,
  openScorer,
} from "./anomaly-scorer.ts";
export {
  type AnyCapsule,
  asTableCapsule,
  type Capsule,
  type CapsuleManifest,
  capsuleParts,
  type ImportedFile,
  isTaskCapsule,
  type Lineage,
  loadCapsule,
  manifestOf,
  openCapsule,
  openTaskCapsule,
  saveCapsule,
  type TaskCapsule,
} from "./capsule.ts";
export { type ConformalAnswer, conformalAnswer } from "./conformal-answer.ts";
export {
  type ExportedModule,
  encodingOf,
  exportModule,
  exportTaskModule,
  requestSchema,
  rowSchema,
  rowTypes,
} from "./export-module.ts";
export {
  type ForecastCovariates,
  type ForecastMethod,
  type ForecastModelData,
  forecasterOf,
  type KnownSeries,
  needsCovariates,
  type ValueRange,
  within,
} from "./forecast-data.ts";
export { type Golden, recordGolden, replayGolden } from "./golden.ts";
export { type ListRequest, listRanker, type RankedList } from "./list-ranker.ts";
export {
  type Answer,
  answeredClass,
  answerOf,
  joinPredictor,
  loadPredictor,
  medianOutput,
  type Predictor,
  type PredictorData,
} from "./predictor.ts";
export { type QuantisationLoss, quantise } from "./quantise.ts";
export { notARanking, type RankedItem, rankItems, readRankRequest } from "./rank-items.ts";
export type { RecommendationData } from "./recommendation-model.ts";
export { mostItems, recommendationSignature } from "./recommendation-signature.ts";
export {
  type Contribution,
  type Explanation,
  explainedOutput,
  explanationOf,
  type RowExplainer,
  rowExplainer,
  rowExplainerAgainst,
} from "./row-explainer.ts";
export { keptScores, probabilitiesOf, type ScoreScale } from "./score-scale.ts";
export { type AnswerColumn, checkInputs, inputTable, joinAnswer, type ModelInputs } from "./scored-table.ts";
export {
  parseInstant,
  parseRow,
  type RowProblem,
  rawRowOf,
  type Signature,
  type SignatureInput,
  tableOfRows,
} from "./signature.ts";
export {
  type JsonObject,
  openTaskModel,
  recordTaskGolden,
  type TaskGolden,
  type TaskKernels,
  type TaskModel,
  type TaskModelData,
  type TaskName,
  type TaskPredictorData,
  type TaskRows,
  type TaskSignature,
  unexplainedTask,
} from "./task-model.ts";
export { usualColumn } from "./usual-column.ts";
export {
  calendarAt,
  calendarNames,
  type SeriesState,
  type WindowData,
  windowForecaster,
} from "./window-forecaster.ts";
