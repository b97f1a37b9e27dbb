export {
  type Configuration,
  defineModel,
  definitionHash,
  type Family,
  type LossModule,
  type ModelDefinition,
} from "./definition.ts";
export { definitionToSource } from "./definition-source.ts";
export { defineConfig, type ProjectConfig } from "./project-config.ts";
export type { Candidate, Gate, RunReport } from "./run-report.ts";
export type { ShapeAxis, TermShape } from "./term-shapes.ts";
export { trainModel } from "./train.ts";
export {
  type TrainHooks,
  type TrainInput,
  type TrainOutcome,
  type TrainProgress,
  type TrainStage,
  trainStages,
} from "./train-input.ts";
