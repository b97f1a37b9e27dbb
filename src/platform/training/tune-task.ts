import { canonicalJson, type Json } from "../../lib/index.ts";
import { blocksOf, meanLoss, sumBlocks } from "../tuning/index.ts";
import type { TrialOutcome } from "./tune-input.ts";

/** What a trial measured at once, on one validation part. */
export interface MeasuredOnce extends Pick<TrialOutcome, "params" | "bytes" | "seconds"> {
  /** Loss per case; NaN where it is undefined, which does not count. */
  readonly losses: Float64Array;
  /** Whether neighbouring cases depend on each other. Default false. */
  readonly inOrder?: boolean;
  /** Of each case, what stands or falls with it, 0 … nClusters−1; default: every case is by itself. */
  readonly clusters?: Int32Array;
}

/** The outcome of a trial of one fold, whose cases count alike and whose loss is 1 − its metric. */
export function outcomeOfOne({ losses, clusters, inOrder = false, ...measured }: MeasuredOnce): TrialOutcome {
  const own = clusters ?? Int32Array.from(losses.keys());
  const nClusters = own.reduce((most, cluster) => Math.max(most, cluster + 1), 0);
  const isDefined = losses.map((loss) => Number(loss === loss));
  const sums = sumBlocks(
    losses.map((loss) => (loss === loss ? loss : 0)),
    isDefined,
    blocksOf(own, nClusters, inOrder),
  );
  const loss = meanLoss(sums);
  return {
    status: "complete",
    loss,
    value: 1 - loss,
    foldLosses: [loss],
    rungs: [],
    blocks: sums,
    rounds: null,
    latencyMicros: null,
    ...measured,
  };
}

/** Bytes of a model as its capsule stores it. */
export function modelBytes(model: unknown): number {
  return new TextEncoder().encode(canonicalJson(model as Json)).length;
}
