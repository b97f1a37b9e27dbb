export { forecastToSource } from "./definition-source.ts";
export { describeSeries, type SeriesDescription } from "./describe-series.ts";
export { defineForecast, type ForecastDefinition } from "./forecast-definition.ts";
export { trainForecast } from "./train-forecast.ts";
export { openForecastTrials } from "./tune-forecast.ts";
