import { type Calendar, instantOf, localOf } from "../../lib/index.ts";
import {
  calendarColumns,
  type FittedForecaster,
  type FittedGlobalTrees,
  type ForecasterData,
  type GlobalLayout,
  type SeriesColumns,
} from "../../ml/forecasters/index.ts";

/** The last values of a series, null where missing: what a model of many series forecasts it from. */
export interface WindowData {
  readonly kind: "window";
  readonly values: readonly (number | null)[];
  /** Covariates and what was observed at the same steps; absent where the model has none. */
  readonly columns?: Readonly<Record<string, readonly (number | null)[]>>;
}

/** A series at its last value, ready to be forecast: by a method of its own, or by a model of many series. */
export interface SeriesState extends Pick<FittedForecaster, "label" | "notes"> {
  /** @param known covariates of the steps that are forecast, for a model that learned from some */
  forecast(horizon: number, known?: SeriesColumns): Float64Array;
  /** @param columns covariates and what was observed at the steps of the values; missing where left out */
  update(values: Float64Array, columns?: SeriesColumns): SeriesState;
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
 * @param columns covariates and what was observed at the steps of the values; missing where left out
 */
export function windowForecaster(
  model: FittedGlobalTrees,
  calendar: Calendar,
  last: number,
  values: Float64Array,
  columns: SeriesColumns = {},
): SeriesState {
  const { layout } = model;
  const { covariates = [], observed = [] } = layout;
  const names = [...covariates, ...observed];
  const start = windowStart(values, windowLength(layout));
  const window = values.slice(start);
  const beside = pick(names, (name) => own(columns, name)?.slice(start) ?? missing(window.length));
  return {
    label: "Boosted trees",
    notes: [],
    forecast(horizon, ahead = {}) {
      const known = calendarAt(calendar, layout.known, last - window.length + 1, window.length + horizon);
      return model.forecast(
        [
          {
            values: window,
            known,
            covariates: pick(covariates, (name) => joined(beside[name]!, own(ahead, name) ?? new Float64Array(0))),
            observed: beside,
          },
        ],
        horizon,
      )[0]!;
    },
    update(newer, newerColumns = {}) {
      const longer = pick(names, (name) => joined(beside[name]!, own(newerColumns, name) ?? missing(newer.length)));
      return windowForecaster(model, calendar, last + newer.length, joined(window, newer), longer);
    },
    toJSON: () => ({
      kind: "window",
      values: jsonOf(window),
      ...(names.length === 0 ? {} : { columns: pick(names, (name) => jsonOf(beside[name]!)) }),
    }),
  };
}

const pick = <T>(names: readonly string[], of: (name: string) => T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, of(name)]));

// A column may be called as something that every object has.
const own = (columns: SeriesColumns, name: string) => (Object.hasOwn(columns, name) ? columns[name] : undefined);

const missing = (length: number) => new Float64Array(length).fill(Number.NaN);

const jsonOf = (values: Float64Array) => Array.from(values, (value) => (Number.isNaN(value) ? null : value));

function joined(before: Float64Array, after: Float64Array): Float64Array {
  const both = new Float64Array(before.length + after.length);
  both.set(before);
  both.set(after, before.length);
  return both;
}

// At least the last value that is known.
function windowStart(values: Float64Array, length: number): number {
  const lastKnown = values.findLastIndex((value) => !Number.isNaN(value));
  return Math.max(0, Math.min(values.length - length, lastKnown));
}
