import type { Json } from "../../lib/index.ts";
import type { History, Interactions } from "./interactions.ts";
import type { ScanKernels } from "./item-scan.ts";
import type { RecommendKernels } from "./recommend-kernels.ts";
import type { RecommenderData } from "./recommender-data.ts";

/**
 * A score per item, the greater the better. −∞: the item cannot be recommended, because nobody was seen with it, or because nothing connects it with the
 * user. `basis` says what the scores rest on: on what the user did, or, where that says nothing, on how popular each item is. The values are lent, not to be
 * changed, and the next call to the same recommender may overwrite them: whoever keeps them copies. An array of all items per request would be most of the
 * garbage of a server, and its collections the tail of its latencies.
 */
export interface ItemScores {
  readonly values: Float64Array | Float32Array;
  readonly basis: "history" | "popularity";
}

/** Items with their scores, the best first. */
export interface RankedItems {
  readonly items: Int32Array;
  readonly scores: Float64Array;
}

/** A recommender as a learner leaves it. Users and items are indexes of the interactions that it was fitted to. */
export interface FittedRecommender {
  readonly kind: RecommenderData["kind"];
  readonly nUsers: number;
  readonly nItems: number;
  /** Scores of all items for a user of the fit. Throws RECOMMENDER_USER. */
  scores(user: number): ItemScores;
  /** Scores of all items for anyone of whom only a history is known. Items that were never seen in the fit say nothing. Throws INTERACTIONS. */
  scoresOf(history: History): ItemScores;
  /** At most k items that are most like one, without itself; none where the recommender knows no likeness. Throws INTERACTIONS. */
  similarItems(item: number, k: number): RankedItems;
  /** What a user of the fit did, items ascending: mostly not to be recommended again. Throws RECOMMENDER_USER. */
  history(user: number): { readonly items: Int32Array; readonly weights: Float64Array };
  /** Plain data: `loadRecommender(recommender.toJSON())` gives the same bits. */
  toJSON(): RecommenderData;
}

/** Options of {@link RecommenderLearner.fit}. */
export interface RecommenderFitOptions {
  /** The only source of chance. */
  readonly seed: number;
  /** Compiled kernels for factors; without them the same bits take longer. */
  readonly kernels?: RecommendKernels;
  /** Compiled kernels for the scores of the fitted recommender. */
  readonly scanKernels?: ScanKernels;
  /** Called now and then with a share in [0, 1] of the work done. */
  readonly onProgress?: (share: number) => void;
  /** Asked at least every 50 ms of work; true ends the fit with FIT_CANCELLED. */
  readonly shouldStop?: () => boolean;
}

/** A way to learn from interactions, with its parameters. Holds nothing learned. */
export interface RecommenderLearner {
  readonly kind: RecommenderData["kind"];
  /** All parameters with their defaults filled in, as plain data. */
  readonly params: Readonly<Record<string, Json>>;
  /** Pure: the same input gives the same bytes. Throws RECOMMENDER_EMPTY, FIT_CANCELLED. */
  fit(interactions: Interactions, options: RecommenderFitOptions): FittedRecommender;
}
