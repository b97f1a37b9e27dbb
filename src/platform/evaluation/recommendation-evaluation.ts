import type { MetricValue } from "../../ml/metrics/index.ts";
import type { Point } from "./evaluation.ts";

/** What an evaluation of a recommender holds beside its metrics. Users stand nowhere in it by their ids. */
export interface RecommendationEvaluation {
  /** Places of a list that the metrics look at. */
  readonly k: number;
  readonly includeSeen: boolean;
  /** Columns of the users and items. */
  readonly columns: { readonly user: string; readonly item: string };
  /** What the model was trained on: training and validation together. */
  readonly trained: { readonly nUsers: number; readonly nItems: number; readonly nInteractions: number };
  readonly test: {
    /** Users with an event in the test part that is wanted. */
    readonly nUsers: number;
    /** Those of them without a history: they get what is popular. */
    readonly nNewUsers: number;
    /** Users with a history that were measured: fewer than there are where a sample was drawn. */
    readonly nMeasured: number;
    /** Pairs of user and item that were wanted, and those of them whose item nobody had before: no model can hit them. */
    readonly nWanted: number;
    readonly nNewItems: number;
    /** Pairs that repeat the user's history. */
    readonly nRepeats: number;
  };
  /** Recall and NDCG by the length of the list, ascending. */
  readonly byLength: readonly {
    readonly at: number;
    readonly recall: MetricValue;
    readonly ndcg: MetricValue;
    readonly baselineRecall: MetricValue;
    readonly baselineNdcg: MetricValue;
  }[];
  /**
   * Share of the items, most frequent first (x), against their share of all interactions of the training, and of all places in the lists of the model and
   * of the baseline (y): at most about 60 points each, from 0 to 1.
   */
  readonly longTail: {
    readonly interactions: readonly Point[];
    readonly shown: readonly Point[];
    readonly baselineShown: readonly Point[];
  };
  /** Users by the number of items in their history, in classes. */
  readonly activity: readonly { readonly says: string; readonly nUsers: number }[];
  /** Events by time; null without a column of times. */
  readonly timeline: {
    /** What the edges are: epoch milliseconds, or numbers of the column. */
    readonly unit: "instant" | "number";
    readonly edges: readonly number[];
    readonly train: readonly number[];
    readonly validation: readonly number[];
    readonly test: readonly number[];
  } | null;
  /** Lists of some users, who are drawn at random and go by a letter; empty where the items' ids may be personal. */
  readonly examples: readonly {
    readonly user: string;
    readonly nHistory: number;
    readonly nWanted: number;
    readonly items: readonly { readonly item: string; readonly isHit: boolean }[];
  }[];
}
