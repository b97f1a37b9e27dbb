import type { MetricValue } from "../../ml/metrics/index.ts";

/** What an evaluation of a ranking holds beside its metrics. Queries in which no row has a gain are left out of every mean. */
export interface RankingEvaluation {
  /** Queries of the test part; those of one row, of rows of one grade, and without a gain. */
  readonly queries: {
    readonly n: number;
    readonly nSingle: number;
    readonly nEqual: number;
    readonly nEmpty: number;
    readonly medianRows: number;
    readonly mostRows: number;
  };
  /** NDCG of the first places by their number, ascending: of the model, and of each baseline in the order of `baselines`. */
  readonly byLength: readonly {
    readonly at: number;
    readonly ndcg: MetricValue;
    readonly baselines: readonly (number | null)[];
  }[];
  readonly baselines: readonly string[];
  /** Queries by their NDCG of the first 10 places. */
  readonly distribution: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  /** Grades of the rows at each place, as shares of the queries that have so many rows: of the model's order, and of the best one. */
  readonly places: readonly {
    readonly place: number;
    readonly n: number;
    readonly shares: readonly number[];
    readonly best: readonly number[];
  }[];
  /** Grades that `shares` and `best` speak of, ascending. */
  readonly grades: readonly number[];
  /** The queries of least NDCG, the worst first, with the beginning of their lists. */
  readonly worst: readonly WorstQuery[];
}

/** A query that was ordered badly. */
export interface WorstQuery {
  /** Its value in the column of queries; null where that may be personal. */
  readonly name: string | null;
  readonly nRows: number;
  /** Of the first 10 places. */
  readonly ndcg: number;
  readonly list: readonly {
    /** Row of the test part, from 0. */
    readonly row: number;
    readonly score: number;
    readonly grade: number;
    /** The grade that stands here in the best order. */
    readonly best: number;
    /** Of the columns that the model leans on most; none that may be personal. */
    readonly cells: Readonly<Record<string, string>>;
  }[];
}
