export {
  createModelService,
  type ModelService,
  type Prediction,
  type PredictResponse,
  type RankResponse,
  RowsInvalid,
} from "./model-service.ts";
export { type AckLevel, bufferedLossMs, type PredictionLog, type PredictionRecord } from "./prediction-record.ts";
export { createTaskService } from "./task-service.ts";
