import assert from "node:assert/strict";
import { test } from "node:test";
import { type Column, categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { guessItemName } from "./guess-item-name.ts";

const items = ["1", "2", "3", "1", "2", "3", "1", null];
const titles = ["A", "B", "C", "A", null, "C", "A", "Z"];
const cases: readonly [name: string, columns: Readonly<Record<string, Column>>, guess: string | null][] = [
  ["texts that are a function of the item", { words: categoryColumn(titles) }, "words"],
  ["no text", { price: numberColumn([1, 2, 3, 1, 2, 3, 1, 4]) }, null],
  ["an item of two texts", { title: categoryColumn(["A", "B", "C", "D", "B", "C", "A", "Z"]) }, null],
  ["texts that many items share", { genre: categoryColumn(["x", "x", "y", "x", "x", "y", "x", "z"]) }, null],
  ["a column that has a part of its own", { user: categoryColumn(titles) }, null],
  ["a usual name among several", { ean: categoryColumn(titles), "movie-title": categoryColumn(titles) }, "movie-title"],
  ["several without a usual name", { ean: categoryColumn(titles), isbn: categoryColumn(titles) }, null],
];

for (const [name, columns, guess] of cases)
  test(`guessItemName(): ${name}`, () => {
    const table = Table.of({ item: categoryColumn(items), ...columns } as Record<string, Column>);
    assert.equal(guessItemName(table, "item", ["user"]), guess);
  });

test("guessItemName() takes nothing where items hardly come twice: any text would be a function of them", () => {
  const few = Table.of({ item: categoryColumn(["1", "2", "3", "1"]), title: categoryColumn(["A", "B", "C", "A"]) });
  assert.equal(guessItemName(few, "item", []), null);
});
