import { createRng, FettleError, permutation, type Rng } from "../../lib/index.ts";
import type { Table } from "../table/index.ts";
import type { BoostingLoss } from "./boosting-loss.ts";
import { roundJudge } from "./gbdt-best-round.ts";
import { binTable, learnBins } from "./gbdt-bins.ts";
import { usualSharing } from "./gbdt-bundles.ts";
import { createWorkspace } from "./gbdt-create-workspace.ts";
import { createDropout } from "./gbdt-dropout.ts";
import { type GrownTree, growTree, layoutOf } from "./gbdt-grow.ts";
import { boostingLoss, type GbdtLoss, type LossOptions, linkOf, lossesOf, lossOptions } from "./gbdt-loss.ts";
import { nameOfCustomLoss } from "./gbdt-loss-custom.ts";
import { type FittedGbdt, gbdtModel } from "./gbdt-model.ts";
import { derivePairs } from "./gbdt-pairs.ts";
import { type GbdtParams, interactionSets, monotoneSigns, type SettledGbdt, settleGbdt } from "./gbdt-params.ts";
import { nodeRules } from "./gbdt-rules.ts";
import { drawByGradient, drawRows, rowHash } from "./gbdt-sampling.ts";
import { checkSize } from "./gbdt-size.ts";
import { type Watch, watchValidation } from "./gbdt-validation.ts";
import type { BinnedTable, FeatureBins, GrowSpace, PairScale, SplitSettings, Workspace } from "./gbdt-workspace.ts";
import type { FitOptions, Learner, Target } from "./learner.ts";
import { checkFit, stopCheck, weightsOf } from "./learner-errors.ts";
import { type FocalLink, type GbdtData, type TreeData, withoutNegativeZero } from "./model-data.ts";

/** Features that one tree looks at, at most: of very many columns each tree sees a random part. */
const mostActive = 1000;

/** Rounds whose mean loss is looked at where the loss jumps, at most: as many as it takes to make one full step. */
const mostSmoothedRounds = 50;

/** Rows from which it pays to bring them into the order of the first tree's leaves. */
const fewestRowsToReorder = 100_000;

/**
 * Gradient-boosted trees on histograms (Friedman 2001; Ke et al. 2017): leaf-wise growth, native categories and missing values, early stopping
 * on `options.validation`. Gradients are summed as whole numbers, so the model does not depend on the order of work.
 */
export function gbdt(params: GbdtParams = {}): Learner {
  const settled = settleGbdt(params);
  return {
    kind: "gbdt",
    params: shownParams(settled),
    fit: (features, target, options) => fitGbdt(features, target, options, settled),
  };
}

/** The best single rule: one split of one column, chosen by the loss. */
export function bestRule(params: GbdtParams = {}): Learner {
  return gbdt({ ...params, nTrees: 1, learningRate: 1, maxLeaves: 2 });
}

// Parameters that the loss does not read are left out.
function shownParams({
  loss,
  delta,
  variancePower,
  focusing,
  truncation,
  gains,
  ...shared
}: SettledGbdt): Learner["params"] {
  return {
    ...shared,
    ...(loss === null ? {} : { loss }),
    ...(loss === "huber" ? { delta } : {}),
    ...(loss === "tweedie" ? { variancePower } : {}),
    ...(loss === "focal" ? { focusing } : {}),
    ...(loss === "lambdarank" ? { truncation } : {}),
    ...(loss === "lambdarank" || loss === "xendcg" ? { gains } : {}),
  };
}

