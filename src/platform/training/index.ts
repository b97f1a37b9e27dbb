export {
  type Configuration,
  defineModel,
  definitionHash,
  type Family,
  type LossModule,
  type ModelDefinition,
} from "./definition.ts";
export { definitionToSource } from "./definition-source.ts";
export {
  evaluationDefinition,
  type MeasuredImport,
  unmeasuredCapsule,
} from "./evaluate-import.ts";
export { type ImportDefinition, importHash, isImport } from "./import-definition.ts";
export { checkColumns, type ImportedPredictor, importedPredictor } from "./imported-predictor.ts";
export { defineConfig, type ProjectConfig } from "./project-config.ts";
export type { Candidate, Gate, RunReport } from "./run-report.ts";
export { trainModel } from "./train.ts";
export {
  type TrainHooks,
  type TrainInput,
  type TrainOutcome,
  type TrainProgress,
  type TrainStage,
  trainStages,
} from "./train-input.ts";
