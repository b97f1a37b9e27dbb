import { instantOf, nearestName, stepOf } from "../../lib/index.ts";
import { besideNames, type ForecastModelData, type KnownSeries, needsCovariates } from "./forecast-data.ts";
import { type CovariateRow, readBeside, readKnown } from "./request-covariates.ts";
import { parseInstant, type RowProblem, valueClass } from "./signature.ts";
import type { JsonObject } from "./task-model.ts";

/** Steps that one request may bring: more would keep a server from its other requests while they are fitted. */
const mostValues = 10_000;

/** A request as {@link readForecastRequest} leaves it: itself a request that reads the same. */
export interface ForecastRequest {
  /** Left out where the model has one series without a name. */
  readonly series?: string;
  readonly horizon: number;
  readonly levels: readonly number[];
  /** When the first of `values` was: ISO 8601, or a number along a plain grid. */
  readonly start?: string | number;
  /** Newer values of the series, or all of one that the model does not know; null where missing. */
  readonly values?: readonly (number | null)[];
  /** Columns beside the values, one row for each; absent where the model has none. */
  readonly covariates?: readonly CovariateRow[];
  /** Covariates of the steps to forecast. */
  readonly known?: readonly CovariateRow[];
}

/** What requests may say. */
const plainKeys = ["series", "horizon", "levels", "history", "values", "start"];
const covariateKeys = ["covariates", "known"];

/**
 * A reader of requests: fills in what is left out, and says what is wrong.
 * @param most steps that one may bring
 */
export function forecastRequestReader(data: ForecastModelData, most = mostValues) {
  const known = new Map(data.series.map((series) => [series.name, series]));
  const keys = data.covariates === undefined ? plainKeys : [...plainKeys, ...covariateKeys];
  return (value: unknown, row: number, problems: RowProblem[]): JsonObject => {
    const before = problems.length;
    const refuse = (field: string, rule: RowProblem["rule"], says: string) => {
      problems.push({ row, field, rule, message: `row ${row}: ${field === "" ? "" : `"${field}" `}${says}` });
      return undefined;
    };
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      refuse("", "object", `is ${valueClass(value)}, an object is needed`);
      return {};
    }
    const asked = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(asked)) {
      if (keys.includes(key)) continue;
      const near = nearestName(key.slice(0, 80), keys);
      refuse(
        key.slice(0, 80),
        "unknown",
        `is no part of a request${near === undefined ? "" : `; did you mean "${near}"?`}`,
      );
    }
    const series = readSeriesName(asked.series, data, refuse);
    const horizon = readHorizon(asked.horizon, data, refuse);
    const levels = readLevels(asked.levels, data, refuse);
    const own = known.get(series);
    const history =
      asked.history === undefined || asked.history === null
        ? readValues(asked, data, own, most, refuse)
        : readHistory(asked, data, own, most, refuse);
    const ahead =
      data.covariates === undefined || data.covariates.known.length === 0
        ? undefined
        : readKnown(asked.known, data.covariates.known, horizon, needsCovariates(data, own), refuse);
    if (problems.length === before && !known.has(series) && !(history?.values ?? []).some((one) => one !== null))
      refuse("series", "unknown", "is not known to the model, its history with a value is needed to forecast it");
    return {
      ...(series === "" ? {} : { series }),
      horizon,
      levels,
      ...(history ?? {}),
      ...(ahead === undefined ? {} : { known: ahead }),
    };
  };
}

type Refuse = (field: string, rule: RowProblem["rule"], says: string) => undefined;

function readSeriesName(series: unknown, data: ForecastModelData, refuse: Refuse): string {
  if (typeof series === "string") return series;
  if (typeof series === "number" && Number.isFinite(series)) return String(series);
  if (series !== undefined && series !== null) refuse("series", "type", `is ${valueClass(series)}, a name is needed`);
  else if (data.series.length === 1) return data.series[0]!.name;
  else refuse("series", "required", `is absent, the name of one of ${data.series.length} series is needed`);
  return "";
}

function readHorizon(horizon: unknown, data: ForecastModelData, refuse: Refuse): number {
  if (horizon === undefined || horizon === null) return data.horizon;
  if (typeof horizon === "number" && Number.isInteger(horizon) && horizon >= 1 && horizon <= data.horizon)
    return horizon;
  const needed = `a whole number from 1 to ${data.horizon}, the horizon that was measured, is needed`;
  refuse(
    "horizon",
    typeof horizon === "number" ? "range" : "type",
    `is ${typeof horizon === "number" ? "out of range" : valueClass(horizon)}, ${needed}`,
  );
  return data.horizon;
}

function readLevels(levels: unknown, { intervals }: ForecastModelData, refuse: Refuse): readonly number[] {
  if (levels === undefined || levels === null) return intervals.levels;
  if (Array.isArray(levels) && levels.every((level) => intervals.levels.includes(level)))
    return intervals.levels.filter((level) => levels.includes(level));
  refuse(
    "levels",
    Array.isArray(levels) ? "range" : "type",
    `must be a list of levels that were measured: ${intervals.levels.join(", ")}`,
  );
  return [];
}

type History = Pick<ForecastRequest, "start" | "values" | "covariates">;

