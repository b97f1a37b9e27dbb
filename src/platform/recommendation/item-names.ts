import { cellOf } from "../../ml/table/index.ts";
import type { TaskInput } from "../training/index.ts";
import type { CodedEvents } from "./coded-events.ts";
import type { RecommenderDefinition } from "./definition.ts";
import type { Events } from "./events.ts";
import { partCodes } from "./split-events.ts";

/** Names of the items of training and validation by code: of the last event before the test that has one, else null. Undefined where no column holds names. */
export function itemNames(
  { table, definition: { itemName } }: Pick<TaskInput<RecommenderDefinition>, "table" | "definition">,
  { rows }: Events,
  { items, parts, nItems }: CodedEvents,
): readonly (string | null)[] | undefined {
  if (itemName === undefined) return undefined;
  const cells = table.column(itemName);
  const names = new Array<string | null>(nItems).fill(null);
  items.forEach((item, at) => {
    if (parts[at] === partCodes.test) return;
    const cell = cellOf(cells, rows[at]!);
    if (cell !== null) names[item] = String(cell);
  });
  return names;
}
