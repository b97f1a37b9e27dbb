import type { SeasonKind } from "./decompose.ts";
import type { EtsForm } from "./ets-form.ts";

/** What every fitted forecaster's data holds. */
interface Common {
  readonly period: number;
  readonly notes: readonly string[];
}

/** The last value, or the last season: `season[h]` is the forecast of step h + 1, repeated. */
export interface LastSeasonData extends Common {
  readonly kind: "naive" | "seasonal-naive";
  readonly season: readonly number[];
}

/** The mean of what was seen. */
export interface MeanData extends Common {
  readonly kind: "mean";
  readonly mean: number;
  readonly n: number;
}

/** The line through the first and the last value. */
export interface DriftData extends Common {
  readonly kind: "drift";
  readonly first: number;
  readonly last: number;
  /** Steps from the first value to the last. */
  readonly steps: number;
  /** Steps since the last value that had none. */
  readonly since: number;
}

/** Exponential smoothing: its form, its parameters, its state after the last value, and how it fitted. */
export interface SmoothingData extends Common {
  readonly kind: "ets" | "holt-winters";
  readonly form: EtsForm;
  readonly alpha: number;
  /** Of the trend, as in b ← φ b + β d: β = α β*. 0 without one. */
  readonly beta: number;
  /** 0 without a season. */
  readonly gamma: number;
  /** 1 where the trend is not damped. */
  readonly phi: number;
  readonly level: number;
  readonly trend: number;
  /** The season's states, that of the next step first; empty without a season. */
  readonly season: readonly number[];
  readonly fit: {
    /** Values fitted to. */
    readonly n: number;
    /** Sum of squared one-step errors on the series' scale. */
    readonly sse: number;
    /** Parameters, initial states and the error's variance. */
    readonly nParameters: number;
    /** Corrected information criterion, less the constant n (1 + log 2π − log n), as in R's forecast; null where it is not defined. */
    readonly aicc: number | null;
  };
}

/** The Theta method: simple smoothing with drift of a series without its season. */
export interface ThetaData extends Common {
  readonly kind: "theta";
  readonly alpha: number;
  readonly level: number;
  /** Added to the level at every step. */
  readonly drift: number;
  readonly seasonKind: SeasonKind;
  /** Seasonal figures, that of the next step first; empty where no season shows. */
  readonly season: readonly number[];
  readonly fit: {
    /** Values fitted to. */
    readonly n: number;
    /** Sum of squared one-step errors, without the season. */
    readonly sse: number;
  };
}

/** A fitted forecaster as plain data. */
export type ForecasterData = LastSeasonData | MeanData | DriftData | SmoothingData | ThetaData;
