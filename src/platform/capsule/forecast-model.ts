import { FettleError, stepOf } from "../../lib/index.ts";
import { loadForecaster, loadGlobalTrees, type SeriesColumns } from "../../ml/forecasters/index.ts";
import type { PredictKernels } from "../../ml/learners/index.ts";
import { seasonalNaiveError } from "../../ml/metrics/index.ts";
import { besideNames, type ForecastModelData, forecasterOf, type KnownSeries, within } from "./forecast-data.ts";
import { type ForecastRequest, forecastRequestReader, shownInstant } from "./forecast-request.ts";
import { scoreForecasts } from "./forecast-rows.ts";
import { type CovariateRow, columnsOf } from "./request-covariates.ts";
import { parseInstant } from "./signature.ts";
import type { JsonObject, TaskKernels, TaskModel, TaskModelData, TaskSignature } from "./task-model.ts";
import { type SeriesState, windowForecaster } from "./window-forecaster.ts";

/** An interval that holds the value with the probability `level`; null where too few errors were known for it. */
export interface ForecastInterval {
  readonly level: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The forecast of one series. */
export interface ForecastAnswer {
  readonly series?: string;
  /** What forecasts it, for example `ETS(A,Ad,M)`. */
  readonly method: string;
  /** The last step that the forecast knows. */
  readonly from: string | number;
  readonly forecast: readonly {
    readonly at: string | number;
    readonly value: number;
    readonly intervals: readonly ForecastInterval[];
  }[];
}

interface OpenSeries {
  readonly forecaster: SeriesState;
  readonly last: number;
  readonly scale: number | null;
}

/** A forecast model ready to answer. Throws CAPSULE_TASK where the data cannot be one. */
export function openForecastModel(
  model: TaskModelData,
  signature: TaskSignature,
  kernels: TaskKernels = {},
): TaskModel {
  const data = model as ForecastModelData;
  const { series: known, intervals, period, gaps } = data;
  const kept = (value: number) => within(data.range, value);
  const stateOf = statesOf(data, kernels.predict);
  const names = besideNames(data);
  if (known.length === 0 || data.methods.length === 0 || intervals.widths.length !== intervals.levels.length)
    throw new FettleError("damaged", "CAPSULE_FORECAST", "Cannot read the capsule: its forecast model is incomplete");
  const byName = new Map(known.map((one) => [one.name, one]));
  const opened = new Map<string, OpenSeries>();
  const open = (name: string): OpenSeries | undefined => {
    const one = byName.get(name);
    if (one === undefined) return undefined;
    const there = opened.get(name) ?? { ...one, forecaster: stateOf.known(one) };
    opened.set(name, there);
    return there;
  };

  /** The series after the values of a request. Those that the model has seen already are not read again. */
  const moved = ({ series: name = "", start, values, covariates: rows }: ForecastRequest): OpenSeries => {
    const series = open(name);
    if (values === undefined || start === undefined) return series!;
    const first = stepOf(data.calendar, typeof start === "number" ? start : parseInstant(start));
    const given = filledGaps(values, gaps);
    const beside = rows === undefined ? {} : columnsOf(names, rows);
    if (series === undefined) {
      const scale = seasonalNaiveError(given, period);
      const last = first + given.length - 1;
      return {
        forecaster: stateOf.unknown(given, last, beside),
        last,
        scale: typeof scale === "number" ? scale : null,
      };
    }
    const nBetween = first - series.last - 1;
    const newer = given.subarray(Math.max(0, -nBetween));
    if (newer.length === 0) return series;
    const between = new Float64Array(Math.max(0, nBetween)).fill(gaps === "zero" ? 0 : Number.NaN);
    const absent = between.map(() => Number.NaN);
    const newerBeside = Object.fromEntries(
      Object.entries(beside).map(([column, all]) => [
        column,
        Float64Array.from([...absent, ...all.subarray(Math.max(0, -nBetween))]),
      ]),
    );
    const forecaster = series.forecaster.update(Float64Array.from([...between, ...newer]), newerBeside);
    return { ...series, forecaster, last: series.last + between.length + newer.length };
  };

  const answer = (request: ForecastRequest): ForecastAnswer => {
    const { forecaster, last, scale } = moved(request);
    const ahead = columnsOf(data.covariates?.known ?? [], request.known);
    const values = forecaster.forecast(request.horizon, ahead).map(kept);
    return {
      ...(request.series === undefined ? {} : { series: request.series }),
      method: forecaster.label,
      from: shownInstant(data, last),
      forecast: Array.from(values, (value, h) => ({
        at: shownInstant(data, last + 1 + h),
        value,
        intervals: request.levels.map((level) => {
          const width = intervals.widths[intervals.levels.indexOf(level)]![h]!;
          if (width === null || scale === null) return { level, low: null, high: null };
          return { level, low: kept(value - width * scale), high: kept(value + width * scale) };
        }),
      })),
    };
  };
  const first = known[0]!.name;
  const read = forecastRequestReader(data);
  return {
    signature,
    example: { ...(first === "" ? {} : { series: first }), horizon: data.horizon, ...exampleKnown(data) },
    read,
    answer: (request) => answer(request as unknown as ForecastRequest) as unknown as JsonObject,
    inputTypes: {
      [data.columns.time]: data.calendar.unit === "number" ? "number" : "instant",
      [data.columns.value]: "number",
      ...(data.columns.series === null ? {} : { [data.columns.series]: "category" }),
      ...Object.fromEntries(names.map((name) => [name, "number" as const])),
    },
    score: (batches, onNote) => scoreForecasts(data, batches, answer, onNote),
  };
}

/** States of series that the model knows, and of those that come with their history. */
function statesOf({ global, calendar, methods, period }: ForecastModelData, kernels: PredictKernels | undefined) {
  const trees = global === null ? null : loadGlobalTrees(global, kernels);
  const ofMany = (values: Float64Array, last: number, columns: SeriesColumns) => {
    if (trees !== null) return windowForecaster(trees, calendar, last, values, columns);
    throw new FettleError("damaged", "CAPSULE_FORECAST", "Cannot read the capsule: its forecast model is incomplete");
  };
  return {
    known({ forecaster, last }: KnownSeries): SeriesState {
      if (forecaster.kind !== "window") return loadForecaster(forecaster);
      const columns = Object.entries(forecaster.columns ?? {});
      return ofMany(
        filledGaps(forecaster.values, "missing"),
        last,
        Object.fromEntries(columns.map(([name, values]) => [name, filledGaps(values, "missing")])),
      );
    },
    unknown(values: Float64Array, last: number, columns: SeriesColumns): SeriesState {
      const method = methods[0]!;
      return method.family === "gbdt" ? ofMany(values, last, columns) : forecasterOf(method).fit(values, { period });
    },
  };
}

/** Covariates of an example: for every step those that the first series had last. */
function exampleKnown({ covariates, series, horizon }: ForecastModelData): { readonly known?: CovariateRow[] } {
  if (covariates === undefined || covariates.known.length === 0) return {};
  const { forecaster } = series[0]!;
  const columns = forecaster.kind === "window" ? forecaster.columns : undefined;
  const row = Object.fromEntries(covariates.known.map((name) => [name, columns?.[name]?.at(-1) ?? 0]));
  return { known: Array.from({ length: horizon }, () => row) };
}

function filledGaps(values: readonly (number | null)[], gaps: ForecastModelData["gaps"]): Float64Array {
  return Float64Array.from(values, (value) => value ?? (gaps === "zero" ? 0 : Number.NaN));
}
