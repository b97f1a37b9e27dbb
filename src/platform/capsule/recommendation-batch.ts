import { FettleError, nearestName } from "../../lib/index.ts";
import { type CategoryColumn, categoryColumn, cellOf, numberColumn, Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import type { RecommendationRequest } from "./recommendation-request.ts";
import { mostItems } from "./recommendation-signature.ts";
import type { TaskRows } from "./task-model.ts";

/** An answer, as far as a file holds it. */
interface Listed {
  readonly items: readonly {
    readonly item: string;
    readonly name?: string | null;
    readonly rank: number;
    readonly score: number | null;
  }[];
  readonly basis: string;
}

/** What {@link scoreUsers} needs. */
export interface UserBatches {
  readonly batches: AsyncIterable<TaskRows>;
  readonly onNote: (note: string) => void;
  readonly columns: { readonly user: string; readonly item: string };
  /** Items per user where a row does not say it. */
  readonly k: number;
  /** Whether answers name their items. */
  readonly hasNames: boolean;
  readonly answer: (request: RecommendationRequest) => Listed;
  /** What tells users apart: equal for equal ids. */
  readonly keyOf: (user: string) => string | number;
}

/**
 * Answers files of users: one row per user and place, with the columns user, rank, item, name where the model names items, score and basis. A column `k` says
 * how many items a row wants. A row without a user gets the most popular items. Each user is answered once, at their first row, and so are the rows without
 * one: a file of events is a file of its users. Throws SCORE_COLUMNS where there is no column of users.
 */
export async function* scoreUsers({
  batches,
  onNote,
  columns,
  k,
  hasNames,
  answer,
  keyOf,
}: UserBatches): AsyncIterable<TaskRows> {
  const names = outputNames(columns, hasNames);
  const answered = new Set<string | number | null>();
  let nUnfit = 0;
  let nRepeated = 0;
  for await (const { table } of batches) {
    const users = usersOf(table, columns.user);
    const wanted = table.has("k") && columns.user !== "k" ? table.column("k") : null;
    let lists: UserList[] = [];
    let nRows = 0;
    for (let row = 0; row < table.nRows; row++) {
      const user = users(row);
      const key = user === null ? null : keyOf(user);
      if (answered.has(key)) {
        nRepeated++;
        continue;
      }
      answered.add(key);
      const asked = wanted === null ? null : cellOf(wanted, row);
      const isFit = typeof asked === "number" && Number.isInteger(asked) && asked >= 1 && asked <= mostItems;
      if (asked !== null && !isFit) nUnfit++;
      const list = answer({ user, k: isFit ? asked : k });
      lists.push({ user, ...list });
      nRows += list.items.length;
      if (nRows < rowsInPart) continue;
      yield rowsOf(lists, names);
      lists = [];
      nRows = 0;
    }
    yield rowsOf(lists, names);
  }
  if (nRepeated > 0)
    onNote(
      `${nRepeated} ${nRepeated === 1 ? "row repeats" : "rows repeat"} a user: each of ${answered.size} is answered once, at their first row`,
    );
  if (nUnfit > 0)
    onNote(
      `column "k": ${nUnfit} ${nUnfit === 1 ? "value is no whole number" : "values are no whole numbers"} from 1 to ${mostItems}; ${k} items are given there`,
    );
}

/** Rows that are written at a time, about. */
const rowsInPart = 100_000;

interface UserList extends Listed {
  readonly user: string | null;
}

// One row per user and place.
function rowsOf(lists: readonly UserList[], names: Names): TaskRows {
  const rows = lists.flatMap(({ user, items, basis }) => items.map((place) => ({ user, basis, ...place })));
  const called = rows.map(({ name }) => name ?? null);
  const columns = [
    [names.user, categoryColumn(rows.map(({ user }) => user))],
    [names.rank, numberColumn(rows.map(({ rank }) => rank))],
    [names.item, categoryColumn(rows.map(({ item }) => item))],
    ...(names.name === null ? [] : [[names.name, categoryColumn(called)] as const]),
    [names.score, numberColumn(rows.map(({ score }) => score))],
    [names.basis, categoryColumn(rows.map(({ basis }) => basis))],
  ] as const;
  return { table: Table.of(columns, rows.length), schema: schemaOf(names) };
}

function usersOf(table: Table, name: string): (row: number) => string | null {
  if (table.has(name)) {
    const column = table.column(name);
    if (column.kind === "category") return textsOf(column);
    return (row) => {
      const cell = cellOf(column, row);
      return cell === null ? null : String(cell);
    };
  }
  const near = nearestName(name, table.names);
  throw new FettleError(
    "invalid-input",
    "SCORE_COLUMNS",
    `Cannot score the rows: "${name}" is absent, every input of the model is needed`,
    near === undefined ? {} : { hint: `Did you mean it by "${near}"?` },
  );
}

const textsOf =
  ({ codes, dictionary }: CategoryColumn) =>
  (row: number) =>
    codes[row]! < 0 ? null : dictionary[codes[row]!]!;

type Names = Readonly<Record<"user" | "rank" | "item" | "score" | "basis", string>> & {
  readonly name: string | null;
};

// The user's own columns keep their names.
function outputNames({ user, item }: UserBatches["columns"], hasNames: boolean): Names {
  const free = (name: string) => (name === user || name === item ? `${name}2` : name);
  return {
    user,
    item,
    name: hasNames ? free("name") : null,
    rank: free("rank"),
    score: free("score"),
    basis: free("basis"),
  };
}

function schemaOf(names: Names): Schema {
  return [
    { name: names.user, type: "id" },
    { name: names.rank, type: "integer" },
    { name: names.item, type: "id" },
    ...(names.name === null ? [] : [{ name: names.name, type: "category" as const }]),
    { name: names.score, type: "number" },
    { name: names.basis, type: "category" },
  ];
}
