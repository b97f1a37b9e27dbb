import { createRng, FettleError } from "../../lib/index.ts";
import type { Table } from "../table/index.ts";
import { weightedMean } from "./baselines.ts";
import { binTable, learnBins } from "./gbdt-bins.ts";
import { usualSharing } from "./gbdt-bundles.ts";
import { createWorkspace } from "./gbdt-create-workspace.ts";
import { type GrownTree, growTree, layoutOf } from "./gbdt-grow.ts";
import { gbdtModel } from "./gbdt-model.ts";
import { type NodeRules, nodeRules } from "./gbdt-rules.ts";
import { bootstrapCount, rowHash } from "./gbdt-sampling.ts";
import { checkSize } from "./gbdt-size.ts";
import { type GrowSpace, nearestWhole, type PairScale, pairScale } from "./gbdt-workspace.ts";
import type { FitOptions, FittedModel, Learner, Target } from "./learner.ts";
import { cancelled, checkFit, checkLoss, weightsOf } from "./learner-errors.ts";
import { type GbdtData, type TreeData, withoutNegativeZero } from "./model-data.ts";

/** Parameters of {@link forest}; all have defaults. */
export interface ForestParams {
  /** Trees, per class of more than two. Default 100. */
  readonly nTrees?: number;
  /** Least rows in a leaf. Default 5. */
  readonly minSamplesLeaf?: number;
  /** Most splits between root and leaf; 0 (default): no limit. */
  readonly maxDepth?: number;
  /** Share of the features that each node may use; 0 (default): the square root of their number for classes, a third for numbers. */
  readonly nodeFeatureFraction?: number;
  /** Each tree sees a bootstrap of the rows. Default: yes for a random forest, no for extra trees. */
  readonly bootstrap?: boolean;
  /** One threshold per feature and node, drawn by chance: extremely randomised trees (Geurts et al. 2006). Default false. */
  readonly randomThresholds?: boolean;
  /** Most bins of a number, 2 to 254 (default). */
  readonly maxBins?: number;
}

type Settled = Required<ForestParams>;

/**
 * A random forest (Breiman 2001), or extremely randomised trees: deep trees on squared loss (the Gini index, for classes), averaged. Bootstrap counts are Poisson
 * with mean 1 (Oza and Russell 2001). Several classes have a tree each, and their shares are made to sum to 1.
 */
export function forest(params: ForestParams = {}): Learner {
  const randomThresholds = params.randomThresholds ?? false;
  const settled: Settled = {
    nTrees: params.nTrees ?? 100,
    minSamplesLeaf: params.minSamplesLeaf ?? 5,
    maxDepth: params.maxDepth ?? 0,
    nodeFeatureFraction: params.nodeFeatureFraction ?? 0,
    bootstrap: params.bootstrap ?? !randomThresholds,
    randomThresholds,
    maxBins: params.maxBins ?? 254,
  };
  checkParams(settled);
  return {
    kind: "forest",
    params: { ...settled },
    fit: (features, target, options) => fitForest(features, target, options, settled),
  };
}

function checkParams(settled: Settled): void {
  const isWhole = (value: number, least: number) => Number.isInteger(value) && value >= least;
  const { nTrees, minSamplesLeaf, maxDepth, nodeFeatureFraction, maxBins } = settled;
  const rules: readonly (readonly [string, number, boolean, string])[] = [
    ["nTrees", nTrees, isWhole(nTrees, 1), "a whole number ≥ 1"],
    ["minSamplesLeaf", minSamplesLeaf, isWhole(minSamplesLeaf, 1), "a whole number ≥ 1"],
    ["maxDepth", maxDepth, isWhole(maxDepth, 0), "a whole number ≥ 0"],
    [
      "nodeFeatureFraction",
      nodeFeatureFraction,
      nodeFeatureFraction >= 0 && nodeFeatureFraction <= 1,
      "a number in [0, 1]",
    ],
    ["maxBins", maxBins, isWhole(maxBins, 2) && maxBins <= 254, "a whole number from 2 to 254"],
  ];
  for (const [name, value, isRight, needed] of rules)
    if (!isRight)
      throw new FettleError(
        "invalid-input",
        "FOREST_PARAMS",
        `Cannot fit a forest: ${name} is ${value}, ${needed} is needed`,
        { facts: { parameter: name } },
      );
}

