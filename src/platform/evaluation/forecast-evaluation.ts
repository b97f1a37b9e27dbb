import type { MetricValue } from "../../ml/metrics/index.ts";

/** What an evaluation of a forecast holds beside its metrics: enough to draw it. */
export interface ForecastEvaluation {
  readonly horizon: number;
  /** How long a step is, in words: `one hour`, `2 weeks`; a number along a plain grid. */
  readonly frequency: string;
  /** Steps of a season; 1 for none. */
  readonly period: number;
  /** Whether instants are numbers along a plain grid; else epoch milliseconds, UTC. */
  readonly isNumber: boolean;
  readonly levels: readonly number[];
  readonly columns: { readonly time: string; readonly value: string; readonly series: string | null };
  readonly account: SeriesAccount;
  /** What test intervals draw: whole series, or blocks of successive steps where there are too few. */
  readonly unit: "series" | "steps";
  /** Metrics that some series have no value of. */
  readonly undefinedSeries: readonly { readonly metric: string; readonly n: number; readonly reason: string }[];
  /** The error by step of the horizon, in units of a series' scale (MASE at this step), and how many test values lie in the intervals. */
  readonly byStep: readonly {
    readonly step: number;
    readonly n: number;
    readonly error: number | null;
    readonly baseline: number | null;
    /** Aligned with `levels`; binomial (Wilson) intervals. */
    readonly coverage: readonly MetricValue[];
  }[];
  /** Coverage over all steps, aligned with `levels`. */
  readonly coverage: readonly MetricValue[];
  /** How many errors per step the widths of the intervals come from; a sentence where a level is out of their reach. */
  readonly conformal: { readonly nErrors: number; readonly reason: string | null };
  /** MASE over series; null where fewer than 10 have one. The last class also counts what lies beyond. */
  readonly maseBySeries: {
    readonly edges: readonly number[];
    readonly model: readonly number[];
    readonly baseline: readonly number[];
  } | null;
  /** The metric that chose, by validation origin of each candidate, the latest first. */
  readonly origins: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly pictures: readonly ForecastPicture[];
}

/** What the series are. */
export interface SeriesAccount {
  readonly nSeries: number;
  /** Those with a test of their own; the others are too short. */
  readonly nTested: number;
  readonly nSteps: number;
  readonly nGaps: number;
  /** Least, median and greatest number of steps. */
  readonly lengths: readonly [number, number, number];
  /** First and last instant of all series. */
  readonly from: number;
  readonly to: number;
  /** At most 50, in the order of the table. */
  readonly series: readonly {
    readonly name: string;
    readonly n: number;
    readonly from: number;
    readonly to: number;
    readonly nGaps: number;
    readonly mean: number;
    readonly mase: number | null;
    readonly baselineMase: number | null;
    /** Why there is no MASE. */
    readonly reason?: string;
  }[];
}

/** One series with its test forecast. */
export interface ForecastPicture {
  readonly role: "best" | "median" | "worst" | "only";
  readonly series: string;
  readonly mase: number | null;
  readonly history: readonly { readonly at: number; readonly value: number | null }[];
  readonly test: readonly {
    readonly at: number;
    readonly truth: number | null;
    readonly forecast: number;
    readonly baseline: number;
    /** Aligned with the levels; null where there is no interval. */
    readonly intervals: readonly (readonly [low: number, high: number] | null)[];
  }[];
}
