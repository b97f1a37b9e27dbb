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

/** A fitted forecaster as plain data. */
export type ForecasterData = LastSeasonData | MeanData | DriftData;
