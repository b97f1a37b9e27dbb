import { createRng, FettleError, permutation, type Rng } from "../../lib/index.ts";
import type { Table } from "../table/index.ts";
import { binTable, learnBins } from "./gbdt-bins.ts";
import { type GrowParams, growMemory, growTree } from "./gbdt-grow.ts";
import { boostingLoss, type GbdtLoss, type LossOptions, linkOf, lossesOf, lossOptions } from "./gbdt-loss.ts";
import { type FittedGbdt, gbdtModel } from "./gbdt-model.ts";
import { createWorkspace } from "./gbdt-workspace.ts";
import type { FitOptions, Learner, Target } from "./learner.ts";
import { cancelled, checkFit, checkQuantiles, weightsOf } from "./learner-errors.ts";
import { type TreeData, withoutNegativeZero } from "./model-data.ts";

/** Parameters of {@link gbdt}; all have defaults. */
export interface GbdtParams {
  /** Default: by the task: logistic (binary), softmax (multiclass), squared (regression), lambdarank (ranking). */
  readonly loss?: GbdtLoss;
  /** Levels of the quantile loss, one output each. Default 0.5 alone. */
  readonly quantiles?: readonly number[];
  /** Huber: the residual, in the unit of the target, from which on the loss is linear. Default null: the 0.9 quantile of the distances to the median. */
  readonly delta?: number | null;
  /** Tweedie: power of the mean that the variance is proportional to, between 1 and 2. Default 1.5. */
  readonly variancePower?: number;
  /** Lambdarank: places from the top whose pairs count. Default 30. */
  readonly truncation?: number;
  /** Ranking: gain of each grade, from grade 0 on. Default null: 2^grade − 1. */
  readonly gains?: readonly number[] | null;
  /** Most rounds; each grows one tree per output. Default 100. */
  readonly nTrees?: number;
  /** Share of each tree's step that is taken. Default 0.1. */
  readonly learningRate?: number;
  /** Default 31. */
  readonly maxLeaves?: number;
  /** Default 20. */
  readonly minSamplesLeaf?: number;
  /** Least sum of second derivatives in a leaf. Default 1e-3. */
  readonly minHessian?: number;
  /** L2 penalty on leaf values. Default 1. */
  readonly lambda?: number;
  /** Share of the features that each tree may use; of more than 1,000 features, of that many. Default 1. */
  readonly featureFraction?: number;
  /** Added to lambda where a category is split. Default 10. */
  readonly categorySmoothing?: number;
  /** Ends after this many rounds without a lower validation loss and keeps the best; 0 (default) never ends early. */
  readonly earlyStoppingRounds?: number;
}

/** Features that one tree looks at, at most: of very many columns each tree sees a random part. */
const mostActive = 1000;

type Settled = Required<Omit<GbdtParams, "loss">> & { readonly loss: GbdtLoss | null };

/**
 * Gradient-boosted trees on histograms (Friedman 2001; Ke et al. 2017): leaf-wise growth, native categories and missing values, early stopping
 * on `options.validation`. Gradients are summed as whole numbers, so the model does not depend on the order of work.
 */
export function gbdt(params: GbdtParams = {}): Learner {
  const settled = settle(params);
  const { loss, ...shown } = settled;
  return {
    kind: "gbdt",
    params: { ...shown, ...(loss === null ? {} : { loss }) },
    fit: (features, target, options) => fitGbdt(features, target, options, settled),
  };
}

/** The best single rule: one split of one column, chosen by the loss. */
export function bestRule(params: GbdtParams = {}): Learner {
  return gbdt({ ...params, nTrees: 1, learningRate: 1, maxLeaves: 2 });
}

