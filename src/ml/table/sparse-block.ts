/** The numbers of one row that are not 0: their places, each once, and their values. */
export interface SparseRow {
  readonly indexes: Int32Array;
  readonly values: Float64Array;
}

/**
 * `width` numbers a row of which few are not 0, such as the TF-IDF of a vocabulary: compressed sparse rows. The entries of row i lie at
 * `starts[i]` up to, not including, `starts[i + 1]`. Immutable, as columns are.
 */
export interface SparseBlock extends SparseRow {
  readonly starts: Int32Array;
  readonly width: number;
}

/** A block of rows; a row may be given many times. */
export function sparseBlock(rows: readonly SparseRow[], width: number): SparseBlock {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach(({ indexes }, i) => {
    starts[i + 1] = starts[i]! + indexes.length;
  });
  const indexes = new Int32Array(starts[rows.length]!);
  const values = new Float64Array(starts[rows.length]!);
  rows.forEach((row, i) => {
    indexes.set(row.indexes, starts[i]);
    values.set(row.values, starts[i]);
  });
  return { starts, indexes, values, width };
}

/** Row `i` of a block, sharing its memory. */
export function sparseRowOf({ starts, indexes, values }: SparseBlock, i: number): SparseRow {
  return { indexes: indexes.subarray(starts[i], starts[i + 1]), values: values.subarray(starts[i], starts[i + 1]) };
}

/** The rows of a block at `at`, in that order. */
export function takeSparseRows(block: SparseBlock, at: ArrayLike<number>): SparseBlock {
  return sparseBlock(
    Array.from(at, (i) => sparseRowOf(block, i)),
    block.width,
  );
}
