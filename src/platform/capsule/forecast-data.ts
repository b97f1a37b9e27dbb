import type { Calendar, Json } from "../../lib/index.ts";
import {
  drift,
  ets,
  type Forecaster,
  type ForecasterData,
  type HalfWidths,
  holtWinters,
  mean,
  naive,
  seasonalNaive,
  theta,
} from "../../ml/forecasters/index.ts";
import type { TaskModelData } from "./task-model.ts";

/** A way to forecast a series by itself, as data. */
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
  /** What was learned from it, and its state after its last value. */
  readonly forecaster: ForecasterData;
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
  /** Fits series that the model does not know. */
  readonly method: ForecastMethod;
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

/** The forecaster of a method. */
export function forecasterOf({ family, params }: ForecastMethod): Forecaster {
  return makers[family]!(params);
}
