/** The most probable of the classes whose probabilities begin at `offset`; of equals the first. */
export function likeliestClass(probabilities: Float64Array, offset: number, nClasses: number): number {
  let best = 0;
  for (let k = 1; k < nClasses; k++) if (probabilities[offset + k]! > probabilities[offset + best]!) best = k;
  return best;
}

/**
 * The class of least expected cost (Elkan 2001): least Σ_t P(t)·costs[t][k], of equals the first. `costs[t][k]` is what deciding for k costs where t is
 * true. Probabilities begin at `offset`, one per class.
 */
export function cheapestClass(
  costs: readonly (readonly number[])[],
  probabilities: Float64Array,
  offset: number,
): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < costs.length; k++) {
    let expected = 0;
    for (let t = 0; t < costs.length; t++) expected += probabilities[offset + t]! * costs[t]![k]!;
    if (expected < least) [best, least] = [k, expected];
  }
  return best;
}
