import { cellOf } from "../../ml/table/index.ts";
import type { TaskInput } from "../training/index.ts";
import type { CodedEvents, Wanted } from "./coded-events.ts";
import type { RecommenderDefinition } from "./definition.ts";
import type { Events } from "./events.ts";
import { partCodes } from "./split-events.ts";
import type { UserLevels } from "./user-slices.ts";

/** Levels of measured users by each named column, of a user's last event before the test; columns that may hold personal data are left out. */
export function userLevels(
  { table, definition }: TaskInput<RecommenderDefinition>,
  { rows }: Events,
  { users, parts, nUsers }: CodedEvents,
  known: readonly Wanted[],
  hidden: ReadonlySet<string>,
): UserLevels[] {
  const names = (definition.evaluation?.slices ?? []).filter((name) => !hidden.has(name));
  if (names.length === 0) return [];
  const last = new Int32Array(nUsers);
  users.forEach((user, at) => {
    if (parts[at] !== partCodes.test) last[user] = rows[at]!;
  });
  return names.map((column) => {
    const cells = table.column(column);
    return {
      column,
      levels: known.map(({ user }) => {
        const cell = cellOf(cells, last[user]!);
        return cell === null ? null : String(cell);
      }),
    };
  });
}
