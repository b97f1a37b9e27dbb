import type { Rng } from "../../lib/index.ts";
import { exp } from "../../ml/stats/index.ts";
import { type Parzen, parzenOf } from "./parzen.ts";
import { keyOf, type Point, pointAt, type SearchSpace } from "./space.ts";

/** What {@link proposeTpe} knows. */
export interface TpeInput {
  readonly space: SearchSpace;
  /** Points of the best trials. */
  readonly good: readonly Point[];
  /** Points of all others: worse, ended early, failed, or still running. */
  readonly bad: readonly Point[];
  readonly rng: Rng;
  /** Points drawn from the good density, of which the most promising is taken. Default 24. */
  readonly nCandidates?: number;
}

/** The next point, and the probability that it belongs to the good ones. */
export interface Proposal {
  readonly point: Point;
  readonly goodShare: number;
}

/**
 * The tree-structured Parzen estimator (Bergstra et al. 2011): l(x) is a density of the good points, g(x) one of the rest, and of points drawn
 * from l the one with the greatest l/g is taken, which has the greatest expected improvement. A point that has been tried is not proposed
 * again; null where 1,000 uniform draws find no new one: the space is used up.
 */
export function proposeTpe({ space, good, bad, rng, nCandidates = 24 }: TpeInput): Proposal | null {
  const tried = new Set([...good, ...bad].map((point) => keyOf(space, point)));
  const l = parzenOf(space, good);
  const g = parzenOf(space, bad);
  const gamma = good.length / Math.max(1, good.length + bad.length);
  let best: Proposal | null = null;
  for (let k = 0; k < nCandidates; k++) {
    const point = l.draw(rng);
    if (tried.has(keyOf(space, point))) continue;
    const goodShare = shareOfGood(l, g, gamma, point);
    if (best === null || goodShare > best.goodShare) best = { point, goodShare };
  }
  if (best !== null) return best;
  const point = drawUntried(space, tried, rng);
  return point && { point, goodShare: shareOfGood(l, g, gamma, point) };
}

// γ·l / (γ·l + (1−γ)·g): Bayes' rule, and Bergstra's expected improvement up to a factor.
function shareOfGood(l: Parzen, g: Parzen, gamma: number, point: Point): number {
  const good = gamma * l.density(point);
  const bad = (1 - gamma) * g.density(point);
  return good / (good + bad);
}

function drawUntried(space: SearchSpace, tried: ReadonlySet<string>, rng: Rng): Point | null {
  for (let k = 0; k < 1000; k++) {
    const point = pointAt(
      space,
      Float64Array.from(space, () => rng.uniform()),
    );
    if (!tried.has(keyOf(space, point))) return point;
  }
  return null;
}

/** How many of n finished trials count as good: a tenth, at least 2 (1 of a single one) and at most 25. */
export function goodCount(n: number): number {
  return Math.min(n, 25, Math.max(2, Math.ceil(0.1 * n)));
}

/**
 * How much further trials are expected to lower the least loss, where each belongs to the good ones with probability `goodShare`. The distances of
 * good losses below the worst of them are taken as exponential with their mean m; of k more good ones the best then lies below the best so
 * far by m · Σ (1 − (1 − q)^j)/j on average, j = 1 … k, where q = e^(−(worst − best)/m) is the chance that a good one does. Real losses are bounded
 * below, so this overstates the gain and ends a search late rather than early. Null with fewer than 2 good losses.
 * @param nMore how many further trials
 */
export function expectedGain(goodLosses: readonly number[], goodShare: number, nMore: number): number | null {
  if (goodLosses.length < 2) return null;
  const worst = Math.max(...goodLosses);
  const best = Math.min(...goodLosses);
  if (worst === best) return 0;
  const mean = goodLosses.reduce((sum, loss) => sum + (worst - loss), 0) / (goodLosses.length - 1);
  const missed = 1 - exp(-(worst - best) / mean);
  let gain = 0;
  let allMissed = 1;
  for (let j = 1; j <= Math.ceil(goodShare * nMore); j++) {
    allMissed *= missed;
    gain += (1 - allMissed) / j;
  }
  return mean * gain;
}
