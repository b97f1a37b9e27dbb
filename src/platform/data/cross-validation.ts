import { createRng, FettleError, permutation } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { argsort } from "../../ml/stats/index.ts";

/** How rows are dealt into folds. Arrays are aligned with the rows of the table. */
export type FoldRule =
  | { readonly kind: "stratified"; readonly target: Target }
  | {
      readonly kind: "group";
      readonly groups: Int32Array;
      /** Deals groups out by the seed; default: the largest first, always alike. */
      readonly isRandom?: true;
    }
  | {
      readonly kind: "time";
      /** Position in time, NaN where unknown: such rows are only trained on. */
      readonly times: Float64Array;
      readonly window: FoldWindow;
      /** Least distance in time between a training row and the validation rows, in the unit of `times`. */
      readonly embargo: number;
    };

/**
 * What is trained on in time: `expanding` everything before the validation rows, `sliding` one block before them, `purged` everything before
 * and after them.
 */
export type FoldWindow = "expanding" | "sliding" | "purged";

/** Rows of one fold; disjoint, in ascending order (stratified, group) or in time order. */
export interface Fold {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/**
 * Deals rows into folds. Stratified: each class, and each range of a numeric target, is spread over the folds to within one row. Group: whole
 * groups, the largest first or in random order, each to the fold with the fewest rows so far. Time: blocks of about equal size that part no instant, each
 * validated by a model that saw nothing within the embargo around it; expanding and sliding windows never see what comes later.
 * Throws FOLDS_TOO_MANY and FOLDS_TRAIN_EMPTY.
 * @param rows row numbers of the table that take part
 * @param nFolds at least 2
 */
export function foldRows(rows: Int32Array, nFolds: number, rule: FoldRule, seed: number): Fold[] {
  if (rule.kind === "time") return timeFolds(rows, nFolds, rule);
  const foldOf =
    rule.kind === "group" ? groupFolds(rows, nFolds, rule, seed) : stratify(rows, nFolds, rule.target, seed);
  return Array.from({ length: nFolds }, (_, fold) => ({
    train: rows.filter((_, i) => foldOf[i] !== fold),
    validation: rows.filter((_, i) => foldOf[i] === fold),
  }));
}

function stratify(rows: Int32Array, nFolds: number, { task, values }: Target, seed: number): Int32Array {
  checkEnough(rows.length, nFolds, "row");
  const rng = createRng(seed).fork("folds");
  const order = argsort(Float64Array.from(rows, (row) => values[row]!));
  const foldOf = new Int32Array(rows.length);
  // Shuffled runs of the sorted rows are dealt out: of a class, or of neighbours in a numeric target.
  for (let from = 0; from < order.length; ) {
    let to = task === "regression" ? Math.min(order.length, from + nFolds) : from + 1;
    while (task !== "regression" && to < order.length && values[rows[order[to]!]!] === values[rows[order[from]!]!])
      to++;
    permutation(to - from, rng).forEach((k, position) => {
      foldOf[order[from + k]!] = (from + position) % nFolds;
    });
    from = to;
  }
  return foldOf;
}

function groupFolds(
  rows: Int32Array,
  nFolds: number,
  { groups, isRandom }: Extract<FoldRule, { kind: "group" }>,
  seed: number,
): Int32Array {
  const sizes = new Map<number, number>();
  for (const row of rows) sizes.set(groups[row]!, (sizes.get(groups[row]!) ?? 0) + 1);
  checkEnough(sizes.size, nFolds, "group");
  const filled = new Int32Array(nFolds);
  const foldOf = new Map<number, number>();
  const dealt = [...sizes];
  const order = isRandom
    ? Array.from(permutation(dealt.length, createRng(seed).fork("folds")), (k) => dealt[k]!)
    : dealt.sort((a, b) => b[1] - a[1]);
  for (const [group, size] of order) {
    const fold = filled.indexOf(Math.min(...filled));
    foldOf.set(group, fold);
    filled[fold]! += size;
  }
  return rows.map((row) => foldOf.get(groups[row]!)!);
}

function timeFolds(
  rows: Int32Array,
  nFolds: number,
  { times, window, embargo }: Extract<FoldRule, { kind: "time" }>,
): Fold[] {
  const undated = rows.filter((row) => Number.isNaN(times[row]));
  const dated = rows.filter((row) => !Number.isNaN(times[row]));
  const order = argsort(Float64Array.from(dated, (row) => times[row]!));
  const ordered = Int32Array.from(order, (position) => dated[position]!);
  // The first block of a window is only trained on.
  const nBlocks = window === "purged" ? nFolds : nFolds + 1;
  const cuts = blockCuts(ordered, times, nBlocks);
  return Array.from({ length: nFolds }, (_, fold) => {
    const block = fold + nBlocks - nFolds;
    const validation = ordered.slice(cuts[block]!, cuts[block + 1]!);
    const before = ordered.slice(window === "sliding" ? cuts[block - 1]! : 0, cuts[block]!);
    const after = window === "purged" ? ordered.slice(cuts[block + 1]!) : new Int32Array(0);
    const known = outsideEmbargo([...before, ...after], validation, times, embargo);
    if (known.length === 0) throw trainEmpty(fold, embargo);
    return { train: Int32Array.from([...undated, ...known]), validation };
  });
}

/** Rows farther in time from all of some rows than the embargo; all of them where it is 0. */
export function outsideEmbargo(
  rows: ArrayLike<number> & Iterable<number>,
  from: Int32Array,
  times: Float64Array,
  embargo: number,
): Int32Array {
  if (embargo === 0) return Int32Array.from(rows);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const row of from) {
    first = Math.min(first, times[row]!);
    last = Math.max(last, times[row]!);
  }
  return Int32Array.from(rows).filter((row) => !(times[row]! >= first - embargo && times[row]! <= last + embargo));
}

// A cut moves on to the next instant, so that no instant lies in two blocks.
function blockCuts(ordered: Int32Array, times: Float64Array, nBlocks: number): number[] {
  const cuts = [0];
  for (let block = 1; block < nBlocks; block++) {
    let at = Math.max(cuts.at(-1)! + 1, Math.round((block * ordered.length) / nBlocks));
    while (at < ordered.length && times[ordered[at]!] === times[ordered[at - 1]!]) at++;
    if (at >= ordered.length) throw tooMany(nBlocks, new Set(Array.from(ordered, (row) => times[row])).size, "instant");
    cuts.push(at);
  }
  return [...cuts, ordered.length];
}

function checkEnough(n: number, nFolds: number, unit: string): void {
  if (n < nFolds) throw tooMany(nFolds, n, unit);
}

function tooMany(needed: number, n: number, unit: string): FettleError {
  return new FettleError(
    "invalid-input",
    "FOLDS_TOO_MANY",
    `Cannot deal rows into folds: there are ${n} ${unit}s that can be parted, at least ${needed} are needed`,
    { hint: "Ask for fewer folds", facts: { needed, n } },
  );
}

function trainEmpty(fold: number, embargo: number): FettleError {
  return new FettleError(
    "invalid-input",
    "FOLDS_TRAIN_EMPTY",
    `Cannot deal rows into folds: fold ${fold + 1} has no training row outside its embargo of ${embargo}, some are needed`,
    { hint: "Ask for fewer folds or a shorter embargo" },
  );
}
