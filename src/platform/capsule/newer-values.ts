import { FettleError, nearestName, stepOf } from "../../lib/index.ts";
import { type Column, cellOf, isMissing, type Table } from "../../ml/table/index.ts";
import { besideNames, type ForecastModelData, type KnownSeries, needsCovariates } from "./forecast-data.ts";
import { parseStep, shownInstant } from "./forecast-request.ts";
import type { CovariateRow } from "./request-covariates.ts";
import type { JsonObject, TaskRows } from "./task-model.ts";

/** What rows of a file say of a step. */
interface Newer {
  readonly value: number | null;
  readonly beside: CovariateRow;
  /** Rows with a value. */
  readonly nValues: number;
}

/** The value of a row, then what stands beside it. */
type Cells = readonly (number | null)[];

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
  const found = new Map<string, Map<number, Cells[]>>();
  const lasts = new Map(data.series.map(({ name, last }) => [name, last]));
  let nLacking = 0;
  let nUnread = 0;
  for await (const { table } of batches) {
    checkColumns([...Object.values(data.columns), ...(isNeeded ? beside : [])], table);
    const at = table.column(time);
    const of = series === null ? null : table.column(series);
    const values = table.column(value);
    const columns = beside.map((name) => (table.has(name) ? table.column(name) : null));
    for (let i = 0; i < table.nRows; i++) {
      const instant = at.kind === "category" ? parseStep(String(cellOf(at, i))) : at.values[i]!;
      if (!Number.isFinite(instant) || (of !== null && isMissing(of, i))) {
        nLacking++;
        continue;
      }
      const name = of === null ? "" : String(cellOf(of, i));
      const step = stepOf(data.calendar, instant);
      const steps = found.get(name) ?? new Map<number, Cells[]>();
      found.set(name, steps);
      if (step <= (lasts.get(name) ?? Number.NEGATIVE_INFINITY)) continue;
      const read = numberAt(values, i);
      if (read === null && !isMissing(values, i)) nUnread++;
      const cells = [read, ...columns.map((column) => (column === null ? null : numberAt(column, i)))];
      const rows = steps.get(step);
      if (rows === undefined) steps.set(step, [cells]);
      else rows.push(cells);
    }
  }
  if (nLacking > 0) onNote(`${nLacking} rows have no instant or no series and are left out`);
  if (nUnread > 0) onNote(`${nUnread} values of "${value}" are no numbers and count as missing`);
  const newer = new Map(
    [...found].map(([name, steps]) => [
      name,
      new Map([...steps].map(([step, rows]) => [step, joined(rows, beside, data.duplicates)])),
    ]),
  );
  let nTwice = 0;
  for (const steps of newer.values()) for (const { nValues } of steps.values()) nTwice += Math.max(0, nValues - 1);
  if (nTwice > 0)
    onNote(`${nTwice} rows lie in a step that has a row already: ${together[data.duplicates ?? "refuse"]}`);
  return newer;
}

const together = {
  refuse: "their series are left out, as the definition says nothing of duplicates",
  sum: "they are summed",
  mean: "their mean counts",
  last: "the last counts",
} as const;

// As a training joins rows of one step: cells without a number add nothing, and of covariates the mean counts.
function joined(rows: readonly Cells[], names: readonly string[], duplicates: ForecastModelData["duplicates"]): Newer {
  const of = (column: number) => rows.flatMap((cells) => cells[column] ?? []);
  const join = (cells: readonly number[], by: ForecastModelData["duplicates"]) => {
    if (by === "last" || cells.length < 2) return cells.at(-1) ?? null;
    const sum = cells.reduce((total, cell) => total + cell);
    return by === "sum" ? sum : sum / cells.length;
  };
  const values = of(0);
  const beside = names.map((name, k) => [name, join(of(k + 1), duplicates === "last" ? "last" : "mean")] as const);
  return { value: join(values, duplicates), beside: Object.fromEntries(beside), nValues: values.length };
}

/** A request of a series for what its rows bring, without its name. */
export function requestOf(data: ForecastModelData, series: KnownSeries | undefined, steps: Steps): JsonObject {
  const known = data.covariates?.known ?? [];
  const last = known.length === 0 ? Number.POSITIVE_INFINITY : lastValue(series, steps);
  const past = [...steps].filter(([step]) => step <= last);
  // A step that several rows claim stands there twice, which no request may say.
  const history = past.flatMap(([step, { value, beside, nValues }]) => {
    const point = { at: shownInstant(data, step), value, ...beside };
    return nValues > 1 && data.duplicates === undefined ? [point, point] : [point];
  });
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

// Of a column that one text has made a column of texts, the others are numbers still.
function numberAt(column: Column, i: number): number | null {
  if (isMissing(column, i)) return null;
  const cell = cellOf(column, i);
  const value = typeof cell === "string" && cell.trim() === "" ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : null;
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
