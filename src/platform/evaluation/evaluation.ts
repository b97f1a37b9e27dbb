import type { ConformalScore } from "../../ml/conformal/index.ts";
import type { Task } from "../../ml/learners/index.ts";
import type { MetricValue } from "../../ml/metrics/index.ts";
import type { AnomalyEvaluation } from "./anomaly-evaluation.ts";
import type { ForecastEvaluation } from "./forecast-evaluation.ts";
import type { RankingEvaluation } from "./ranking-evaluation.ts";
import type { RecommendationEvaluation } from "./recommendation-evaluation.ts";

/** Every task that a model may have: a {@link Task} answers rows of a table, the others requests of their own. */
export type AnyTask = Task | "recommendation" | "forecast" | "anomaly";

/** Metrics by name: `rocAuc`, `logLoss`, `rmse` … */
export type Metrics = Readonly<Record<string, MetricValue>>;

/** A paired comparison of two models on the same rows. `difference` is candidate minus reference, in the metric's own unit. */
export interface Comparison {
  readonly reference: string;
  readonly metric: string;
  readonly difference: MetricValue;
  /** `better` and `worse` only where the interval leaves out 0. */
  readonly verdict: "better" | "worse" | "no-evidence";
  /** The verdict in one plain sentence. */
  readonly sentence: string;
}

/** A point of a curve. */
export type Point = readonly [x: number, y: number];

/** Reliability of probabilities in bins of equal count. */
export interface Calibration {
  readonly method: "none" | "temperature" | "platt" | "beta" | "isotonic";
  readonly bins: readonly {
    readonly predicted: number;
    readonly observed: number;
    readonly low: number;
    readonly high: number;
    readonly n: number;
  }[];
  readonly ece: MetricValue;
  /** Of two classes; absent of several, and in reports of earlier versions. */
  readonly inTheLarge?: CalibrationInTheLarge;
}

/** The mean of the predicted probabilities, beside how often they came true, with Wilson's interval. */
export interface CalibrationInTheLarge {
  readonly predicted: number;
  readonly observed: MetricValue;
  /** Whether the mean lies in the interval. */
  readonly fits: boolean;
}

/** Choice of a decision threshold by cost, made on validation. */
export interface ThresholdChoice {
  readonly threshold: number;
  /** `cost`: least expected cost; `default`: no costs were given, so balanced costs 1:1 at 0.5. */
  readonly chosenBy: "cost" | "default";
  readonly costFalsePositive: number;
  readonly costFalseNegative: number;
  /** Whether a row's mistake costs that times a number of its own; the curve counts rows alike. */
  readonly perRow?: true;
  /** Counts on the test part at thresholds 0 … 1, for the explorer: about 101 points. */
  readonly curve: readonly {
    readonly threshold: number;
    readonly tp: number;
    readonly fp: number;
    readonly tn: number;
    readonly fn: number;
  }[];
  /** Expected cost per 1,000 test rows at the chosen threshold, and of the best trivial rule (all or none). */
  readonly costPer1000: MetricValue;
  readonly trivialCostPer1000: number;
}

/** What decisions between several classes cost on the test part, per 1,000 rows. */
export interface DecisionCost {
  /** `costs[t][k]`: what deciding for class k costs where t is true. */
  readonly costs: readonly (readonly number[])[];
  /** Deciding for the class of least expected cost. */
  readonly costPer1000: MetricValue;
  /** Deciding for the most probable class. */
  readonly likeliestPer1000: MetricValue;
  /** The first minus the second, paired. */
  readonly difference: MetricValue;
  /** Deciding alike for all rows, for the class where that is cheapest. */
  readonly trivialPer1000: number;
  readonly trivialClass: string;
}

/** A segment of the rows, with its own quality. */
export interface Slice {
  readonly name: string;
  readonly conditions: readonly { readonly column: string; readonly says: string }[];
  readonly origin: "named" | "discovered";
  readonly n: number;
  readonly metric: string;
  readonly value: MetricValue;
  /** Difference to the rest of the rows; the sign is the metric's own. */
  readonly difference: MetricValue;
  /** After false-discovery control (Benjamini–Hochberg) over all segments tried; null for named slices with too few rows. */
  readonly qValue: number | null;
  readonly weak: boolean;
}

