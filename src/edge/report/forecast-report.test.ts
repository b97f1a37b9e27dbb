import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { type Sale, salesTable, sampleSales } from "../../../test/sample-series.ts";
import { untouched } from "../../../test/sample-snapshot.ts";
import { defineForecast, trainForecast } from "../../platform/forecasting/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { renderReport } from "./index.ts";

type Page = ReturnType<typeof parseHTML>["document"];

function reportOf(sales: readonly Sale[], slices: readonly string[]): Page {
  const table = salesTable(sales);
  const types = { date: "instant", sales: "number", store: "category", region: "category" } as const;
  const schema = (["date", "store", "region", "sales"] as const).map((name) => ({ name, type: types[name] }));
  const { report: trained } = trainForecast({
    definition: defineForecast({
      name: "demand",
      data: { files: ["sales.csv"] },
      time: "date",
      value: "sales",
      series: "store",
      horizon: 7,
      search: { families: ["seasonal-naive", "theta"] },
      evaluation: { resamples: 200, slices },
    }),
    ...untouched(table, schema),
  });
  const report: RunReport = {
    ...trained,
    version: 1,
    runId: "0198c5e2-7d1a-7c3e-9f00-5a0b6f7d2c11",
    createdAt: "2026-11-24T11:58:07.000Z",
    fettle: "0.1.0",
    environment: {},
    reproduce: "fettle verify demand@1",
    split: { ...trained.split, testEvaluations: 1 },
  };
  return parseHTML(renderReport(report)).document;
}

const sales = sampleSales().map((sale) => (sale.store === "store 2" ? { ...sale, store: '<b>&"Zürich"' } : sale));
const document = reportOf(sales, ["region"]);
const textOf = (id: string, page = document) => page.querySelector(`#${id}`)!.textContent!;
const sections = (page: Page) => Array.from(page.querySelectorAll("main > section"), ({ id }) => id);

test("renderReport() of a forecast draws its own sections, each with its place in the contents", () => {
  const ids = [
    "verdict",
    "forecasts",
    "data",
    "series",
    "leakage",
    "split",
    "candidates",
    "metrics",
    "horizon",
    "intervals",
  ];
  assert.deepEqual(sections(document), [...ids, "slices", "reproduction"]);
  assert.equal(document.querySelectorAll("nav a").length, ids.length + 2);
});

test("renderReport() of a forecast speaks of forecasts, and explains its metrics", () => {
  assert.match(textOf("verdict"), /On 12 test forecasts it reaches MASE/);
  assert.match(textOf("metrics"), /MASE[\s\S]*seasonal naive forecast within the history, as in M4/);
  assert.match(textOf("metrics"), /WQL[\s\S]*Weighted quantile loss/);
  assert.doesNotMatch(textOf("metrics"), /Coverage@/);
  assert.match(textOf("candidates"), /on validation forecasts/);
});

test("renderReport() of a forecast draws series with truth, forecast and intervals, errors and coverage by step", () => {
  assert.equal(document.querySelectorAll("#forecasts svg.plot").length, 3);
  assert.match(textOf("forecasts"), /forecast best[\s\S]*in the middle[\s\S]*forecast worst/);
  assert.equal(document.querySelectorAll("#intervals svg.plot").length, 2);
  assert.match(textOf("intervals"), /quantiles of 48 errors per step[\s\S]*80\s%/);
  assert.equal(document.querySelectorAll("#horizon svg.plot").length, 2);
  assert.match(textOf("series"), /12 series, one per store, a value every day/);
  assert.match(textOf("series"), /<b>&"Zürich"/);
  assert.equal(document.querySelector("#series b"), null);
});

test("renderReport() of one short series says what cannot be said", () => {
  const page = reportOf(sampleSales({ nStores: 1, nDays: 40 }), []);
  assert.ok(!sections(page).includes("slices"));
  assert.equal(page.querySelectorAll("#forecasts svg.plot").length, 1);
  assert.match(textOf("intervals", page), /Some intervals cannot be given|quantiles of/);
  assert.match(textOf("metrics", page), /only 7 test steps: an interval needs 10/);
});
