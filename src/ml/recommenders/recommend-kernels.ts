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
  addPairs(
    users: number,
    userWeights: number,
    at: number,
    end: number,
    offsets: number,
    items: number,
    weights: number,
    sums: number,
    met: number,
  ): void;
  nearestOf(
    item: number,
    k: number,
    isCosine: boolean,
    shrinkage: number,
    sizes: number,
    sums: number,
    met: number,
    nearest: number,
    similarities: number,
  ): number;
  writeI32(at: number, value: number): void;
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

/**
 * Arguments of both jobs of neighbours, in order: first chunk, starts of chunks, offsets of users in `byItem`, users, userWeights, offsets of items, items,
 * weights, scratch, scratchBytes, sumsBytes, k, isCosine, shrinkage, sizes, first item of the lists, counts, nearest, similarities, and of one item alone
 * the item and the places `at` and `end` of its users.
 */
const neighbours: Job<RecommendKernels> = (kernels, a, _answers, chunk, thread) => {
  const { functions } = kernels;
  const start = a[1]! + 4 * (a[0]! + chunk);
  const last = functions.readI32(start + 4);
  for (let item = functions.readI32(start); item < last; item++) {
    const row = a[2]! + 4 * item;
    addPairs(kernels, a, functions.readI32(row), functions.readI32(row + 4), thread);
    listNearest(kernels, a, item, thread);
  }
};

// A part of one item's users; the last of them lists its neighbours.
const partOfItem: Job<RecommendKernels> = (kernels, a, _answers, _chunk, thread) => {
  addPairs(kernels, a, a[20]!, a[21]!, thread);
  if (a[21]! === kernels.functions.readI32(a[2]! + 4 * a[19]! + 4)) listNearest(kernels, a, a[19]!, thread);
};

function addPairs({ functions }: RecommendKernels, a: Float64Array, at: number, end: number, thread: number): void {
  const sums = a[8]! + thread * a[9]!;
  functions.addPairs(a[3]!, a[4]!, at, end, a[5]!, a[6]!, a[7]!, sums, sums + a[10]!);
}

function listNearest({ functions }: RecommendKernels, a: Float64Array, item: number, thread: number): void {
  const sums = a[8]! + thread * a[9]!;
  const place = item - a[15]!;
  const [nearest, similarities] = [a[17]! + 4 * a[11]! * place, a[18]! + 8 * a[11]! * place];
  const n = functions.nearestOf(item, a[11]!, a[12] === 1, a[13]!, a[14]!, sums, sums + a[10]!, nearest, similarities);
  functions.writeI32(a[16]! + 4 * place, n);
}

/** Every job of a team of recommenders' kernels; its place is its name in the shared memory. */
export const recommendJobs: readonly Job<RecommendKernels>[] = [solve, gram, neighbours, partOfItem];

/** Places in {@link recommendJobs}. */
export const jobOf = { solve: 0, gram: 1, neighbours: 2, partOfItem: 3 } as const;
