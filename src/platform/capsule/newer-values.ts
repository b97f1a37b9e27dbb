import { FettleError, nearestName, stepOf } from "../../lib/index.ts";
import { type Column, cellOf, isMissing, type Table } from "../../ml/table/index.ts";
import { besideNames, type ForecastModelData, type KnownSeries, needsCovariates } from "./forecast-data.ts";
import { shownInstant } from "./forecast-request.ts";
import type { CovariateRow } from "./request-covariates.ts";
import { parseInstant } from "./signature.ts";
import type { JsonObject, TaskRows } from "./task-model.ts";

/** What rows of a file say of a step. */
interface Newer {
  readonly value: number | null;
  readonly beside: CovariateRow;
}

type Steps = ReadonlyMap<number, Newer>;

/** Rows by series and step, those that the model knows already left out. Throws SCORE_COLUMNS. */
export async function newerValues(
  data: ForecastModelData,
  batches: AsyncIterable<TaskRows>,
  onNote: (note: string) => void,
): Promise<Map<string, Steps>> {
  const { time, value, series } = data.columns;
  const beside = besideNames(data);
  const isNeeded = [undefined, ...data.series].some((one) => needsCovariates(data, one));
  const found = new Map<string, Map<number, Newer>>();
  const lasts = new Map(data.series.map(({ name, last }) => [name, last]));
  let nLacking = 0;
  let nTwice = 0;
  for await (const { table } of batches) {
    checkColumns([...Object.values(data.columns), ...(isNeeded ? beside : [])], table);
    const at = table.column(time);
    const of = series === null ? null : table.column(series);
    const values = table.column(value);
    const columns = beside.map((name) => [name, table.has(name) ? table.column(name) : null] as const);
    for (let i = 0; i < table.nRows; i++) {
      const instant = at.kind === "category" ? parseInstant(String(cellOf(at, i))) : at.values[i]!;
      if (!Number.isFinite(instant) || (of !== null && isMissing(of, i))) {
        nLacking++;
        continue;
      }
      const name = of === null ? "" : String(cellOf(of, i));
      const step = stepOf(data.calendar, instant);
      const steps = found.get(name) ?? new Map<number, Newer>();
      found.set(name, steps);
      if (step <= (lasts.get(name) ?? Number.NEGATIVE_INFINITY)) continue;
      if (steps.has(step)) nTwice++;
      const cells = columns.map(([column, of]) => [column, of === null ? null : numberAt(of, i)] as const);
      steps.set(step, { value: numberAt(values, i), beside: Object.fromEntries(cells) });
    }
  }
  if (nLacking > 0) onNote(`${nLacking} rows have no instant or no series and are left out`);
  if (nTwice > 0) onNote(`${nTwice} rows lie in a step that has a row already: the last counts`);
  return found;
}

/** A request of a series for what its rows bring, without its name. */
export function requestOf(data: ForecastModelData, series: KnownSeries | undefined, steps: Steps): JsonObject {
  const known = data.covariates?.known ?? [];
  const last = known.length === 0 ? Number.POSITIVE_INFINITY : lastValue(series, steps);
  const past = [...steps].filter(([step]) => step <= last);
  const history = past.map(([step, { value, beside }]) => ({ at: shownInstant(data, step), value, ...beside }));
  const ahead: CovariateRow[] = [];
  for (let step = last + 1; ahead.length < data.horizon; step++) {
    const beside = steps.get(step)?.beside;
    if (beside === undefined || known.some((name) => beside[name] === null)) break;
    ahead.push(Object.fromEntries(known.map((name) => [name, beside[name]!] as const)));
  }
  return {
    ...(history.length === 0 ? {} : { history }),
    ...(ahead.length > 0 && needsCovariates(data, series) ? { horizon: ahead.length, known: ahead } : {}),
  };
}

// The step of the last value, of rows or of what the model knows.
function lastValue(series: KnownSeries | undefined, steps: Steps): number {
  let last = series?.last ?? Number.NEGATIVE_INFINITY;
  for (const [step, { value }] of steps) if (value !== null) last = Math.max(last, step);
  return last;
}

function numberAt(column: Column, i: number): number | null {
  return column.kind === "category" || !Number.isFinite(column.values[i]!) ? null : column.values[i]!;
}

function checkColumns(needed: readonly (string | null)[], table: Table): void {
  const absent = needed.filter((name) => name !== null && !table.has(name)) as string[];
  if (absent.length === 0) return;
  const near = nearestName(absent[0]!, table.names);
  throw new FettleError(
    "invalid-input",
    "SCORE_COLUMNS",
    `Cannot forecast from the rows: ${absent.map((name) => `"${name}"`).join(", ")} ${absent.length === 1 ? "is" : "are"} absent, every column of the model is needed`,
    {
      hint:
        near === undefined
          ? 'Leave out "--in" to forecast from what the model knows'
          : `Did you mean "${absent[0]}" by "${near}"?`,
      facts: { absent },
    },
  );
}
