import { parentPort, workerData } from "node:worker_threads";
import { openAnyTrials } from "../../platform/pipelines/index.ts";
import type { TrainHooks, TrialBench } from "../../platform/training/index.ts";
import { instantiateKernels, loadKernels, prepareKernels } from "./load-kernels.ts";
import { loadPredictKernels } from "./load-predict-kernels.ts";
import { loadScanKernels } from "./load-scan-kernels.ts";
import { loadSparseKernels } from "./load-sparse-kernels.ts";
import { customLossOf } from "./loss-module.ts";
import { unpackInput } from "./train-transfer.ts";
import type { TrialJob, TrialsOpened, TrialWorkerData } from "./trial-pool.ts";
import { toPlainError } from "./worker-error.ts";

// Prepares the data once, then answers one job after the other.
const { input, stopFlag, projectDir } = workerData as TrialWorkerData;
const stop = new Int32Array(stopFlag);
const kernels = loadKernels();
const sparseKernels = loadSparseKernels();
const predictKernels = loadPredictKernels();
const scanKernels = loadScanKernels();
const recommend = prepareKernels("recommend", 1);
const hooks: TrainHooks = {
  ...(kernels === undefined ? {} : { kernels }),
  ...(sparseKernels === undefined ? {} : { sparseKernels }),
  ...(predictKernels === undefined ? {} : { predictKernels }),
  ...(scanKernels === undefined ? {} : { scanKernels }),
  ...(recommend === undefined ? {} : { recommendKernels: instantiateKernels(recommend) }),
  shouldStop: () => Atomics.load(stop, 0) !== 0,
  elapsedSeconds: () => performance.now() / 1000,
};

function answer<T>(work: () => T): void {
  try {
    parentPort!.postMessage({ value: work() });
  } catch (error) {
    parentPort!.postMessage({ error: toPlainError(error) });
  }
}

let bench: TrialBench | undefined;
try {
  const customLoss = await customLossOf(input.definition, projectDir);
  bench = openAnyTrials(unpackInput(input), customLoss);
  parentPort!.postMessage({ value: { subject: bench.subject, families: bench.families } satisfies TrialsOpened });
} catch (error) {
  parentPort!.postMessage({ error: toPlainError(error) });
}
parentPort!.on("message", (job: TrialJob) =>
  answer(() => ("trial" in job ? bench!.runTrial(job.trial, hooks) : bench!.runOuter!(job.outer, hooks))),
);
