export { type AlsParams, als } from "./als.ts";
export { type History, type Interactions, interactionsOf, transposed } from "./interactions.ts";
export { type ItemNeighboursParams, itemNeighbours } from "./item-neighbours.ts";
export { type ScanKernels, startScanKernels } from "./item-scan.ts";
export { loadRecommender } from "./load-recommender.ts";
export { popularity } from "./popularity.ts";
export { type RecommendKernels, recommendJobs } from "./recommend-kernels.ts";
export type {
  FittedRecommender,
  ItemScores,
  RankedItems,
  RecommenderFitOptions,
  RecommenderLearner,
} from "./recommender.ts";
export type { RecommenderData } from "./recommender-data.ts";
export { topItems } from "./top-items.ts";
