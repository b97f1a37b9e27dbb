import { FettleError } from "../../lib/index.ts";
import type { Calibrator, GbdtData, ModelData, TreeData } from "../learners/index.ts";
import { nextFloat32 } from "./float32.ts";

/**
 * Boosted trees as the JSON that `Booster.load_model` of XGBoost 3 reads: rows of encoded features (a missing number or category NaN, a category its
 * code) end in the same leaves, and outputs agree to about 1e-6, since XGBoost sums in f32. The start score and a calibration by Platt or
 * temperature are in the leaves. Throws EXPORT_XGBOOST for a model that XGBoost has no form of.
 */
export function exportXgboost(model: ModelData, calibrator: Calibrator | null): string {
  if (model.kind !== "gbdt" && model.kind !== "forest")
    throw unsupported(`the model is of the kind "${model.kind}"`, "boosted trees or a forest");
  const nOutputs = model.base.length;
  const objective = objectiveOf(model, nOutputs);
  const { scale, shift } = scaleOf(model, calibrator);
  const isCategory = model.featureNames.map((_, j) =>
    model.trees.some(({ feature, categories }) => feature.some((of, k) => of === j && categories[k] !== null)),
  );
  const trees = model.trees.map((tree, t) => {
    const start = t < nOutputs ? model.base[t]! * scale + shift : 0;
    return treeOf(tree, t, model.featureNames.length, (leaf) => Math.fround(leaf * scale + start));
  });
  const file = {
    learner: {
      attributes: {},
      feature_names: model.featureNames,
      feature_types: isCategory.map((is) => (is ? "c" : "float")),
      gradient_booster: {
        model: {
          cats: { enc: [], feature_segments: [], sorted_idx: [] },
          gbtree_model_param: { num_parallel_tree: "1", num_trees: String(trees.length) },
          iteration_indptr: Array.from({ length: trees.length / nOutputs + 1 }, (_, round) => round * nOutputs),
          tree_info: trees.map((_, t) => t % nOutputs),
          trees: [],
        },
        name: "gbtree",
      },
      learner_model_param: {
        base_score: `[${new Array(nOutputs).fill(objective.baseScore).join(",")}]`,
        boost_from_average: "0",
        num_class: nOutputs > 1 ? String(nOutputs) : "0",
        num_feature: String(model.featureNames.length),
        num_target: "1",
      },
      objective: objective.config,
    },
    version: [3, 2, 0],
  };
  // Quotes in names are escaped: no name holds this text.
  return JSON.stringify(file).replace('"trees":[]', () => `"trees":[${trees.join(",")}]`);
}

// XGBoost tells whole numbers from others by their text, so 1 is written 1.0.
function jsonOfFloats(values: readonly number[]): string {
  const texts = values.map((value) => {
    const text = String(value);
    return /[.e]/.test(text) ? text : `${text}.0`;
  });
  return `[${texts.join(",")}]`;
}

function unsupported(what: string, needed: string): FettleError {
  return new FettleError("invalid-input", "EXPORT_XGBOOST", `Cannot export to XGBoost: ${what}, ${needed} is needed`, {
    hint: 'Export "--to module" instead: it holds every model',
  });
}

/** The objective with a model's link, and the base score whose start score is 0. */
function objectiveOf({ link, loss }: GbdtData, nOutputs: number) {
  switch (link) {
    case "logistic":
      return { config: { name: "binary:logistic", reg_loss_param: { scale_pos_weight: "1" } }, baseScore: "5E-1" };
    case "softmax":
      return {
        config: { name: "multi:softprob", softmax_multiclass_param: { num_class: String(nOutputs) } },
        baseScore: "0E0",
      };
    case "exp":
      return {
        config: { name: "count:poisson", poisson_regression_param: { max_delta_step: "7E-1" } },
        baseScore: "1E0",
      };
    case "identity":
      if (nOutputs > 1)
        throw unsupported(`the model has ${nOutputs} outputs of loss "${loss}"`, "one number, or classes");
      return { config: { name: "reg:squarederror", reg_loss_param: { scale_pos_weight: "1" } }, baseScore: "0E0" };
    case "focal":
      throw unsupported("its scores are those of a focal loss", "another loss");
    case "shares":
      throw unsupported("its leaves hold shares of classes", "scores");
  }
}

