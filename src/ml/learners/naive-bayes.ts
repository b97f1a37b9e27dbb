import { FettleError } from "../../lib/index.ts";
import { log } from "../stats/index.ts";
import type { SparseBlock } from "../table/index.ts";
import type { Learner } from "./learner.ts";
import { checkFit, checkLoss, weightsOf } from "./learner-errors.ts";
import { blockData } from "./linear-blocks.ts";
import { linearModel } from "./linear-model.ts";

/** What each entry counts beside the training rows, in each class. */
const smoothing = 0.1;

/**
 * Multinomial naive Bayes over the sparse blocks of a table (scikit-learn's MultinomialNB with alpha 0.1): within a class, entry j has the share
 * (0.1 + its sum) / (0.1 · width + the sum of all). It reads no columns. Its answer is a linear model's, softmax of ln share(class) + Σ x_j · ln share_j.
 */
export function naiveBayes(): Learner {
  return {
    kind: "linear",
    params: { smoothing },
    fit(features, target, options) {
      checkFit(features, target, options);
      checkLoss("naive Bayes", target.task, target.task, ["binary", "multiclass"]);
      if (features.blocks.length === 0)
        throw new FettleError("invalid-input", "FIT_BLOCKS", "Cannot fit naive Bayes: there is no text, one is needed");
      const { nClasses, values } = target;
      const weights = weightsOf(values.length, options.sampleWeight);
      const sums = new Float64Array(nClasses);
      values.forEach((y, i) => {
        sums[y]! += weights[i]!;
      });
      // A class without rows is never answered.
      const priors = Array.from(sums, (sum) => log(Math.max(sum, 1e-300)));
      const ofOutputs = (perClass: readonly Float64Array[]) =>
        target.task === "binary" ? [perClass[1]!.map((value, j) => value - perClass[0]![j]!)] : perClass;
      const blocks = features.blocks.map((block) => {
        const logs = logShares(block, values, weights, nClasses);
        return blockData(block.width, ofOutputs(logs), new Float64Array(block.width));
      });
      return linearModel({
        kind: "linear",
        task: target.task,
        featureNames: [],
        nLevels: [],
        weights: blocks[0]!.averages.map(() => []),
        intercepts: target.task === "binary" ? [priors[1]! - priors[0]!] : priors,
        blocks,
        iterations: 0,
        converged: true,
      });
    },
  };
}

function logShares(
  { starts, indexes, values, width }: SparseBlock,
  classes: Float64Array,
  weights: Float64Array,
  nClasses: number,
): Float64Array[] {
  const shares = Array.from({ length: nClasses }, () => new Float64Array(width).fill(smoothing));
  for (let i = 0; i < classes.length; i++)
    for (let e = starts[i]!; e < starts[i + 1]!; e++) shares[classes[i]!]![indexes[e]!]! += weights[i]! * values[e]!;
  return shares.map((ofClass) => {
    const total = ofClass.reduce((sum, share) => sum + share, 0);
    return ofClass.map((share) => log(share / total));
  });
}
