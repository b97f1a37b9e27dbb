import { resolve } from "node:path";
import { FettleError } from "../../lib/index.ts";
import { detectPersonalData, type Schema, type SourceReader } from "../../platform/data/index.ts";
import { defineRecommender, recommenderToSource } from "../../platform/recommendation/index.ts";
import { guessItemName } from "./guess-item-name.ts";
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

/** Names that columns of events mostly have; a guess is made only where one column fits. */
const usualNames = {
  user: /^(user|customer|client|member|visitor|account|reader|listener|session)([-_ ]?(id|no|number|key))?$/i,
  item: /^(item|product|article|movie|film|track|song|artist|book|game|video|sku|offer)([-_ ]?(id|no|number|key))?$/i,
  time: /^(time|timestamp|date|datetime|instant|when|at|ts|(event|order|purchase|visit|created)[-_ ]?(time|date|at))$/i,
  weight: /^(rating|stars|score|count|quantity|qty|plays|amount|weight)$/i,
} as const;

type Role = keyof typeof usualNames;

/**
 * Reads a table of events and writes `models/<model>.ts`, a recommender. Columns that are not named are guessed by their usual names, and the notes say so.
 * @param from folder that the paths in `asked` are relative to
 */
export async function initRecommender(
  project: Project,
  model: string,
  asked: NewTableModel,
  from: string,
  reader: SourceReader,
): Promise<InitialisedModel> {
  checkAsked(asked);
  const options = readOptions(asked);
  const reading = await reader.read(
    asked.data.map((path) => resolve(from, path)),
    options,
  );
  const { table, schema } = reading;
  const notes: string[] = [];
  const columnOf = (role: Role): string | undefined => {
    const told = asked[role];
    if (told !== undefined) checkColumn(told, table.names);
    return told ?? guessColumn(role, schema, notes);
  };
  const [user, item] = [columnOf("user"), columnOf("item")];
  if (user === undefined || item === undefined) throw unnamed(user === undefined ? "user" : "item", schema);
  const [time, weight] = [columnOf("time"), columnOf("weight")];
  const atLeast = leastOf(asked.positive);
  const itemName = guessItemName(
    table,
    item,
    [user, time, weight].filter((name) => name !== undefined),
  );
  if (itemName !== null)
    notes.push(`column "${itemName}" is taken for the names of items; "itemName" in the definition names another one`);
  const definition = defineRecommender({
    name: model,
    data: dataOf(project, asked, from, options),
    user,
    item,
    ...(itemName === null ? {} : { itemName }),
    ...(time === undefined ? {} : { time }),
    ...(weight === undefined ? {} : { weight: { column: weight, ...(atLeast === undefined ? {} : { atLeast }) } }),
  });
  const personalData = [...detectPersonalData(table, schema).keys()];
  const files = writeModel(project, model, asked.force === true, { [`${model}.ts`]: recommenderToSource(definition) });
  return {
    model,
    files,
    nRows: table.nRows,
    nColumns: table.nColumns,
    task: "recommendation",
    target: `recommend ${item} to each ${user}`,
    personalData,
    notes: [...readingNotes(reading), ...notes],
  };
}

function guessColumn(role: Role, schema: Schema, notes: string[]): string | undefined {
  const fitting = columnsFor(role, schema);
  if (fitting.length === 1) notes.push(`column "${fitting[0]}" is taken for the ${role}; --${role} names another one`);
  else if (fitting.length > 1) notes.push(`${fitting.join(" and ")} could be the ${role}; --${role} names it`);
  return fitting.length === 1 ? fitting[0] : undefined;
}

function columnsFor(role: Role, schema: Schema): string[] {
  const needed = { user: null, item: null, time: ["instant", "integer", "number"], weight: ["integer", "number"] }[
    role
  ];
  return schema.flatMap(({ name, type }) =>
    usualNames[role].test(name) && (needed === null || needed.includes(type)) ? [name] : [],
  );
}

function checkAsked({ weight, positive }: NewTableModel): void {
  if (positive !== undefined && weight === undefined)
    throw cannotInitialise(
      "INIT_WEIGHT",
      "--positive says which weight counts, and no weight is named",
      "Add --weight COLUMN",
    );
}

function unnamed(role: "user" | "item", schema: Schema): FettleError {
  const fitting = columnsFor(role, schema);
  const names = schema.slice(0, 20).map(({ name }) => name);
  const why = fitting.length > 1 ? `${fitting.join(" and ")} could be the ${role}` : "none has a name that says it";
  return cannotInitialise(
    "INIT_EVENTS",
    `no column is named as the ${role}, and ${why}`,
    `Add --${role} COLUMN; the columns are: ${names.join(", ")}`,
  );
}

// ">=4": the least weight that counts.
function leastOf(positive: string | undefined): number | undefined {
  if (positive === undefined) return undefined;
  const [, digits] = /^>=(\d+(?:\.\d+)?)$/.exec(positive.trim()) ?? [];
  if (digits !== undefined && Number(digits) > 0) return Number(digits);
  throw new FettleError(
    "invalid-input",
    "INIT_POSITIVE",
    'Cannot initialise the model: --positive is no ">=NUMBER" with a number above 0, which says from which weight on an event counts',
  );
}
