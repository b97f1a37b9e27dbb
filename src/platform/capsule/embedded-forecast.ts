// The door of an exported forecast: bundled into one dependency-free module, which then carries the capsule as data.
import { fromBase64 } from "../../lib/index.ts";
import { startPredictKernels } from "../../ml/learners/index.ts";
import { type EmbeddedTaskModel, embedTask } from "./embedded-task.ts";
import { openForecastModel } from "./forecast-model.ts";
import type { TaskPredictorData } from "./task-model.ts";

/**
 * Opens a capsule's data as an embedded model.
 * @param kernels base64 of the compiled kernels that score trees; where the runtime cannot have them, the plain form runs: the same bits
 */
export function openEmbedded({ model, signature }: TaskPredictorData, kernels?: string): EmbeddedTaskModel {
  const predict = kernels === undefined ? undefined : startPredictKernels(fromBase64(kernels));
  return embedTask(openForecastModel(model, signature, { predict }));
}
