import type { Job, TeamKernels } from "../team/index.ts";

/** The compiled kernels of recommenders, as `assembly/recommend.ts` exports them. All numbers are byte offsets or counts. */
export interface RecommendFunctions {
  solveRows(
    offsets: number,
    partners: number,
    confidences: number,
    from: number,
    to: number,
    gram: number,
    fixed: number,
    factors: number,
    stride: number,
    nSteps: number,
    scratch: number,
  ): void;
  addGram(factors: number, from: number, to: number, stride: number, sum: number, scratch: number): void;
  scan(items: number, user: number, from: number, to: number, stride: number, out: number): void;
  readI32(at: number): number;
}

/** The kernels of recommenders with their memory and team. */
export interface RecommendKernels extends TeamKernels {
  readonly functions: RecommendFunctions;
}

// first chunk, starts of chunks, offsets, partners, confidences, gram, fixed, factors, stride, nSteps, scratch, scratchBytes.
const solve: Job<RecommendKernels> = ({ functions }, a, _answers, chunk, thread) => {
  const start = a[1]! + 4 * (a[0]! + chunk);
  functions.solveRows(
    a[2]!,
    a[3]!,
    a[4]!,
    functions.readI32(start),
    functions.readI32(start + 4),
    a[5]!,
    a[6]!,
    a[7]!,
    a[8]!,
    a[9]!,
    a[10]! + thread * a[11]!,
  );
};

// factors, first row, nRows, rows per part, stride, parts, partBytes, scratch, scratchBytes: one part a chunk.
const gram: Job<RecommendKernels> = ({ functions }, a, _answers, chunk, thread) => {
  const from = a[1]! + chunk * a[3]!;
  const to = Math.min(a[2]!, from + a[3]!);
  functions.addGram(a[0]!, from, to, a[4]!, a[5]! + chunk * a[6]!, a[7]! + thread * a[8]!);
};

/** Every job of a team of recommenders' kernels; its place is its name in the shared memory. */
export const recommendJobs: readonly Job<RecommendKernels>[] = [solve, gram];

/** Places in {@link recommendJobs}. */
export const jobOf = { solve: 0, gram: 1 } as const;
