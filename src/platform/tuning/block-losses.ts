/**
 * The losses of a trial on the rows that it was measured on, summed over blocks: small enough for the ledger, and enough for the error of a
 * difference between two trials. Blocks are the same for all trials of a search.
 */
export interface BlockLosses {
  /** Sum of weight × loss per block. */
  readonly sums: readonly number[];
  /** Sum of weights per block. */
  readonly weights: readonly number[];
}

/** Most blocks: the error of a difference has then a relative error of about 7 %. */
const mostBlocks = 100;

/**
 * The block of each row. Rows that stand or fall together share one: rows of a group, neighbours in time.
 * @param clusters code per row, 0 … nClusters−1; for independent rows the row's own number
 * @param inOrder whether neighbouring clusters depend on each other and so belong together
 */
export function blocksOf(clusters: Int32Array, nClusters: number, inOrder: boolean): Int32Array {
  const nBlocks = Math.min(mostBlocks, nClusters);
  return clusters.map((cluster) => (inOrder ? Math.floor((cluster * nBlocks) / nClusters) : cluster % nBlocks));
}

/** Sums of losses over blocks. */
export function sumBlocks(losses: Float64Array, weights: Float64Array, blocks: Int32Array): BlockLosses {
  const nBlocks = blocks.reduce((most, block) => Math.max(most, block + 1), 0);
  const sums = new Float64Array(nBlocks);
  const totals = new Float64Array(nBlocks);
  for (let i = 0; i < losses.length; i++) {
    sums[blocks[i]!]! += weights[i]! * losses[i]!;
    totals[blocks[i]!]! += weights[i]!;
  }
  return { sums: [...sums], weights: [...totals] };
}

/** The weighted mean loss. */
export function meanLoss({ sums, weights }: BlockLosses): number {
  return total(sums) / total(weights);
}

/** The losses of two sets of rows together, block by block. */
export function addBlocks(a: BlockLosses, b: BlockLosses): BlockLosses {
  return { sums: addUp(a.sums, b.sums), weights: addUp(a.weights, b.weights) };
}

function addUp(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, k) => (a[k] ?? 0) + (b[k] ?? 0));
}

/** The weighted mean loss with its standard error, from block to block; null with fewer than 2 blocks of weight. */
export function meanWithError(losses: BlockLosses): { readonly mean: number; readonly standardError: number | null } {
  const none = { sums: losses.sums.map(() => 0), weights: losses.weights };
  return { mean: meanLoss(losses), standardError: pairedDifference(losses, none)?.standardError ?? null };
}

/**
 * Loss of `a` minus loss of `b` on the same rows, with the standard error of that paired difference: a ratio of sums, linearised, its variance
 * from block to block (Cochran 1977). Null with fewer than 2 blocks of weight.
 */
export function pairedDifference(
  a: BlockLosses,
  b: BlockLosses,
): { readonly difference: number; readonly standardError: number } | null {
  const weight = total(a.weights);
  const nBlocks = a.weights.filter((one) => one > 0).length;
  if (nBlocks < 2) return null;
  const difference = meanLoss(a) - meanLoss(b);
  const squares = a.sums.reduce((sum, one, k) => sum + square(one - b.sums[k]! - difference * a.weights[k]!), 0);
  return { difference, standardError: Math.sqrt((squares * nBlocks) / (nBlocks - 1)) / weight };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function square(x: number): number {
  return x * x;
}