/** What the worst errors look like. Values are masked for columns that may be personal. */
export interface ErrorAnalysis {
  readonly worst: readonly {
    readonly row: number;
    readonly predicted: number;
    readonly actual: string;
    readonly loss: number;
    readonly cells: Readonly<Record<string, string>>;
  }[];
  /** Conditions more common among the worst tenth than elsewhere. */
  readonly shared: readonly {
    readonly says: string;
    readonly shareWorst: number;
    readonly shareRest: number;
    readonly lift: number;
  }[];
}

/** How much a metric loses when one source column is shuffled. */
export interface Importance {
  readonly column: string;
  readonly drop: MetricValue;
}

/** Metrics of one protected group. */
export interface FairnessGroup {
  readonly column: string;
  readonly group: string;
  readonly n: number;
  readonly metrics: Metrics;
}

/** The greatest gap between the groups of a protected column: 0 is parity. */
export interface Disparity {
  readonly column: string;
  /** `demographicParityDifference`, `equalisedOddsDifference`, `equalOpportunityDifference`, `accuracyDifference` … */
  readonly metric: string;
  readonly difference: MetricValue;
}

/** A model trained with class weights or fewer negatives beside the same configuration trained without, on the same test rows. */
export interface ReweightingEffect {
  /** What was asked for, in words. */
  readonly says: string;
  readonly metrics: readonly {
    /** A metric's name, or `costPer1000`: each model decides by its own threshold or least expected cost. */
    readonly metric: string;
    readonly with: MetricValue;
    readonly without: MetricValue;
    /** With minus without, paired. */
    readonly difference: MetricValue;
  }[];
  /** Per class: its share of the test rows and the mean probability that both models give it. */
  readonly shares: readonly {
    readonly name: string;
    readonly observed: number;
    readonly with: number;
    readonly without: number;
  }[];
  /** What came of it, in one sentence. */
  readonly sentence: string;
}

/** Two ways of making a model, compared over the resamples of one table. */
export interface RepeatedComparison {
  readonly reference: string;
  /** The reference's own mean. */
  readonly value: MetricValue;
  /** Candidate minus reference, with the interval of the corrected resampled t-test. */
  readonly difference: MetricValue;
  /** Of that test, two-sided; null where the difference does not vary. */
  readonly pValue: number | null;
  /** Smallest true difference that the same test on such a table finds in 4 of 5 cases. */
  readonly detectable: number;
  readonly verdict: Comparison["verdict"];
  readonly sentence: string;
}

/**
 * Quality of a small table by repeated cross-validation: in each resample the whole procedure (features, search, choice, calibration) is carried out on
 * the other rows. It is about models made this way from so many rows, not about the one that is served.
 */
export interface RepeatedEstimate {
  /** Why the test part alone does not do. */
  readonly because: string;
  /** How rows were dealt, in words. */
  readonly says: string;
  readonly nResamples: number;
  /** More than `nResamples` where time ran out. */
  readonly nPlanned: number;
  /** Mean rows that a resample is trained and measured on. */
  readonly nTrain: number;
  readonly nTest: number;
  readonly metric: string;
  readonly value: MetricValue;
  /** With the baseline, and with a plain linear model where the task has one. */
  readonly comparisons: readonly RepeatedComparison[];
  /** What the choice of the configuration is worth. */
  readonly choice: {
    readonly chosen: string;
    /** How often each configuration was chosen; the most frequent first. */
    readonly frequencies: readonly { readonly name: string; readonly n: number }[];
    /** The other configuration of least loss: its validation loss minus the chosen one's. Null with one configuration. */
    readonly rival: {
      readonly name: string;
      readonly difference: MetricValue;
      /** Chance of a difference as great as this, or greater, if both are equal. */
      readonly pValue: number | null;
    } | null;
    readonly sentence: string;
  };
  /** The procedure on parts of the rows; null where time ran out or they are too few. */
  readonly curve: {
    readonly points: readonly { readonly nRows: number; readonly value: MetricValue }[];
    /** From half of the rows to all of them. */
    readonly difference: MetricValue;
    readonly sentence: string;
  } | null;
}

