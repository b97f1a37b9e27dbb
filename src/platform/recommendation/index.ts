export { defineRecommender, type RecommenderConfiguration, type RecommenderDefinition } from "./definition.ts";
export { recommenderToSource } from "./definition-source.ts";
export { trainRecommender } from "./train-recommender.ts";
export { openRecommenderTrials } from "./tune-recommender.ts";
