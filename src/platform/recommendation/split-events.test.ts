import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { defineRecommender, type RecommenderDefinition } from "./definition.ts";
import type { Events } from "./events.ts";
import { partCodes, splitEvents } from "./split-events.ts";

const define = (change: Partial<RecommenderDefinition> = {}) =>
  defineRecommender({ name: "films", data: { files: ["a.csv"] }, user: "user", item: "item", ...change });

function eventsFrom(triples: readonly (readonly [user: number, item: number, time: number])[]): Events {
  return {
    rows: Int32Array.from(triples.keys()),
    users: Int32Array.from(triples, ([user]) => user),
    items: Int32Array.from(triples, ([, item]) => item),
    userIds: Array.from({ length: 10 }, (_, k) => `u${k}`),
    itemIds: Array.from({ length: 10 }, (_, k) => `i${k}`),
    times: Float64Array.from(triples, ([, , time]) => time),
    weights: null,
    notes: [],
  };
}

const anyEvents = fc
  .array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(30)), { minLength: 20, maxLength: 60 })
  .map((triples) => eventsFrom([...triples, [0, 0, 31], [0, 1, 32], [0, 2, 33], [0, 3, 34]]));

const valuesOf = ({ times }: Events, parts: Uint8Array, code: number, of: (k: number) => boolean = () => true) =>
  [...times!].filter((_, k) => parts[k] === code && of(k));

test("splitEvents() by time trains on the past and keeps events of one instant together", () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      const { parts, kind } = splitEvents(events, define({ time: "at" }), null);
      const [train, validation, latest] = [0, 1, 2].map((code) => valuesOf(events, parts, code));
      assert.equal(kind, "time");
      assert.ok(Math.max(...train!) < Math.min(...validation!));
      assert.ok(Math.max(...validation!) < Math.min(...latest!));
    }),
  );
});

test("splitEvents() by the latest holds out the end of each user's events and leaves every user some", () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      const { parts, notes } = splitEvents(events, define({ time: "at", split: { kind: "latest", test: 0.3 } }), null);
      assert.equal(notes.length, 1);
      for (const user of new Set(events.users)) {
        const own = (k: number) => events.users[k] === user;
        const [train, validation, latest] = [0, 1, 2].map((code) => valuesOf(events, parts, code, own));
        assert.ok(train!.length > 0);
        assert.ok(Math.max(...train!) <= Math.min(Number.POSITIVE_INFINITY, ...validation!, ...latest!));
        assert.ok(Math.max(Number.NEGATIVE_INFINITY, ...validation!) <= Math.min(Number.POSITIVE_INFINITY, ...latest!));
      }
    }),
  );
});

test("splitEvents() at random keeps the events of one user with one item together, the same way for the same seed", () => {
  fc.assert(
    fc.property(anyEvents, fc.nat(1000), (events, seed) => {
      const { parts, notes } = splitEvents(events, define({ seed }), null);
      assert.match(notes[0]!, /no column of times/);
      const partOf = new Map<string, number>();
      events.users.forEach((user, k) => {
        const pair = `${user} ${events.items[k]}`;
        assert.equal(partOf.get(pair) ?? parts[k], parts[k]);
        partOf.set(pair, parts[k]!);
      });
      assert.deepEqual(splitEvents(events, define({ seed }), null).parts, parts);
    }),
  );
});

test("splitEvents() takes the rows of an official test file for the test, and validation from the others", () => {
  const events = eventsFrom(Array.from({ length: 40 }, (_, k) => [k % 4, k % 7, k % 10] as const));
  const split = splitEvents(events, define({ time: "at" }), 30);
  assert.equal(split.kind, "official");
  split.parts.forEach((part, k) => void assert.equal(part === partCodes.test, k >= 30));
  assert.match(split.says, /^the official test file; validation: by time/);
});

const refusals: readonly [name: string, events: Events, change: Partial<RecommenderDefinition>][] = [
  [
    "times that are all equal",
    eventsFrom(Array.from({ length: 30 }, (_, k) => [k % 3, k % 5, 7] as const)),
    { time: "at" },
  ],
  ["users with 2 events each", eventsFrom(Array.from({ length: 12 }, (_, k) => [k % 6, k % 5, k] as const)), {}],
  [
    "users with 2 events each, by the latest",
    eventsFrom(Array.from({ length: 12 }, (_, k) => [k % 6, k % 5, k] as const)),
    { time: "at", split: { kind: "latest" } },
  ],
];

for (const [name, events, change] of refusals)
  test(`splitEvents() refuses ${name}`, () => {
    assert.throws(() => splitEvents(events, define(change), null), {
      code: "RECOMMENDER_SPLIT",
      message: /no event is left for the validation, some are needed/,
    });
  });
