import type { MetricValue } from "../../ml/metrics/index.ts";
import { type BootstrapOptions, bootstrapSums, ratioOf, valueWithInterval } from "./bootstrap-sums.ts";

/** The mean of |values| of each list, nRows long, with bootstrap intervals that are paired between the lists. */
export function meanAbsolute(
  lists: readonly Float64Array[],
  nRows: number,
  options: BootstrapOptions,
): readonly MetricValue[] {
  const ones = { rows: null, values: new Float64Array(nRows).fill(1) };
  const sums = lists.map((values) => ({ rows: null, values: values.map(Math.abs) }));
  const [counts, ...totals] = bootstrapSums([ones, ...sums], nRows, options);
  return totals.map((total) => valueWithInterval(ratioOf(total, counts!), nRows, "there are no rows"));
}
