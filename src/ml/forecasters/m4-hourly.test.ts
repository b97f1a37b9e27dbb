import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { forecastMetrics, meanOverSeries } from "../metrics/index.ts";
import { type Forecaster, naive, seasonalNaive, theta } from "./index.ts";

const folder = process.env.FETTLE_REFERENCE_DATA;
const skip = folder === undefined ? "FETTLE_REFERENCE_DATA is not set: M4's series are not in the package" : false;

const seriesOf = (file: string): Float64Array[] =>
  readFileSync(`${folder}/m4-hourly/${file}`, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) =>
      Float64Array.from(
        line
          .split(",")
          .slice(1)
          .map((text) => text.replaceAll('"', ""))
          .filter((text) => text !== "" && text !== "NA"),
        Number,
      ),
    );

/** sMAPE and MASE, means over the series, to the digits that the M4 paper prints. */
function figuresOf(forecaster: Forecaster): string {
  const history = seriesOf("Hourly-train.csv");
  const future = seriesOf("Hourly-test.csv");
  const forecasts = history.map((series, i) => {
    const yPred = forecaster.fit(series, { period: 24 }).forecast(48);
    return { history: series, period: 24, yTrue: future[i]!, yPred };
  });
  const figure = (name: "smape" | "mase") => meanOverSeries(forecasts.map(forecastMetrics[name].of)).value!.toFixed(3);
  assert.equal(history.length, 414);
  return `${figure("smape")} / ${figure("mase")}`;
}

test("naive and seasonal naive have M4's published sMAPE and MASE on the hourly series; Theta those of statsforecast, nearly", {
  skip,
}, () => {
  assert.equal(figuresOf(naive()), "43.003 / 11.608");
  assert.equal(figuresOf(seasonalNaive()), "13.912 / 1.193");
  assert.equal(figuresOf(theta()), "18.138 / 2.455"); // statsforecast 2.1.1: 18.133 / 2.454
});
