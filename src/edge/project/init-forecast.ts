import { resolve } from "node:path";
import type { FettleError } from "../../lib/index.ts";
import {
  detectPersonalData,
  type LogicalType,
  type ReadOptions,
  type SourceReader,
  type SourceReading,
} from "../../platform/data/index.ts";
import {
  defineForecast,
  describeSeries,
  forecastToSource,
  type SeriesDescription,
} from "../../platform/forecasting/index.ts";
import {
  cannotInitialise,
  checkColumn,
  dataOf,
  type InitialisedModel,
  type NewTableModel,
  readingNotes,
  readOptions,
  writeModel,
} from "./init-model.ts";
import type { Project } from "./project.ts";

/** Names that columns of times mostly have. */
const usualTime =
  /^(time|timestamp|date|datetime|instant|at|ts|ds|t|step|minute|hour|day|week|month|quarter|year|period)$/i;
/** Names that columns of values mostly have. */
const usualValue = /^(y|value|target|sales|demand|quantity|qty|units|count|volume|load|price)$/i;

/**
 * Reads a table of one or several series and writes `models/<model>.ts`, a forecast. Columns that are not named are guessed where one alone fits, and the
 * notes say so; rows that a training would refuse are told, with what to do.
 * @param from folder that the paths in `asked` are relative to
 */
export async function initForecast(
  project: Project,
  model: string,
  asked: NewTableModel,
  from: string,
  reader: SourceReader,
): Promise<InitialisedModel> {
  const options = readOptions(asked);
  const paths = asked.data.map((path) => resolve(from, path));
  const first = await reader.read(paths, options);
  for (const name of [asked.time, asked.target === "" ? undefined : asked.target, asked.series])
    if (name !== undefined) checkColumn(name, first.table.names);
  const notes: string[] = [];
  const time = asked.time ?? guessTime(first, notes);
  const told = await readTime(reader, paths, options, first, time, notes);
  const value = asked.target === "" ? guessValue(told.reading, time, asked.series, notes) : asked.target;
  const types: Record<string, LogicalType> = { ...told.types, [value]: "number" };
  const reading = await reader.read(paths, { ...options, types });
  const series = asked.series ?? guessSeries(reading, time, value, notes);
  const found = describeSeries({ time, value, ...(series === undefined ? {} : { series }) }, reading.table);
  const horizon = asked.horizon ?? defaultHorizon(found, notes);
  const definition = defineForecast({
    name: model,
    data: dataOf(project, asked, from, {
      ...options,
      ...(Object.keys(told.types).length > 0 && { types: told.types }),
    }),
    time,
    value,
    ...(series === undefined ? {} : { series }),
    horizon,
    ...(asked.season === undefined ? {} : { season: asked.season }),
  });
  const refusal = found.refusal === null ? [] : [`a training would refuse the rows as they are: ${found.refusal.says}`];
  const { table, schema } = reading;
  const others = table.names.filter((name) => name !== time && name !== value && name !== series);
  return {
    model,
    files: writeModel(project, model, asked.force === true, {
      [`${model}.ts`]: forecastToSource(definition, found.step, others),
    }),
    nRows: table.nRows,
    nColumns: table.nColumns,
    task: "forecast",
    target: inWords(value, series, horizon, found),
    personalData: [...detectPersonalData(table, schema).keys()],
    notes: [...readingNotes(reading), ...notes, ...found.notes, ...refusal],
  };
}

function inWords(
  value: string,
  series: string | undefined,
  horizon: number,
  { nSeries, step }: SeriesDescription,
): string {
  const each = series === undefined || nSeries === 0 ? "" : ` for each of ${nSeries} series (${series})`;
  return `forecast ${value}, ${horizon} step${horizon === 1 ? "" : "s"}${step === null ? "" : ` of ${step}`} ahead${each}`;
}

const guessed = (name: string, role: string, option: string) =>
  `column "${name}" is taken for the ${role}; ${option} names another one`;