function fitGbdt(features: Table, target: Target, options: FitOptions, params: SettledGbdt): FittedGbdt {
  checkFit(features, target, options);
  const loss = params.loss ?? lossesOf[target.task][0];
  const { warmStart } = options;
  const n = target.values.length;
  checkSize({
    rows: n,
    heldRows: options.validation?.table.nRows ?? 0,
    features: features.names.length,
    active: activeOf(params, features.names.length),
    openLeaves: Math.min(params.maxLeaves, Math.ceil(n / (2 * params.minSamplesLeaf))),
  });
  const weights = weightsOf(n, options.sampleWeight);
  const made = lossOptions(loss, target, weights, params, options);
  const objective = boostingLoss(loss, target, weights, { ...made, ...(warmStart && { base: warmStart.base }) });
  const lossName = loss === "custom" ? nameOfCustomLoss(made.custom) : loss;
  if (warmStart) {
    const focal = loss === "focal" ? focalOf(params, target) : undefined;
    checkWarmStart(warmStart, lossName, objective.nOutputs, features.names, focal);
  }

  const workspace = createWorkspace(options.kernels, n, features.names.length);
  const check = stopCheck(options);
  const learned = learnBins(features, params.maxBins, workspace, check);
  const table = binTable(features, learned, workspace, usualSharing, check);
  const scores = startScores(workspace, objective.base, n, warmStart, features);
  const held = options.validation;
  const base = { ...made, base: objective.base };
  // Dropping out changes earlier rounds, so what a watch has added up would no longer be the model's.
  const watch =
    held && params.dropRate === 0 && watchHeld(held, features.names, learned, workspace, loss, base, warmStart, check);
  const { derive, perRow } = derivePairs(
    objective,
    workspace,
    target.values,
    options.sampleWeight ?? null,
    headroomOf(params),
  );
  const rng = createRng(options.seed).fork("gbdt");
  const grower = createGrower(table, workspace, params, features.names, rng, options);
  const dropout = createDropout(params.dropRate, params.learningRate, table, workspace, rng.fork("dropout"));

  const trees: TreeData[] = [...(warmStart?.trees ?? [])];
  const before = trees.length;
  const { nOutputs } = objective;
  const window = objective.isJumpy === true ? Math.min(mostSmoothedRounds, Math.round(1 / params.learningRate)) : 1;
  const judge = roundJudge(window, params.earlyStoppingRounds);
  for (let round = 0; round < params.nTrees; round++) {
    const dropped = dropout.begin(scores);
    const grown: GrownTree[] = [];
    for (let output = 0; output < nOutputs; output++) {
      check();
      const scale = derive(scores, output, grower.space.pairs);
      const own = scores.subarray(output * n, (output + 1) * n);
      const { tree, sample } = grower.grow(scale, round);
      const rate = params.learningRate * dropped.share;
      const value = stepsOf(tree, objective, scale, scores, output, n, grower.space).map((step) =>
        withoutNegativeZero(rate * step),
      );
      if (sample === null) grower.space.addLeaves(own, tree.leaves, value);
      else workspace.addTree(table, { ...tree.binned, value }, own);
      trees.push({ ...tree.tree, value, gain: tree.tree.gain.map((gain) => inLossUnits(gain, scale)) });
      grown.push({ ...tree, binned: { ...tree.binned, value } });
    }
    dropout.end(dropped, scores, trees, before, grown);
    // Rows that were in one leaf are read together from now on: the order of rows changes no sum, only how far apart they lie in memory.
    if (round === 0 && perRow !== null && grower.seesAllRows && n >= fewestRowsToReorder)
      workspace.reorder(grower.space.rows, grower.space.pairs, table, [scores, ...perRow]);
    options.onProgress?.((round + 1) / params.nTrees);
    if (watch) {
      const heldLoss = watch(grown);
      const goesOn = judge.goesOn(heldLoss);
      if (options.onRound?.(round + 1, heldLoss) === false || !goesOn) break;
    }
    const isStuck = grown.every(({ leaves }) => leaves.length === 1);
    if (isStuck && !grower.isRandom) break;
  }
  const data: GbdtData = {
    kind: "gbdt",
    task: target.task,
    loss: lossName,
    link: linkOf(loss, target.task, made.custom),
    ...(loss === "focal" && { focal: focalOf(params, target) }),
    featureNames: features.names,
    base: objective.base.map(withoutNegativeZero),
    trees: watch && params.earlyStoppingRounds > 0 ? trees.slice(0, before + nOutputs * judge.best()) : trees,
  };
  return gbdtModel(data, options.predictKernels);
}

const inLossUnits = (gain: number, { perGradient, perHessian }: PairScale) =>
  (gain * perHessian) / (perGradient * perGradient);

// Scores before the first round: the start score, and what an earlier model says.
function startScores(
  workspace: Workspace,
  base: readonly number[],
  n: number,
  warmStart: GbdtData | undefined,
  features: Table,
): Float64Array {
  const scores = workspace.float64(base.length * n);
  if (warmStart === undefined) {
    base.forEach((start, k) => {
      scores.fill(start, k * n, (k + 1) * n);
    });
    return scores;
  }
  const said = gbdtModel({ ...warmStart, link: "identity", loss: "squared" }).predict(features);
  for (let i = 0; i < n; i++) for (let k = 0; k < base.length; k++) scores[k * n + i] = said[i * base.length + k]!;
  return scores;
}

function focalOf({ focusing }: SettledGbdt, { nClasses }: Target): FocalLink {
  return { focusing, rates: new Array<number>(nClasses).fill(1) };
}

function checkWarmStart(
  data: GbdtData,
  loss: string,
  nOutputs: number,
  names: readonly string[],
  focal: FocalLink | undefined,
): void {
  const isSame =
    data.kind === "gbdt" &&
    data.loss === loss &&
    data.focal?.focusing === focal?.focusing &&
    data.base.length === nOutputs &&
    data.featureNames.length === names.length &&
    data.featureNames.every((name, j) => name === names[j]);
  if (!isSame)
    throw new FettleError(
      "invalid-input",
      "GBDT_WARM_START",
      "Cannot go on from the earlier model: its loss, outputs or features differ, the same ones are needed",
    );
}

