import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { codeEvents } from "./coded-events.ts";
import { defineRecommender } from "./definition.ts";
import { eventsOf } from "./events.ts";
import { itemNames } from "./item-names.ts";
import type { EventSplit } from "./split-events.ts";

const table = Table.of({
  user: categoryColumn(["a", "a", "b", "b", "c", null]),
  item: categoryColumn(["x", "y", "x", "z", "x", "x"]),
  title: categoryColumn(["X of old", null, "X", "Z", "X of the test", "X of nobody"]),
  year: numberColumn([1999, 2001, null, 2002, 2003, 2004]),
});
const definition = { name: "taste", data: { files: ["a.csv"] }, user: "user", item: "item" };
// Training, validation and, from the fourth event on, the test, which alone has z.
const parts = Uint8Array.of(0, 0, 1, 2, 2);

const cases = [
  ["title", ["X", null]],
  ["year", ["1999", "2001"]],
  [undefined, undefined],
] as const;
for (const [itemName, expected] of cases)
  test(`itemNames() of ${itemName ?? "no column"}: the last before the test, null where there is none`, () => {
    const asked = { table, definition: defineRecommender({ ...definition, ...(itemName && { itemName }) }) };
    const events = eventsOf(asked);
    const coded = codeEvents(events, { parts } as EventSplit);
    assert.deepEqual(itemNames(asked, events, coded), expected);
  });

test("a definition whose names of items are the items is refused", () => {
  assert.throws(() => defineRecommender({ ...definition, itemName: "item" }), {
    code: "DEFINITION_INVALID",
    message: /"item" is the column of item/,
  });
});