/** How often the true value lies in the interval or the set, among some test rows. */
export interface Coverage {
  readonly n: number;
  readonly covered: number;
  /** Share of covered rows with its 95 % interval (Clopper & Pearson, counts divided by the design effect). */
  readonly value: MetricValue;
  /** Mean width of the intervals, those without a bound left out; mean number of classes in the sets. */
  readonly size: MetricValue;
}

/** Coverage of a segment of the test rows. */
export interface CoverageSlice extends Coverage {
  readonly name: string;
  /** What its rows have in common: a slice of the evaluation, a protected level, the true class, a group with a threshold of its own, a fifth by the prediction, a stretch of time. */
  readonly origin: Slice["origin"] | "protected" | "class" | "group" | "prediction" | "time";
  /** That coverage is below the level: one-sided exact binomial test, Benjamini–Hochberg over all segments. */
  readonly qValue: number;
  /** Whether the q-value is at most 0.05. */
  readonly isBelow: boolean;
}

/** Intervals or sets of the test rows, checked. */
export interface ConformalCoverage {
  readonly level: number;
  readonly score: ConformalScore;
  /** See `ConformalRule`. */
  readonly method: "split" | "cross";
  /** Rows behind the thresholds, and those thresholds by group; null: none can be kept, everything conforms. */
  readonly nCalibration: number;
  readonly thresholds: readonly { readonly group: string; readonly n: number; readonly threshold: number | null }[];
  readonly overall: Coverage & { readonly isBelow: boolean };
  /** Where the share of covered rows lies in 95 of 100 samples if rows are exchangeable; null with several thresholds or none, and for `cross`. */
  readonly expected: { readonly low: number; readonly high: number } | null;
  /** Whether rows are drawn one by one, in groups, or follow each other in time: then exchangeability does not hold. */
  readonly unit: "row" | "group" | "block";
  /** Numbers: intervals without a bound, and a histogram of the widths of the others; null where all are equally wide. */
  readonly widths: {
    readonly nUnbounded: number;
    readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] } | null;
  } | null;
  /** Classes: test rows by the number of classes in their set, from 1 on, and how many of them are covered; null for numbers. */
  readonly setSizes: readonly { readonly size: number; readonly n: number; readonly covered: number }[] | null;
  readonly slices: readonly CoverageSlice[];
}

/** Everything measured about one model on one test part: the machine-readable report. */
export interface Evaluation {
  readonly task: AnyTask;
  readonly nTest: number;
  readonly classes: readonly string[];
  /** The metric that chose the model, and whether greater is better. */
  readonly primary: string;
  readonly metrics: Metrics;
  readonly baseline: { readonly name: string; readonly metrics: Metrics };
  readonly comparisons: readonly Comparison[];
  readonly curves: {
    readonly roc?: readonly Point[];
    readonly precisionRecall?: readonly Point[];
    /** Regression: predicted (x) against observed (y), a sample of at most 2,000 rows. */
    readonly scatter?: readonly Point[];
    /** Regression: residual histogram. */
    readonly residuals?: { readonly edges: readonly number[]; readonly counts: readonly number[] };
  };
  /** Rows are true classes, columns predicted ones; null for regression. */
  readonly confusion: readonly (readonly number[])[] | null;
  readonly calibration: Calibration | null;
  readonly threshold: ThresholdChoice | null;
  readonly slices: readonly Slice[];
  readonly errors: ErrorAnalysis;
  readonly importance: readonly Importance[];
  readonly fairness: readonly FairnessGroup[];
  readonly disparities: readonly Disparity[];
  /** Of a model that tells anomalies alone. */
  readonly anomaly?: AnomalyEvaluation;
  /** Of a ranking alone. */
  readonly ranking?: RankingEvaluation;
  /** Of a recommender alone. */
  readonly recommendation?: RecommendationEvaluation;
  /** Of a small table. */
  readonly repeated?: RepeatedEstimate;
  /** Why a small table was not measured so. */
  readonly notRepeated?: string;
  /** Of several classes with a cost matrix. */
  readonly decision?: DecisionCost;
  /** What class weights or left-out negatives did; absent where training saw all rows alike. */
  readonly reweighting?: ReweightingEffect;
  /** Absent where the definition asks for no intervals or sets. */
  readonly conformal?: ConformalCoverage;
  /** What a forecast's evaluation holds beside; absent for other tasks. */
  readonly forecast?: ForecastEvaluation;
}
