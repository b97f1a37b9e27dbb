export { type Diagnosis, diagnose, type Patient } from "./doctor.ts";
export { initAny } from "./init.ts";
export { type InitialisedModel, type NewModel, startProject } from "./init-model.ts";
export { definedModels, type LoadModule, loadDefinition, openProject, type Project, resolveIn } from "./project.ts";
