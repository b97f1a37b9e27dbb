import { createRng, type Rng } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { momentsOf, pearson } from "../../ml/stats/index.ts";
import { type Column, numberColumn } from "../../ml/table/index.ts";
import { type Bins, binsOf } from "./bins.ts";
import { setRows } from "./presence.ts";
import type { Sample } from "./sample.ts";
import { thresholds } from "./thresholds.ts";

/** How well one column alone predicts the target. */
export interface ColumnScore {
  /** ROC AUC (several classes: mean of one against the rest, by their shares) or R², on the validation rows; at least 0. */
  readonly score: number;
  /**
   * The score that the column reaches against a shuffled target: the greatest of 30 shuffles, and at
   * least their mean + 4 standard deviations.
   */
  nullHigh(): number;
}

/**
 * Scores a column alone: the mean of the target per bin or level is learned on the training rows and read on the validation
 * rows. For a number against a number, the squared correlation counts where it is better.
 */
export function scoreColumn(column: Column, sample: Sample, seed: number): ColumnScore {
  const bins = binsOf(column, sample.nTrain);
  return {
    score: scoreAgainst(column, bins, sample.target, sample.nTrain),
    nullHigh: () => nullHigh(column, bins, sample, createRng(seed)),
  };
}

function nullHigh(column: Column, bins: Bins, { target, nTrain }: Sample, rng: Rng): number {
  const values = target.values.slice();
  const scores = Float64Array.from({ length: thresholds.nShuffles }, () => {
    shuffle(values.subarray(0, nTrain), rng);
    shuffle(values.subarray(nTrain), rng);
    return scoreAgainst(column, bins, { ...target, values }, nTrain);
  });
  const { mean, standardDeviation } = momentsOf(scores);
  return Math.max(mean + thresholds.nullDeviations * standardDeviation, ...scores);
}

function shuffle(values: Float64Array, rng: Rng): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const kept = values[i]!;
    values[i] = values[j]!;
    values[j] = kept;
  }
}

function scoreAgainst(column: Column, bins: Bins, target: Target, nTrain: number): number {
  if (target.task !== "regression") return aucOfBins(bins, target, nTrain);
  if (countUnusual(target.values, nTrain) < thresholds.scoredRows) return 0;
  return Math.max(0, r2OfBins(bins, target.values, nTrain), r2OfLine(column, target.values));
}

// Validation rows that differ from the value that half of the rows have: an R² of a few such rows says nothing.
function countUnusual(values: Float64Array, nTrain: number): number {
  return setRows(numberColumn(values))
    .subarray(nTrain)
    .reduce((n, set) => n + set, 0);
}

// A column with missing values explains at most its share of present rows.
function r2OfLine(column: Column, y: Float64Array): number {
  if (column.kind === "category") return 0;
  const r = pearson(column.values, y) ?? 0;
  const nPresent = column.values.reduce((n, value) => (value === value ? n + 1 : n), 0);
  return (r * r * nPresent) / y.length;
}

function r2OfBins({ codes, nBins }: Bins, y: Float64Array, nTrain: number): number {
  const count = new Float64Array(nBins);
  const sum = new Float64Array(nBins);
  let total = 0;
  for (let i = 0; i < nTrain; i++) {
    count[codes[i]!]!++;
    sum[codes[i]!]! += y[i]!;
    total += y[i]!;
  }
  const prior = total / nTrain;
  const held = y.subarray(nTrain);
  const mean = held.reduce((a, b) => a + b, 0) / held.length;
  let residual = 0;
  let spread = 0;
  for (let i = nTrain; i < y.length; i++) {
    const bin = codes[i]!;
    const expected = (sum[bin]! + prior) / (count[bin]! + 1);
    residual += (y[i]! - expected) ** 2;
    spread += (y[i]! - mean) ** 2;
  }
  return spread > 0 ? 1 - residual / spread : 0;
}

function aucOfBins(bins: Bins, { values, nClasses }: Target, nTrain: number): number {
  const train = countsOf(bins, values, nClasses, 0, nTrain);
  const held = countsOf(bins, values, nClasses, nTrain, values.length);
  const classes = nClasses === 2 ? [1] : Array.from({ length: nClasses }, (_, c) => c);
  let sum = 0;
  let weight = 0;
  for (const c of classes) {
    const auc = aucOfClass(train, held, nClasses, c);
    if (auc === null) continue;
    sum += auc.value * auc.nPositives;
    weight += auc.nPositives;
  }
  return weight > 0 ? sum / weight : 0.5;
}

// Row-major nBins × nClasses.
function countsOf({ codes, nBins }: Bins, classes: Float64Array, nClasses: number, from: number, to: number) {
  const counts = new Float64Array(nBins * nClasses);
  for (let i = from; i < to; i++) counts[codes[i]! * nClasses + classes[i]!]!++;
  return counts;
}

function aucOfClass(train: Float64Array, held: Float64Array, nClasses: number, c: number) {
  const nBins = train.length / nClasses;
  const totals = (counts: Float64Array, bin: number) => {
    let n = 0;
    for (let k = 0; k < nClasses; k++) n += counts[bin * nClasses + k]!;
    return n;
  };
  const bins: { share: number; positives: number; negatives: number }[] = [];
  let nTrain = 0;
  let nTrainPositives = 0;
  for (let bin = 0; bin < nBins; bin++) {
    nTrain += totals(train, bin);
    nTrainPositives += train[bin * nClasses + c]!;
  }
  const prior = nTrainPositives / nTrain;
  for (let bin = 0; bin < nBins; bin++) {
    const n = totals(held, bin);
    if (n === 0) continue;
    const positives = held[bin * nClasses + c]!;
    const share = (train[bin * nClasses + c]! + prior) / (totals(train, bin) + 1);
    bins.push({ share, positives, negatives: n - positives });
  }
  bins.sort((a, b) => a.share - b.share);
  let below = 0;
  let wins = 0;
  let nPositives = 0;
  for (let from = 0; from < bins.length; ) {
    let positives = 0;
    let negatives = 0;
    let to = from;
    for (; to < bins.length && bins[to]!.share === bins[from]!.share; to++) {
      positives += bins[to]!.positives;
      negatives += bins[to]!.negatives;
    }
    wins += positives * (below + negatives / 2);
    below += negatives;
    nPositives += positives;
    from = to;
  }
  return nPositives > 0 && below > 0 ? { value: wins / (nPositives * below), nPositives } : null;
}
