export { defineForecast, type ForecastDefinition } from "./forecast-definition.ts";
export { trainForecast } from "./train-forecast.ts";
