import { FettleError } from "../../lib/index.ts";
import { type BootstrapOptions, bootstrapSums, ratioOf, valueWithInterval } from "./bootstrap-sums.ts";
import { crossFit } from "./cross-fit.ts";
import { meanWithError } from "./design-effect.ts";
import type { ThresholdChoice } from "./evaluation.ts";
import type { Costs, Resample } from "./evaluation-input.ts";

/** The threshold in force; a row is called positive where its probability is at least the threshold. */
export interface Threshold {
  readonly threshold: number;
  readonly chosenBy: ThresholdChoice["chosenBy"];
  readonly costs: Costs;
}

/** Rows of the positive and the negative class, with the probability of the positive one. */
export interface BinaryRows {
  readonly yTrue: Float64Array;
  readonly yProba: Float64Array;
  readonly resample: Resample;
  readonly sampleWeight?: Float64Array;
  /** What a mistake on each row costs, times the cost of its kind. Default: all 1. */
  readonly rowCost?: Float64Array;
}

/**
 * Chooses the threshold of least cost on validation rows. Calibrated probabilities have it at cFP / (cFP + cFN) (Elkan 2001);
 * the empirical minimum replaces that value only where it is cheaper on rows that did not choose it (5-fold cross-fitting, mean
 * gain above 1.96 standard errors), since the minimum of a noisy curve flatters itself. Without costs: 0.5, which is the
 * same rule at costs 1:1; F1 is not maximised, because it is no cost. Throws COSTS_INVALID.
 */
export function chooseThreshold(rows: BinaryRows, costs: Costs | undefined, seed: number): Threshold {
  if (!costs) return { threshold: 0.5, chosenBy: "default", costs: { falsePositive: 1, falseNegative: 1 } };
  checkCosts(costs);
  const expected = costs.falsePositive / (costs.falsePositive + costs.falseNegative);
  const weights = costWeights(rows);
  const cheapest = (indexes: Int32Array) => cheapestThreshold(rows, weights, indexes, costs, expected);
  const gains = new Float64Array(rows.yTrue.length);
  crossFit(rows.yTrue.length, rows.resample, seed, (fitted, held) => {
    const threshold = cheapest(fitted);
    for (const i of held)
      gains[i] =
        weights[i]! *
        (costOf(rows.yTrue[i]!, rows.yProba[i]!, expected, costs) -
          costOf(rows.yTrue[i]!, rows.yProba[i]!, threshold, costs));
  });
  const { mean, standardError } = meanWithError(gains, rows.resample);
  const isWorthIt = mean > 1.96 * standardError;
  const threshold = isWorthIt ? cheapest(Int32Array.from(rows.yTrue.keys())) : expected;
  return { threshold, chosenBy: "cost", costs };
}

// What a row's mistake counts for.
function costWeights({ yTrue, sampleWeight, rowCost }: BinaryRows): Float64Array {
  const weights = sampleWeight ?? new Float64Array(yTrue.length).fill(1);
  return rowCost === undefined ? weights : weights.map((weight, i) => weight * rowCost[i]!);
}

function checkCosts({ falsePositive, falseNegative }: Costs): void {
  if (falsePositive >= 0 && falseNegative >= 0 && Number.isFinite(falsePositive + falseNegative))
    if (falsePositive + falseNegative > 0) return;
  throw new FettleError(
    "invalid-input",
    "COSTS_INVALID",
    `Cannot choose a threshold by cost: the costs are ${falsePositive} and ${falseNegative}, two numbers ≥ 0 that are not both 0 are needed`,
    { hint: "Give the cost of a wrong positive and of a wrong negative, for example 1 and 5" },
  );
}

function costOf(y: number, probability: number, threshold: number, costs: Costs): number {
  const isPositive = probability >= threshold;
  if (y === 1) return isPositive ? 0 : costs.falseNegative;
  return isPositive ? costs.falsePositive : 0;
}

/**
 * The cut of least cost among midpoints of neighbouring probabilities, 0 (all positive) and just above the greatest (none).
 * Of equal costs, the cut nearest to `preferred`.
 */
