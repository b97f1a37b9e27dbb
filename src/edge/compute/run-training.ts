import { Worker } from "node:worker_threads";
import { FettleError } from "../../lib/index.ts";
import type { AnyTrainInput, AnyTrainOutcome, OutcomeOf, WorkOptions } from "../../platform/pipelines/index.ts";
import type { TrainProgress } from "../../platform/training/index.ts";
import { workerEntries } from "./entries.ts";
import { defaultThreads, startTeam } from "./kernel-team.ts";
import type { SharedKernels } from "./load-kernels.ts";
import { type Packed, packInput } from "./train-transfer.ts";
import { fromPlainError, type PlainError } from "./worker-error.ts";

/** What a training worker is started with. */
export interface TrainWorkerData {
  readonly input: Packed<AnyTrainInput>;
  /** One shared Int32: 1 asks the worker to stop. */
  readonly stopFlag: SharedArrayBuffer;
  /** The compiled kernels and the memory of their team; null where they are not built. */
  readonly kernels: SharedKernels | null;
  /** Folder that a loss's module is relative to. */
  readonly projectDir: string;
}

type Message = { progress: TrainProgress } | { outcome: AnyTrainOutcome } | { error: PlainError };

/** How long a cancelled worker may take to stop by itself before it is ended, in milliseconds. */
const stopGraceMs = 2_000;

/**
 * Trains in a worker thread, so that the caller's event loop stays free. An aborted signal sets the shared stop flag; a worker
 * that does not heed it is ended. A worker that dies gives TRAINING_WORKER_DIED, never a hang.
 */
export async function runTraining<Input extends AnyTrainInput>(
  input: Input,
  options: WorkOptions & { readonly projectDir?: string } = {},
): Promise<OutcomeOf<Input>> {
  const stopFlag = new SharedArrayBuffer(4);
  const team = startTeam(
    input.definition.task === "recommendation" ? "recommend" : "kernels",
    options.threads ?? defaultThreads(),
  );
  const workerData: TrainWorkerData = {
    input: packInput<AnyTrainInput>(input),
    stopFlag,
    kernels: team?.shared ?? null,
    projectDir: options.projectDir ?? ".",
  };
  const worker = new Worker(workerEntries.training, { workerData, resourceLimits: { maxOldGenerationSizeMb: 8192 } });
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    Atomics.store(new Int32Array(stopFlag), 0, 1);
    grace = setTimeout(() => void worker.terminate(), stopGraceMs);
  };
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<OutcomeOf<Input>>((resolve, reject) => {
      worker.on("message", (message: Message) => {
        if ("progress" in message) options.onProgress?.(message.progress);
        else if ("outcome" in message) resolve(message.outcome as OutcomeOf<Input>);
        else reject(fromPlainError(message.error));
      });
      worker.once("error", (cause: Error & { code?: string }) => reject(died(cause.code ?? cause.message, cause)));
      worker.once("exit", (code) => reject(options.signal?.aborted ? cancelled() : died(`exit code ${code}`)));
    });
  } finally {
    clearTimeout(grace);
    options.signal?.removeEventListener("abort", stop);
    await Promise.all([worker.terminate(), team?.stop()]);
  }
}

function cancelled(): FettleError {
  return new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish the training: it was cancelled");
}

function died(why: string, cause?: unknown): FettleError {
  return new FettleError(
    "unavailable",
    "TRAINING_WORKER_DIED",
    `Cannot finish the training: its worker ended (${why}), nothing was registered`,
    {
      hint: "Train again; if memory ran out, use fewer rows or columns",
      cause,
    },
  );
}
