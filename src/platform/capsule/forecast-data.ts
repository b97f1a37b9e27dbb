import type { Calendar, Json } from "../../lib/index.ts";
import {
  drift,
  ets,
  type Forecaster,
  type ForecasterData,
  type GlobalTreesData,
  type HalfWidths,
  holtWinters,
  mean,
  naive,
  seasonalNaive,
  theta,
} from "../../ml/forecasters/index.ts";
import type { TaskModelData } from "./task-model.ts";
import type { WindowData } from "./window-forecaster.ts";

/** A way to forecast, as data. */
export interface ForecastMethod {
  readonly family: string;
  /** Those that differ from the defaults. */
  readonly params: Readonly<Record<string, Json>>;
}

/** A series as a model knows it. */
export interface KnownSeries {
  /** Empty where the model has one series without a name. */
  readonly name: string;
  /** Step of the last value. */
  readonly last: number;
  /** Mean absolute error of the seasonal naive forecast in its history, which its intervals are measured in; null where it is undefined. */
  readonly scale: number | null;
  /** Index of its method. */
  readonly method: number;
  /** What was learned from it, and its state after its last value; or its last values, for the model of many series. */
  readonly forecaster: ForecasterData | WindowData;
}

/** Values that a series can have. */
export interface ValueRange {
  readonly min?: number;
  readonly max?: number;
}

/** The nearest value within a range; NaN stays. */
export function within({ min, max }: ValueRange, value: number): number {
  if (min !== undefined && value < min) return min;
  return max !== undefined && value > max ? max : value;
}

/** Columns beside the values that a model of many series learns from. */
export interface ForecastCovariates {
  /** Known of future steps as of past ones: a request brings them for the steps that it asks for. */
  readonly known: readonly string[];
  /** Known of past steps alone. */
  readonly observed: readonly string[];
}

/** A forecast model as data: methods fitted to series, and the widths of their intervals. */
export interface ForecastModelData extends TaskModelData {
  readonly kind: "forecast";
  /** Columns of files that hold newer values. */
  readonly columns: { readonly time: string; readonly value: string; readonly series: string | null };
  /** Absent for none. */
  readonly covariates?: ForecastCovariates;
  readonly calendar: Calendar;
  readonly period: number;
  /** What an absent value between two others means. */
  readonly gaps: "missing" | "refuse" | "interpolate" | "zero";
  /** What several rows of one step in a file mean; absent: that their series is left out. */
  readonly duplicates?: "sum" | "mean" | "last";
  readonly horizon: number;
  /** Forecasts and ends of intervals are kept within it. */
  readonly range: ValueRange;
  /** Those in use. The first fits series that the model does not know; `gbdt`: the model of many series forecasts them. */
  readonly methods: readonly ForecastMethod[];
  /** The model of many series; null where none is used. */
  readonly global: GlobalTreesData | null;
  readonly series: readonly KnownSeries[];
  /** In units of a series' scale. */
  readonly intervals: HalfWidths;
}

const makers: Readonly<Record<string, (params: object) => Forecaster>> = {
  naive,
  "seasonal-naive": seasonalNaive,
  drift,
  mean,
  ets,
  "holt-winters": holtWinters,
  theta,
};

/** Names of columns beside the values. */
export function besideNames({ covariates }: Pick<ForecastModelData, "covariates">): string[] {
  return [...(covariates?.known ?? []), ...(covariates?.observed ?? [])];
}

/** Whether the model of many series forecasts a series, so that its covariates are needed; undefined: one that the model does not know. */
export function needsCovariates({ covariates, methods }: ForecastModelData, series: KnownSeries | undefined): boolean {
  return covariates !== undefined && methods[series?.method ?? 0]?.family === "gbdt";
}

/** The forecaster of a method that fits each series by itself. */
export function forecasterOf({ family, params }: ForecastMethod): Forecaster {
  return makers[family]!(params);
}
