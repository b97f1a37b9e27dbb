export type { ImportedFeature, ImportedModel } from "./imported-model.ts";
export { importXgboost } from "./xgboost-import.ts";
