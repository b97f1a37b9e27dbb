import { existsSync, readFileSync } from "node:fs";
import { type PredictKernels, startPredictKernels } from "../../ml/learners/index.ts";
import { predictKernelsFile } from "./entries.ts";

/**
 * The compiled kernels that score rows, for all models of this thread; undefined where they have not been built, and the TypeScript form runs:
 * slower, the same bits.
 */
export function loadPredictKernels(): PredictKernels | undefined {
  return existsSync(predictKernelsFile) ? startPredictKernels(readFileSync(predictKernelsFile)) : undefined;
}