function settle(params: GbdtParams): Settled {
  const settled = {
    loss: params.loss ?? null,
    quantiles: params.quantiles ?? [0.5],
    delta: params.delta ?? null,
    variancePower: params.variancePower ?? 1.5,
    truncation: params.truncation ?? 30,
    gains: params.gains ?? null,
    nTrees: params.nTrees ?? 100,
    learningRate: params.learningRate ?? 0.1,
    maxLeaves: params.maxLeaves ?? 31,
    minSamplesLeaf: params.minSamplesLeaf ?? 20,
    minHessian: params.minHessian ?? 1e-3,
    lambda: params.lambda ?? 1,
    featureFraction: params.featureFraction ?? 1,
    categorySmoothing: params.categorySmoothing ?? 10,
    earlyStoppingRounds: params.earlyStoppingRounds ?? 0,
  };
  const rules: readonly (readonly [string, number, boolean, string])[] = [
    ["delta", settled.delta ?? 1, settled.delta === null || isPositive(settled.delta), "a finite number > 0"],
    [
      "variancePower",
      settled.variancePower,
      settled.variancePower > 1 && settled.variancePower < 2,
      "a number between 1 and 2",
    ],
    ["truncation", settled.truncation, isWhole(settled.truncation, 1), "a whole number ≥ 1"],
    ["nTrees", settled.nTrees, isWhole(settled.nTrees, 1), "a whole number ≥ 1"],
    ["learningRate", settled.learningRate, settled.learningRate > 0 && settled.learningRate <= 1, "a number in (0, 1]"],
    ["maxLeaves", settled.maxLeaves, isWhole(settled.maxLeaves, 2), "a whole number ≥ 2"],
    ["minSamplesLeaf", settled.minSamplesLeaf, isWhole(settled.minSamplesLeaf, 1), "a whole number ≥ 1"],
    ["minHessian", settled.minHessian, settled.minHessian >= 0, "a number ≥ 0"],
    ["lambda", settled.lambda, settled.lambda >= 0, "a number ≥ 0"],
    [
      "featureFraction",
      settled.featureFraction,
      settled.featureFraction > 0 && settled.featureFraction <= 1,
      "a number in (0, 1]",
    ],
    ["categorySmoothing", settled.categorySmoothing, settled.categorySmoothing >= 0, "a number ≥ 0"],
    ["earlyStoppingRounds", settled.earlyStoppingRounds, isWhole(settled.earlyStoppingRounds, 0), "a whole number ≥ 0"],
  ];
  checkQuantiles("boosted trees", settled.quantiles);
  for (const [name, value, isRight, needed] of rules)
    if (!isRight)
      throw new FettleError(
        "invalid-input",
        "GBDT_PARAMS",
        `Cannot fit boosted trees: ${name} is ${value}, ${needed} is needed`,
        { facts: { parameter: name } },
      );
  return settled;
}

const isPositive = (value: number) => value > 0 && value < Number.POSITIVE_INFINITY;
const isWhole = (value: number, least: number) => Number.isInteger(value) && value >= least;

function fitGbdt(features: Table, target: Target, options: FitOptions, params: Settled): FittedGbdt {
  checkFit(features, target, options);
  const loss = params.loss ?? lossesOf[target.task][0];
  const n = target.values.length;
  const weights = weightsOf(n, options.sampleWeight);
  const made = lossOptions(loss, target, weights, params, options);
  const learned = learnBins(features);
  const workspace = createWorkspace(options.kernels);
  const binned = binTable(features, learned, workspace);
  const objective = boostingLoss(loss, target, weights, made);
  const { nOutputs, base } = objective;
  const scores = startScores(base, n);
  const held = params.earlyStoppingRounds > 0 ? options.validation : undefined;
  const watch = held && watchOf(held, features.names, loss, { ...made, base });
  const rng = createRng(options.seed).fork("gbdt");
  const gradient = new Float64Array(n);
  const hessian = new Float64Array(n);
  const pairs = workspace.float64(2 * n);
  const nActive = activeFeatures(params, learned.length);
  const memory = growMemory(workspace, n, learned, nActive);
  const trees: TreeData[] = [];
  let best = { loss: Number.POSITIVE_INFINITY, rounds: params.nTrees };

  for (let round = 0; round < params.nTrees; round++) {
    let stuck = true;
    for (let output = 0; output < nOutputs; output++) {
      if (options.shouldStop?.()) throw cancelled();
      objective.derive(scores, output, gradient, hessian);
      const perGradient = quantise(gradient, pairs, 0);
      const perHessian = quantise(hessian, pairs, 1);
      const shape = growParams(params, perHessian, learned.length, nActive, rng);
      const grown = growTree(binned, pairs, shape, memory);
      const newton = grown.tree.value.map((step) => (step * perHessian) / perGradient);
      const steps = objective.leafSteps?.(newton, grown.leafOfRow, scores, output) ?? newton;
      const value = steps.map((step) => params.learningRate * step);
      addSteps(scores.subarray(output * n, (output + 1) * n), Float64Array.from(value), grown.leafOfRow);
      const gain = grown.tree.gain.map((whole) => (whole * perHessian) / (perGradient * perGradient));
      trees.push({ ...grown.tree, gain, value: value.map(withoutNegativeZero) });
      if (grown.nLeaves > 1) stuck = false;
    }
    options.onProgress?.((round + 1) / params.nTrees);
    if (watch) {
      const heldLoss = watch(trees.slice(-nOutputs));
      if (heldLoss < best.loss) best = { loss: heldLoss, rounds: round + 1 };
      if (round + 1 - best.rounds >= params.earlyStoppingRounds) break;
    }
    if (stuck && params.featureFraction === 1) {
      if (!watch) best = { ...best, rounds: round + 1 };
      break;
    }
  }
  const kept = trees.slice(0, best.rounds * nOutputs);
  return gbdtModel({
    kind: "gbdt",
    task: target.task,
    loss,
    link: linkOf(loss, target.task, made.custom),
    featureNames: features.names,
    base: base.map(withoutNegativeZero),
    trees: kept,
  });
}

