/*
 * What the threads of a team do: each job calls compiled kernels for one chunk of its work. Arguments are numbers in one shared array; the
 * constants below are their places. A job may be run by any thread, `thread` says whose scratch memory it uses.
 */
import type { Job as TeamJob, TeamKernels } from "../team/index.ts";

/** The compiled kernels of boosted trees, as `assembly/kernels.ts` exports them. All numbers are byte offsets or counts. */
export interface KernelFunctions {
  histogram(
    bins: number,
    stride: number,
    rows: number,
    from: number,
    to: number,
    pairs: number,
    hessianBits: number,
    active: number,
    offsets: number,
    nActive: number,
    nQuads: number,
    out: number,
    scratch: number,
  ): void;
  subtract(parent: number, child: number, bytes: number): void;
  merge(sum: number, part: number, bytes: number): void;
  readI32(at: number): number;
  writeI32(at: number, value: number): void;
  readF64(at: number): number;
  clear(at: number, bytes: number): void;
  scan(
    bins: number,
    items: number,
    list: number,
    first: number,
    last: number,
    g: number,
    h: number,
    n: number,
    settings: number,
    hessianBits: number,
    monotone: number,
    draws: number,
    records: number,
    scratch: number,
  ): void;
  partition(column: number, rows: number, n: number, table: number, left: number, right: number): number;
  copy(target: number, source: number, bytes: number): void;
  number(rows: number, from: number, to: number): void;
  addToRows(scores: number, rows: number, n: number, value: number): void;
  addTree(
    bins: number,
    stride: number,
    from: number,
    to: number,
    nodes: number,
    tables: number,
    values: number,
    scores: number,
  ): void;
  logisticPairs(
    scores: number,
    labels: number,
    weights: number,
    from: number,
    to: number,
    perGradient: number,
    perHessian: number,
    pairs: number,
  ): void;
  squaredGradients(
    scores: number,
    labels: number,
    weights: number,
    from: number,
    to: number,
    gradients: number,
  ): number;
  lambdaGradients(
    queries: number,
    from: number,
    to: number,
    scores: number,
    gradients: number,
    hessians: number,
    scratch: number,
  ): void;
  roundPairs(
    gradients: number,
    hessians: number,
    constant: number,
    from: number,
    to: number,
    perGradient: number,
    perHessian: number,
    pairs: number,
  ): void;
  binNumbers(values: number, n: number, thresholds: number, nThresholds: number, missing: number, out: number): void;
  gatherBytes(source: number, places: number, from: number, to: number, target: number): void;
  gatherNumbers(source: number, places: number, from: number, to: number, target: number): void;
  learnThresholds(values: number, n: number, mostBins: number, scratch: number, out: number): number;
  toRows(columns: number, n: number, nColumns: number, from: number, to: number, stride: number, rows: number): void;
}

/** The kernels of boosted trees with their memory and team. */
export interface GbdtKernels extends TeamKernels {
  readonly functions: KernelFunctions;
}

type Job = TeamJob<GbdtKernels>;

/** Rows per chunk: a job's own number where it matters. */
const rowRange = (args: Float64Array, chunk: number): [number, number] => {
  const from = args[0]! + chunk * args[2]!;
  return [from, Math.min(args[1]!, from + args[2]!)];
};

// from, to, rows per chunk, then: bins, stride, rows, pairs, hessianBits, active, offsets, nActive, nQuads, slot, part, partBytes, scratch,
// scratchBytes, touched. Thread 0 adds to the slot itself, the others to a part of their own, which is merged later.
const histogram: Job = ({ functions }, a, _answers, chunk, thread) => {
  const [from, to] = rowRange(a, chunk);
  const out = thread === 0 ? a[12]! : a[13]! + (thread - 1) * a[14]!;
  if (thread > 0) functions.writeI32(a[17]! + 4 * thread, 1);
  functions.histogram(
    a[3]!,
    a[4]!,
    a[5]!,
    from,
    to,
    a[6]!,
    a[7]!,
    a[8]!,
    a[9]!,
    a[10]!,
    a[11]!,
    out,
    a[15]! + thread * a[16]!,
  );
};

// smaller slot, parent slot or 0, offsets, columns per chunk, nColumns, part, partBytes, touched, nThreads, hessianBits, settings, items,
// scratch, scratchBytes, then twice (smaller, larger): list or 0, starts of the chunks in it, g, h, n, monotone, draws, records.
const finish: Job = ({ functions }, a, _answers, chunk, thread) => {
  const first = chunk * a[3]!;
  const last = Math.min(a[4]!, first + a[3]!);
  const from = functions.readI32(a[2]! + 4 * first);
  const bytes = functions.readI32(a[2]! + 4 * last) - from;
  for (let t = 1; t < a[8]!; t++)
    if (functions.readI32(a[7]! + 4 * t) === 1) functions.merge(a[0]! + from, a[5]! + (t - 1) * a[6]! + from, bytes);
  if (a[1]! > 0) functions.subtract(a[1]! + from, a[0]! + from, bytes);
  for (let side = 0; side < 2; side++) {
    const at = 14 + 8 * side;
    if (a[at]! === 0) continue;
    const starts = a[at + 1]! + 4 * chunk;
    functions.scan(
      side === 0 ? a[0]! : a[1]!,
      a[11]!,
      a[at]!,
      functions.readI32(starts),
      functions.readI32(starts + 4),
      a[at + 2]!,
      a[at + 3]!,
      a[at + 4]!,
      a[10]!,
      a[9]!,
      a[at + 5]!,
      a[at + 6]!,
      a[at + 7]!,
      a[12]! + thread * a[13]!,
    );
  }
};

