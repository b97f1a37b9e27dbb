export { calendarColumns } from "./calendar.ts";
export { conformalHalfWidths, type HalfWidths } from "./conformal-intervals.ts";
export { type EtsParams, ets } from "./ets.ts";
export type { EtsForm } from "./ets-form.ts";
export type * from "./forecaster.ts";
export type { ForecasterData } from "./forecaster-data.ts";
export type { GlobalLayout, GlobalSeries, SeriesColumns } from "./global-features.ts";
export {
  type FittedGlobalTrees,
  type GlobalOptions,
  type GlobalTrees,
  type GlobalTreesData,
  type GlobalTreesParams,
  globalTrees,
  loadGlobalTrees,
} from "./global-trees.ts";
export { type HoltWintersParams, holtWinters } from "./holt-winters.ts";
export { naive, seasonalNaive } from "./last-season.ts";
export { loadForecaster } from "./load-forecaster.ts";
export { drift, mean } from "./mean-and-drift.ts";
export { type Backtest, backtest, type OriginOptions, rollingOrigins } from "./rolling-origin.ts";
export { theta } from "./theta.ts";
