// The door of an exported recommender: bundled into one dependency-free module, which then carries the capsule as data.
import { fromBase64 } from "../../lib/index.ts";
import { startScanKernels } from "../../ml/recommenders/index.ts";
import { type EmbeddedTaskModel, embedTask } from "./embedded-task.ts";
import { openRecommendation } from "./recommendation-model.ts";
import type { TaskPredictorData } from "./task-model.ts";

/**
 * Opens a capsule's data as an embedded model.
 * @param kernels base64 of the compiled kernels that score all items by factors; where the runtime cannot have them, the plain form runs: the same bits
 */
export function openEmbedded({ model, signature }: TaskPredictorData, kernels?: string): EmbeddedTaskModel {
  const scan = kernels === undefined ? undefined : startScanKernels(fromBase64(kernels));
  return embedTask(openRecommendation(model, signature, { scan }));
}
