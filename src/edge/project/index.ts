export { type Diagnosis, diagnose, type Patient } from "./doctor.ts";
export { initDetector } from "./init-detector.ts";
export { type InitialisedModel, initModel, type NewModel, startProject } from "./init-model.ts";
export { definedModels, type LoadModule, loadDefinition, openProject, type Project, resolveIn } from "./project.ts";
