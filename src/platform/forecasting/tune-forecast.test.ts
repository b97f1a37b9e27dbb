import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sale, salesTable, sampleSales } from "../../../test/sample-series.ts";
import { hashOf } from "../../lib/index.ts";
import { meanLoss } from "../tuning/index.ts";
import { defineForecast, openForecastTrials } from "./index.ts";

const [horizon, nDays] = [7, 140];
const sales = sampleSales({ nStores: 4, nDays });
const definition = defineForecast({
  name: "demand",
  data: { files: ["sales.csv"] },
  time: "date",
  value: "sales",
  series: "store",
  horizon,
});

function open(rows: readonly Sale[] = sales) {
  const source = { files: [], options: {}, nRejected: 0, rejected: [], notes: [] };
  return openForecastTrials({
    definition,
    snapshot: { id: hashOf("id"), schema: [], nRows: rows.length, object: hashOf("object"), source },
    table: salesTable(rows),
    testStart: null,
    settings: { folds: 1, window: "expanding", embargo: 0, objectives: ["quality"], outerFolds: 0 },
  });
}

const trees = { family: "gbdt", params: { nTrees: 20, maxLeaves: 4 } };
const request = { outer: null, configuration: trees, cutoffs: {} };

test("a trial's loss is that of its blocks, its parameters are whole, and it never looks at the test", () => {
  const bench = open();
  const outcome = bench.runTrial(request, {});
  assert.equal(outcome.status, "complete");
  assert.equal(outcome.loss, meanLoss(outcome.blocks!));
  assert.deepEqual(outcome.params, {
    nSeasons: 14,
    nTrees: 20,
    learningRate: 0.1,
    maxLeaves: 4,
    minSamplesLeaf: 50,
  });
  const changed = sales.map((sale, k) => (k % nDays >= nDays - horizon ? { ...sale, sales: 1e6 - k } : sale));
  assert.deepEqual(open(changed).runTrial(request, {}), outcome);
});

test("a trial ends at the first rung whose cutoff it misses, and passes one that it meets", () => {
  const bench = open();
  const { rungs } = bench.runTrial(request, {});
  assert.deepEqual(
    rungs.map(({ rung }) => rung),
    ["fold 1", "fold 3"],
  );
  for (const [k, { rung, loss }] of rungs.entries()) {
    const missed = bench.runTrial({ ...request, cutoffs: { [rung]: loss * 0.999 } }, {});
    assert.deepEqual([missed.status, missed.loss, missed.rungs.length], ["pruned", null, k + 1]);
    assert.equal(bench.runTrial({ ...request, cutoffs: { [rung]: loss } }, {}).status, "complete");
  }
});

test("a metric that is undefined for every series fails the trial, and says which", () => {
  const flat = sales.map((sale) => ({ ...sale, sales: 5 }));
  assert.throws(() => open(flat).runTrial({ ...request, configuration: { family: "mean", params: {} } }, {}), {
    code: "FORECAST_METRIC_UNDEFINED",
  });
});
