import { instantOf } from "../../lib/index.ts";
import type { HalfWidths } from "../../ml/forecasters/index.ts";
import { naiveScales } from "../../ml/metrics/index.ts";
import {
  type ForecastModelData,
  type JsonObject,
  type KnownSeries,
  openTaskModel,
  type RowProblem,
  recordTaskGolden,
  type TaskCapsule,
} from "../capsule/index.ts";
import { scaleOf } from "./forecast-case.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";
import { goldenRequests } from "./golden-requests.ts";
import type { SeriesSet } from "./read-series.ts";
import type { FoundMethods } from "./search-methods.ts";
import { columnsBetween, type FittedSeries } from "./series-method.ts";

/** The model with its state after the last value of every series: parameters are those that were measured. */
export function modelOf(
  { time, value, series: column, horizon, gaps = "missing", duplicates, range = {} }: ForecastDefinition,
  { series, calendar, period, covariates }: SeriesSet,
  known: readonly number[],
  fitted: FittedSeries,
  { methods, methodOf }: FoundMethods["chosen"],
  intervals: HalfWidths,
): ForecastModelData {
  return {
    kind: "forecast",
    columns: { time, value, series: column ?? null },
    ...(covariates.known.length + covariates.observed.length === 0 ? {} : { covariates }),
    calendar,
    period,
    gaps,
    ...(duplicates === undefined || duplicates === "refuse" ? {} : { duplicates }),
    horizon,
    range,
    methods,
    global: fitted.global,
    series: series.map((one, i): KnownSeries => {
      const { name, first, values } = one;
      const newer = columnsBetween(one, known[i]!);
      return {
        name,
        last: first + values.length - 1,
        scale: scaleOf({ scales: naiveScales(values, period) }),
        method: methodOf(i),
        forecaster: fitted.at(i).update(values.subarray(known[i]!), newer).toJSON(),
      };
    }),
    intervals,
  };
}

/** Requests of every form with the answers of the model. */
export function goldenOf(
  parts: Parameters<typeof openTaskModel>[0],
  data: ForecastModelData,
  set: SeriesSet,
  seed: number,
): TaskCapsule["golden"] {
  const model = openTaskModel(parts);
  const startOf = (step: number) => {
    const at = instantOf(data.calendar, step);
    return data.calendar.unit === "number" ? at : new Date(at).toISOString();
  };
  const problems: RowProblem[] = [];
  const requests = goldenRequests(data.series, set, data.horizon, data.intervals.levels, startOf, seed).map(
    (request, row): JsonObject => model.read(request, row, problems),
  );
  return recordTaskGolden(model, requests);
}
