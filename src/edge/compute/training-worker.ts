import { parentPort, workerData } from "node:worker_threads";
import { trainAny } from "../../platform/pipelines/index.ts";
import type { TrainHooks } from "../../platform/training/index.ts";
import { instantiateKernels, isSharedOf, type SharedKernels } from "./load-kernels.ts";
import { loadPredictKernels } from "./load-predict-kernels.ts";
import { loadScanKernels } from "./load-scan-kernels.ts";
import { loadShapKernels } from "./load-shap-kernels.ts";
import { loadSparseKernels } from "./load-sparse-kernels.ts";
import { customLossOf } from "./loss-module.ts";
import type { TrainWorkerData } from "./run-training.ts";
import { unpackInput } from "./train-transfer.ts";
import { toPlainError } from "./worker-error.ts";

const { input, stopFlag, kernels: shared, projectDir } = workerData as TrainWorkerData;
const stop = new Int32Array(stopFlag);
const startedAt = performance.now();
const teamHooks = shared === null ? {} : hooksOf(shared);
const predictKernels = loadPredictKernels();
const shapKernels = loadShapKernels();
const scanKernels = loadScanKernels();
const sparseKernels = loadSparseKernels();

try {
  const customLoss = await customLossOf(input.definition, projectDir);
  const outcome = trainAny(unpackInput(input), {
    onProgress: (progress) => parentPort!.postMessage({ progress }),
    ...teamHooks,
    ...(predictKernels && { predictKernels }),
    ...(shapKernels && { shapKernels }),
    ...(scanKernels && { scanKernels }),
    ...(sparseKernels && { sparseKernels }),
    ...(customLoss && { customLoss }),
    shouldStop: () => Atomics.load(stop, 0) !== 0,
    elapsedSeconds: () => (performance.now() - startedAt) / 1000,
  });
  parentPort!.postMessage({ outcome });
} catch (error) {
  parentPort!.postMessage({ error: toPlainError(error) });
}

// What the team's kernels are for.
function hooksOf(kernels: SharedKernels): TrainHooks {
  return isSharedOf(kernels, "recommend")
    ? { recommendKernels: instantiateKernels(kernels) }
    : isSharedOf(kernels, "kernels")
      ? { kernels: instantiateKernels(kernels) }
      : {};
}