function cheapestThreshold(
  { yTrue, yProba }: BinaryRows,
  weights: Float64Array,
  indexes: Int32Array,
  costs: Costs,
  preferred: number,
): number {
  const order = indexes.slice().sort((a, b) => yProba[b]! - yProba[a]!);
  let cost = 0;
  for (const i of order) if (yTrue[i] === 1) cost += weights[i]! * costs.falseNegative;
  let best = { cost, threshold: 1 + Number.EPSILON };
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!;
    cost += weights[i]! * (yTrue[i] === 1 ? -costs.falseNegative : costs.falsePositive);
    const here = yProba[i]!;
    const next = k + 1 < order.length ? yProba[order[k + 1]!]! : 0;
    if (next === here && k + 1 < order.length) continue;
    const threshold = k + 1 < order.length ? (here + next) / 2 : 0;
    const isNearer = Math.abs(threshold - preferred) < Math.abs(best.threshold - preferred);
    const tolerance = 1e-12 * Math.abs(best.cost);
    if (cost < best.cost - tolerance || (cost <= best.cost + tolerance && isNearer)) best = { cost, threshold };
  }
  return best.threshold;
}

/** What the threshold costs on the test part, with the counts at 101 thresholds for an explorer. */
export function measureThreshold(
  chosen: Threshold,
  test: BinaryRows,
  bootstrap: Omit<BootstrapOptions, "resample">,
): ThresholdChoice {
  const n = test.yTrue.length;
  const weights = test.sampleWeight ?? new Float64Array(n).fill(1);
  const cost = costsPer1000(chosen, test);
  const sums = [
    { rows: null, values: cost },
    { rows: null, values: weights },
  ];
  const [costs, total] = bootstrapSums(sums, n, { ...bootstrap, resample: test.resample });
  return {
    threshold: chosen.threshold,
    chosenBy: chosen.chosenBy,
    costFalsePositive: chosen.costs.falsePositive,
    costFalseNegative: chosen.costs.falseNegative,
    ...(test.rowCost && { perRow: true as const }),
    curve: countsByThreshold(test.yTrue, test.yProba),
    costPer1000: valueWithInterval(ratioOf(costs!, total!), n, "all sample weights are 0"),
    trivialCostPer1000: trivialCost(test.yTrue, weights, costWeights(test), chosen.costs),
  };
}

/** What each row's decision costs by a threshold, times 1,000 and its weight. */
export function costsPer1000(
  { threshold, costs }: Pick<Threshold, "threshold" | "costs">,
  rows: BinaryRows,
): Float64Array {
  const weights = costWeights(rows);
  return rows.yTrue.map((y, i) => 1000 * weights[i]! * costOf(y, rows.yProba[i]!, threshold, costs));
}

function trivialCost(yTrue: Float64Array, weights: Float64Array, weighed: Float64Array, costs: Costs): number {
  let positive = 0;
  let negative = 0;
  let total = 0;
  for (let i = 0; i < yTrue.length; i++) {
    total += weights[i]!;
    if (yTrue[i] === 1) positive += weighed[i]!;
    else negative += weighed[i]!;
  }
  return (1000 * Math.min(positive * costs.falseNegative, negative * costs.falsePositive)) / total;
}

/** Rows counted, weights left aside, at thresholds 0, 0.01 … 1. */
function countsByThreshold(yTrue: Float64Array, yProba: Float64Array): ThresholdChoice["curve"] {
  const steps = 100;
  // A row is positive at thresholds 0 … level; its level is the greatest step that its probability reaches.
  const positives = new Float64Array(steps + 1);
  const negatives = new Float64Array(steps + 1);
  for (let i = 0; i < yTrue.length; i++) {
    let level = Math.min(steps, Math.max(0, Math.round(yProba[i]! * steps)));
    if (level > 0 && yProba[i]! < level / steps) level--;
    (yTrue[i] === 1 ? positives : negatives)[level]! += 1;
  }
  let tp = 0;
  let fp = 0;
  const nPositive = positives.reduce((sum, count) => sum + count, 0);
  const points: ThresholdChoice["curve"][number][] = [];
  for (let level = steps; level >= 0; level--) {
    tp += positives[level]!;
    fp += negatives[level]!;
    const threshold = level / steps;
    points.push({ threshold, tp, fp, tn: yTrue.length - nPositive - fp, fn: nPositive - tp });
  }
  return points.reverse();
}
