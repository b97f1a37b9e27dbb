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
export { type ExportedModule, encodingOf, exportModule, exportTaskModule, requestSchema } from "./export-module.ts";
export { type ForecastMethod, type ForecastModelData, forecasterOf, type KnownSeries } from "./forecast-data.ts";
export { type Golden, recordGolden, replayGolden } from "./golden.ts";
export { type ListRequest, listRanker, type RankedList } from "./list-ranker.ts";
export {
  type Answer,
  answerOf,
  joinPredictor,
  loadPredictor,
  type Predictor,
  type PredictorData,
} from "./predictor.ts";
export { type QuantisationLoss, quantise } from "./quantise.ts";
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
} from "./task-model.ts";
export {
  calendarAt,
  calendarNames,
  type SeriesState,
  type WindowData,
  windowForecaster,
} from "./window-forecaster.ts";
