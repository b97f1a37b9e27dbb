/** The loss of a trial when it passed a rung; rungs of equal name are comparable. */
export interface RungLoss {
  readonly rung: string;
  readonly loss: number;
}

/** Greatest loss at each rung with which a trial goes on; a rung that is not named lets everything pass. */
export type Cutoffs = Readonly<Record<string, number>>;

/** Of the trials that reach a rung, one in this many goes on. */
const reduction = 3;

/**
 * Asynchronous successive halving (Li et al. 2020) in the form that stops trials instead of pausing them: at each rung a trial goes on where it
 * is among the best third of those that have been there. The cutoffs are read once, when a trial starts, so that what a trial does depends on
 * the finished trials alone. A rung that fewer than 3 trials have reached lets everything pass.
 */
export function cutoffsOf(finished: readonly (readonly RungLoss[])[]): Cutoffs {
  const cutoffs: Record<string, number> = {};
  for (const [rung, reached] of Map.groupBy(finished.flat(), ({ rung }) => rung)) {
    if (reached.length < reduction) continue;
    const losses = reached.map(({ loss }) => loss).sort((a, b) => a - b);
    cutoffs[rung] = losses[Math.ceil(losses.length / reduction) - 1]!;
  }
  return cutoffs;
}

/** Whether trials are compared after so many folds: after 1, 3, 9 …, but not after the last. */
export function isFoldRung(done: number, nFolds: number): boolean {
  let rung = 1;
  while (rung < done) rung *= reduction;
  return rung === done && done < nFolds;
}

/** Whether a trial goes on past a rung. */
export function passes({ rung, loss }: RungLoss, cutoffs: Cutoffs): boolean {
  const cutoff = cutoffs[rung];
  return cutoff === undefined || loss <= cutoff;
}
