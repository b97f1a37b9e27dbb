import type { BoostingLoss } from "./boosting-loss.ts";
import { type PairScale, pairScale, type Workspace } from "./gbdt-workspace.ts";
import { arraysIn } from "./lambda-gradients.ts";

/** Writes the pairs of one output and returns their factors. Scores are column-major, nOutputs × n, of the workspace. */
export type DerivePairs = (scores: Float64Array, output: number, pairs: Int32Array) => PairScale;

/** How pairs come about. */
export interface PairSource {
  readonly derive: DerivePairs;
  /** What it reads of each row, in arrays of the workspace; null where rows must keep their order. */
  readonly perRow: readonly Float64Array[] | null;
}

/**
 * Turns a loss into pairs: by a compiled kernel where the loss names one, by its own derivatives elsewhere.
 * @param headroom what pairs may be multiplied by later
 */
export function derivePairs(
  loss: BoostingLoss,
  workspace: Workspace,
  y: Float64Array,
  sampleWeight: Float64Array | null,
  headroom: number,
): PairSource {
  const n = y.length;
  const copied = (values: Float64Array) => {
    const copy = workspace.float64(n);
    copy.set(values);
    return copy;
  };
  if (loss.kernel === "lambdarank") {
    const derive = workspace.lambdaGradients(arraysIn(workspace, { ...loss.queries!, weights: sampleWeight }));
    // Queries know their rows by number, so rows keep their order.
    return { derive: rounded(workspace, n, headroom, (scores, _output, g, h) => derive(scores, g, h)), perRow: null };
  }
  if (loss.kernel === undefined) return { derive: rounded(workspace, n, headroom, loss.derive), perRow: null };
  const labels = copied(y);
  const weights = sampleWeight && copied(sampleWeight);
  const mostWeight = headroom * (weights === null ? 1 : greatest(weights));
  const perRow = weights === null ? [labels] : [labels, weights];
  if (loss.kernel === "logistic") {
    const scale = pairScale(n, mostWeight, mostWeight / 4);
    const derive: DerivePairs = (scores, _output, pairs) => {
      workspace.logisticPairs({ scores, labels, weights }, scale, pairs);
      return scale;
    };
    return { derive, perRow };
  }
  const gradients = workspace.float64(n);
  const derive: DerivePairs = (scores, _output, pairs) => {
    const scale = pairScale(
      n,
      headroom * workspace.squaredGradients({ scores, labels, weights }, gradients),
      mostWeight,
    );
    workspace.roundPairs(gradients, weights ?? 1, scale, pairs);
    return scale;
  };
  return { derive, perRow };
}

// Pairs of derivatives that are written as numbers first.
function rounded(workspace: Workspace, n: number, headroom: number, derive: BoostingLoss["derive"]): DerivePairs {
  const gradients = workspace.float64(n);
  const hessians = workspace.float64(n);
  return (scores, output, pairs) => {
    derive(scores, output, gradients, hessians);
    const scale = pairScale(n, headroom * greatest(gradients), headroom * greatest(hessians));
    workspace.roundPairs(gradients, hessians, scale, pairs);
    return scale;
  };
}

function greatest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}
