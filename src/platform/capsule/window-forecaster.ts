import { type Calendar, instantOf, localOf } from "../../lib/index.ts";
import {
  calendarColumns,
  type FittedForecaster,
  type FittedGlobalTrees,
  type ForecasterData,
  type GlobalLayout,
} from "../../ml/forecasters/index.ts";

/** The last values of a series, null where missing: what a model of many series forecasts it from. */
export interface WindowData {
  readonly kind: "window";
  readonly values: readonly (number | null)[];
}

/** A series at its last value, ready to be forecast: by a method of its own, or by a model of many series. */
export interface SeriesState extends Pick<FittedForecaster, "label" | "forecast" | "notes"> {
  update(values: Float64Array): SeriesState;
  toJSON(): ForecasterData | WindowData;
}

/** Names of the calendar's columns that vary over some steps, for a model of many series to learn from; none along a plain grid. */
export function calendarNames(calendar: Calendar, first: number, nSteps: number): string[] {
  if (calendar.unit === "number") return [];
  const instants = Float64Array.from({ length: nSteps }, (_, k) => localAt(calendar, first + k));
  return Object.keys(calendarColumns(instants));
}

/** Columns of the calendar for successive steps, by name. */
export function calendarAt(
  calendar: Calendar,
  names: readonly string[],
  first: number,
  nSteps: number,
): Record<string, Float64Array> {
  if (names.length === 0) return {};
  // Columns that do not vary are left out: two instants that differ in all of them bring every one back.
  const instants = Float64Array.from({ length: nSteps + 2 }, (_, k) =>
    k < nSteps ? localAt(calendar, first + k) : differing[k - nSteps]!,
  );
  const columns = calendarColumns(instants);
  return Object.fromEntries(names.map((name) => [name, columns[name]!.subarray(0, nSteps)]));
}

const differing = [0, Date.UTC(1970, 1, 3, 1)];

function localAt(calendar: Calendar, step: number): number {
  return localOf(calendar.zone, instantOf(calendar, step));
}

/** Steps that a model of many series looks back on, so that nothing before them changes a forecast. */
function windowLength({ period, nSeasons, nRecent }: GlobalLayout): number {
  return nSeasons * Math.max(period, 2) + period + nRecent + 1;
}

/**
 * A series as a model of many sees it.
 * @param values up to the step `last`, NaN where missing
 */
export function windowForecaster(
  model: FittedGlobalTrees,
  calendar: Calendar,
  last: number,
  values: Float64Array,
): SeriesState {
  const { layout } = model;
  const window = windowOf(values, windowLength(layout));
  return {
    label: "Boosted trees",
    notes: [],
    forecast(horizon) {
      const known = calendarAt(calendar, layout.known, last - window.length + 1, window.length + horizon);
      return model.forecast([{ values: window, known }], horizon)[0]!;
    },
    update(newer) {
      const longer = new Float64Array(window.length + newer.length);
      longer.set(window);
      longer.set(newer, window.length);
      return windowForecaster(model, calendar, last + newer.length, longer);
    },
    toJSON: () => ({
      kind: "window",
      values: Array.from(window, (value) => (Number.isNaN(value) ? null : value)),
    }),
  };
}

// At least the last value that is known.
function windowOf(values: Float64Array, length: number): Float64Array {
  const lastKnown = values.findLastIndex((value) => !Number.isNaN(value));
  return values.slice(Math.max(0, Math.min(values.length - length, lastKnown)));
}
