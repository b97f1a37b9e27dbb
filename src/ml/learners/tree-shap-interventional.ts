import { goesLeft, type ShapForest } from "./tree-shap-forest.ts";

/**
 * Adds the interventional SHAP values (Lundberg et al. 2020, "interventional") of one row against one background row to `out`: exact, the
 * features that are not known take the background row's values. Tree t's values go to the numbers from (t mod nOutputs) × stride on.
 *
 * Where both rows part at a feature, it must be the row's or the background's own from there on. A leaf under a features that must be the
 * row's and c that must be the background's gives (a − 1)! c! / (a + c)! of its value to each of the former, and takes
 * a! (c − 1)! / (a + c)! of it from each of the latter.
 */
export function addInterventional(
  forest: ShapForest,
  row: Float32Array,
  background: Float32Array,
  out: Float64Array,
  { nOutputs, stride }: { readonly nOutputs: number; readonly stride: number },
): void {
  const taken = new Int8Array(row.length); // 1: the row's own, −1: the background's, 0: still alike
  let gives = 0;
  let takes = 0;
  /** Leaves what the subtree gives to each of the row's own features, and takes from each of the background's. */
  const descend = (from: number, child: number, a: number, c: number, at: number): void => {
    if (child < 0) {
      const value = forest.value[~child]!;
      gives = a === 0 ? 0 : value * share(a - 1, c);
      takes = c === 0 ? 0 : value * share(a, c - 1);
      return;
    }
    const k = from + child;
    const feature = forest.feature[k]!;
    const sideOf = (rows: Float32Array) => (goesLeft(forest, k, rows) ? forest.left[k]! : forest.right[k]!);
    const own = sideOf(taken[feature]! < 0 ? background : row);
    const other = sideOf(taken[feature]! > 0 ? row : background);
    if (own === other) {
      descend(from, own, a, c, at);
      return;
    }
    taken[feature] = 1;
    descend(from, own, a + 1, c, at);
    const [ownGives, ownTakes] = [gives, takes];
    taken[feature] = -1;
    descend(from, other, a, c + 1, at);
    taken[feature] = 0;
    out[at + feature]! += ownGives - takes;
    gives += ownGives;
    takes += ownTakes;
  };
  for (let t = 0; t < forest.nTrees; t++) {
    const from = forest.nodeFrom[t]!;
    if (forest.nodeFrom[t + 1]! > from) descend(from, 0, 0, 0, (t % nOutputs) * stride);
  }
}

/** a! c! / (a + c + 1)!, by recurrence: no factorial grows out of range. */
function share(a: number, c: number): number {
  let result = 1 / (a + c + 1);
  for (let k = 1; k <= c; k++) result *= k / (a + k);
  return result;
}
