import { stopCheck } from "../learners/index.ts";
import { type Interactions, transposed } from "./interactions.ts";
import { type Neighbours, neighboursModel } from "./neighbours-model.ts";
import type { RankedItems, RecommenderLearner } from "./recommender.ts";
import { badParameter, noInteractions } from "./recommender-errors.ts";
import { topAmong } from "./top-items.ts";

const similarities = ["cosine", "jaccard"] as const;

/** Parameters of {@link itemNeighbours}; all have defaults. */
export interface ItemNeighboursParams {
  /** Most neighbours that an item keeps. Default 20. */
  readonly neighbours?: number;
  /**
   * `cosine` (default): of the items' columns of weights, Σ w·w′ / (‖w‖·‖w′‖ + shrinkage). `jaccard`: of their sets of users, shared / (all + shrinkage).
   */
  readonly similarity?: (typeof similarities)[number];
  /** Added to the denominator, ≥ 0: the greater, the less items of few users count as alike. Default 5. */
  readonly shrinkage?: number;
}

/**
 * Item-based nearest neighbours (Deshpande & Karypis 2004, doi 10.1145/963770.963776): per item those that share users with it, by similarity.
 * The score of an item is the sum of its similarities to the items of the history that have it among their neighbours, times their weights.
 */
export function itemNeighbours(params: ItemNeighboursParams = {}): RecommenderLearner {
  const { neighbours = 20, similarity = "cosine", shrinkage = 5 } = params;
  const kind = "item-neighbours";
  if (!(Number.isInteger(neighbours) && neighbours >= 1))
    throw badParameter(kind, "neighbours", neighbours, "a whole number ≥ 1");
  if (!similarities.includes(similarity)) throw badParameter(kind, "similarity", similarity, similarities.join(" or "));
  if (!(shrinkage >= 0 && Number.isFinite(shrinkage))) throw badParameter(kind, "shrinkage", shrinkage, "a number ≥ 0");
  const settled = { neighbours, similarity, shrinkage };
  return {
    kind,
    params: settled,
    fit(interactions, { onProgress, ...options }) {
      if (interactions.items.length === 0) throw noInteractions();
      const check = stopCheck(options);
      return neighboursModel(
        interactions,
        findNeighbours(interactions, settled, (share) => {
          check();
          onProgress?.(share);
        }),
      );
    },
  };
}

/** Pairs of interactions that are counted between two looks at the clock. */
const pairsBetweenChecks = 2_000_000;

function findNeighbours(
  interactions: Interactions,
  { neighbours: k, similarity, shrinkage }: Required<ItemNeighboursParams>,
  report: (share: number) => void,
): Neighbours {
  const { nItems, offsets: starts, items: itemsOf } = interactions;
  // Sets are columns of ones.
  const weights = similarity === "cosine" ? interactions.weights : new Float64Array(itemsOf.length).fill(1);
  const byItem = transposed({ ...interactions, weights });
  // Of every item the sum of squared weights.
  const squares = new Float64Array(nItems);
  for (let at = 0; at < itemsOf.length; at++) squares[itemsOf[at]!]! += weights[at]! * weights[at]!;
  const norms = squares.map((sum) => Math.sqrt(sum));
  const sums = new Float64Array(nItems);
  const met = new Int32Array(nItems);
  const offsets = new Int32Array(nItems + 1);
  const found: RankedItems[] = [];
  let sinceCheck = 0;
  for (let i = 0; i < nItems; i++) {
    let n = 0;
    for (let at = byItem.offsets[i]!; at < byItem.offsets[i + 1]!; at++) {
      const user = byItem.items[at]!;
      const weight = byItem.weights[at]!;
      const end = starts[user + 1]!;
      sinceCheck += end - starts[user]!;
      for (let other = starts[user]!; other < end; other++) {
        const j = itemsOf[other]!;
        const sum = sums[j]!;
        if (sum === 0) met[n++] = j;
        sums[j] = sum + weight * weights[other]!;
      }
      if (sinceCheck < pairsBetweenChecks) continue;
      report(i / nItems);
      sinceCheck = 0;
    }
    for (let m = 0; m < n; m++) {
      const j = met[m]!;
      const whole = similarity === "cosine" ? norms[i]! * norms[j]! : squares[i]! + squares[j]! - sums[j]!;
      sums[j] = sums[j]! / (whole + shrinkage);
    }
    const best = topAmong(sums, met, n, k, Int32Array.of(i));
    found.push(best);
    offsets[i + 1] = offsets[i]! + best.items.length;
    for (let m = 0; m < n; m++) sums[met[m]!] = 0;
  }
  const items = new Int32Array(offsets[nItems]!);
  const values = new Float64Array(offsets[nItems]!);
  found.forEach((best, i) => {
    items.set(best.items, offsets[i]!);
    values.set(best.scores, offsets[i]!);
  });
  return { offsets, items, similarities: values };
}
