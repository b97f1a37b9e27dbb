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

/** A forecast model as data: methods fitted to series, and the widths of their intervals. */
export interface ForecastModelData extends TaskModelData {
  readonly kind: "forecast";
  /** Columns of files that hold newer values. */
  readonly columns: { readonly time: string; readonly value: string; readonly series: string | null };
  readonly calendar: Calendar;
  readonly period: number;
  /** What an absent value between two others means. */
  readonly gaps: "missing" | "refuse" | "interpolate" | "zero";
  readonly horizon: number;
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

/** The forecaster of a method that fits each series by itself. */
export function forecasterOf({ family, params }: ForecastMethod): Forecaster {
  return makers[family]!(params);
}
