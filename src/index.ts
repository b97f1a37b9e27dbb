export { FettleError } from "./lib/index.ts";
export { type ColumnContract, type Contract, defineContract } from "./platform/data/index.ts";
export { type FeatureOptions, feature } from "./platform/features/index.ts";
export { defineConfig, defineModel, type ModelDefinition, type ProjectConfig } from "./platform/training/index.ts";
