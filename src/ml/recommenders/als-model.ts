import { foldIn } from "./als-fold-in.ts";
import { strideOf } from "./als-solve.ts";
import { type Interactions, rowOf, usersPerItem } from "./interactions.ts";
import { itemScan, type ScanKernels } from "./item-scan.ts";
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

/**
 * A recommender by factors: the score of an item is its factors' dot product with the user's. With compiled kernels it is sooner known, to the same bits.
 */
export function alsModel(
  interactions: Interactions,
  factorisation: Factorisation,
  kernels?: ScanKernels,
): FittedRecommender {
  const { nUsers, nItems, history, popular, checkItem } = answersFrom(interactions);
  const { nFactors, lambda, alpha, users, gram } = factorisation;
  const stride = strideOf(nFactors);
  const { items, scan } = itemScan(factorisation.items, stride, kernels);
  const nUsersOf = usersPerItem(interactions);
  const unseen = Int32Array.from(nUsersOf.keys()).filter((item) => nUsersOf[item] === 0);
  const lengths = lengthsOf(items, stride);
  const factorsOf = foldIn({ nFactors, lambda, alpha, items, gram });
  const scoresWith = (factors: Float32Array): ItemScores => {
    const values = scan(factors);
    for (const item of unseen) values[item] = Number.NEGATIVE_INFINITY;
    return { values, basis: "history" };
  };
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
      if (!row.items.some((item) => nUsersOf[item]! > 0)) return popular();
      return scoresWith(factorsOf(row));
    },
    similarItems(item, k) {
      checkItem(item);
      const products = scan(items.subarray(item * stride, (item + 1) * stride));
      // NaN, which is no score, where one of the two was never seen.
      const cosines = new Float64Array(nItems);
      for (let i = 0; i < nItems; i++) cosines[i] = products[i]! / (lengths[i]! * lengths[item]!);
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
export function loadAls(data: AlsData, kernels?: ScanKernels): FittedRecommender {
  const interactions = interactionsFrom(data);
  const { nUsers, nItems, nFactors, lambda, alpha } = data;
  if (!(Number.isInteger(nFactors) && nFactors >= 1)) throw damagedRecommender("its number of factors is no count");
  if (!(lambda > 0 && alpha > 0 && Number.isFinite(lambda) && Number.isFinite(alpha)))
    throw damagedRecommender("its lambda or alpha is no number above 0");
  const read = (text: unknown, nRows: number, name: string) =>
    withStride(numbersOf(Float32Array, text, nRows * nFactors, name), nFactors, strideOf(nFactors));
  return alsModel(
    interactions,
    {
      nFactors,
      lambda,
      alpha,
      users: read(data.userFactors, nUsers, "userFactors"),
      items: read(data.itemFactors, nItems, "itemFactors"),
      gram: numbersOf(Float64Array, data.gram, nFactors * nFactors, "gram"),
    },
    kernels,
  );
}

function lengthsOf(rows: Float32Array, stride: number): Float64Array {
  const lengths = new Float64Array(rows.length / stride);
  for (let row = 0; row < lengths.length; row++) {
    let sum = 0;
    for (let k = row * stride; k < (row + 1) * stride; k++) sum += rows[k]! * rows[k]!;
    lengths[row] = Math.sqrt(sum);
  }
  return lengths;
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
