import { type Calendar, FettleError, nearestName, stepOf, zoneOf } from "../../lib/index.ts";
import type { SeriesColumns } from "../../ml/forecasters/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { ForecastCovariates } from "../capsule/index.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";
import { groupRows } from "./group-rows.ts";
import { defaultSeason, inferCalendar, statedCalendar, stepInWords } from "./infer-calendar.ts";
import { checkCovariates, covariateNames, covariateNotes, covariatesOf } from "./read-covariates.ts";

/** One series on the grid, from its first value to its last. */
export interface Series {
  /** Empty where all rows are one series. */
  readonly name: string;
  /** Step of the first value. */
  readonly first: number;
  /** NaN where missing. */
  readonly values: Float64Array;
  /** Steps without a value in the rows, whatever was done about them. */
  readonly nGaps: number;
  /** Rows of the table that hold its values, ascending in time. */
  readonly rows: Int32Array;
  /** Covariates and what was observed at the same steps, by name. */
  readonly columns: SeriesColumns;
}

/** The series of a table. */
export interface SeriesSet {
  readonly calendar: Calendar;
  /** Steps of a season. */
  readonly period: number;
  /** In the order of their first rows. */
  readonly series: readonly Series[];
  readonly covariates: ForecastCovariates;
  readonly notes: readonly string[];
}

/** Most steps of all series together. */
const mostSteps = 50_000_000;

type ReadDefinition = Pick<
  ForecastDefinition,
  | "time"
  | "value"
  | "series"
  | "known"
  | "observed"
  | "frequency"
  | "season"
  | "timeZone"
  | "duplicates"
  | "gaps"
  | "evaluation"
>;

/**
 * Reads a long table as series of regular steps. Rows without an instant, a series or a value are left out and counted. Throws FORECAST_COLUMNS,
 * FORECAST_COLUMN_KIND, FORECAST_EMPTY, FORECAST_DUPLICATES, FORECAST_GAPS, FORECAST_TOO_LONG, and what `inferCalendar` throws.
 */
export function readSeries(definition: ReadDefinition, table: Table): SeriesSet {
  checkColumns(definition, table);
  const time = timesOf(definition, table);
  const value = table.numbers(definition.value).values;
  const { groups, silent, notes } = groupRows(definition, table, time.values, value);
  const hasCovariates = covariateNames(definition).length > 0;
  const inOrder = (rows: readonly number[]) =>
    Int32Array.from(rows).sort((a, b) => time.values[a]! - time.values[b]! || a - b);
  const sorted = groups.map(({ name, rows }) => ({ name, rows: inOrder(rows) }));
  const instants = sorted.map(({ rows }) => distinct(rows, time.values));
  const calendar = calendarFor(definition, instants, time.isNumber, notes);
  const read = sorted.map(({ name, rows }) => oneSeries(definition, calendar, name, rows, time.values, value));
  const covariates = { known: definition.known ?? [], observed: definition.observed ?? [] };
  const problems = read.reduce((n, { nDuplicates }) => n + nDuplicates, 0);
  const { duplicates = "refuse", gaps = "missing" } = definition;
  if (problems > 0 && duplicates === "refuse") throw duplicated(definition, problems, calendar, table);
  if (problems > 0) notes.push(`${problems} rows share a step with another: ${aggregates[duplicates]}`);
  const series = read.map(({ nDuplicates: _, ...one }, i): Series => {
    const { first, values } = one;
    const whole = { ...one, values: filled(values, gaps), columns: {} };
    if (!hasCovariates) return whole;
    const rows = inOrder([...groups[i]!.rows, ...(silent.get(one.name) ?? [])]);
    const columns = covariatesOf(definition, table, calendar, first, values.length, rows, time.values);
    return { ...whole, columns };
  });
  notes.push(...covariateNotes(definition, series));
  const nGaps = series.reduce((n, one) => n + one.nGaps, 0);
  if (nGaps > 0) {
    const nSteps = series.reduce((n, { values }) => n + values.length, 0);
    const nWith = series.filter((one) => one.nGaps > 0).length;
    const where = `${nGaps} of ${nSteps} steps, in ${nWith} of ${series.length} series, have no value`;
    if (gaps === "refuse")
      throw refused("FORECAST_GAPS", `Cannot read the series: ${where}, a value at every step is needed`, gapsHint);
    notes.push(`${where}: ${fillings[gaps]}`);
  }
  return { calendar, period: definition.season ?? defaultSeason(calendar), series, covariates, notes };
}

