import { FettleError } from "../../lib/index.ts";
import { type Column, cellOf, isMissing, type Table } from "../../ml/table/index.ts";
import type { ForecastDefinition } from "./forecast-definition.ts";

interface SeriesRows {
  readonly name: string;
  readonly rows: number[];
}

/**
 * Rows by series, in the order of their first: `groups` of those with a value, `silent` of those without one, which still say what the covariates were. Throws
 * FORECAST_EMPTY where none has a value.
 */
export function groupRows(
  { series, time, value: target }: Pick<ForecastDefinition, "series" | "time" | "value">,
  table: Table,
  times: Float64Array,
  values: Float64Array,
) {
  const groups = new Map<string, SeriesRows>();
  const silent = new Map<string, number[]>();
  const column = series === undefined ? null : table.column(series);
  const lacking = { time: 0, series: 0, value: 0 };
  for (let i = 0; i < table.nRows; i++) {
    if (!Number.isFinite(times[i]!)) lacking.time++;
    else if (column !== null && isMissing(column, i)) lacking.series++;
    else if (!Number.isFinite(values[i]!)) {
      lacking.value++;
      const name = column === null ? "" : nameOf(column, i);
      const rows = silent.get(name);
      if (rows === undefined) silent.set(name, [i]);
      else rows.push(i);
    } else {
      const name = column === null ? "" : nameOf(column, i);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, { name, rows: [i] });
      else group.rows.push(i);
    }
  }
  if (groups.size === 0)
    throw new FettleError(
      "invalid-input",
      "FORECAST_EMPTY",
      `Cannot read the series: of ${table.nRows} rows none has an instant and a value, 1 is needed`,
      { hint: "Check the columns that the definition names as time and value" },
    );
  const names = { time, series: series ?? "", value: target };
  const notes = (["time", "series", "value"] as const).flatMap((key) =>
    lacking[key] > 0
      ? [`${lacking[key]} rows have no "${names[key]}" and ${key === "value" ? "leave a gap" : "are left out"}`]
      : [],
  );
  return { groups: [...groups.values()], silent, notes };
}

/** A series' name, as files and requests write it. */
function nameOf(column: Column, i: number): string {
  return column.kind === "category" ? column.dictionary[column.codes[i]!]! : String(cellOf(column, i));
}
