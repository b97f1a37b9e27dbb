import { FettleError, nearestName, stepOf } from "../../lib/index.ts";
import { categoryColumn, cellOf, instantColumn, isMissing, numberColumn, Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import type { ForecastModelData } from "./forecast-data.ts";
import type { ForecastAnswer } from "./forecast-model.ts";
import { type ForecastRequest, forecastRequestReader, shownInstant } from "./forecast-request.ts";
import { parseInstant, type RowProblem } from "./signature.ts";
import type { TaskRows } from "./task-model.ts";

/** Rows of one part of the answers. */
const rowsPerPart = 16_384;

/** Steps of one series that files may bring. */
const mostSteps = 1_000_000;

/**
 * Forecasts every series that rows of newer values name, or every known one where there is no row: a row per series and step, with `low_80`, `high_80` … per
 * level. Values that the model knows already are not read again. A series whose rows cannot be used is left out, with a note.
 */
export async function* scoreForecasts(
  data: ForecastModelData,
  batches: AsyncIterable<TaskRows>,
  answer: (request: ForecastRequest) => ForecastAnswer,
  onNote: (note: string) => void,
): AsyncIterable<TaskRows> {
  const read = forecastRequestReader(data, mostSteps);
  const newer = await newerValues(data, batches, onNote);
  const known = new Set(data.series.map(({ name }) => name));
  const names = newer.size > 0 ? [...newer.keys()] : [...known];
  let answers: ForecastAnswer[] = [];
  let nUnread = 0;
  for (const name of names) {
    const problems: RowProblem[] = [];
    const history = newer.get(name);
    const asked = { ...(name === "" ? {} : { series: name }), ...(history === undefined ? {} : { history }) };
    const request = read(asked, 0, problems);
    if (problems.length > 0) {
      if (nUnread++ === 0) onNote(`a series is left out: ${problems[0]!.message.replace(/^row 0: /, "")}`);
      continue;
    }
    try {
      answers.push(answer(request as unknown as ForecastRequest));
    } catch (error) {
      if (!(error instanceof FettleError)) throw error;
      if (nUnread++ === 0) onNote(`a series is left out: ${error.message}`);
      continue;
    }
    if (answers.length * data.horizon < rowsPerPart) continue;
    yield rowsOf(data, answers);
    answers = [];
  }
  if (nUnread > 1) onNote(`${nUnread} series are left out`);
  if (answers.length > 0) yield rowsOf(data, answers);
}

interface Point {
  readonly at: string | number;
  readonly value: number | null;
}

async function newerValues(
  data: ForecastModelData,
  batches: AsyncIterable<TaskRows>,
  onNote: (note: string) => void,
): Promise<Map<string, Point[] | undefined>> {
  const { time, value, series } = data.columns;
  const found = new Map<string, Map<number, number | null>>();
  const lasts = new Map(data.series.map(({ name, last }) => [name, last]));
  let nLacking = 0;
  let nTwice = 0;
  for await (const { table } of batches) {
    checkColumns(data, table);
    const at = table.column(time);
    const of = series === null ? null : table.column(series);
    const values = table.column(value);
    for (let i = 0; i < table.nRows; i++) {
      const instant = at.kind === "category" ? parseInstant(String(cellOf(at, i))) : at.values[i]!;
      if (!Number.isFinite(instant) || (of !== null && isMissing(of, i))) {
        nLacking++;
        continue;
      }
      const name = of === null ? "" : String(cellOf(of, i));
      const cell = values.kind === "category" || !Number.isFinite(values.values[i]!) ? null : values.values[i]!;
      const step = stepOf(data.calendar, instant);
      const steps = found.get(name) ?? new Map<number, number | null>();
      found.set(name, steps);
      if (step <= (lasts.get(name) ?? Number.NEGATIVE_INFINITY)) continue;
      if (steps.has(step)) nTwice++;
      steps.set(step, cell);
    }
  }
  if (nLacking > 0) onNote(`${nLacking} rows have no instant or no series and are left out`);
  if (nTwice > 0) onNote(`${nTwice} rows lie in a step that has a row already: the last counts`);
  return new Map(
    [...found].map(([name, steps]) => [
      name,
      steps.size === 0 ? undefined : [...steps].map(([step, cell]) => ({ at: shownInstant(data, step), value: cell })),
    ]),
  );
}

function checkColumns({ columns }: ForecastModelData, table: Table): void {
  const absent = Object.values(columns).filter((name) => name !== null && !table.has(name)) as string[];
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

function rowsOf(
  { columns, calendar, intervals, series }: ForecastModelData,
  answers: readonly ForecastAnswer[],
): TaskRows {
  const steps = answers.flatMap(({ series = "", forecast }) => forecast.map((step, h) => ({ series, h, ...step })));
  const instants = steps.map(({ at }) => (typeof at === "number" ? at : Date.parse(at)));
  const isNamed = columns.series !== null || series.some(({ name }) => name !== "");
  const entries = [
    ...(isNamed ? [["series", "category", categoryColumn(steps.map((step) => step.series))] as const] : []),
    calendar.unit === "number"
      ? (["at", "number", numberColumn(instants)] as const)
      : (["at", "instant", instantColumn(instants)] as const),
    ["step", "integer", numberColumn(steps.map(({ h }) => h + 1))] as const,
    ["value", "number", numberColumn(steps.map(({ value }) => value))] as const,
    ...intervals.levels.flatMap((level, k) =>
      (["low", "high"] as const).map(
        (end) =>
          [
            `${end}_${Number((100 * level).toFixed(6))}`,
            "number",
            numberColumn(steps.map((step) => step.intervals[k]![end])),
          ] as const,
      ),
    ),
  ];
  const schema: Schema = entries.map(([name, type]) => ({ name, type }));
  return {
    table: Table.of(
      entries.map(([name, , column]) => [name, column] as const),
      steps.length,
    ),
    schema,
  };
}
