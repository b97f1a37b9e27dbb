export { FettleError } from "./lib/index.ts";
export type { CustomLoss } from "./ml/learners/index.ts";
export { exp, log, sigmoid } from "./ml/stats/index.ts";
export { type AnomalyDefinition, defineDetector } from "./platform/anomaly/index.ts";
export { type ColumnContract, type Contract, defineContract } from "./platform/data/index.ts";
export { type FeatureOptions, feature } from "./platform/features/index.ts";
export { defineForecast, type ForecastDefinition } from "./platform/forecasting/index.ts";
export {
  defineRecommender,
  type RecommenderConfiguration,
  type RecommenderDefinition,
} from "./platform/recommendation/index.ts";
export {
  defineConfig,
  defineLoss,
  defineModel,
  type ModelDefinition,
  type ProjectConfig,
} from "./platform/training/index.ts";
