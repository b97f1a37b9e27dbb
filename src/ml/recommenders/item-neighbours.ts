import { stopCheck } from "../learners/index.ts";
import { mostBytes } from "./kernel-arena.ts";
import { bytesOf, compiledNeighbours } from "./neighbours-compiled.ts";
import { neighboursModel } from "./neighbours-model.ts";
import { plainNeighbours } from "./neighbours-plain.ts";
import { neighbourProblem, similarities } from "./neighbours-problem.ts";
import type { RecommenderLearner } from "./recommender.ts";
import { badParameter, noInteractions } from "./recommender-errors.ts";

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
    fit(interactions, { onProgress, kernels, ...options }) {
      if (interactions.items.length === 0) throw noInteractions();
      const check = stopCheck(options);
      const problem = neighbourProblem(interactions, settled);
      const report = (share: number) => {
        check();
        onProgress?.(share);
      };
      const isCompiled = kernels !== undefined && bytesOf(problem, kernels.nThreads) <= mostBytes;
      return neighboursModel(
        interactions,
        isCompiled ? compiledNeighbours(kernels, problem, report) : plainNeighbours(problem, report),
      );
    },
  };
}
