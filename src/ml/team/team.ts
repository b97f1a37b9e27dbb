import { FettleError } from "../../lib/index.ts";

/*
 * Threads that work on one training. The thread that trains cuts a job into chunks and opens it; whoever is awake takes chunks until none is
 * left, and the opener goes on when all are done. Nobody waits for a thread that took nothing, so a busy machine costs little, and since every
 * sum is exact it does not matter who did what.
 *
 * Control words (Int32 in the shared memory):
 *   remaining  chunks not yet taken; taking is one atomic subtraction, and what it returned (less one) is the chunk
 *   pending    chunks not yet done
 *   opened     counts jobs; sleeping threads wait for it to change
 *   sleepers   threads that wait
 *   waiting    1 while the opener sleeps
 *   stop       1 ends the threads
 *   failed     1 once a thread has died
 *   job        which of the jobs, a table that all threads of the team have
 * A job's arguments are written before `remaining` and are not touched until `pending` is 0, so whoever took a chunk may read them.
 */
const words = { remaining: 0, pending: 1, opened: 2, sleepers: 3, waiting: 4, stop: 5, failed: 6, job: 7 } as const;

const nWords = 16;
/** Numbers that a job takes. */
const nArguments = 48;
/** Most chunks of a job. */
export const mostChunks = 4096;

/** Bytes of the shared memory that a team's words, arguments and answers take. */
export const teamBytes = 4 * nWords + 8 * nArguments + 8 * mostChunks;

/** Compiled kernels and the memory they work on. Whoever loads them hands them in; one fit at a time uses them. */
export interface TeamKernels {
  /** A shared WebAssembly.Memory: growing it, by pages of 64 KiB, keeps views alive. */
  readonly memory: { readonly buffer: ArrayBufferLike; grow(pages: number): number };
  /** First byte that belongs to no kernel and no team. */
  readonly heapBase: number;
  /** Where the team's words lie. */
  readonly teamAt: number;
  /** Threads that work on a fit, the fitting one included. */
  readonly nThreads: number;
}

/**
 * Does one chunk. Arguments are numbers in one shared array, `answers` has a place for every chunk, `thread` says whose scratch memory is used. A job reads
 * the memory through kernels, never through views: a thread may not yet see a view's end after the memory has grown.
 */
export type Job<Kernels extends TeamKernels> = (
  kernels: Kernels,
  args: Float64Array,
  answers: Float64Array,
  chunk: number,
  thread: number,
) => void;

/** How long an idle thread looks for work before it sleeps, in looks: about 20 µs. A sleeping thread costs nothing to others. */
const idleLooks = 4_000;
/** How long the opener looks before it sleeps, in looks. */
const openerLooks = 20_000;
/** A chunk takes milliseconds. A thread that has not finished one after so long is taken for dead. */
const deadAfterMs = 60_000;

/** The words, arguments and answers of a team. */
export interface TeamMemory {
  readonly control: Int32Array;
  readonly args: Float64Array;
  /** One number per chunk. */
  readonly answers: Float64Array;
}

/** The team's memory at a place of a buffer, a multiple of 8. */
export function teamMemory(buffer: ArrayBufferLike, at: number): TeamMemory {
  return {
    control: new Int32Array(buffer, at, nWords),
    args: new Float64Array(buffer, at + 4 * nWords, nArguments),
    answers: new Float64Array(buffer, at + 4 * nWords + 8 * nArguments, mostChunks),
  };
}

/** Runs jobs for the thread that trains, which is thread 0. */
export interface Team {
  /** Threads, this one included. */
  readonly size: number;
  readonly args: Float64Array;
  readonly answers: Float64Array;
  /** Does a job in so many chunks; arguments lie in `args`. Throws TRAINING_THREAD_LOST where another thread died. */
  run(job: number, nChunks: number): void;
}

