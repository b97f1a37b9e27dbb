/** Where a search stands. */
export interface SearchState {
  /** Trials that were started, those that ended included. */
  readonly nStarted: number;
  /** Trials that ended, however they ended. */
  readonly nEnded: number;
  readonly nFailed: number;
  /** Most trials; null: no limit. */
  readonly nTrials: number | null;
  readonly elapsedSeconds: number;
  readonly budgetSeconds: number;
  /** Whether no point is left to try. */
  readonly isUsedUp: boolean;
  /** How much as many trials again are expected to lower the least loss; null where that cannot be said. */
  readonly gain: number | null;
  /** Standard error of the difference in loss between good trials; null where that cannot be said. */
  readonly noise: number | null;
}

/** Why a search ended. */
export type StopKind = "failed" | "used-up" | "trials" | "budget" | "gain";

/** Trials before the expected gain is believed. */
export const fewestBeforeGain = 20;

/** Failures without one success after which a search is given up. */
export const mostFailures = 5;

/**
 * Whether a search starts another trial: null, or why it does not. It ends where everything fails, nothing is left to try, the trials or the
 * time are used, or even as many trials again are expected to gain less than the noise of the measurement (compare Makarova et al. 2022).
 */
export function stopOf(state: SearchState): StopKind | null {
  const { nStarted, nEnded, nFailed, nTrials, elapsedSeconds, budgetSeconds, gain, noise } = state;
  if (nFailed >= mostFailures && nFailed === nEnded) return "failed";
  if (state.isUsedUp) return "used-up";
  if (nTrials !== null && nStarted >= nTrials) return "trials";
  if (elapsedSeconds >= budgetSeconds) return "budget";
  if (nEnded >= fewestBeforeGain && gain !== null && noise !== null && gain <= noise) return "gain";
  return null;
}
