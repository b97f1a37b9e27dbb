import { FettleError } from "../../lib/index.ts";
import { rollingOrigins } from "../../ml/forecasters/index.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";
import type { SeriesSet } from "./read-series.ts";

/** Where one series is cut. An origin is the number of steps known there. */
export interface SeriesPlan {
  /** What lies behind it, the last horizon, is the test; null where the series is too short for one. */
  readonly test: number | null;
  /** Ascending; each leaves a horizon before the test. */
  readonly validation: readonly number[];
}

/** Where all series are cut. */
export interface OriginPlan {
  /** Aligned with the series. */
  readonly series: readonly SeriesPlan[];
  /** Most validation origins of a series. */
  readonly nOrigins: number;
  readonly notes: readonly string[];
}

/** Fewest steps before a test. */
const leastKnown = 2;
/** Validation origins of all series together, where the definition does not say how many. */
const enoughOrigins = 40;
const fewestOrigins = 3;

/**
 * The last horizon of every series is the test; before it lie origins that choose and give errors to the intervals. A series without two steps before its
 * test has none, and one without a season and a step before an origin has no such origin. Throws FORECAST_SHORT where no series has both.
 */
export function planOrigins(
  { series, period, calendar }: Pick<SeriesSet, "series" | "period" | "calendar">,
  { horizon, backtest = {} }: Pick<ForecastDefinition, "horizon" | "backtest">,
): OriginPlan {
  const lengths = series.map(({ values }) => values.length);
  const tested = lengths.filter((n) => n - horizon >= leastKnown).length;
  const nOrigins = backtest.origins ?? Math.max(fewestOrigins, Math.ceil(enoughOrigins / Math.max(1, tested)));
  const leastHistory = period + 1;
  const plans = lengths.map((n): SeriesPlan => {
    if (n - horizon < leastKnown) return { test: null, validation: [] };
    const test = n - horizon;
    const room = Math.floor((test - horizon - leastHistory) / Math.max(1, nOrigins - 1));
    const step = backtest.step ?? Math.min(horizon, Math.max(1, room));
    return { test, validation: rollingOrigins(test, { horizon, nOrigins, step, leastHistory }) };
  });
  const longest = lengths.reduce((most, n) => Math.max(most, n), 0);
  const needed = 2 * horizon + leastHistory;
  if (plans.every(({ validation }) => validation.length === 0))
    throw new FettleError(
      "invalid-input",
      "FORECAST_SHORT",
      `Cannot test the forecast: the longest of ${series.length} series has ${longest} steps, ${needed} are needed: two horizons, a season and a step`,
      { hint: "Shorten the horizon, say a shorter season, or bring more history", facts: { longest, needed } },
    );
  const nShort = series.length - tested;
  const ends = series.map(({ first, values }) => first + values.length);
  const notes = [
    ...(nShort === 0
      ? []
      : [`${nShort} of ${series.length} series are too short for a test of their own; they are forecast all the same`]),
    ...(ends.every((end) => end === ends[0])
      ? []
      : [
          `series end at different ${calendar.unit === "number" ? "steps" : "instants"}, each is tested on its own last ${horizon} steps: what is learned from all of them may know later steps of others`,
        ]),
  ];
  return { series: plans, nOrigins: Math.max(...plans.map(({ validation }) => validation.length)), notes };
}