function guessTime({ schema }: SourceReading, notes: string[]): string {
  const instants = schema.filter(({ type }) => type === "instant").map(({ name }) => name);
  const fitting =
    instants.length > 0 ? instants : schema.map(({ name }) => name).filter((name) => usualTime.test(name));
  if (fitting.length !== 1) throw unnamed("time", "--time", fitting, schema);
  notes.push(guessed(fitting[0]!, "time", "--time"));
  return fitting[0]!;
}

/** The files again with the times as instants, where they are texts that can be read so, or numbers of eight digits. */
async function readTime(
  reader: SourceReader,
  paths: readonly string[],
  options: ReadOptions,
  first: SourceReading,
  time: string,
  notes: string[],
): Promise<{ readonly reading: SourceReading; readonly types: Record<string, LogicalType> }> {
  const column = first.table.column(time);
  const isDigits = column.kind === "number" && column.values.every((at) => !(at < 19_000_101 || at > 21_001_231));
  if (column.kind !== "category" && !isDigits) return { reading: first, types: {} };
  const types = { [time]: "instant" } as const;
  const again = await reader.read(paths, { ...options, types });
  const read = again.table.instants(time).values;
  if (read.every(Number.isNaN)) return { reading: first, types: {} };
  notes.push(`column "${time}" is read as dates: data.options.types in the definition says so`);
  return { reading: again, types };
}

function guessValue({ schema }: SourceReading, time: string, series: string | undefined, notes: string[]): string {
  const numbers = schema
    .filter(({ name, type }) => (type === "number" || type === "integer") && name !== time && name !== series)
    .map(({ name }) => name);
  const usual = numbers.filter((name) => usualValue.test(name));
  const fitting = usual.length === 1 ? usual : numbers;
  if (fitting.length !== 1) throw unnamed("value", "--target", fitting, schema);
  notes.push(guessed(fitting[0]!, "value", "--target"));
  return fitting[0]!;
}

// Several series are in a table where instants repeat; the column that parts them leaves none that does.
function guessSeries(reading: SourceReading, time: string, value: string, notes: string[]): string | undefined {
  const parts = (series?: string) =>
    describeSeries({ time, value, ...(series === undefined ? {} : { series }) }, reading.table);
  if (parts().refusal?.code !== "FORECAST_DUPLICATES") return undefined;
  const fitting = reading.schema
    .filter(
      ({ name, type }) =>
        name !== time && name !== value && (type === "category" || type === "id" || type === "integer"),
    )
    .map(({ name }) => name)
    .filter((name) => parts(name).refusal?.code !== "FORECAST_DUPLICATES");
  if (fitting.length === 1) notes.push(guessed(fitting[0]!, "series", "--series"));
  else if (fitting.length > 1) notes.push(`${fitting.join(" and ")} could be the series; --series names it`);
  return fitting.length === 1 ? fitting[0] : undefined;
}

// Two seasons of hours or days, one of months or quarters: as far as plans mostly go; less where the history is short.
function defaultHorizon({ period, longest, step }: SeriesDescription, notes: string[]): number {
  const wanted = period === 1 ? 12 : period === 7 ? 28 : period >= 24 ? 2 * period : period;
  const horizon = longest === 0 ? wanted : Math.max(1, Math.min(wanted, Math.floor((longest - period - 1) / 3)));
  notes.push(
    `the horizon is ${horizon} step${horizon === 1 ? "" : "s"}${step === null ? "" : ` of ${step}`}; --horizon says another one`,
  );
  return horizon;
}

function unnamed(
  role: string,
  option: string,
  fitting: readonly string[],
  schema: SourceReading["schema"],
): FettleError {
  const names = schema.slice(0, 20).map(({ name }) => name);
  const why = fitting.length > 1 ? `${fitting.slice(0, 5).join(", ")} could be it` : "none fits";
  return cannotInitialise(
    "INIT_SERIES",
    `no column is named as the ${role}, and ${why}`,
    `Add ${option} COLUMN; the columns are: ${names.join(", ")}`,
  );
}