function fitForest(features: Table, target: Target, options: FitOptions, params: Settled): FittedModel {
  checkFit(features, target, options);
  checkLoss("a forest", target.task, target.task === "ranking" ? "ranking" : "squared", ["squared"]);
  const n = target.values.length;
  checkSize(n, features.names.length, 64);
  const weights = weightsOf(n, options.sampleWeight);
  const outputs = outputsOf(target);
  const base = outputs.map((y) => weightedMean(y, weights));
  const workspace = createWorkspace(options.kernels, n, features.names.length);
  const table = binTable(features, learnBins(features, params.maxBins, workspace), workspace, usualSharing);
  const space = workspace.space(table);
  const layout = layoutOf(table, Int32Array.from(table.features.keys()));
  const rng = createRng(options.seed).fork("forest");
  const rules = rulesOf(params, target, features.names.length, rng.fork("nodes"));
  const seed = rng.fork("rows").uint32();
  const trees: TreeData[] = [];
  for (let k = 0; k < params.nTrees; k++) {
    outputs.forEach((y, output) => {
      if (options.shouldStop?.()) throw cancelled();
      const counts = params.bootstrap ? bootstrapCounts(n, rowHash(seed, k)) : null;
      const { scale, sample } = writePairs(y, base[output]!, weights, counts, space);
      const shape = {
        settings: settingsOf(params),
        maxLeaves: Number.POSITIVE_INFINITY,
        maxDepth: params.maxDepth === 0 ? Number.POSITIVE_INFINITY : params.maxDepth,
        rules,
        shouldStop: options.shouldStop ?? (() => false),
      };
      trees.push(averaged(growTree(table, space, layout, shape, sample), scale, params.nTrees));
    });
    options.onProgress?.((k + 1) / params.nTrees);
  }
  const data: GbdtData = {
    kind: "forest",
    task: target.task,
    loss: "squared",
    link: target.task === "regression" ? "identity" : "shares",
    featureNames: features.names,
    base: base.map(withoutNegativeZero),
    trees,
  };
  const { bestRound: _, ...model } = gbdtModel(data, options.predictKernels);
  return model;
}

// What each output is a mean of: the number, or whether a row is of the class.
function outputsOf({ task, values, nClasses }: Target): Float64Array[] {
  if (task !== "multiclass") return [values];
  return Array.from({ length: nClasses }, (_, k) => values.map((y) => (y === k ? 1 : 0)));
}

function rulesOf(params: Settled, { task }: Target, nFeatures: number, rng: ReturnType<typeof createRng>): NodeRules {
  const usual = task === "regression" ? 1 / 3 : Math.sqrt(nFeatures) / nFeatures;
  return nodeRules({
    monotone: null,
    interactions: null,
    nodeFraction: params.nodeFeatureFraction === 0 ? Math.min(1, usual) : params.nodeFeatureFraction,
    isRandom: params.randomThresholds,
    rng,
  });
}

function settingsOf({ minSamplesLeaf }: Settled) {
  const minLevelRows = Math.min(5, minSamplesLeaf);
  return { lambda: 0, minHessian: 1, minRows: minSamplesLeaf, minLevelRows, minGain: 0, categorySmoothing: 0 };
}

function bootstrapCounts(n: number, seed: number): Uint8Array {
  const counts = new Uint8Array(n);
  for (let i = 0; i < n; i++) counts[i] = bootstrapCount(rowHash(seed, i));
  return counts;
}

// Gradients of the squared loss at the mean, as often as a row was drawn; rows that were not are left out.
function writePairs(
  y: Float64Array,
  mean: number,
  weights: Float64Array,
  counts: Uint8Array | null,
  { pairs, rows }: GrowSpace,
): { readonly scale: PairScale; readonly sample: number | null } {
  let mostGradient = 0;
  let mostHessian = 0;
  const weightOf = (i: number) => weights[i]! * (counts === null ? 1 : counts[i]!);
  for (let i = 0; i < y.length; i++) {
    mostGradient = Math.max(mostGradient, Math.abs(weightOf(i) * (mean - y[i]!)));
    mostHessian = Math.max(mostHessian, weightOf(i));
  }
  const scale = pairScale(y.length, mostGradient, mostHessian);
  let sample = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = weightOf(i);
    pairs[2 * i] = nearestWhole(weight * (mean - y[i]!) * scale.perGradient);
    pairs[2 * i + 1] = nearestWhole(weight * scale.perHessian);
    if (counts !== null && counts[i]! > 0) rows[sample++] = i;
  }
  if (counts === null) return { scale, sample: null };
  if (sample === 0) rows[sample++] = 0;
  return { scale, sample };
}

// A tree whose leaves hold their part of the average.
function averaged({ tree }: GrownTree, { perGradient, perHessian }: PairScale, nTrees: number): TreeData {
  const unit = perHessian / perGradient;
  return {
    ...tree,
    value: tree.value.map((step) => withoutNegativeZero((step * unit) / nTrees)),
    gain: tree.gain.map((gain) => (gain * unit) / perGradient),
  };
}
