import { FettleError } from "../../lib/index.ts";
import { benjaminiHochberg } from "../../ml/stats/index.ts";
import { cellOf, type Table } from "../../ml/table/index.ts";
import { bootstrapSums, differenceOf, oneSidedP, ratioOf, type Slice, valueWithInterval } from "../evaluation/index.ts";
import { type ForecastCase, pointMetric } from "./forecast-case.ts";
import { type MeasureOptions, valuesOf } from "./measure-cases.ts";
import type { Series } from "./read-series.ts";

/** Levels of a column that become slices, the most frequent first. */
const mostLevels = 12;

/**
 * Series by the levels of columns that hold one value per series, each against the others. A slice is weak where it is worse beyond chance (one-sided, false
 * discovery rate 5 %). Throws FORECAST_SLICE for a column that changes within a series.
 * @param cases test forecasts, one per series
 */
export function seriesSlices(
  names: readonly string[],
  table: Table,
  series: readonly Series[],
  cases: readonly ForecastCase[],
  metric: string,
  { seed, nResamples, check }: MeasureOptions,
): Slice[] {
  const values = valuesOf(cases, pointMetric(metric));
  const groups = names.flatMap((name) => levelsOf(name, table, series, cases));
  const bootstrap = {
    resample: { unit: "row" as const },
    seed,
    check,
    ...(nResamples === undefined ? {} : { nResamples }),
  };
  const measured = groups.map(({ inside }) => {
    const counted = (isIn: number) => values.map((value, k) => (Number.isNaN(value) || inside[k] !== isIn ? 0 : 1));
    const [own, rest] = [counted(1), counted(0)];
    const weighted = (part: Float64Array) => values.map((value, k) => (part[k] === 1 ? value : 0));
    const sums = [weighted(own), own, weighted(rest), rest].map((of) => ({ rows: null, values: of }));
    const [sumOwn, nOwn, sumRest, nRest] = bootstrapSums(sums, cases.length, bootstrap);
    const value = ratioOf(sumOwn!, nOwn!);
    const difference = differenceOf(value, ratioOf(sumRest!, nRest!));
    return {
      value: valueWithInterval(value, nOwn![0]!, `no series of it has a ${metric}`),
      difference: valueWithInterval(difference, Math.min(nOwn![0]!, nRest![0]!), "no series is outside of it"),
      pValue: nOwn![0]! < 10 ? null : oneSidedP(difference),
    };
  });
  const tested = measured.flatMap(({ pValue }) => (pValue === null ? [] : [pValue]));
  const q = benjaminiHochberg(tested);
  let next = 0;
  return groups.map(({ column, says, inside }, k) => {
    const { value, difference, pValue } = measured[k]!;
    const qValue = pValue === null ? null : q[next++]!;
    return {
      name: says,
      conditions: [{ column, says }],
      origin: "named",
      n: inside.reduce((sum, isIn) => sum + isIn, 0),
      metric,
      value,
      difference,
      qValue,
      weak: qValue !== null && qValue <= 0.05 && difference.low !== null && difference.low > 0,
    };
  });
}

function levelsOf(name: string, table: Table, series: readonly Series[], cases: readonly ForecastCase[]) {
  const column = table.column(name);
  let nChanging = 0;
  const levels = cases.map(({ series: i }) => {
    const { rows } = series[i]!;
    const level = cellOf(column, rows[0]!);
    if (rows.some((row) => cellOf(column, row) !== level)) nChanging++;
    return level === null ? null : String(level);
  });
  if (nChanging > 0)
    throw new FettleError(
      "invalid-input",
      "FORECAST_SLICE",
      `Cannot slice by "${name}": it changes within ${nChanging} series, one value per series is needed`,
      { hint: "Leave it out of evaluation.slices", facts: { column: name, nChanging } },
    );
  return [...Map.groupBy(levels.keys(), (k) => levels[k]!)]
    .filter(([level]) => level !== null)
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, mostLevels)
    .map(([level, own]) => {
      const inside = new Uint8Array(levels.length);
      for (const k of own) inside[k] = 1;
      return { column: name, says: `${name} is ${level}`, inside };
    });
}
