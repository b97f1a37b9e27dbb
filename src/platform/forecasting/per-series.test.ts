import assert from "node:assert/strict";
import { test } from "node:test";
import type { ForecastCase } from "./forecast-case.ts";
import { pickPerSeries } from "./per-series.ts";

const history = Float64Array.of(1, 2, 1, 2, 3);

/** One case per series and origin whose absolute error is the number given. */
function casesOf(errors: readonly (readonly number[])[]): ForecastCase[] {
  return errors.flatMap((ofSeries, series) =>
    ofSeries.map((error, n) => {
      const yTrue = Float64Array.of(10);
      return {
        series,
        origin: ofSeries.length - 1 - n,
        history,
        period: 1,
        yTrue,
        yPred: Float64Array.of(10 + error),
        bands: [],
      };
    }),
  );
}

test("each series gets the method that was best over its origins, one without origins the best over all", () => {
  const { methodOf } = pickPerSeries(
    [
      casesOf([
        [1, 1],
        [5, 5],
      ]),
      casesOf([
        [2, 2],
        [1, 1],
      ]),
    ],
    "mase",
    1,
  );
  assert.deepEqual([methodOf(0), methodOf(1), methodOf(7)], [0, 1, 1]);
});

test("an origin is measured by the method that was best at the others, so that luck is not praised", () => {
  const lucky = [casesOf([[0, 4]]), casesOf([[4, 0]])];
  const { cases } = pickPerSeries(lucky, "mase", 0);
  assert.deepEqual(
    cases.map(({ yPred }) => yPred[0]! - 10),
    [4, 4],
  );
  const steady = pickPerSeries([casesOf([[1, 1, 1]]), casesOf([[2, 2, 2]])], "mase", 1);
  assert.deepEqual(
    steady.cases.map(({ yPred }) => yPred[0]! - 10),
    [1, 1, 1],
  );
  const single = pickPerSeries([casesOf([[1]]), casesOf([[2]])], "mase", 1);
  assert.deepEqual(
    single.cases.map(({ yPred }) => yPred[0]! - 10),
    [2],
  );
});

test("where the metric is undefined the absolute error picks", () => {
  const flat = (errors: number[][]) => casesOf(errors).map((one) => ({ ...one, history: new Float64Array(5).fill(3) }));
  assert.equal(pickPerSeries([flat([[3, 3]]), flat([[1, 1]])], "mase", 0).methodOf(0), 1);
});