// Both corrections are linear in the score: they go into the leaves.
function scaleOf({ link }: GbdtData, calibrator: Calibrator | null): { scale: number; shift: number } {
  if (calibrator === null) return { scale: 1, shift: 0 };
  if ("temperature" in calibrator) return { scale: 1 / calibrator.temperature, shift: 0 };
  const map = calibrator.maps[0]!;
  if (link === "logistic" && map.kind === "platt") return { scale: map.slope, shift: map.intercept };
  throw unsupported(
    "the calibration is no line in the score",
    '"evaluation.calibration" of none, temperature or platt for two classes',
  );
}

/** Parent of the root. */
const noParent = 2 ** 31 - 1;

// Splits and leaves are one list, breadth first: XGBoost takes for granted that the right child stands just behind the left one.
function treeOf(tree: TreeData, id: number, nFeatures: number, toLeaf: (value: number) => number): string {
  const total = tree.feature.length + tree.value.length;
  const zeros = () => new Array<number>(total).fill(0);
  const floats = { base_weights: zeros(), loss_changes: zeros(), split_conditions: zeros(), sum_hessian: zeros() };
  const wholes = {
    default_left: zeros(),
    left_children: zeros().fill(-1),
    parents: zeros().fill(noParent),
    right_children: zeros().fill(-1),
    split_indices: zeros(),
    split_type: zeros(),
  };
  const sets = {
    categories: [] as number[],
    categories_nodes: [] as number[],
    categories_segments: [] as number[],
    categories_sizes: [] as number[],
  };
  const ours = [tree.feature.length === 0 ? -1 : 0];
  for (let node = 0; node < total; node++) {
    const k = ours[node]!;
    if (k < 0) {
      const leaf = toLeaf(tree.value[~k]!);
      floats.base_weights[node] = leaf;
      floats.split_conditions[node] = leaf;
      floats.sum_hessian[node] = tree.leafCover[~k]!;
      continue;
    }
    // An empty set parts what is missing from every level: XGBoost has that only as a split of numbers, and no code is below 0.
    const codes = tree.categories[k]!;
    const isSet = codes !== null && codes.length > 0;
    const left = ours.length;
    // A set goes right there.
    if (isSet) ours.push(tree.right[k]!, tree.left[k]!);
    else ours.push(tree.left[k]!, tree.right[k]!);
    wholes.left_children[node] = left;
    wholes.right_children[node] = left + 1;
    wholes.parents[left] = node;
    wholes.parents[left + 1] = node;
    wholes.split_indices[node] = tree.feature[k]!;
    wholes.split_type[node] = isSet ? 1 : 0;
    wholes.default_left[node] = isSet ? 1 - tree.missingLeft[k]! : tree.missingLeft[k]!;
    floats.split_conditions[node] = codes === null ? nextFloat32(tree.threshold[k]!) : 0;
    floats.loss_changes[node] = tree.gain[k]!;
    floats.sum_hessian[node] = tree.cover[k]!;
    if (!isSet) continue;
    sets.categories_nodes.push(node);
    sets.categories_segments.push(sets.categories.length);
    sets.categories_sizes.push(codes.length);
    sets.categories.push(...codes);
  }
  const tree_param = {
    num_deleted: "0",
    num_feature: String(nFeatures),
    num_nodes: String(total),
    size_leaf_vector: "1",
  };
  const written = Object.entries(floats).map(([name, values]) => `"${name}":${jsonOfFloats(values)},`);
  return `{${written.join("")}${JSON.stringify({ id, ...wholes, ...sets, tree_param }).slice(1)}`;
}
