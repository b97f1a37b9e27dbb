import { createRng } from "../../lib/index.ts";
import { stopCheck } from "../learners/index.ts";
import { gramInFull } from "./als-fold-in.ts";
import { alsModel } from "./als-model.ts";
import { addGram, type ConfidentRows, gramBlock, gramOf, solveRows, strideOf } from "./als-solve.ts";
import { type Interactions, transposed } from "./interactions.ts";
import type { RecommenderLearner } from "./recommender.ts";
import { badParameter, noInteractions, refused } from "./recommender-errors.ts";

/** Parameters of {@link als}; all have defaults. */
export interface AlsParams {
  /** Numbers per user and item. Default 64. */
  readonly factors?: number;
  /** L2 penalty on every factor, at least 1e-6. Default 0.01. */
  readonly lambda?: number;
  /** How much an interaction's weight adds to the confidence 1 of a pair. Default 1. */
  readonly alpha?: number;
  /** Rounds; each improves all users, then all items. Default 15. */
  readonly iterations?: number;
  /** Steps of conjugate gradients per row and round. Default 3. */
  readonly steps?: number;
}

/** Of lambda and alpha: below, rounding would count for more. */
const least = 1e-6;
/** Of alpha · weight. */
const greatestConfidence = 1e9;
const most = { factors: 1024, iterations: 1000, steps: 1000 } as const;

/**
 * Factors of users and items for implicit feedback (Hu, Koren & Volinsky 2008): the minimum of Σ (1 + alpha · w)(p − x·y)² + lambda (Σ‖x‖² + Σ‖y‖²) over
 * all pairs of a user and an item, where p is 1 for an interaction and 0 elsewhere.
 */
export function als(params: AlsParams = {}): RecommenderLearner {
  const { factors = 64, lambda = 0.01, alpha = 1, iterations = 15, steps = 3 } = params;
  const kind = "als";
  const settled = { factors, lambda, alpha, iterations, steps };
  for (const name of ["factors", "iterations", "steps"] as const)
    if (!(Number.isInteger(settled[name]) && settled[name] >= 1 && settled[name] <= most[name]))
      throw badParameter(kind, name, settled[name], `a whole number from 1 to ${most[name]}`);
  for (const name of ["lambda", "alpha"] as const)
    if (!(settled[name] >= least && Number.isFinite(settled[name])))
      throw badParameter(kind, name, settled[name], `a number ≥ ${least}`);
  return {
    kind,
    params: settled,
    fit(interactions, { seed, onProgress, ...options }) {
      if (interactions.items.length === 0) throw noInteractions();
      const check = stopCheck(options);
      const stride = strideOf(factors);
      const byUser = confidentRows(interactions, alpha);
      const byItem = confidentRows(transposed(interactions), alpha);
      const users = new Float32Array(stride * interactions.nUsers);
      const items = firstFactors(byItem, factors, seed);
      for (let round = 0; round < iterations; round++) {
        const report = (half: number) => {
          check();
          onProgress?.((round + half) / iterations);
        };
        improve(byUser, items, users, settled, report);
        report(0.5);
        improve(byItem, users, items, settled, report);
        report(1);
      }
      return alsModel(interactions, {
        nFactors: factors,
        lambda,
        alpha,
        users,
        items,
        gram: gramInFull(items, factors),
      });
    },
  };
}

function confidentRows({ offsets, items, weights }: Interactions, alpha: number): ConfidentRows {
  if (weights.some((weight) => alpha * weight > greatestConfidence))
    throw refused(`a weight times alpha is above ${greatestConfidence}, less is needed`);
  return { offsets, partners: items, confidences: Float32Array.from(weights, (weight) => alpha * weight) };
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

/** Interactions that are worked on between two checks. */
const interactionsBetweenChecks = 20_000;

function improve(
  rows: ConfidentRows,
  fixed: Float32Array,
  factors: Float32Array,
  { factors: nFactors, lambda, steps }: Required<AlsParams>,
  check: (share: number) => void,
): void {
  const stride = strideOf(nFactors);
  const sum = new Float64Array(stride * stride);
  const nFixed = fixed.length / stride;
  for (let from = 0; from < nFixed; from += gramBlock)
    addGram(fixed, from, Math.min(nFixed, from + gramBlock), stride, sum);
  const gram = gramOf(sum, nFactors, lambda);
  const nRows = rows.offsets.length - 1;
  for (let from = 0, to = 0; from < nRows; from = to) {
    while (
      to < nRows &&
      (to === from || (to - from < 256 && rows.offsets[to]! - rows.offsets[from]! < interactionsBetweenChecks))
    )
      to++;
    solveRows(rows, from, to, gram, fixed, factors, stride, steps);
    check(0);
  }
}
