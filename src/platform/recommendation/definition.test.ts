import assert from "node:assert/strict";
import { test } from "node:test";
import { defineRecommender, type RecommenderDefinition } from "./definition.ts";

const films = { name: "films", data: { files: ["ratings.csv"] }, user: "userId", item: "movieId" };

test("defineRecommender() freezes the definition, names its task and reads ids as texts", () => {
  const definition = defineRecommender({
    ...films,
    data: { ...films.data, options: { types: { movieId: "category" } } },
  });
  assert.equal(definition.task, "recommendation");
  assert.deepEqual(definition.data.options, { types: { userId: "id", movieId: "category" } });
  assert.ok(Object.isFrozen(definition.data.files));
  assert.deepEqual(defineRecommender(definition), definition);
});

const refusals: readonly [name: string, change: Record<string, unknown>, message: RegExp][] = [
  ["an unknown key", { userColumn: "userId" }, /unknown key "userColumn"/],
  ["a misspelt key", { itm: "movieId" }, /unknown key "itm", did you mean "item"\?/],
  ["a misspelt key further in", { search: { trails: 3 } }, /search: unknown key "trails", did you mean "trials"\?/],
  ["no item", { item: undefined }, /item: /],
  ["one column twice", { item: "userId" }, /item: "userId" is the column of user, another column is needed/],
  ["a time that is the user", { time: "userId" }, /time: "userId" is the column of user/],
  ["a weight that is the item", { weight: { column: "movieId" } }, /weight\.column: "movieId" is the column of item/],
  ["a split by time without one", { split: { kind: "time" } }, /split\.kind: a split by time needs the column "time"/],
  ["the latest without a time", { split: { kind: "latest" } }, /needs the column "time"/],
  ["a list of nothing", { k: 0 }, /k: /],
  ["a list without end", { k: 100_000 }, /k: /],
  ["shares that leave nothing", { time: "t", split: { kind: "time", test: 0.9 } }, /split\.test: /],
  ["a least weight of 0", { weight: { column: "rating", atLeast: 0 } }, /weight\.atLeast: /],
  ["an unknown family", { search: { families: ["svd"] } }, /search\.families\.0: /],
  ["an unknown parameter", { search: { configurations: [{ family: "als", params: { factor: 3 } }] } }, /factor/],
  ["a quarantine", { data: { files: ["a.csv"], quarantine: true } }, /events have no contract/],
  ["another task", { task: "forecast" }, /task: /],
];

for (const [name, change, message] of refusals)
  test(`defineRecommender() refuses ${name}`, () => {
    const definition = { ...films, ...change } as unknown as RecommenderDefinition;
    assert.throws(() => defineRecommender(definition), { code: "DEFINITION_INVALID", message });
  });
