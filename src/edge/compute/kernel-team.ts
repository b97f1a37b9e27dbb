import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { loseThread, stopTeam, teamMemory } from "../../ml/team/index.ts";
import { workerEntries } from "./entries.ts";
import {
  instantiateKernels,
  prepareKernels,
  type SharedKernels,
  type TeamKernelsOf,
  type TeamName,
} from "./load-kernels.ts";

/** What a further thread of a team is started with. */
export interface KernelThreadData {
  readonly shared: SharedKernels;
  readonly thread: number;
}

/** Kernels with the threads that serve them beside the one that trains. */
export interface KernelTeam<Name extends TeamName = TeamName> {
  readonly shared: SharedKernels<Name>;
  /** Ends the further threads. */
  stop(): Promise<void>;
}

/** Most threads that a training takes by itself: more of them wait for memory, not for work. */
const mostThreads = 16;

/** Threads for a training: one per core, at most 16. */
export function defaultThreads(): number {
  return Math.min(mostThreads, availableParallelism());
}

/**
 * Starts a team: this many threads in all, the one that will train among them. Undefined where the kernels are not built. A further thread that
 * dies makes the training fail instead of wait.
 */
export function startTeam<Name extends TeamName>(name: Name, nThreads: number): KernelTeam<Name> | undefined {
  const shared = prepareKernels(name, nThreads);
  if (shared === undefined) return undefined;
  const { teamAt } = instantiateKernels(shared);
  const { control } = teamMemory(shared.memory.buffer, teamAt);
  let isOver = false;
  const workers = Array.from({ length: nThreads - 1 }, (_, k) => {
    const workerData: KernelThreadData = { shared, thread: k + 1 };
    const worker = new Worker(workerEntries.kernelThread, { workerData });
    worker.on("error", () => loseThread(control));
    worker.on("exit", () => {
      if (!isOver) loseThread(control);
    });
    worker.unref();
    return worker;
  });
  return {
    shared,
    async stop() {
      isOver = true;
      stopTeam(control);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** The compiled kernels for this thread with a team beside it, for one who trains in this very thread; undefined where they are not built. */
export async function loadKernelTeam<Name extends TeamName>(
  name: Name,
  nThreads: number,
): Promise<{ readonly kernels: TeamKernelsOf[Name]; stop(): Promise<void> } | undefined> {
  const team = startTeam(name, nThreads);
  return team && { kernels: instantiateKernels(team.shared), stop: team.stop };
}