function addSteps(scores: Float64Array, steps: Float64Array, leafOfRow: Int32Array): void {
  for (let i = 0; i < scores.length; i++) scores[i]! += steps[leafOfRow[i]!]!;
}

function startScores(base: readonly number[], n: number): Float64Array {
  const scores = new Float64Array(base.length * n);
  base.forEach((start, k) => {
    scores.fill(start, k * n, (k + 1) * n);
  });
  return scores;
}

/** 1.5 · 2^52: adding and taking it away rounds to the nearest whole number, halves to the even one, faster than a call. */
const roundsToWhole = 6_755_399_441_055_744;

/**
 * Rounds numbers, into every second place of `pairs` from `at` on, to whole multiples of one power of two so small that nothing is lost to the eye and so large that every
 * sum stays below 2^53 and is exact. Returns the factor: value = whole number / factor. Gradients and hessians have a factor each, as
 * they grow differently with the unit of the target.
 */
function quantise(values: Float64Array, pairs: Float64Array, at: number): number {
  let max = 0;
  for (const value of values) max = Math.max(max, Math.abs(value));
  let factor = 1;
  const limit = Math.min(2 ** 30, 2 ** 52 / values.length);
  while (max > 0 && max * factor < limit / 2 && factor < 2 ** 1000) factor *= 2;
  while (max * factor > limit) factor /= 2;
  for (let i = 0; i < values.length; i++) pairs[2 * i + at] = values[i]! * factor + roundsToWhole - roundsToWhole;
  return factor;
}

// Features that one tree may use.
function activeFeatures({ featureFraction }: Settled, nFeatures: number): number {
  return Math.max(1, Math.round(featureFraction * Math.min(nFeatures, mostActive)));
}

function growParams(params: Settled, perHessian: number, nFeatures: number, nActive: number, rng: Rng): GrowParams {
  const active =
    nActive >= nFeatures
      ? Int32Array.from({ length: nFeatures }, (_, j) => j)
      : permutation(nFeatures, rng).slice(0, nActive).sort();
  return {
    maxLeaves: params.maxLeaves,
    minSamplesLeaf: params.minSamplesLeaf,
    minHessian: params.minHessian * perHessian,
    lambda: params.lambda * perHessian,
    categorySmoothing: params.categorySmoothing * perHessian,
    active,
  };
}

// The loss on held-out rows, brought up to date one round at a time.
function watchOf(
  { table, target }: NonNullable<FitOptions["validation"]>,
  featureNames: readonly string[],
  loss: GbdtLoss,
  options: LossOptions & { readonly base: readonly number[] },
): (round: readonly TreeData[]) => number {
  const n = table.nRows;
  const scores = startScores(options.base, n);
  const objective = boostingLoss(loss, target, new Float64Array(n).fill(1), options);
  return (round) => {
    round.forEach((tree, k) => {
      // One tree is a regression of its own, with start score 0.
      const added = gbdtModel({
        kind: "gbdt",
        task: "regression",
        loss,
        link: "identity",
        featureNames,
        base: [0],
        trees: [tree],
      }).predict(table);
      for (let i = 0; i < n; i++) scores[k * n + i]! += added[i]!;
    });
    return objective.mean(scores);
  };
}
