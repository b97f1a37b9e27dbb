// The door of an exported forecast: bundled into one dependency-free module, which then carries the capsule as data.
import { type EmbeddedTaskModel, embedTask } from "./embedded-task.ts";
import { openForecastModel } from "./forecast-model.ts";
import type { TaskPredictorData } from "./task-model.ts";

/** Opens a capsule's data as an embedded model. */
export function openEmbedded({ model, signature }: TaskPredictorData): EmbeddedTaskModel {
  return embedTask(openForecastModel(model, signature));
}
