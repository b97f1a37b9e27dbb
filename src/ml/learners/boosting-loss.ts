import type { QueryArrays } from "./lambda-gradients.ts";

/** A loss on fixed rows. Scores are column-major: output k of row i is at k·n + i. */
export interface BoostingLoss {
  readonly nOutputs: number;
  /** Start score per output. */
  readonly base: readonly number[];
  /** Where a compiled kernel computes the same gradients and hessians faster. */
  readonly kernel?: "logistic" | "squared" | "lambdarank";
  /** Of the kernel `lambdarank`. */
  readonly queries?: QueryArrays;
  /** Writes gradient and hessian of one output for all rows, weights included. */
  derive(scores: Float64Array, output: number, gradient: Float64Array, hessian: Float64Array): void;
  /** Weighted mean loss, in the unit of the loss's metric. */
  mean(scores: Float64Array): number;
  /** Whether the mean loss jumps from round to round, as that of an order does: early stopping then looks at the mean over some rounds. */
  readonly isJumpy?: boolean;
  /** Steps for the leaves in place of Newton's, where these are no good. `leafOfRow` is nSamples long, −1 for a row that the tree did not see. */
  readonly leafSteps?: (
    newton: readonly number[],
    leafOfRow: Int32Array,
    scores: Float64Array,
    output: number,
  ) => readonly number[];
}

/** The weighted mean of a loss per row. */
export function weightedMeanLoss(weights: Float64Array, lossOf: (i: number) => number): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]! * lossOf(i);
    total += weights[i]!;
  }
  return sum / total;
}
