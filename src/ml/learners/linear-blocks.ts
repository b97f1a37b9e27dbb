import { fromBase64, toBase64 } from "../../lib/index.ts";
import type { SparseBlock, SparseRow } from "../table/index.ts";
import type { SparseColumn } from "./linear-design.ts";
import { type LinearBlock, withoutNegativeZero } from "./model-data.ts";

/** The columns of a block, as the fit of a linear model sees them; `offset` is the index of the first one's weight. */
export function columnsOfBlock({ starts, indexes, values, width }: SparseBlock, offset: number): SparseColumn[] {
  const ends = new Int32Array(width + 1);
  for (const index of indexes) ends[index + 1]!++;
  for (let j = 0; j < width; j++) ends[j + 1]! += ends[j]!;
  const columnStarts = ends.slice();
  const rows = new Int32Array(indexes.length);
  const numbers = new Float64Array(indexes.length);
  for (let i = 0; i + 1 < starts.length; i++)
    for (let e = starts[i]!; e < starts[i + 1]!; e++) {
      const at = columnStarts[indexes[e]!]!++;
      rows[at] = i;
      numbers[at] = values[e]!;
    }
  return Array.from({ length: width }, (_, j) => ({
    rows: rows.subarray(ends[j], ends[j + 1]),
    values: numbers.subarray(ends[j], ends[j + 1]),
    offset: offset + j,
  }));
}

/** The weights of a block as data; `weights` and `means` hold those of one output after another, from the block's first on. */
export function blockData(width: number, weights: readonly Float64Array[], means: Float64Array): LinearBlock {
  const nOutputs = weights.length;
  const rounded = new Float32Array(width * nOutputs);
  weights.forEach((output, k) => {
    for (let j = 0; j < width; j++) rounded[j * nOutputs + k] = output[j]!;
  });
  const averages = weights.map((_, k) => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += rounded[j * nOutputs + k]! * means[j]!;
    return withoutNegativeZero(sum);
  });
  return { width, weights: toBase64(new Uint8Array(rounded.buffer)), averages };
}

/** The weights of a block: entry after entry, the outputs of one entry together. */
export function weightsOfBlock({ weights }: LinearBlock): Float32Array {
  return new Float32Array(fromBase64(weights).buffer);
}

/** Adds what a sparse row contributes to the scores of each output, entry after entry. */
export function addSparseRow(
  { indexes, values }: SparseRow,
  weights: Float32Array,
  nOutputs: number,
  scores: Float64Array,
  at: number,
): void {
  for (let e = 0; e < indexes.length; e++) {
    const value = values[e]!;
    const from = indexes[e]! * nOutputs;
    for (let k = 0; k < nOutputs; k++) scores[at + k]! += weights[from + k]! * value;
  }
}