/** `history`: values with their instants, in any order; one that has none in between is missing. */
function readHistory(
  { history, values, start, covariates }: Readonly<Record<string, unknown>>,
  data: ForecastModelData,
  series: KnownSeries | undefined,
  most: number,
  refuse: Refuse,
): History | null {
  if (values !== undefined || start !== undefined || covariates !== undefined)
    refuse("history", "unknown", 'stands beside "values", "start" or "covariates", one way is needed');
  if (!Array.isArray(history))
    return refuse("history", "type", `is ${valueClass(history)}, a list of {at, value} is needed`) ?? null;
  if (history.length > most) return tooMany("history", history.length, most, refuse);
  const byStep = new Map<number, number | null>();
  const besides: Record<string, unknown>[] = [];
  for (const [i, point] of history.entries()) {
    const { at, value, ...beside } = (typeof point === "object" && point !== null ? point : {}) as Record<
      string,
      unknown
    >;
    besides.push(beside);
    const step = stepAt(at, data);
    const isValue = value === null || (typeof value === "number" && Number.isFinite(value));
    if (step === null || !isValue || byStep.has(step)) {
      const what =
        step === null
          ? `"at" is no ${instantWord(data)}`
          : isValue
            ? "its step is there already"
            : '"value" is no finite number';
      return refuse(`history.${i}`, step === null ? "instant" : "type", `cannot be read: ${what}`) ?? null;
    }
    byStep.set(step, value as number | null);
  }
  if (byStep.size === 0) return null;
  const steps = [...byStep.keys()];
  const first = steps.reduce((a, b) => Math.min(a, b));
  const n = steps.reduce((a, b) => Math.max(a, b)) - first + 1;
  if (n > most) return tooMany("history", n, most, refuse);
  const whole: History = {
    start: shownInstant(data, first),
    values: Array.from({ length: n }, (_, k) => byStep.get(first + k) ?? null),
  };
  if (data.covariates === undefined) return whole;
  const names = besideNames(data);
  const read = readBeside(
    besides,
    names,
    "history",
    needsCovariates(data, series),
    (i) => isNewer(series, steps[i]!) && byStep.get(steps[i]!) !== null,
    refuse,
  );
  if (read === undefined) return null;
  const rows = new Map(steps.map((step, i) => [step, read[i]!]));
  const absent = Object.fromEntries(names.map((name) => [name, null]));
  return { ...whole, covariates: Array.from({ length: n }, (_, k) => rows.get(first + k) ?? absent) };
}

const isNewer = (series: KnownSeries | undefined, step: number) => step > (series?.last ?? Number.NEGATIVE_INFINITY);

/** `values` from `start` on, one per step. */
function readValues(
  { values, start, covariates }: Readonly<Record<string, unknown>>,
  data: ForecastModelData,
  series: KnownSeries | undefined,
  most: number,
  refuse: Refuse,
): History | null {
  if (values === undefined || values === null) {
    if (start !== undefined) refuse("start", "unknown", 'says when "values" began, which are absent');
    if (covariates !== undefined) refuse("covariates", "unknown", 'stand beside "values", which are absent');
    return null;
  }
  const isValue = (value: unknown) => value === null || (typeof value === "number" && Number.isFinite(value));
  if (!Array.isArray(values) || !values.every(isValue))
    return refuse("values", "type", "must be a list of finite numbers, null where one is missing") ?? null;
  if (values.length > most) return tooMany("values", values.length, most, refuse);
  if (values.length === 0) return null;
  const first = start === undefined || start === null ? series && series.last + 1 : (stepAt(start, data) ?? undefined);
  if (first === undefined) {
    const says =
      start === undefined || start === null
        ? "is absent, it is needed for a series that the model does not know"
        : `is no ${instantWord(data)}`;
    return refuse("start", "instant", says) ?? null;
  }
  const whole: History = { start: shownInstant(data, first), values };
  if (data.covariates === undefined) return whole;
  const rows = covariates ?? values.map(() => ({}));
  if (!Array.isArray(rows) || rows.length !== values.length)
    return refuse("covariates", "type", `must be a list of ${values.length} objects, one for each of "values"`) ?? null;
  const isRead = (k: number) => isNewer(series, first + k) && values[k] !== null;
  const read = readBeside(rows, besideNames(data), "covariates", needsCovariates(data, series), isRead, refuse);
  return read === undefined ? null : { ...whole, covariates: read };
}

function tooMany(field: string, n: number, most: number, refuse: Refuse): null {
  return refuse(field, "range", `has ${n} steps, at most ${most} are read`) ?? null;
}

const instantWord = ({ calendar }: ForecastModelData) =>
  calendar.unit === "number" ? "number" : "ISO 8601 instant, month (2026-03) or quarter (2026Q1)";

/** The beginning of a month or quarter, as files name them too; an instant in any other form; NaN for another text. */
export function parseStep(text: string): number {
  const [, year, month, quarter] = /^(\d{4})(?:-(\d{2})|[- ]?Q([1-4]))$/.exec(text) ?? [];
  if (year === undefined) return parseInstant(text);
  return parseInstant(`${year}-${month ?? String(3 * Number(quarter) - 2).padStart(2, "0")}-01`);
}

/** The step of an instant in a request; null where it is none. */
function stepAt(at: unknown, { calendar }: ForecastModelData): number | null {
  const parsed =
    typeof at === "number" ? at : typeof at === "string" && calendar.unit !== "number" ? parseStep(at) : Number.NaN;
  if (!Number.isFinite(parsed) || (calendar.unit !== "number" && Math.abs(parsed) > 8.64e15)) return null;
  return stepOf(calendar, parsed);
}

/** When a step begins, as requests and answers write it. */
export function shownInstant({ calendar }: Pick<ForecastModelData, "calendar">, step: number): string | number {
  const at = instantOf(calendar, step);
  return calendar.unit === "number" ? at : new Date(at).toISOString();
}
