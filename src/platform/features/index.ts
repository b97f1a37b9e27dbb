export { type ColumnFeature, type FeatureOptions, feature, type TextFeature } from "./feature-options.ts";
export { type FitFeaturesOptions, fitFeatures } from "./fit-features.ts";
export { type FittedFeatures, type FittedFeaturesData, joinFeatures, loadFeatures } from "./fitted-features.ts";
export { mostCharacters } from "./n-grams.ts";
export { type FeatureFamily, type FeaturePlan, type PlannedColumn, planFeatures } from "./plan-features.ts";
export type { Feature, FeatureBlock, RawRow, RawValue, Step } from "./step.ts";
