import { exponentialGain, ndcg as ndcgOf, rowsByQuery } from "../stats/index.ts";
import type { Metric, Ranked, Weighable } from "./metric.ts";
import { prAuc } from "./ranking-metrics.ts";

/** What becomes of a query in which no row is relevant: every order of it is as good as any other. */
export interface EmptyQueries {
  /** `skip` (default) leaves it out of the mean; `one` counts it as 1, which is LightGBM's and XGBoost's way. */
  readonly empty?: "skip" | "one";
}

/** Rows of one query. */
interface Query {
  readonly grades: Float64Array;
  readonly scores: Float64Array;
  readonly gains: Ranked["gains"];
}

// Mean over the queries, each weighing as much as its rows do on average.
function meanOfQueries(
  name: string,
  definition: string,
  measureQuery: (query: Query) => number | null,
  { empty = "skip" }: EmptyQueries = {},
): Metric {
  const prepare = (yTrue: Float64Array, yScore: Float64Array, ranked?: Ranked): Weighable => {
    const queries = rowsByQuery(ranked?.queries ?? new Int32Array(yTrue.length));
    const at = (values: Float64Array, rows: Int32Array) => Float64Array.from(rows, (i) => values[i]!);
    const found = queries.flatMap((rows) => {
      const query = { grades: at(yTrue, rows), scores: at(yScore, rows), gains: ranked?.gains ?? null };
      const value = measureQuery(query) ?? (empty === "one" ? 1 : null);
      return value === null ? [] : [{ rows, value }];
    });
    return (weight) => {
      let sum = 0;
      let total = 0;
      for (const { rows, value } of found) {
        let own = 0;
        for (const i of rows) own += weight[i]!;
        sum += (own / rows.length) * value;
        total += own / rows.length;
      }
      return total > 0 ? sum / total : { undefined: "no query has a relevant row" };
    };
  };
  return { name, tasks: ["ranking"], direction: "maximise", range: [0, 1], needs: "value", definition, prepare };
}

/** Normalised discounted cumulative gain of the first `at` places. */
export function ndcg(at: number, options: EmptyQueries = {}): Metric {
  return meanOfQueries(
    `ndcg@${at}`,
    `Mean over queries of the discounted gain of the first ${at} rows over that of the best order: gain 2^grade − 1, discount log2(place + 1), equal scores averaged over their orders; a query without a relevant row is ${options.empty === "one" ? "1" : "left out"}.`,
    ({ grades, scores, gains }) =>
      ndcgOf(
        grades.map((grade) => (gains === null ? exponentialGain(grade) : gains[grade]!)),
        scores,
        at,
      ),
    options,
  );
}

/** Mean average precision. */
export function meanAveragePrecision(options: EmptyQueries = {}): Metric {
  return meanOfQueries(
    "map",
    "Mean over queries of the average precision of the rows with a grade above 0, equal scores as one step.",
    ({ grades, scores }) => {
      const isRelevant = grades.map((grade) => Number(grade > 0));
      const value = prAuc.prepare(isRelevant, scores)(new Float64Array(grades.length).fill(1));
      return typeof value === "number" ? value : null;
    },
    options,
  );
}

/** Mean reciprocal rank. */
export function meanReciprocalRank(options: EmptyQueries = {}): Metric {
  return meanOfQueries(
    "mrr",
    "Mean over queries of 1 over the place of the first row with a grade above 0, among equal scores the last place.",
    ({ grades, scores }) => {
      const best = scores.reduce((most, score, i) => (grades[i]! > 0 ? Math.max(most, score) : most), -Infinity);
      return best === -Infinity ? null : 1 / scores.filter((score) => score >= best).length;
    },
    options,
  );
}
