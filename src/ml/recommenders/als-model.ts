import { foldIn } from "./als-fold-in.ts";
import { strideOf } from "./als-solve.ts";
import { type Interactions, rowOf, usersPerItem } from "./interactions.ts";
import { answersFrom } from "./popularity.ts";
import type { FittedRecommender, ItemScores } from "./recommender.ts";
import { type AlsData, interactionsData, interactionsFrom, numbersOf, textOf } from "./recommender-data.ts";
import { damagedRecommender } from "./recommender-errors.ts";
import { topItems } from "./top-items.ts";

/** What ALS learned. Factors are row-major, with {@link strideOf} numbers per row. */
export interface Factorisation {
  readonly nFactors: number;
  readonly lambda: number;
  readonly alpha: number;
  readonly users: Float32Array;
  readonly items: Float32Array;
  /** Σ y yᵀ over all items: nFactors × nFactors. */
  readonly gram: Float64Array;
}

/** A recommender by factors: the score of an item is its factors' dot product with the user's. */
export function alsModel(interactions: Interactions, factorisation: Factorisation): FittedRecommender {
  const { nUsers, nItems, history, popular, checkItem } = answersFrom(interactions);
  const { nFactors, lambda, alpha, users, items, gram } = factorisation;
  const stride = strideOf(nFactors);
  const isSeen = usersPerItem(interactions).map((n) => Number(n > 0));
  const scan = (factors: Float32Array): Float64Array => {
    const values = new Float64Array(nItems).fill(Number.NEGATIVE_INFINITY);
    scanItems(items, factors, stride, isSeen, values);
    return values;
  };
  const scoresWith = (factors: Float32Array): ItemScores => ({ values: scan(factors), basis: "history" });
  return {
    kind: "als",
    nUsers,
    nItems,
    history,
    scores(user) {
      if (history(user).items.length === 0) return popular();
      return scoresWith(users.subarray(user * stride, (user + 1) * stride));
    },
    scoresOf(given) {
      const row = rowOf(given, nItems);
      if (!row.items.some((item) => isSeen[item] === 1)) return popular();
      return scoresWith(foldIn(row, factorisation));
    },
    similarItems(item, k) {
      checkItem(item);
      const values = scan(items.subarray(item * stride, (item + 1) * stride));
      const norms = Float64Array.from(values, (_, i) => lengthOf(items, i * stride, stride));
      const cosines = values.map((value, i) => value / (norms[i]! * norms[item]!));
      return topItems(cosines, k, Int32Array.of(item));
    },
    toJSON: () => ({
      kind: "als",
      nUsers,
      nItems,
      interactions: interactionsData(interactions),
      nFactors,
      lambda,
      alpha,
      userFactors: textOf(withStride(users, stride, nFactors)),
      itemFactors: textOf(withStride(items, stride, nFactors)),
      gram: textOf(gram),
    }),
  };
}

/** A recommender by factors from its data. Throws RECOMMENDER_DATA. */
export function loadAls(data: AlsData): FittedRecommender {
  const interactions = interactionsFrom(data);
  const { nUsers, nItems, nFactors, lambda, alpha } = data;
  if (!(Number.isInteger(nFactors) && nFactors >= 1)) throw damagedRecommender("its number of factors is no count");
  if (!(lambda > 0 && alpha > 0 && Number.isFinite(lambda) && Number.isFinite(alpha)))
    throw damagedRecommender("its lambda or alpha is no number above 0");
  const read = (text: unknown, nRows: number, name: string) =>
    withStride(numbersOf(Float32Array, text, nRows * nFactors, name), nFactors, strideOf(nFactors));
  return alsModel(interactions, {
    nFactors,
    lambda,
    alpha,
    users: read(data.userFactors, nUsers, "userFactors"),
    items: read(data.itemFactors, nItems, "itemFactors"),
    gram: numbersOf(Float64Array, data.gram, nFactors * nFactors, "gram"),
  });
}

const { fround } = Math;

// Dot products as those of als-solve.ts, to the bit, of the items that were seen.
function scanItems(
  items: Float32Array,
  user: Float32Array,
  stride: number,
  isSeen: Int32Array,
  out: Float64Array,
): void {
  for (let item = 0, at = 0; item < out.length; item++, at += stride) {
    if (isSeen[item] === 0) continue;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let k = 0; k < stride; k += 4) {
      s0 = fround(s0 + fround(items[at + k]! * user[k]!));
      s1 = fround(s1 + fround(items[at + k + 1]! * user[k + 1]!));
      s2 = fround(s2 + fround(items[at + k + 2]! * user[k + 2]!));
      s3 = fround(s3 + fround(items[at + k + 3]! * user[k + 3]!));
    }
    out[item] = fround(fround(s0 + s2) + fround(s1 + s3));
  }
}

function lengthOf(values: Float32Array, from: number, n: number): number {
  let sum = 0;
  for (let k = from; k < from + n; k++) sum += values[k]! ** 2;
  return Math.sqrt(sum);
}

// Rows of so many numbers as rows of another length: cut, or followed by zeros.
function withStride(values: Float32Array, stride: number, wanted: number): Float32Array {
  if (stride === wanted) return values;
  const nRows = values.length / stride;
  const rows = new Float32Array(nRows * wanted);
  for (let row = 0; row < nRows; row++)
    rows.set(values.subarray(row * stride, row * stride + Math.min(stride, wanted)), row * wanted);
  return rows;
}