/** The team of the kernels' memory, or as many of its threads. */
export function teamOf<Kernels extends TeamKernels>(
  kernels: Kernels,
  size: number,
  jobs: readonly Job<Kernels>[],
): Team {
  const { control, args, answers } = teamMemory(kernels.memory.buffer, kernels.teamAt);
  const runAlone = (job: number, nChunks: number) => {
    const perform = jobs[job]!;
    for (let chunk = 0; chunk < nChunks; chunk++) perform(kernels, args, answers, chunk, 0);
  };
  const runTogether = (job: number, nChunks: number) => {
    control[words.job] = job;
    Atomics.store(control, words.pending, nChunks);
    Atomics.store(control, words.remaining, nChunks);
    Atomics.add(control, words.opened, 1);
    if (Atomics.load(control, words.sleepers) > 0) Atomics.notify(control, words.opened);
    takeChunks(kernels, jobs, { control, args, answers }, 0);
    awaitOthers(control);
  };
  return {
    size,
    args,
    answers,
    run: (job, nChunks) => (size === 1 || nChunks === 1 ? runAlone(job, nChunks) : runTogether(job, nChunks)),
  };
}

function takeChunks<Kernels extends TeamKernels>(
  kernels: Kernels,
  jobs: readonly Job<Kernels>[],
  { control, args, answers }: TeamMemory,
  thread: number,
): void {
  while (Atomics.load(control, words.remaining) > 0) {
    const left = Atomics.sub(control, words.remaining, 1);
    if (left <= 0) return;
    jobs[control[words.job]!]!(kernels, args, answers, left - 1, thread);
    const pending = Atomics.sub(control, words.pending, 1);
    if (pending === 1 && Atomics.load(control, words.waiting) === 1) Atomics.notify(control, words.pending);
  }
}

function awaitOthers(control: Int32Array): void {
  for (let look = 0; look < openerLooks; look++) if (Atomics.load(control, words.pending) === 0) return;
  Atomics.store(control, words.waiting, 1);
  let waitedMs = 0;
  for (;;) {
    const pending = Atomics.load(control, words.pending);
    if (pending === 0) break;
    if (Atomics.load(control, words.failed) === 1 || waitedMs >= deadAfterMs) throw threadLost();
    if (Atomics.wait(control, words.pending, pending, 50) === "timed-out") waitedMs += 50;
  }
  Atomics.store(control, words.waiting, 0);
}

function threadLost(): FettleError {
  return new FettleError(
    "unavailable",
    "TRAINING_THREAD_LOST",
    "Cannot finish the training: one of its threads ended, all of them are needed",
    { hint: "Train again; if memory ran out, use fewer rows, columns or threads" },
  );
}

/** What a further thread does until it is told to stop: thread 1, 2, … of the kernels' team. */
export function serveTeam<Kernels extends TeamKernels>(
  kernels: Kernels,
  jobs: readonly Job<Kernels>[],
  thread: number,
): void {
  const memory = teamMemory(kernels.memory.buffer, kernels.teamAt);
  const { control } = memory;
  try {
    while (Atomics.load(control, words.stop) === 0) {
      takeChunks(kernels, jobs, memory, thread);
      awaitJob(control);
    }
  } catch (error) {
    loseThread(control);
    throw error;
  }
}

function awaitJob(control: Int32Array): void {
  for (let look = 0; look < idleLooks; look++) if (Atomics.load(control, words.remaining) > 0) return;
  const opened = Atomics.load(control, words.opened);
  if (Atomics.load(control, words.remaining) > 0 || Atomics.load(control, words.stop) === 1) return;
  Atomics.add(control, words.sleepers, 1);
  Atomics.wait(control, words.opened, opened);
  Atomics.sub(control, words.sleepers, 1);
}

/** Tells the team that a thread has died: the training ends with an error instead of waiting. */
export function loseThread(control: Int32Array): void {
  Atomics.store(control, words.failed, 1);
  Atomics.notify(control, words.pending);
}

/** Ends every thread of a team. */
export function stopTeam(control: Int32Array): void {
  Atomics.store(control, words.stop, 1);
  Atomics.add(control, words.opened, 1);
  Atomics.notify(control, words.opened);
}
