import type { Table } from "../table/index.ts";
import { cellColumn, cellOfRow, cellsOf } from "./gam-axes.ts";
import { applyLink } from "./gbdt-model.ts";
import type { FittedModel } from "./learner.ts";
import type { GamData, GamTerm } from "./model-data.ts";

/** An additive model from its data. A row's score is summed in f64 from the intercept on, term after term, on every path. */
export function gamModel(data: GamData): FittedModel {
  const { task, link, featureNames, intercepts, terms } = data;
  const nOutputs = intercepts.length;
  return {
    kind: "gam",
    task,
    nOutputs,
    featureNames,
    predict(features) {
      const n = features.nRows;
      const out = new Float64Array(n * nOutputs);
      for (let i = 0; i < n; i++) out.set(intercepts, i * nOutputs);
      for (const term of terms) {
        const cells = termCells(term, features, featureNames);
        term.scores.forEach((scores, k) => {
          for (let i = 0; i < n; i++) out[i * nOutputs + k]! += scores[cells[i]!]!;
        });
      }
      for (let i = 0; i < n; i++) applyLink(link, out, i * nOutputs, nOutputs);
      return out;
    },
    predictRow(row, out) {
      out.set(intercepts);
      for (const { axes, scores } of terms) {
        const cell = cellOfRow(axes, row);
        for (let k = 0; k < nOutputs; k++) out[k]! += scores[k]![cell]!;
      }
      applyLink(link, out, 0, nOutputs);
    },
    toJSON: () => data,
  };
}

/** The cell of a term that every row of a table falls into. */
export function termCells(
  { axes }: Pick<GamTerm, "axes">,
  features: Table,
  featureNames: readonly string[],
): Uint32Array {
  const [first, second] = axes.map((axis) => cellColumn(axis, features, featureNames[axis.feature]!));
  if (second === undefined) return first!;
  const width = cellsOf(axes[1]!);
  return first!.map((cell, i) => cell * width + second[i]!);
}