const aggregates = {
  refuse: "",
  sum: "they are summed",
  mean: "their mean counts",
  last: "the last row counts",
} as const;
const fillings = {
  missing: "they are left missing",
  interpolate: "they are interpolated",
  zero: "they count as 0",
  refuse: "",
} as const;
const gapsHint = 'Say what an absent value means, for example gaps: "zero", "interpolate" or "missing"';

const refused = (code: string, message: string, hint: string, facts = {}) =>
  new FettleError("invalid-input", code, message, { hint, facts });

function checkColumns(definition: ReadDefinition, table: Table): void {
  const { time, value, series, known, observed, evaluation } = definition;
  const named = {
    time,
    value,
    series,
    ...Object.fromEntries((known ?? []).map((name, k) => [`known.${k}`, name])),
    ...Object.fromEntries((observed ?? []).map((name, k) => [`observed.${k}`, name])),
    ...Object.fromEntries((evaluation?.slices ?? []).map((name, k) => [`evaluation.slices.${k}`, name])),
  };
  const problems = Object.entries(named).flatMap(([key, name]) => {
    if (name === undefined || table.has(name)) return [];
    const near = nearestName(name, table.names);
    return [`${key} names "${name}"${near === undefined ? "" : `, did you mean "${near}"?`}`];
  });
  if (problems.length > 0)
    throw refused(
      "FORECAST_COLUMNS",
      `Cannot read the series: the table lacks columns of the definition: ${problems.join("; ")}`,
      `Its columns are: ${table.names.slice(0, 20).join(", ")}`,
      { problems },
    );
  const { kind } = table.column(value);
  if (kind !== "number")
    throw refused(
      "FORECAST_COLUMN_KIND",
      `Cannot forecast "${value}": it holds ${kind} values, numbers are needed`,
      `If it is meant as a number: data.options.types: { "${value}": "number" }`,
    );
  checkCovariates(definition, table);
}

function timesOf({ time }: ReadDefinition, table: Table) {
  const column = table.column(time);
  if (column.kind !== "category") return { values: column.values, isNumber: column.kind === "number" };
  throw refused(
    "FORECAST_COLUMN_KIND",
    `Cannot order the rows by "${time}": it holds texts, instants or numbers are needed`,
    `If they are dates: data.options.types: { "${time}": "instant" }`,
  );
}

function distinct(rows: Int32Array, times: Float64Array): Float64Array {
  const found = new Float64Array(rows.length);
  let n = 0;
  for (const row of rows) if (n === 0 || times[row] !== found[n - 1]) found[n++] = times[row]!;
  return found.subarray(0, n);
}

function calendarFor(
  { time, frequency, timeZone = "UTC", duplicates = "refuse" }: ReadDefinition,
  instants: readonly Float64Array[],
  isNumber: boolean,
  notes: string[],
): Calendar {
  const zone = timeZone === "UTC" || isNumber ? null : (zoneOf(timeZone, ...rangeOf(instants)) ?? null);
  if (frequency === undefined) {
    const calendar = inferCalendar(instants, zone, isNumber);
    notes.push(`one step is ${stepInWords(calendar)}${isNumber ? ` along "${time}"` : ""}, as the rows show`);
    return calendar;
  }
  const asked = typeof frequency === "string" ? { step: 1, unit: frequency } : frequency;
  if ((asked.unit === "number") !== isNumber)
    throw refused(
      "FORECAST_COLUMN_KIND",
      `Cannot count ${asked.unit}s along the time: it holds ${isNumber ? "numbers" : "instants"}`,
      isNumber
        ? 'Leave "frequency" out, or read the column as an instant by data.options.types'
        : 'Leave "frequency" out',
    );
  const stated = statedCalendar(asked, instants, zone);
  if (duplicates === "refuse") notes.push(...stated.notes);
  return stated.calendar;
}

