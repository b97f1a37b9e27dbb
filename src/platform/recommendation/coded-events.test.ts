import assert from "node:assert/strict";
import { test } from "node:test";
import { codeEvents, heldOutOf, interactionsIn } from "./coded-events.ts";

// Users a, b, c and items x, y, z; c and z come in the test part alone.
const events = {
  rows: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  users: Int32Array.of(2, 0, 0, 1, 1, 2, 0, 0),
  items: Int32Array.of(2, 0, 1, 0, 0, 0, 0, 2),
  userIds: ["a", "b", "c"],
  itemIds: ["x", "y", "z"],
  times: null,
  weights: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  notes: [],
};
const parts = Uint8Array.of(2, 0, 1, 0, 0, 2, 2, 2);
const coded = codeEvents(events, { kind: "random", says: "", parts, notes: [] });

test("codeEvents() gives the first codes to users and items that training and validation have", () => {
  assert.deepEqual(
    [coded.userIds, coded.itemIds],
    [
      ["a", "b", "c"],
      ["x", "y", "z"],
    ],
  );
  assert.deepEqual([coded.nUsers, coded.nItems], [2, 2]);
  assert.deepEqual([...coded.users], [2, 0, 0, 1, 1, 2, 0, 0]);
});

test("interactionsIn() sums the weights of a pair and holds no event of another part", () => {
  const { nUsers, nItems, offsets, items, weights } = interactionsIn(coded, "train");
  assert.deepEqual([nUsers, nItems, [...offsets], [...items], [...weights]], [2, 2, [0, 1, 2], [0, 0], [2, 9]]);
  assert.deepEqual([...interactionsIn(coded, "train", "validation").items], [0, 1, 0]);
});

test("heldOutOf() tells new users, new items and repeats apart", () => {
  const history = interactionsIn(coded, "train", "validation");
  const plain = (users: ReturnType<typeof heldOutOf>["known"]) => users.map(({ user, items }) => [user, [...items]]);
  const found = heldOutOf(coded, "test", history, false);
  assert.deepEqual(plain(found.known), [[0, [2]]]);
  assert.deepEqual(plain(found.unknown), [[2, [0, 2]]]);
  assert.deepEqual([found.nRepeats, found.nWanted, found.nNewItems], [1, 3, 2]);
  const again = heldOutOf(coded, "test", history, true);
  assert.deepEqual(plain(again.known), [[0, [0, 2]]]);
  assert.deepEqual([again.nRepeats, again.nWanted], [1, 4]);
});
