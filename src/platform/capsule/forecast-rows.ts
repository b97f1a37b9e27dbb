import { FettleError } from "../../lib/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import { type ForecastModelData, needsCovariates } from "./forecast-data.ts";
import type { ForecastAnswer } from "./forecast-model.ts";
import { type ForecastRequest, forecastRequestReader } from "./forecast-request.ts";
import { newerValues, requestOf } from "./newer-values.ts";
import type { RowProblem } from "./signature.ts";
import type { TaskRows } from "./task-model.ts";

/** Rows of one part of the answers. */
const rowsPerPart = 16_384;

/** Steps of one series that files may bring. */
const mostSteps = 1_000_000;

/**
 * Forecasts every series that rows of newer values name, or every known one where there is no row: a row per series and step, with `low_80`, `high_80` … per
 * level. Values that the model knows already are not read again; of a model with covariates, rows behind the last value bring those of the steps to forecast,
 * and as many are forecast as they reach. A series whose rows cannot be used is left out, with a note. Throws SCORE_COLUMNS, SCORE_COVARIATES.
 */
export async function* scoreForecasts(
  data: ForecastModelData,
  batches: AsyncIterable<TaskRows>,
  answer: (request: ForecastRequest) => ForecastAnswer,
  onNote: (note: string) => void,
): AsyncIterable<TaskRows> {
  const read = forecastRequestReader(data, mostSteps);
  const newer = await newerValues(data, batches, onNote);
  if (newer.size === 0) checkForecastable(data);
  const known = new Map(data.series.map((series) => [series.name, series]));
  const names = newer.size > 0 ? newer.keys() : known.keys();
  let answers: ForecastAnswer[] = [];
  let nUnread = 0;
  for (const name of names) {
    const problems: RowProblem[] = [];
    const asked = requestOf(data, known.get(name), newer.get(name) ?? new Map());
    const request = read(name === "" ? asked : { series: name, ...asked }, 0, problems);
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

// Without rows nothing says what the covariates of the steps ahead are.
function checkForecastable(data: ForecastModelData): void {
  const { covariates, series, columns } = data;
  const known = covariates?.known ?? [];
  if (known.length === 0 || !series.some((one) => needsCovariates(data, one))) return;
  const said = known.map((name) => `"${name}"`).join(", ");
  throw new FettleError(
    "invalid-input",
    "SCORE_COVARIATES",
    `Cannot forecast without rows: ${said} of the steps to forecast ${known.length === 1 ? "is" : "are"} needed`,
    { hint: `Bring them by "--in FILE": rows behind the last value, with "${columns.value}" left empty` },
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