function rangeOf(instants: readonly Float64Array[]): [number, number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const of of instants) {
    from = Math.min(from, of[0]!);
    to = Math.max(to, of.at(-1)!);
  }
  return [from, to];
}

function oneSeries(
  { duplicates = "refuse" }: ReadDefinition,
  calendar: Calendar,
  name: string,
  rows: Int32Array,
  times: Float64Array,
  values: Float64Array,
): Omit<Series, "columns"> & { readonly nDuplicates: number } {
  const first = stepOf(calendar, times[rows[0]!]!);
  const n = stepOf(calendar, times[rows.at(-1)!]!) - first + 1;
  if (n > mostSteps)
    throw new FettleError(
      "too-large",
      "FORECAST_TOO_LONG",
      `Cannot read the series: from its first to its last instant one has ${n} steps of ${stepInWords(calendar)}, at most ${mostSteps} are read`,
      { hint: "State a lower frequency" },
    );
  const dense = new Float64Array(n).fill(Number.NaN);
  const counts = duplicates === "mean" ? new Float64Array(n) : null;
  let nDuplicates = 0;
  for (const row of rows) {
    const k = stepOf(calendar, times[row]!) - first;
    const value = values[row]!;
    if (counts !== null) counts[k]!++;
    if (Number.isNaN(dense[k]!)) {
      dense[k] = value;
      continue;
    }
    nDuplicates++;
    if (duplicates === "sum" || duplicates === "mean") dense[k]! += value;
    else dense[k] = value;
  }
  if (counts !== null) for (let k = 0; k < n; k++) if (counts[k]! > 1) dense[k]! /= counts[k]!;
  const nGaps = dense.reduce((gaps, value) => (Number.isNaN(value) ? gaps + 1 : gaps), 0);
  return { name, first, values: dense, nGaps, rows, nDuplicates };
}

function duplicated({ series }: ReadDefinition, n: number, calendar: Calendar, table: Table): FettleError {
  const ofSeries =
    series === undefined && table.nColumns > 2
      ? 'If the table holds several series, name their column as "series"; else say'
      : "Say";
  // In autumn an hour of the local clock comes twice; no setting can tell the two apart.
  const ofHours = ["hour", "minute", "second"].includes(calendar.unit)
    ? "; local hours over a change of the clock need an offset, or UTC"
    : "";
  const hint = `${ofSeries} what counts: duplicates: "sum", "mean" or "last"${ofHours}`;
  return refused(
    "FORECAST_DUPLICATES",
    `Cannot read the series: ${n} rows lie in the same step (of ${stepInWords(calendar)}) as another of their series, one row per step is needed`,
    hint,
    { nDuplicates: n },
  );
}

/** A series with its gaps filled as asked. */
function filled(values: Float64Array, gaps: NonNullable<ForecastDefinition["gaps"]>): Float64Array {
  if (gaps === "zero") return values.map((value) => (value === value ? value : 0));
  return gaps === "interpolate" ? interpolated(values) : values;
}

function interpolated(values: Float64Array): Float64Array {
  const out = values.slice();
  let known = 0;
  for (let t = 1; t < out.length; t++) {
    if (Number.isNaN(values[t]!)) continue;
    const slope = (values[t]! - values[known]!) / (t - known);
    for (let between = known + 1; between < t; between++) out[between] = values[known]! + slope * (between - known);
    known = t;
  }
  return out;
}
