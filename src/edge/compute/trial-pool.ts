import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { FettleError } from "../../lib/index.ts";
import type { AnyTuneInput, TrialPool } from "../../platform/pipelines/index.ts";
import type { OuterOutcome, OuterRequest, TrialOutcome, TrialRequest } from "../../platform/training/index.ts";
import { workerEntries } from "./entries.ts";
import { type Packed, packInput } from "./train-transfer.ts";
import { fromPlainError, type PlainError } from "./worker-error.ts";

/** What a tuning worker is started with. */
export interface TrialWorkerData {
  readonly input: Packed<AnyTuneInput>;
  /** One shared Int32: 1 asks the worker to stop. */
  readonly stopFlag: SharedArrayBuffer;
  /** Folder that a loss's module is relative to. */
  readonly projectDir: string;
}

/** What a tuning worker is asked to do. */
export type TrialJob = { readonly trial: TrialRequest } | { readonly outer: OuterRequest };

/** What a tuning worker says once its data is ready. */
export type TrialsOpened = Pick<TrialPool, "subject" | "families">;

type Answer = { readonly value: unknown } | { readonly error: PlainError };

/** How long a cancelled worker may take to stop by itself before it is ended, in milliseconds. */
const stopGraceMs = 2_000;

/**
 * Workers that hold the data of a tuning and run one trial each at a time, one per core unless told otherwise. A worker that dies gives
 * TRIAL_WORKER_DIED and is replaced at the next trial. An aborted signal sets the shared stop flag; who does not heed it is ended.
 */
export async function openTrialPool(
  input: AnyTuneInput,
  nWorkers = availableParallelism(),
  { signal, projectDir = "." }: { readonly signal?: AbortSignal; readonly projectDir?: string } = {},
): Promise<TrialPool> {
  const workerData: TrialWorkerData = { input: packInput(input), stopFlag: new SharedArrayBuffer(4), projectDir };
  const all = new Set<Worker>();
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  let grace: NodeJS.Timeout | undefined;
  const stop = () => {
    Atomics.store(new Int32Array(workerData.stopFlag), 0, 1);
    grace = setTimeout(() => void endAll(), stopGraceMs);
  };
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();

  async function start(): Promise<{ worker: Worker; opened: TrialsOpened }> {
    const worker = new Worker(workerEntries.tuning, { workerData, resourceLimits: { maxOldGenerationSizeMb: 8192 } });
    all.add(worker);
    worker.on("exit", () => all.delete(worker));
    return { worker, opened: (await answerOf(worker, signal)) as TrialsOpened };
  }

  async function endAll(): Promise<void> {
    await Promise.all([...all].map((worker) => worker.terminate()));
  }

  function free(worker: Worker): void {
    const next = waiting.shift();
    if (next) next(worker);
    else idle.push(worker);
  }

  async function run(job: TrialJob): Promise<unknown> {
    let worker = idle.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)));
    try {
      if (signal?.aborted) throw cancelled();
      if (!all.has(worker)) ({ worker } = await start());
      const answer = answerOf(worker, signal);
      worker.postMessage(job);
      return await answer;
    } finally {
      free(worker);
    }
  }

  try {
    // The first worker alone checks the data, so that what is refused is refused once.
    const { worker, opened } = await start();
    const others = await Promise.all(Array.from({ length: nWorkers - 1 }, start));
    for (const one of [worker, ...others.map((other) => other.worker)]) free(one);
    return {
      ...opened,
      nWorkers,
      trial: (request) => run({ trial: request }) as Promise<TrialOutcome>,
      outer: (request) => run({ outer: request }) as Promise<OuterOutcome>,
      async close() {
        clearTimeout(grace);
        signal?.removeEventListener("abort", stop);
        await endAll();
      },
    };
  } catch (error) {
    clearTimeout(grace);
    signal?.removeEventListener("abort", stop);
    await endAll();
    throw error;
  }
}

// The next answer of a worker; what it threw, or that it died.
function answerOf(worker: Worker, signal: AbortSignal | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: Answer) => {
      settle();
      if ("value" in message) resolve(message.value);
      else reject(fromPlainError(message.error));
    };
    const onError = (cause: Error & { code?: string }) => {
      settle();
      reject(died(cause.code ?? cause.message, cause));
    };
    const onExit = (code: number) => {
      settle();
      reject(signal?.aborted ? cancelled() : died(`exit code ${code}`));
    };
    const settle = () => worker.off("message", onMessage).off("error", onError).off("exit", onExit);
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  });
}

function cancelled(): FettleError {
  return new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish the training: it was cancelled");
}

function died(why: string, cause?: unknown): FettleError {
  return new FettleError(
    "unavailable",
    "TRIAL_WORKER_DIED",
    `Cannot finish the trial: its worker ended (${why}), a worker that lives is needed`,
    { hint: "If memory ran out, use fewer workers, rows or columns", cause },
  );
}
