import { createRng } from "../../lib/index.ts";
import { stopCheck } from "../learners/index.ts";
import { compiledSpace } from "./als-compiled.ts";
import { gramInFull } from "./als-fold-in.ts";
import { alsModel } from "./als-model.ts";
import { plainSpace } from "./als-plain.ts";
import { type AlsProblem, bothSides, type ConfidentRows, checkSize } from "./als-problem.ts";
import { strideOf } from "./als-solve.ts";
import type { RecommenderLearner } from "./recommender.ts";
import { badParameter, noInteractions } from "./recommender-errors.ts";

/** Parameters of {@link als}; all have defaults. */
export interface AlsParams {
  /** Numbers per user and item. Default 64. */
  readonly factors?: number;
  /** L2 penalty on every factor, 1e-6 to 1e9. Default 1. */
  readonly lambda?: number;
  /** How much an interaction's weight adds to the confidence 1 of a pair, 1e-6 to 1e9. Default 1. */
  readonly alpha?: number;
  /** Rounds; each improves all users, then all items. Default 15. */
  readonly iterations?: number;
  /** Steps of conjugate gradients per row and round. Default 3. */
  readonly steps?: number;
}

/** Of lambda and alpha: below, rounding would count for more; above, f32 sums would not bear it. */
const [least, greatest] = [1e-6, 1e9];
const most = { factors: 1024, iterations: 1000, steps: 1000 } as const;

/**
 * Factors of users and items for implicit feedback (Hu, Koren & Volinsky 2008): the minimum of Σ (1 + alpha · w)(p − x·y)² + lambda (Σ‖x‖² + Σ‖y‖²) over
 * all pairs of a user and an item, where p is 1 for an interaction and 0 elsewhere.
 */
export function als(params: AlsParams = {}): RecommenderLearner {
  const { factors = 64, lambda = 1, alpha = 1, iterations = 15, steps = 3 } = params;
  const kind = "als";
  const settled = { factors, lambda, alpha, iterations, steps };
  for (const name of ["factors", "iterations", "steps"] as const)
    if (!(Number.isInteger(settled[name]) && settled[name] >= 1 && settled[name] <= most[name]))
      throw badParameter(kind, name, settled[name], `a whole number from 1 to ${most[name]}`);
  for (const name of ["lambda", "alpha"] as const)
    if (!(settled[name] >= least && settled[name] <= greatest))
      throw badParameter(kind, name, settled[name], `a number from ${least} to ${greatest}`);
  return {
    kind,
    params: settled,
    fit(interactions, { seed, onProgress, kernels, scanKernels, ...options }) {
      if (interactions.items.length === 0) throw noInteractions();
      checkSize(interactions, factors);
      const check = stopCheck(options);
      const [byUser, byItem] = bothSides(interactions, alpha);
      const firstItems = firstFactors(byItem, factors, seed);
      const problem: AlsProblem = { byUser, byItem, nFactors: factors, lambda, nSteps: steps, firstItems };
      const space = kernels === undefined ? plainSpace(problem) : compiledSpace(kernels, problem);
      for (let half = 0; half < 2 * iterations; half++)
        space.improve(half % 2 === 0 ? "users" : "items", (share) => {
          check();
          onProgress?.((half + share) / (2 * iterations));
        });
      onProgress?.(1);
      const [users, items] = [space.users.slice(), space.items.slice()];
      return alsModel(
        interactions,
        { nFactors: factors, lambda, alpha, users, items, gram: gramInFull(items, factors) },
        scanKernels,
      );
    },
  };
}

// Small numbers around 0, for rows that have partners.
function firstFactors({ offsets }: ConfidentRows, nFactors: number, seed: number): Float32Array {
  const rng = createRng(seed).fork("als");
  const stride = strideOf(nFactors);
  const nRows = offsets.length - 1;
  const factors = new Float32Array(stride * nRows);
  for (let row = 0; row < nRows; row++)
    for (let k = 0; k < nFactors; k++) {
      const x = (rng.uniform() - 0.5) / 10;
      if (offsets[row + 1]! > offsets[row]!) factors[row * stride + k] = x;
    }
  return factors;
}