type Held = NonNullable<FitOptions["validation"]>;

function watchHeld(
  { table, target, sampleWeight }: Held,
  names: readonly string[],
  learned: readonly FeatureBins[],
  workspace: Workspace,
  loss: GbdtLoss,
  options: LossOptions & { readonly base: readonly number[] },
  warmStart: GbdtData | undefined,
  check: () => void,
): Watch {
  const features = table.select(names);
  const objective = boostingLoss(loss, target, weightsOf(table.nRows, sampleWeight), options);
  const scores = startScores(workspace, options.base, table.nRows, warmStart, features);
  return watchValidation(features, learned, workspace, scores, objective, check);
}

interface Grower {
  readonly space: GrowSpace;
  /** Whether every tree sees all rows, so that their order does not matter. */
  readonly seesAllRows: boolean;
  /** Whether another round may split where this one could not. */
  readonly isRandom: boolean;
  grow(scale: PairScale, round: number): { readonly tree: GrownTree; readonly sample: number | null };
}

// Grows trees of one fit from the pairs in its space.
function createGrower(
  table: BinnedTable,
  workspace: Workspace,
  params: SettledGbdt,
  names: readonly string[],
  rng: Rng,
  { shouldStop = () => false }: FitOptions,
): Grower {
  const { n, features } = table;
  const space = workspace.space(table);
  const nActive = activeOf(params, features.length);
  const everything = nActive >= features.length ? layoutOf(table, Int32Array.from(features.keys())) : null;
  const rules = nodeRules({
    monotone: monotoneSigns(params.monotone, names, (j) => features[j]!.kind === "number"),
    interactions: interactionSets(params.interactions, names),
    nodeFraction: params.nodeFeatureFraction,
    isRandom: false,
    rng: rng.fork("nodes"),
  });
  const rowSeed = rng.fork("rows").uint32();
  const shape = {
    maxLeaves: params.maxLeaves,
    maxDepth: params.maxDepth === 0 ? Number.POSITIVE_INFINITY : params.maxDepth,
    rules,
    shouldStop,
  };
  return {
    space,
    seesAllRows: params.rowFraction === 1 && params.topFraction === 0,
    isRandom: everything === null || params.nodeFeatureFraction < 1 || params.rowFraction < 1,
    grow(scale, round) {
      const sample = drawSample(params, n, rowHash(rowSeed, round), space);
      const layout = everything ?? layoutOf(table, permutation(features.length, rng).slice(0, nActive).sort());
      return {
        tree: growTree(table, space, layout, { ...shape, settings: settingsOf(params, scale) }, sample),
        sample,
      };
    },
  };
}

const activeOf = ({ featureFraction }: SettledGbdt, nFeatures: number) =>
  Math.max(1, Math.round(featureFraction * Math.min(nFeatures, mostActive)));

// What gradient-based sampling multiplies the pairs of drawn rows by.
const headroomOf = ({ topFraction, rowFraction }: SettledGbdt) =>
  topFraction > 0 ? (1 - topFraction) / rowFraction : 1;

function drawSample(
  { rowFraction, topFraction }: SettledGbdt,
  n: number,
  seed: number,
  space: GrowSpace,
): number | null {
  if (topFraction > 0) return drawByGradient(n, topFraction, rowFraction, seed, space.pairs, space.rows);
  return rowFraction < 1 ? drawRows(n, rowFraction, seed, space.rows) : null;
}

function settingsOf(params: SettledGbdt, { perGradient, perHessian }: PairScale): SplitSettings {
  return {
    lambda: params.lambda * perHessian,
    minHessian: Math.max(1, params.minHessian * perHessian), // nothing is divided by 0
    minRows: params.minSamplesLeaf,
    minLevelRows: Math.min(10, params.minSamplesLeaf),
    minGain: params.minGain * ((perGradient * perGradient) / perHessian),
    categorySmoothing: params.categorySmoothing * perHessian,
  };
}

// Newton steps in the units of the score, or what the loss puts in their place.
function stepsOf(
  { tree, leaves }: GrownTree,
  { leafSteps }: BoostingLoss,
  { perGradient, perHessian }: PairScale,
  scores: Float64Array,
  output: number,
  n: number,
  { rows }: GrowSpace,
): readonly number[] {
  const newton = tree.value.map((step) => (step * perHessian) / perGradient);
  if (leafSteps === undefined) return newton;
  const leafOfRow = new Int32Array(n).fill(-1);
  leaves.forEach(({ from, to }, leaf) => {
    for (let at = from; at < to; at++) leafOfRow[rows[at]!] = leaf;
  });
  return leafSteps(newton, leafOfRow, scores, output);
}
