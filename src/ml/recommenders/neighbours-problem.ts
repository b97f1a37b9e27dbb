import { type Interactions, transposed } from "./interactions.ts";
import type { Neighbours } from "./neighbours-model.ts";
import type { RankedItems } from "./recommender.ts";

/** What item-item neighbours may be alike by. */
export const similarities = ["cosine", "jaccard"] as const;

/** A fit of item-item neighbours before its first item. */
export interface NeighbourProblem {
  readonly byUser: Interactions;
  /** Rows are items, their places users. */
  readonly byItem: Interactions;
  /** Most neighbours of an item. */
  readonly k: number;
  readonly similarity: (typeof similarities)[number];
  readonly shrinkage: number;
  /** Of every item the norm of its weights (cosine) or its number of users (jaccard). */
  readonly sizes: Float64Array;
}

/** The problem of interactions. */
export function neighbourProblem(
  interactions: Interactions,
  { neighbours, similarity, shrinkage }: Pick<NeighbourProblem, "similarity" | "shrinkage"> & { neighbours: number },
): NeighbourProblem {
  const { nItems, items } = interactions;
  const isCosine = similarity === "cosine";
  // Sets are columns of ones.
  const weights = isCosine ? interactions.weights : new Float64Array(items.length).fill(1);
  const byUser = { ...interactions, weights };
  const sizes = new Float64Array(nItems);
  for (let at = 0; at < items.length; at++) sizes[items[at]!]! += weights[at]! * weights[at]!;
  if (isCosine) for (let item = 0; item < nItems; item++) sizes[item] = Math.sqrt(sizes[item]!);
  const k = Math.min(neighbours, Math.max(1, nItems - 1));
  return { byUser, byItem: transposed(byUser), k, similarity, shrinkage, sizes };
}

/** Pairs of interactions that are counted between two looks at the clock. */
export const pairsBetweenChecks = 2_000_000;

/** Lists of all items in one. */
export function joined(lists: readonly RankedItems[]): Neighbours {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, item) => {
    offsets[item + 1] = offsets[item]! + list.items.length;
  });
  const items = new Int32Array(offsets[lists.length]!);
  const values = new Float64Array(offsets[lists.length]!);
  lists.forEach((list, item) => {
    items.set(list.items, offsets[item]!);
    values.set(list.scores, offsets[item]!);
  });
  return { offsets, items, similarities: values };
}
