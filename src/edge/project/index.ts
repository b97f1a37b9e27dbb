export { type Diagnosis, diagnose, type Patient } from "./doctor.ts";
export { initDetector } from "./init-detector.ts";
export { initForecast } from "./init-forecast.ts";
export { type InitialisedModel, initModel, type NewModel, startProject } from "./init-model.ts";
export { initRecommender } from "./init-recommender.ts";
export { definedModels, type LoadModule, loadDefinition, openProject, type Project, resolveIn } from "./project.ts";
