import type { AnomalyDefinition } from "./definition.ts";
import type { LabelledRows } from "./labelled-rows.ts";

/** Where a row begins to be anomalous, and how that came about. */
export interface AnomalyThreshold {
  readonly value: number;
  readonly chosenBy: "share" | "cost";
  readonly says: string;
}

/** Share of anomalies where nothing tells one. */
const defaultShare = 0.01;

/**
 * The share of rows to call anomalous: the definition's, that of known anomalies among all training rows (at most a half), or 0.01. Rows without a label count, since
 * those that have one were often chosen for being suspicious.
 */
export function shareOf({ share }: AnomalyDefinition, trainLabels: Float64Array | null, nTrain: number): number {
  if (share !== undefined) return share;
  if (trainLabels === null) return defaultShare;
  const nAnomalous = trainLabels.reduce((sum, y) => sum + y, 0);
  return nAnomalous === 0 ? defaultShare : Math.min(0.5, nAnomalous / nTrain);
}

/**
 * The threshold by a share: the least score that at most this share of the rows reach (at least one row). Where more rows than that tie at the highest score, none of
 * them stands out: the threshold lies above them all.
 */
export function thresholdByShare(scores: Float64Array, share: number): AnomalyThreshold {
  const descending = scores.toSorted().reverse();
  const k = Math.max(1, Math.floor(share * descending.length + 1e-9));
  const percent = `${Number((100 * share).toPrecision(3))} %`;
  // The last score of the first k that the next one does not equal.
  let at = k - 1;
  while (at >= 0 && at + 1 < descending.length && descending[at] === descending[at + 1]) at--;
  if (at >= 0)
    return {
      value: descending[at]!,
      chosenBy: "share",
      says: `${percent} of validation rows shall be anomalous: ${at + 1} of ${descending.length} reach the threshold.`,
    };
  return {
    value: above(descending[0]!),
    chosenBy: "share",
    says: `${percent} of validation rows shall be anomalous, but more than that tie at the highest score: none stands out, and the threshold lies above them.`,
  };
}

/**
 * The threshold of least cost on labelled rows: among the scores that occur, and above all of them. Of equal costs the highest, which alarms least.
 */
export function thresholdByCost(
  scores: Float64Array,
  { yTrue }: LabelledRows,
  { falsePositive, falseNegative }: NonNullable<AnomalyDefinition["cost"]>,
): AnomalyThreshold {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  let cost = yTrue.reduce((sum, y) => sum + y * falseNegative, 0);
  let best = { cost, value: above(scores[order[0]!]!) };
  order.forEach((row, k) => {
    cost += yTrue[row] === 1 ? -falseNegative : falsePositive;
    const next = order[k + 1];
    if (next !== undefined && scores[next] === scores[row]) return;
    if (cost < best.cost - 1e-12 * Math.abs(best.cost)) best = { cost, value: scores[row]! };
  });
  return {
    value: best.value,
    chosenBy: "cost",
    says: `It has the least cost on labelled validation rows, where a wrong alarm costs ${falsePositive} and a missed anomaly ${falseNegative}.`,
  };
}

// The next greater number, or one near it: scores are 0 or above.
const above = (score: number): number => (score === 0 ? Number.MIN_VALUE : score * (1 + 2 ** -52));

/** Share of scores that reach a threshold. */
export function shareReaching(scores: Float64Array, threshold: number): number {
  let n = 0;
  for (const score of scores) if (score >= threshold) n++;
  return n / scores.length;
}
