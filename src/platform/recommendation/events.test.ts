import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { defineRecommender, type RecommenderDefinition } from "./definition.ts";
import { eventsOf } from "./events.ts";

const define = (change: Partial<RecommenderDefinition> = {}) =>
  defineRecommender({ name: "films", data: { files: ["a.csv"] }, user: "user", item: "item", ...change });

const sound = {
  user: categoryColumn(["a", "a", "b", "b", null, "a", "b"]),
  item: categoryColumn(["x", "y", "x", "y", "x", null, "z"]),
  at: instantColumn([1, 2, 3, 4, 5, 6, null]),
  rating: numberColumn([5, 0, 2, 3, 4, 1, 4]),
};
const table = (change: Readonly<Record<string, unknown>> = {}) => Table.of({ ...sound, ...change } as typeof sound);

test("eventsOf() leaves out rows that say too little and counts them", () => {
  const all = eventsOf({ table: table(), definition: define() });
  assert.deepEqual([...all.rows], [0, 1, 2, 3, 6]);
  assert.deepEqual([all.times, all.weights], [null, null]);
  assert.deepEqual(all.notes, ['1 row without "user" left out', '1 row without "item" left out']);
  const timed = eventsOf({ table: table(), definition: define({ time: "at", weight: { column: "rating" } }) });
  assert.deepEqual([...timed.rows], [0, 2, 3]);
  assert.deepEqual([...timed.weights!], [5, 2, 3]);
  assert.deepEqual(timed.notes.slice(2), ['1 row without "at" left out', '1 row whose "rating" is 0 left out']);
});

test("eventsOf() counts what is wanted from the least weight on, with its strength or without", () => {
  const negative = table({ rating: numberColumn([5, -1, 2, 3, 4, 1, 4]) });
  const events = eventsOf({
    table: negative,
    definition: define({ weight: { column: "rating", atLeast: 2, strength: false } }),
  });
  assert.deepEqual([...events.rows], [0, 2, 3, 6]);
  assert.equal(events.weights, null);
  assert.ok(events.notes.includes('1 row whose "rating" is below 2 left out'));
});

test("eventsOf() reads ids that are numbers as their shortest texts", () => {
  const numbers = table({ item: numberColumn([1, 2, 1, 2, 1, Number.NaN, 2.5]) });
  const events = eventsOf({ table: numbers, definition: define() });
  assert.deepEqual(events.itemIds, ["1", "2", "2.5"]);
});

test("eventsOf() names rows that repeat user, item and time", () => {
  const twice = Table.of({
    user: categoryColumn(["a", "a", "a", "b"]),
    item: categoryColumn(["x", "x", "x", "y"]),
    at: instantColumn([1, 1, 2, 1]),
  });
  const { notes } = eventsOf({ table: twice, definition: define({ time: "at" }) });
  assert.deepEqual(notes, ["1 row repeats user, item and time of another one; the weights are added"]);
});

const refusals: readonly [
  name: string,
  change: Record<string, unknown>,
  more: Partial<RecommenderDefinition>,
  code: string,
  message: RegExp,
][] = [
  ["a column that is not there", {}, { item: "itme" }, "TABLE_COLUMN_UNKNOWN", /"itme"/],
  [
    "times that are texts",
    { at: categoryColumn(Array(7).fill("soon")) },
    { time: "at" },
    "RECOMMENDER_COLUMN",
    /"at" is to be the time, but it holds texts that are no dates/,
  ],
  [
    "weights that are texts",
    { rating: categoryColumn(Array(7).fill("good")) },
    { weight: { column: "rating" } },
    "RECOMMENDER_COLUMN",
    /"rating" is to be the weight/,
  ],
  [
    "negative weights",
    { rating: numberColumn([5, -1, 2, -3, 4, 1, 4]) },
    { weight: { column: "rating" } },
    "RECOMMENDER_COLUMN",
    /2 rows have a negative value/,
  ],
  [
    "no row that says enough",
    { user: categoryColumn(Array(7).fill(null)) },
    {},
    "RECOMMENDER_EVENTS",
    /no row has a user/,
  ],
  ["one user", { user: categoryColumn(Array(7).fill("a")) }, {}, "RECOMMENDER_EVENTS", /"user" has one value/],
  ["one item", { item: categoryColumn(Array(7).fill("x")) }, {}, "RECOMMENDER_EVENTS", /"item" has one value/],
  [
    "a user of its own in each row",
    { user: categoryColumn([..."abcdefg"]) },
    {},
    "RECOMMENDER_EVENTS",
    /"user" is different in each of 6 events/,
  ],
  [
    "an item of its own in each row",
    { item: categoryColumn([..."abcdefg"]) },
    {},
    "RECOMMENDER_EVENTS",
    /"item" is different in each/,
  ],
  [
    "a least weight that no row has",
    {},
    { weight: { column: "rating", atLeast: 6 } },
    "RECOMMENDER_EVENTS",
    /no row has/,
  ],
];

for (const [name, change, more, code, message] of refusals)
  test(`eventsOf() refuses ${name}`, () => {
    assert.throws(() => eventsOf({ table: table(change), definition: define(more) }), {
      code,
      message,
      kind: "invalid-input",
    });
  });
