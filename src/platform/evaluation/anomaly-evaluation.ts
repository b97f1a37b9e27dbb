import type { MetricValue } from "../../ml/metrics/index.ts";

/** What is measured of a model that tells anomalies, beside its metrics. Counts are of test rows. */
export interface AnomalyEvaluation {
  /** Whether labels say which rows are anomalous; without them no quality can be measured. */
  readonly isLabelled: boolean;
  /** Rows that the detectors were fitted on, and known anomalies that were left out of them. */
  readonly fittedRows: number;
  readonly knownLeftOut: number;
  readonly threshold: {
    readonly value: number;
    readonly chosenBy: "share" | "cost";
    /** How it came about, in one sentence. */
    readonly says: string;
    /** Share of the rows that are called anomalous. */
    readonly validationShare: number;
    readonly testShare: number;
    /** Per 1,000 labelled rows, with the costs of the definition; null without costs. */
    readonly costPer1000: { readonly model: number; readonly neverAlarm: number; readonly alwaysAlarm: number } | null;
  };
  /** What a score means, in one or two sentences. */
  readonly meaning: string;
  /**
   * Share of anomalies among labelled rows of validation, which the probability speaks of, and of test (Wilson's interval), and the mean of the probabilities there.
   * Null where the score tells none.
   */
  readonly probability: {
    readonly validationRate: number;
    readonly testRate: MetricValue;
    readonly testMean: number;
  } | null;
  /** Scores: `edges` one more than the counts; on a logarithmic scale where they spread far. Beyond the last edge counts in the last bin. */
  readonly histogram: {
    readonly scale: "linear" | "log";
    readonly edges: readonly number[];
    readonly usual: readonly number[];
    readonly anomalous: readonly number[];
    readonly unlabelled: readonly number[];
  };
  /** Whether the order of the rows is a property of the data or of chance; null where the model learns from labels. */
  readonly stability: AnomalyStability | null;
  /** Anomalies by their kind, those of the most rows first; empty where no column names it. */
  readonly kinds: readonly {
    readonly kind: string;
    readonly n: number;
    /** Whether labelled training rows had the kind. */
    readonly seen: boolean;
    /** Share of its rows that are called anomalous; Wilson's interval. */
    readonly recall: MetricValue;
  }[];
  /**
   * Where the model learned from labels: the best of the detectors that did not (by validation), each recall at its own threshold. It knows no kind, and so may find
   * what no label has shown. Null where the model is one, or none was tried.
   */
  readonly detector: {
    readonly name: string;
    readonly prAuc: MetricValue;
    /** Kinds that training rows had, and kinds that none had; null where there are none. */
    readonly recallSeen: MetricValue | null;
    readonly recallUnseen: MetricValue | null;
  } | null;
  /** The rows of the highest scores, by their number in the data. */
  readonly top: readonly {
    readonly row: number;
    readonly score: number;
    readonly label: string | null;
    readonly reasons: readonly { readonly column: string; readonly share: number; readonly says: string }[];
  }[];
  /** Mean share of each column in the reasons of the rows that are called anomalous (at most 200 of them), the greatest first. */
  readonly columns: readonly { readonly column: string; readonly share: number }[];
}

/** Two fits of the same detector, compared by their scores of the same rows. */
export interface AnomalyStability {
  /** Rows that are compared as the top: of each fit the k of the highest scores. */
  readonly k: number;
  /** Fits on two halves of the rows. */
  readonly halves: { readonly rankCorrelation: number | null; readonly overlap: number };
  /** Fits on all rows with two seeds. */
  readonly seeds: { readonly rankCorrelation: number | null; readonly overlap: number };
}
