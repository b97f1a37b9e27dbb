export { conformalHalfWidths, type HalfWidths } from "./conformal-intervals.ts";
export type * from "./forecaster.ts";
export type { ForecasterData } from "./forecaster-data.ts";
export { naive, seasonalNaive } from "./last-season.ts";
export { loadForecaster } from "./load-forecaster.ts";
export { drift, mean } from "./mean-and-drift.ts";
export { type Backtest, backtest, type OriginOptions, rollingOrigins } from "./rolling-origin.ts";
