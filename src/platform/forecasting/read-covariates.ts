import { type Calendar, FettleError, stepOf } from "../../lib/index.ts";
import type { SeriesColumns } from "../../ml/forecasters/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";

/** Names of covariates of a definition. */
export type AskedCovariates = Pick<ForecastDefinition, "known" | "observed" | "duplicates">;

/** What of a definition names columns beside the values: known in advance first. */
export function covariateNames({ known = [], observed = [] }: AskedCovariates): string[] {
  return [...known, ...observed];
}

/** Throws FORECAST_COLUMN_KIND where a covariate holds no numbers. */
export function checkCovariates(asked: AskedCovariates, table: Table): void {
  for (const name of covariateNames(asked)) {
    const { kind } = table.column(name);
    if (kind === "number") continue;
    throw new FettleError(
      "invalid-input",
      "FORECAST_COLUMN_KIND",
      `Cannot learn from "${name}": it holds ${kind} values, numbers are needed`,
      { hint: "Write a flag as 0 and 1, and of several levels one such column each", facts: { column: name } },
    );
  }
}

/**
 * Columns of one series on its grid, NaN where no row has a number. Of several rows at a step the mean counts, or the last where the definition says so for values.
 * @param rows of the series, ascending in time, those without a value too
 */
export function covariatesOf(
  asked: AskedCovariates,
  table: Table,
  calendar: Calendar,
  first: number,
  n: number,
  rows: Int32Array,
  times: Float64Array,
): SeriesColumns {
  const names = covariateNames(asked);
  if (names.length === 0) return {};
  const steps = rows.map((row) => stepOf(calendar, times[row]!) - first);
  return Object.fromEntries(
    names.map((name) => {
      const { values } = table.numbers(name);
      const dense = new Float64Array(n).fill(Number.NaN);
      const counts = new Int32Array(n);
      rows.forEach((row, i) => {
        const k = steps[i]!;
        const value = values[row]!;
        if (k < 0 || k >= n || !Number.isFinite(value)) return;
        if (counts[k] === 0 || asked.duplicates === "last") dense[k] = value;
        else dense[k]! += value;
        counts[k]! += 1;
      });
      if (asked.duplicates === "last") return [name, dense];
      return [name, dense.map((sum, k) => (counts[k]! > 1 ? sum / counts[k]! : sum))];
    }),
  );
}

/** What is to be said of the covariates of a table. */
export function covariateNotes(asked: AskedCovariates, series: readonly { readonly columns: SeriesColumns }[]) {
  const names = covariateNames(asked);
  if (names.length === 0) return [];
  const absent = names.flatMap((name) => {
    const nLacking = series.reduce((n, { columns }) => n + columns[name]!.filter(Number.isNaN).length, 0);
    const nSteps = series.reduce((n, { columns }) => n + columns[name]!.length, 0);
    return nLacking === 0 ? [] : [`"${name}" has no number at ${nLacking} of ${nSteps} steps`];
  });
  const said = names.map((name) => `"${name}"`).join(", ");
  return [
    `${said}: boosted trees alone learn from ${names.length === 1 ? "it" : "them"}, other methods do not`,
    ...absent,
  ];
}
