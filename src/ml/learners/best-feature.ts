import { exponentialGain, ndcg, rowsByQuery } from "../stats/index.ts";
import type { Table } from "../table/index.ts";
import type { Learner, Target } from "./learner.ts";
import { checkFit, checkLoss } from "./learner-errors.ts";
import { linearModel } from "./linear-model.ts";

/**
 * A ranking by one number column, ascending or descending: the one with the greatest NDCG@10 on the training rows. Missing counts as 0;
 * without a number column all rows are level.
 */
export function bestFeature(): Learner {
  return {
    kind: "linear",
    params: {},
    fit(features, target, options) {
      checkFit(features, target, options);
      checkLoss("the best single feature", target.task, target.task === "ranking" ? "order" : "none", ["order"]);
      const { name, sign } = bestOrder(features, target);
      const column = features.column(name);
      const nLevels = column.kind === "category" ? column.dictionary.length : 0;
      return linearModel({
        kind: "linear",
        task: "ranking",
        featureNames: [name],
        nLevels: [nLevels],
        weights: [new Array<number>(Math.max(1, nLevels)).fill(sign)],
        intercepts: [0],
        iterations: 0,
        converged: true,
      });
    },
  };
}

function bestOrder(features: Table, { queries, values }: Target): { name: string; sign: number } {
  const rowsOf = rowsByQuery(queries!);
  const gains = values.map(exponentialGain);
  let best = { value: Number.NEGATIVE_INFINITY, name: features.names[0]!, sign: 0 };
  for (const [name, column] of features.entries()) {
    if (column.kind === "category") continue;
    for (const sign of [1, -1]) {
      const scores = column.values.map((x) => (x === x ? sign * x : 0));
      const value = sumOfNdcg(rowsOf, gains, scores);
      if (value > best.value) best = { value, name, sign };
    }
  }
  return best;
}

function sumOfNdcg(queries: readonly Int32Array[], gains: Float64Array, scores: Float64Array): number {
  const at = (values: Float64Array, rows: Int32Array) => Float64Array.from(rows, (i) => values[i]!);
  return queries.reduce((sum, rows) => sum + (ndcg(at(gains, rows), at(scores, rows), 10) ?? 0), 0);
}
