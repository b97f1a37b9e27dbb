/** Finds the round of least held-out loss, one round after the other. */
export interface RoundJudge {
  /** Takes the loss of the next round; false where no better round is to be expected. */
  goesOn(loss: number): boolean;
  /** The best round so far, counted from 1; 0 before there is one. */
  best(): number;
}

/**
 * The best round is the last of the `window` rounds of least mean loss; the first of equals. With a window of 1 it is simply the round of least loss; where
 * rounds end before the window is full, the last one.
 * @param patience rounds without a better one after which it does not go on; 0: it always does
 */
export function roundJudge(window: number, patience: number): RoundJudge {
  const losses: number[] = [];
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  return {
    goesOn(loss) {
      losses.push(loss);
      if (losses.length < window) return true;
      const mean = losses.slice(-window).reduce((sum, one) => sum + one, 0) / window;
      if (mean < least) {
        least = mean;
        best = losses.length;
      }
      return patience === 0 || losses.length - Math.max(best, window - 1) < patience;
    },
    best: () => (losses.length < window ? losses.length : best),
  };
}
