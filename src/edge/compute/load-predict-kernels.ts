import { type PredictKernels, startPredictKernels } from "../../ml/learners/index.ts";
import { readKernels } from "./read-kernels.ts";

/**
 * The compiled kernels that score rows, for all models of this thread; undefined where they have not been built, and the TypeScript form runs:
 * slower, the same bits.
 */
export function loadPredictKernels(): PredictKernels | undefined {
  const bytes = readKernels("predict");
  return bytes && startPredictKernels(bytes);
}
