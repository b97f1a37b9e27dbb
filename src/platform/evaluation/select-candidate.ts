import { FettleError } from "../../lib/index.ts";
import { meanWithError } from "./design-effect.ts";
import type { Resample } from "./evaluation-input.ts";

/** A trained candidate with its loss on every validation row; lower is better. */
export interface ScoredCandidate {
  readonly name: string;
  /** Smaller is simpler; candidates of equal complexity are told apart by their mean loss alone. */
  readonly complexity: number;
  /** Length nSamples, the same rows for every candidate. */
  readonly losses: Float64Array;
}

/** Which candidate to take, and why. Indexes are into the list given. */
export interface Selection {
  readonly chosen: number;
  /** The candidate with the least mean loss. */
  readonly best: number;
  readonly sentence: string;
  /** Per candidate: mean loss minus the best's, with its 95 % interval (normal, clusters respected). */
  readonly toBest: readonly { readonly difference: number; readonly low: number; readonly high: number }[];
}

/** 97.5 % quantile of the standard normal distribution. */
const z95 = 1.959963984540054;

/**
 * Takes the simplest candidate whose paired mean loss is not distinguishable from the best one's: a simpler model wins a tie
 * within the interval. Throws SELECTION_EMPTY for an empty list.
 */
export function selectCandidate(
  candidates: readonly ScoredCandidate[],
  resample: Resample = { unit: "row" },
): Selection {
  if (candidates.length === 0)
    throw new FettleError(
      "invalid-input",
      "SELECTION_EMPTY",
      "Cannot select a candidate: the list has 0 candidates, at least 1 is needed",
    );
  const means = candidates.map((candidate) => meanOf(candidate.losses));
  const best = means.reduce((least, mean, k) => (mean < means[least]! ? k : least), 0);
  const toBest = candidates.map((candidate, k) =>
    k === best
      ? { difference: 0, low: 0, high: 0 }
      : pairedInterval(candidate.losses, candidates[best]!.losses, resample),
  );
  const chosen = candidates.reduce((taken, candidate, k) => {
    if (toBest[k]!.low > 0) return taken;
    const simplest = candidates[taken]!.complexity;
    const isSimpler = candidate.complexity < simplest;
    const isBetterAlike = candidate.complexity === simplest && means[k]! < means[taken]!;
    return isSimpler || isBetterAlike ? k : taken;
  }, best);
  return { chosen, best, toBest, sentence: selectionInWords(candidates, chosen, best, toBest[chosen]!) };
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function pairedInterval(losses: Float64Array, reference: Float64Array, resample: Resample) {
  const { mean, standardError } = meanWithError(
    losses.map((loss, i) => loss - reference[i]!),
    resample,
  );
  return { difference: mean, low: mean - z95 * standardError, high: mean + z95 * standardError };
}

function selectionInWords(
  candidates: readonly ScoredCandidate[],
  chosen: number,
  best: number,
  { difference, low, high }: Selection["toBest"][number],
): string {
  const name = candidates[chosen]!.name;
  if (candidates.length === 1) return `${name} is the only candidate.`;
  if (chosen === best) return `${name} has the least loss on validation, and no simpler candidate is level with it.`;
  const say = (value: number) => value.toPrecision(2);
  return `${name} is level with ${candidates[best]!.name} on validation, and of equals the simpler family wins, then its defaults: its loss is higher by ${say(difference)} (95 % interval ${say(low)} to ${say(high)}, which holds 0).`;
}
