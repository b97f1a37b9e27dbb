import { type CategoryColumn, type Column, categoryColumn, cellOf, type Table } from "../../ml/table/index.ts";
import type { TaskInput } from "../training/index.ts";
import type { RecommenderDefinition } from "./definition.ts";
import { badColumn, badEvents } from "./recommender-errors.ts";

/** Who did what, when, how strongly: one place per event that counts, in the order of the rows. */
export interface Events {
  /** Row of the table. */
  readonly rows: Int32Array;
  /** Codes over `userIds` and `itemIds`. */
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** Epoch milliseconds, or numbers as they are; null without a column of times. */
  readonly times: Float64Array | null;
  /** How strongly, above 0; null: all alike. */
  readonly weights: Float64Array | null;
  /** Facts a user should know, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * The events of a table. Rows without user, item, time or weight, and rows below the least weight, are left out and counted. Throws RECOMMENDER_COLUMN,
 * RECOMMENDER_EVENTS where nothing could be learned: no event, one user, one item, an id of its own in each event.
 */
export function eventsOf({
  table,
  definition,
}: Pick<TaskInput<RecommenderDefinition>, "table" | "definition">): Events {
  const { user, item, time, weight } = definition;
  const users = idsOf(table.column(user));
  const items = idsOf(table.column(item));
  const times = time === undefined ? null : timesOf(table, time);
  const values = weight === undefined ? null : weightsOf(table, weight.column);
  const least = weight?.atLeast ?? null;
  if (values !== null && least === null) checkNotNegative(values, weight!.column);
  const reasons: Reason[] = [
    { says: (n) => `${rows(n)} without "${user}"`, applies: (i) => users.codes[i]! < 0 },
    { says: (n) => `${rows(n)} without "${item}"`, applies: (i) => items.codes[i]! < 0 },
    { says: (n) => `${rows(n)} without "${time}"`, applies: (i) => times !== null && !Number.isFinite(times[i]!) },
    {
      says: (n) => `${rows(n)} without "${weight?.column}"`,
      applies: (i) => values !== null && !Number.isFinite(values[i]!),
    },
    {
      says: (n) => `${rows(n)} whose "${weight?.column}" is ${least === null ? "0" : `below ${least}`}`,
      applies: (i) => values !== null && (least === null ? values[i]! === 0 : values[i]! < least),
    },
  ];
  const { kept, notes } = keepRows(table.nRows, reasons);
  const events: Events = {
    rows: kept,
    users: kept.map((i) => users.codes[i]!),
    items: kept.map((i) => items.codes[i]!),
    userIds: users.dictionary,
    itemIds: items.dictionary,
    times: times && Float64Array.from(kept, (i) => times[i]!),
    weights: values === null || weight?.strength === false ? null : Float64Array.from(kept, (i) => values[i]!),
    notes,
  };
  checkEnough(events, definition);
  return { ...events, notes: [...notes, ...repeatNotes(events)] };
}

// Ids are texts; a number reads as its shortest text.
function idsOf(column: Column): CategoryColumn {
  if (column.kind === "category") return column;
  return categoryColumn(
    Array.from(column.values, (_, i) => {
      const cell = cellOf(column, i);
      return cell === null ? null : String(cell);
    }),
  );
}

function timesOf(table: Table, name: string): Float64Array {
  const column = table.column(name);
  if (column.kind !== "category") return column.values;
  const hint = `Say what it is in the definition, for example data: { options: { types: { ${JSON.stringify(name)}: "instant" } } }`;
  throw badColumn(name, "the time", "it holds texts that are no dates", "a column of instants or numbers", hint);
}

function weightsOf(table: Table, name: string): Float64Array {
  const column = table.column(name);
  if (column.kind === "number") return column.values;
  throw badColumn(name, "the weight", `it holds ${column.kind} values`, "a column of numbers");
}

function checkNotNegative(values: Float64Array, name: string): void {
  const n = values.reduce((sum, value) => sum + Number(value < 0), 0);
  if (n === 0) return;
  const hint = "Say from which value on a row counts, for example weight: { column, atLeast: 1 }";
  throw badColumn(name, "the weight", `${rows(n)} have a negative value`, "a number ≥ 0", hint);
}

interface Reason {
  readonly says: (n: number) => string;
  readonly applies: (row: number) => boolean;
}

// Each row that is left out counts for the first reason that applies.
function keepRows(nRows: number, reasons: readonly Reason[]): { kept: Int32Array; notes: string[] } {
  const counts = reasons.map(() => 0);
  const kept = new Int32Array(nRows);
  let n = 0;
  for (let i = 0; i < nRows; i++) {
    const reason = reasons.findIndex(({ applies }) => applies(i));
    if (reason < 0) kept[n++] = i;
    else counts[reason]!++;
  }
  const notes = reasons.flatMap(({ says }, k) => (counts[k]! > 0 ? [`${says(counts[k]!)} left out`] : []));
  return { kept: kept.slice(0, n), notes };
}

function checkEnough({ rows: kept, users, items }: Events, { user, item }: RecommenderDefinition): void {
  const nEvents = kept.length;
  if (nEvents === 0) throw badEvents("no row has a user, an item and all else that counts, at least some are needed");
  const [nUsers, nItems] = [distinct(users), distinct(items)];
  if (nUsers < 2) throw badEvents(`column "${user}" has one value in all events, at least 2 users are needed`);
  if (nItems < 2) throw badEvents(`column "${item}" has one value in all events, at least 2 items are needed`);
  const swapped = "Look whether the columns are what the definition says";
  if (nUsers === nEvents)
    throw badEvents(
      `column "${user}" is different in each of ${nEvents} events, users with several are needed`,
      swapped,
    );
  if (nItems === nEvents)
    throw badEvents(
      `column "${item}" is different in each of ${nEvents} events, items of several users are needed`,
      swapped,
    );
}

function distinct(codes: Int32Array): number {
  return new Set(codes).size;
}

// The same user, item and instant twice is mostly one event that was logged twice.
function repeatNotes({ users, items, times, userIds }: Events): string[] {
  if (times === null) return [];
  let n = 0;
  for (const own of placesByCode(users, userIds.length)) {
    own.sort((a, b) => items[a]! - items[b]! || times[a]! - times[b]!);
    for (let k = 1; k < own.length; k++) {
      const [a, b] = [own[k - 1]!, own[k]!];
      if (items[a] === items[b] && times[a] === times[b]) n++;
    }
  }
  const verb = n === 1 ? "repeats" : "repeat";
  return n === 0 ? [] : [`${rows(n)} ${verb} user, item and time of another one; the weights are added`];
}

/** The places of each code, ascending, by code: views of one array. */
export function placesByCode(codes: Int32Array, nCodes: number): Int32Array[] {
  const offsets = new Int32Array(nCodes + 1);
  for (const code of codes) offsets[code + 1]!++;
  for (let code = 0; code < nCodes; code++) offsets[code + 1]! += offsets[code]!;
  const places = new Int32Array(codes.length);
  const next = offsets.slice();
  codes.forEach((code, k) => {
    places[next[code]!++] = k;
  });
  return Array.from({ length: nCodes }, (_, code) => places.subarray(offsets[code], offsets[code + 1]));
}

function rows(n: number): string {
  return n === 1 ? "1 row" : `${grouped(n)} rows`;
}

/** A count with grouped thousands. */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
