import { gramBlock, strideOf } from "./als-solve.ts";
import type { Interactions } from "./interactions.ts";
import { mostBytes, tooLarge } from "./kernel-arena.ts";
import { refused } from "./recommender-errors.ts";

/*
 * What an ALS fit works on, and the two forms of its work, which give the same bits: `als-plain.ts`, after the specification, and `als-compiled.ts`,
 * which calls the compiled kernels on the threads of a team. Rows are independent of each other within a half, and the one sum over all rows, that of
 * the Gram matrix, has the same parts whoever adds them.
 */

/** Rows of one side: their partners on the other, ascending, and a confidence alpha · weight for each. */
export interface ConfidentRows {
  /** One place per row in the two others, and one more for the end. */
  readonly offsets: Int32Array;
  readonly partners: Int32Array;
  readonly confidences: Float32Array;
}

/** An ALS fit before its first half. */
export interface AlsProblem {
  readonly byUser: ConfidentRows;
  readonly byItem: ConfidentRows;
  readonly nFactors: number;
  readonly lambda: number;
  /** Steps of conjugate gradients. */
  readonly nSteps: number;
  /** Where the items' factors begin; the users' begin at 0. Not changed. */
  readonly firstItems: Float32Array;
}

/** A fit at work. Factors are row-major, {@link strideOf} numbers per row. */
export interface AlsSpace {
  readonly users: Float32Array;
  readonly items: Float32Array;
  /** One half: improves every row of one side. `check` is called at least every 50 ms. */
  improve(side: "users" | "items", check: (share: number) => void): void;
}

/** Greatest alpha · weight. */
const greatestConfidence = 1e9;

/** Both sides of interactions. Throws INTERACTIONS for a weight that is too great. */
export function bothSides(
  { nUsers, nItems, offsets, items, weights }: Interactions,
  alpha: number,
): readonly [byUser: ConfidentRows, byItem: ConfidentRows] {
  if (weights.some((weight) => alpha * weight > greatestConfidence))
    throw refused(`a weight times alpha is above ${greatestConfidence}, less is needed`);
  const confidences = new Float32Array(weights.length);
  for (let k = 0; k < weights.length; k++) confidences[k] = alpha * weights[k]!;
  const starts = new Int32Array(nItems + 1);
  for (let k = 0; k < items.length; k++) starts[items[k]! + 1]!++;
  for (let item = 0; item < nItems; item++) starts[item + 1]! += starts[item]!;
  const next = starts.slice();
  const partners = new Int32Array(items.length);
  const ofItems = new Float32Array(items.length);
  for (let user = 0; user < nUsers; user++)
    for (let k = offsets[user]!; k < offsets[user + 1]!; k++) {
      const at = next[items[k]!]!++;
      partners[at] = user;
      ofItems[at] = confidences[k]!;
    }
  return [
    { offsets, partners: items, confidences },
    { offsets: starts, partners, confidences: ofItems },
  ];
}

/** Multiplications that make up a chunk of rows: about half a millisecond. */
const chunkWork = 2_000_000;

/** Where chunks of rows begin, by the work that they are, and one more place for the end. */
export function chunkStarts({ offsets }: ConfidentRows, nFactors: number, nSteps: number): Int32Array {
  const stride = strideOf(nFactors);
  const nRows = offsets.length - 1;
  const starts = [0];
  let work = 0;
  for (let row = 0; row < nRows; row++) {
    const nPartners = offsets[row + 1]! - offsets[row]!;
    if (nPartners > 0) work += (nSteps + 1) * stride * (stride + nPartners);
    if (work < chunkWork && row + 1 < nRows) continue;
    starts.push(row + 1);
    work = 0;
  }
  return Int32Array.from(starts);
}

/** Chunks that are done between two checks. */
export const chunksPerCheck = 32;

/** Multiplications that make up a part of a Gram matrix, where a block is not more. */
const gramPartWork = 4_000_000;

/** Rows of one part of a Gram matrix: whole blocks. */
export function gramRows(nFactors: number): number {
  const blockWork = (gramBlock * strideOf(nFactors) ** 2) / 2;
  return gramBlock * Math.max(1, Math.floor(gramPartWork / blockWork));
}

/** Most numbers of the parts that are summed at once. */
const mostGramNumbers = 2 ** 22;

/** Parts of a Gram matrix that are summed between two checks. */
export function gramPartsPerCheck(nFactors: number): number {
  return Math.max(1, Math.min(chunksPerCheck, Math.floor(mostGramNumbers / strideOf(nFactors) ** 2)));
}

/** Refuses what a fit cannot hold: RECOMMENDER_TOO_LARGE, with the memory it would need. Nothing is taken before. */
export function checkSize({ nUsers, nItems, items }: Interactions, nFactors: number): void {
  const bytes = 16 * items.length + (4 * strideOf(nFactors) + 8) * (nUsers + nItems) + 8 * mostGramNumbers;
  if (bytes > mostBytes) throw tooLarge(bytes);
}
