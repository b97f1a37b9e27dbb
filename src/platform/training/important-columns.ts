import type { FittedModel, ModelData } from "../../ml/learners/index.ts";
import type { FittedFeatures } from "../features/index.ts";

/** Columns whose importance is measured, at most: each costs five predictions of all test rows. */
const mostImportances = 100;

/** The columns that a model leans on, texts first, then by splits of its trees, by the size of its weights or terms: at most 100, all where there are fewer. */
export function mostUsedColumns({ inputs, outputs, blocks }: FittedFeatures, model: FittedModel): string[] {
  if (inputs.length <= mostImportances) return inputs.map(({ name }) => name);
  const uses = new Float64Array(outputs.length);
  addUses(model.toJSON(), uses);
  const byColumn = new Map<string, number>();
  outputs.forEach(({ from }, j) => {
    byColumn.set(from, (byColumn.get(from) ?? 0) + uses[j]!);
  });
  for (const { from } of blocks) byColumn.set(from, Number.POSITIVE_INFINITY);
  const used = [...byColumn].filter(([, use]) => use > 0).sort(([, a], [, b]) => b - a);
  return used.slice(0, mostImportances).map(([name]) => name);
}

// Uses of a model's features; those of a stack's models count for the features that they read.
function addUses(data: ModelData, uses: Float64Array): void {
  if (data.kind === "stack") for (const { model, from } of data.bases) addUses(model, uses.subarray(from));
  if (data.kind === "gbdt" || data.kind === "forest")
    for (const { feature } of data.trees) for (const j of feature) uses[j]! += 1;
  if (data.kind === "gam")
    for (const { axes, importance } of data.terms) for (const { feature } of axes) uses[feature]! += importance;
  if (data.kind === "linear")
    for (const weights of data.weights) {
      let at = 0;
      data.nLevels.forEach((levels, j) => {
        for (let k = 0; k < Math.max(1, levels); k++) uses[j]! += Math.abs(weights[at++]!);
      });
    }
}
