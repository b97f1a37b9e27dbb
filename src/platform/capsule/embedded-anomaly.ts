// The door of an exported model that tells anomalies: bundled into one dependency-free module, which then carries the capsule as data.
import { openAnomaly } from "./anomaly-model.ts";
import { type EmbeddedTaskModel, embedTask } from "./embedded-task.ts";
import type { TaskPredictorData } from "./task-model.ts";

/** Opens a capsule's data as an embedded model. */
export function openEmbedded({ model, signature }: TaskPredictorData): EmbeddedTaskModel {
  return embedTask(openAnomaly(model, signature));
}