// from, to, rows per chunk, column, rows, table, left, right: parts each chunk into its own place of left and right.
const partition: Job = ({ functions }, a, answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  const at = 4 * (from - a[0]!);
  answers[chunk] = functions.partition(a[3]!, a[4]! + 4 * from, to - from, a[5]!, a[6]! + at, a[7]! + at);
};

// from, to, rows per chunk, rows, middle, left, right: brings the parts of each chunk where they belong; `answers` holds their sizes.
const gather: Job = ({ functions }, a, answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  let before = 0;
  for (let c = 0; c < chunk; c++) before += answers[c]!;
  const nLeft = answers[chunk]!;
  const at = 4 * (from - a[0]!);
  functions.copy(a[3]! + 4 * (a[0]! + before), a[5]! + at, 4 * nLeft);
  functions.copy(a[3]! + 4 * (a[4]! + from - a[0]! - before), a[6]! + at, 4 * (to - from - nLeft));
};

// scores, rows, leaves (from, to as i32), values.
const addLeaves: Job = ({ functions }, a, _answers, chunk) => {
  const from = functions.readI32(a[2]! + 8 * chunk);
  const to = functions.readI32(a[2]! + 8 * chunk + 4);
  functions.addToRows(a[0]!, a[1]! + 4 * from, to - from, functions.readF64(a[3]! + 8 * chunk));
};

// from, to, rows per chunk, bins, stride, nodes, tables, values, scores.
const addTree: Job = ({ functions }, a, _answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  functions.addTree(a[3]!, a[4]!, from, to, a[5]!, a[6]!, a[7]!, a[8]!);
};

// from, to, rows per chunk, scores, labels, weights, perGradient, perHessian, pairs.
const logisticPairs: Job = ({ functions }, a, _answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  functions.logisticPairs(a[3]!, a[4]!, a[5]!, from, to, a[6]!, a[7]!, a[8]!);
};

// from, to, rows per chunk, scores, labels, weights, gradients.
const squaredGradients: Job = ({ functions }, a, answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  answers[chunk] = functions.squaredGradients(a[3]!, a[4]!, a[5]!, from, to, a[6]!);
};

// from, to, queries per chunk, queries, scores, gradients, hessians, scratch, scratchBytes.
const lambdaGradients: Job = ({ functions }, a, _answers, chunk, thread) => {
  const [from, to] = rowRange(a, chunk);
  functions.lambdaGradients(a[3]!, from, to, a[4]!, a[5]!, a[6]!, a[7]! + thread * a[8]!);
};

// from, to, rows per chunk, gradients, hessians, constant, perGradient, perHessian, pairs.
const roundPairs: Job = ({ functions }, a, _answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  functions.roundPairs(a[3]!, a[4]!, a[5]!, from, to, a[6]!, a[7]!, a[8]!);
};

// from, to, rows per chunk, values, thresholds, nThresholds, missing, out.
const binNumbers: Job = ({ functions }, a, _answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  functions.binNumbers(a[3]! + 8 * from, to - from, a[4]!, a[5]!, a[6]!, a[7]! + from);
};

// samples, numbers of a sample, columns (length and most bins as i32), out, scratch, scratchBytes: one column a chunk.
const learnThresholds: Job = ({ functions }, a, answers, chunk, thread) => {
  const n = functions.readI32(a[2]! + 8 * chunk);
  const mostBins = functions.readI32(a[2]! + 8 * chunk + 4);
  const scratch = a[4]! + thread * a[5]!;
  answers[chunk] = functions.learnThresholds(a[0]! + 4 * a[1]! * chunk, n, mostBins, scratch, a[3]! + 1024 * chunk);
};

// from, to, rows per chunk, columns, n, nColumns, stride, rows.
const toRows: Job = ({ functions }, a, _answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  functions.toRows(a[3]!, a[4]!, a[5]!, from, to, a[6]!, a[7]!);
};

// from, to, rows per chunk, rows.
const number: Job = ({ functions }, a, _answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  functions.number(a[3]!, from, to);
};

// from, to, rows per chunk, source, places, target, bytes of a value (1 or 8).
const gatherRows: Job = ({ functions }, a, _answers, chunk) => {
  const [from, to] = rowRange(a, chunk);
  const gather = a[6] === 8 ? functions.gatherNumbers : functions.gatherBytes;
  gather(a[3]!, a[4]!, from, to, a[5]!);
};

/** Every job; its place is its name in the shared memory. */
export const gbdtJobs: readonly Job[] = [
  histogram,
  finish,
  partition,
  gather,
  addLeaves,
  addTree,
  logisticPairs,
  squaredGradients,
  roundPairs,
  binNumbers,
  toRows,
  number,
  learnThresholds,
  gatherRows,
  lambdaGradients,
];

/** Places in {@link gbdtJobs}. */
export const jobOf = {
  histogram: 0,
  finish: 1,
  partition: 2,
  gather: 3,
  addLeaves: 4,
  addTree: 5,
  logisticPairs: 6,
  squaredGradients: 7,
  roundPairs: 8,
  binNumbers: 9,
  toRows: 10,
  number: 11,
  learnThresholds: 12,
  gatherRows: 13,
  lambdaGradients: 14,
} as const;
