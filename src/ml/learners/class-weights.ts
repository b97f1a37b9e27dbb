import { createRng, permutation } from "../../lib/index.ts";
import { log } from "../stats/index.ts";
import type { FitOptions, FittedModel, Learner, Target } from "./learner.ts";
import { weightsOf } from "./learner-errors.ts";
import { loadModel } from "./load-model.ts";
import { type GbdtData, type ModelData, withoutNegativeZero } from "./model-data.ts";

/** How a training looks at rows by their class. */
export interface Reweighting {
  /** What a row counts by its class; `balanced` gives every class the same weight in sum and leaves the total as it is; null: all alike. */
  readonly classWeights: "balanced" | readonly number[] | null;
  /** Two classes: share of the rows of class 0 that are trained on, in (0, 1]; they are drawn without return. 1: all. */
  readonly negativeRate: number;
}

/**
 * A learner that counts classes differently and yet gives the probabilities of the rows as they are. Trained with weights w_k, it learns shares in
 * proportion to w_k·P(k | x); dividing by w_k undoes that (Elkan 2001, theorem 2; Saerens et al. 2002). The division is put into the model: log w_k is
 * taken from the start score of log-odds and class scores, and the leaves of a forest hold the shares without weights. Leaving out rows of class 0
 * is a weight too, the share that is kept (Dal Pozzolo et al. 2015). What is left of the weights is where the model took pains: its splits, its
 * penalty's balance, its rounds.
 */
export function reweighted(learner: Learner, reweighting: Reweighting): Learner {
  return {
    kind: learner.kind,
    params: learner.params,
    fit(features, target, options) {
      const rows = keptRows(target, options, reweighting.negativeRate);
      const kept = rows === null ? target : takeTarget(target, rows);
      const own = weightsOf(target.values.length, options.sampleWeight);
      const ofKept = rows === null ? own : Float64Array.from(rows, (row) => own[row]!);
      const classWeights = settleWeights(kept, ofKept, reweighting.classWeights);
      // What one row of a class counts for in place of one: its weight, times the share of such rows that is kept.
      const rates = classWeights.map((weight, k) => weight * (rows !== null && k === 0 ? keptShare(target, kept) : 1));
      const { validation, warmStart } = options;
      const fitted = learner.fit(rows === null ? features : features.take(rows), kept, {
        ...options,
        sampleWeight: byClass(kept, ofKept, classWeights),
        ...(validation && { validation: weighed(validation, rates) }),
        ...(warmStart && { warmStart: corrected(warmStart, rates, -1) as GbdtData }),
      });
      const { predict, predictRow, toJSON } = loadModel(corrected(fitted.toJSON(), rates, 1), options.predictKernels);
      return { ...fitted, predict, predictRow, toJSON } as FittedModel;
    },
  };
}

function keptRows({ values }: Target, { seed }: FitOptions, negativeRate: number): Int32Array | null {
  if (negativeRate === 1) return null;
  const negatives = Int32Array.from(values.keys()).filter((row) => values[row] === 0);
  const nKept = Math.max(1, Math.round(negativeRate * negatives.length));
  const order = permutation(negatives.length, createRng(seed).fork("negatives"));
  const isKept = new Uint8Array(values.length);
  for (const k of order.slice(0, nKept)) isKept[negatives[k]!] = 1;
  return Int32Array.from(values.keys()).filter((row) => values[row] !== 0 || isKept[row] === 1);
}

function keptShare(all: Target, kept: Target): number {
  const negatives = ({ values }: Target) => values.reduce((n, y) => (y === 0 ? n + 1 : n), 0);
  return negatives(kept) / negatives(all);
}

function takeTarget(target: Target, rows: Int32Array): Target {
  return { ...target, values: Float64Array.from(rows, (row) => target.values[row]!) };
}

function settleWeights(
  { values, nClasses }: Target,
  weights: Float64Array,
  asked: Reweighting["classWeights"],
): readonly number[] {
  if (asked !== "balanced") return asked ?? new Array<number>(nClasses).fill(1);
  const sums = new Array<number>(nClasses).fill(0);
  for (let i = 0; i < values.length; i++) sums[values[i]!]! += weights[i]!;
  const total = sums.reduce((sum, weight) => sum + weight, 0);
  const nPresent = sums.filter((sum) => sum > 0).length;
  return sums.map((sum) => (sum > 0 ? total / (nPresent * sum) : 1));
}

function byClass({ values }: Target, weights: Float64Array, ofClass: readonly number[]): Float64Array {
  return values.map((y, i) => ofClass[y]! * weights[i]!);
}

// Held-out rows count as those of training do, so that a fit ends where its own loss is least.
function weighed(held: NonNullable<FitOptions["validation"]>, rates: readonly number[]) {
  const weights = held.sampleWeight ?? new Float64Array(held.target.values.length).fill(1);
  return { ...held, sampleWeight: byClass(held.target, weights, rates) };
}

/** A model of weighted rows turned into one of the rows as they are (direction 1), or back (−1). */
function corrected(data: ModelData, rates: readonly number[], direction: 1 | -1): ModelData {
  const shifts = data.task === "binary" ? [log(rates[1]! / rates[0]!)] : rates.map(log);
  const shifted = (starts: readonly number[]) =>
    starts.map((start, k) => withoutNegativeZero(start - direction * shifts[k]!));
  switch (data.kind) {
    case "linear":
    case "gam":
      return { ...data, intercepts: shifted(data.intercepts) };
    case "gbdt":
      // A focal loss's scores are no log-odds: what classes count for is undone behind them.
      if (data.focal)
        return {
          ...data,
          focal: {
            ...data.focal,
            rates: data.focal.rates.map((rate, k) => (direction === 1 ? rate * rates[k]! : rate / rates[k]!)),
          },
        };
      return { ...data, base: shifted(data.base) };
    case "forest":
      return data.task === "binary" ? withLeafShares(data, rates) : withClassShares(data, rates);
    default:
      throw new Error(`a model of kind ${data.kind} has no classes to weigh`);
  }
}

// A leaf of two classes holds its part of the average of weighted shares; it gets that of the plain shares.
function withLeafShares(data: GbdtData, [negative = 1, positive = 1]: readonly number[]): GbdtData {
  const plain = (share: number) => {
    const inside = Math.min(1, Math.max(0, share));
    return inside / positive / (inside / positive + (1 - inside) / negative);
  };
  const nTrees = data.trees.length;
  const [base = 0] = data.base;
  const plainBase = plain(base);
  const trees = data.trees.map((tree) => ({
    ...tree,
    value: tree.value.map((value) => withoutNegativeZero((plain(base + nTrees * value) - plainBase) / nTrees)),
  }));
  return { ...data, base: [plainBase], trees };
}

// Trees of several classes tell one from the rest each: their shares are divided and then made to sum to 1, as the link does anyway.
function withClassShares(data: GbdtData, rates: readonly number[]): GbdtData {
  const total = data.base.reduce((sum, share, k) => sum + share / rates[k]!, 0);
  const factors = rates.map((rate) => 1 / (rate * total));
  const scale = (value: number, k: number) => withoutNegativeZero(value * factors[k]!);
  const nOutputs = data.base.length;
  return {
    ...data,
    base: data.base.map(scale),
    trees: data.trees.map((tree, t) => ({ ...tree, value: tree.value.map((value) => scale(value, t % nOutputs)) })),
  };
}
