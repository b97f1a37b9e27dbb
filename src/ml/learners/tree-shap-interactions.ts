import { gaussLegendre } from "../stats/index.ts";
import { goesLeft, type ShapForest } from "./tree-shap-forest.ts";

/** The features of one path to a leaf: which ones, whether the row keeps all conditions on them (1, 0), and the share of rows that do. */
interface LeafPath {
  readonly feature: number[];
  readonly kept: number[];
  readonly share: number[];
}

/** Calls `visit` with every leaf of a tree and its path, as seen from a row. The path is valid during the call only. */
function visitLeaves(
  forest: ShapForest,
  tree: number,
  row: Float32Array,
  visit: (value: number, path: LeafPath) => void,
): void {
  const from = forest.nodeFrom[tree]!;
  const path: LeafPath = { feature: [], kept: [], share: [] };
  const descend = (child: number) => {
    if (child < 0) {
      visit(forest.value[~child]!, path);
      return;
    }
    const k = from + child;
    const feature = forest.feature[k]!;
    const isLeft = goesLeft(forest, k, row) ? 1 : 0;
    const found = path.feature.indexOf(feature);
    const at = found < 0 ? path.feature.push(feature) - 1 : found;
    const [kept, share] = found < 0 ? [1, 1] : [path.kept[at]!, path.share[at]!];
    path.kept[at] = kept & isLeft;
    path.share[at] = forest.zeroLeft[k]!;
    descend(forest.left[k]!);
    path.kept[at] = kept & (1 - isLeft);
    path.share[at] = forest.zeroRight[k]!;
    descend(forest.right[k]!);
    path.kept[at] = kept;
    path.share[at] = share;
    if (found < 0) for (const list of [path.feature, path.kept, path.share]) list.pop();
  };
  if (forest.nodeFrom[tree + 1]! > from) descend(0);
}

/** Sizes of a model's explanation: `stride` numbers per output in a row's SHAP values. */
export interface ShapSizes {
  readonly nFeatures: number;
  readonly nOutputs: number;
  readonly stride: number;
}

/**
 * Makes a function that adds the SHAP interaction values of one row (Lundberg et al. 2020, path-dependent) to `out`: per output a symmetric
 * nFeatures × nFeatures matrix whose rows sum to the row's SHAP values `shap`. Off the diagonal, half of what two features give only
 * together, Φ_ij = ½ · v · (o_i − z_i)(o_j − z_j) · ∫₀¹ Π_{k≠i,j} p_k(t) dt summed over leaves (see tree-shap.ts); on it, the rest.
 */
export function treeInteractions(forest: ShapForest, { nOutputs, nFeatures, stride }: ShapSizes) {
  const rules = new Map([...new Set(forest.nPoints)].map((n) => [n, gaussLegendre(Math.max(1, n))]));
  return (row: Float32Array, shap: Float64Array, out: Float64Array): void => {
    for (let t = 0; t < forest.nTrees; t++) {
      const matrix = out.subarray((t % nOutputs) * nFeatures * nFeatures);
      const { points, weights } = rules.get(forest.nPoints[t]!)!;
      visitLeaves(forest, t, row, (value, path) => addLeaf(value, path, points, weights, matrix, nFeatures));
    }
    for (let k = 0; k < nOutputs; k++)
      for (let i = 0; i < nFeatures; i++) {
        const from = (k * nFeatures + i) * nFeatures;
        let others = 0;
        for (let j = 0; j < nFeatures; j++) if (j !== i) others += out[from + j]!;
        out[from + i] = shap[k * stride + i]! - others;
      }
  };
}

function addLeaf(
  value: number,
  { feature, kept, share }: LeafPath,
  points: Float64Array,
  weights: Float64Array,
  matrix: Float64Array,
  nFeatures: number,
): void {
  const m = feature.length;
  if (share.some((z, j) => z === 0 && kept[j] === 0)) return; // neither the row nor any other comes here
  for (let q = 0; q < points.length; q++) {
    const factors = share.map((z, j) => z + (kept[j]! - z) * points[q]!);
    const whole = factors.reduce((product, p) => product * p, (value * weights[q]!) / 2);
    for (let a = 0; a < m; a++)
      for (let b = 0; b < a; b++) {
        const both = (whole * (kept[a]! - share[a]!) * (kept[b]! - share[b]!)) / (factors[a]! * factors[b]!);
        matrix[feature[a]! * nFeatures + feature[b]!]! += both;
        matrix[feature[b]! * nFeatures + feature[a]!]! += both;
      }
  }
}
