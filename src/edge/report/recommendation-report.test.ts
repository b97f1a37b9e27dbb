import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHTML } from "linkedom";
import { eventsTable, sampleEvents } from "../../../test/sample-events.ts";
import { untouched } from "../../../test/sample-snapshot.ts";
import { defineRecommender, trainRecommender } from "../../platform/recommendation/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import { renderReport } from "./index.ts";

const table = eventsTable(sampleEvents());
const schema = table.names.map((name) => ({
  name,
  type: ({ at: "instant", rating: "integer", country: "category" } as const)[name] ?? ("id" as const),
}));
const { report: trained } = trainRecommender({
  definition: defineRecommender({
    name: "taste",
    data: { files: ["events.csv"] },
    user: "user",
    item: "item",
    time: "at",
    split: { kind: "time", test: 0.2 },
    k: 5,
    search: { trials: 2 },
    evaluation: { resamples: 200, slices: ["country"] },
  }),
  ...untouched(table, schema),
});
const report: RunReport = {
  ...trained,
  version: 1,
  runId: "0198c5e2-7d1a-7c3e-9f00-5a0b6f7d2c11",
  createdAt: "2026-11-24T11:58:07.000Z",
  fettle: "0.1.0",
  environment: {},
  reproduce: "fettle verify taste@1",
  split: { ...trained.split, testEvaluations: 1 },
};
const page = renderReport(report);
const { document } = parseHTML(page);
const textOf = (id: string) => document.querySelector(`#${id}`)!.textContent!;

test("renderReport() of a recommender draws its own sections, each with its place in the contents", () => {
  const ids = Array.from(document.querySelectorAll("main > section"), ({ id }) => id);
  const expected = ["verdict", "data", "events", "leakage", "split", "candidates", "metrics", "lengths", "slices"];
  assert.deepEqual(ids, [...expected, "examples", "reproduction"]);
  assert.equal(document.querySelectorAll("nav a").length, ids.length);
});

test("renderReport() of a recommender marks the columns of users and items, and turns the labels of lengths", () => {
  const badges = Array.from(document.querySelectorAll("#data tbody .badge"), ({ textContent }) => textContent);
  assert.deepEqual(badges.sort(), ["item", "user"]);
  assert.match(document.querySelector("#events figure:last-of-type")!.innerHTML, /rotate\(-30\)/);
});

test("renderReport() of a recommender speaks of users, and explains the metrics of lists", () => {
  assert.match(textOf("verdict"), /On \d+ test users it reaches NDCG@5 0\.\d+/);
  assert.match(textOf("metrics"), /On \d+ test users.*Coverage@5 ↑.*Concentration@5 ↓.*Share of the catalogue/s);
  assert.match(textOf("split"), /by time along "at".*of them new\d+/s);
  assert.match(textOf("slices"), /history of \d+ to \d+ items.*country is no.*new users.*head: \d+ items/s);
  assert.doesNotMatch(textOf("data"), /Contract/);
});

test("renderReport() of a recommender names no user, and prints no value that failed", () => {
  assert.match(textOf("examples"), /User A/);
  assert.doesNotMatch(document.querySelector("main")!.textContent!, /\bu\d+\b/);
  for (const prose of document.querySelectorAll("script, .terms")) prose.remove();
  assert.doesNotMatch(document.querySelector("main")!.innerHTML, /NaN|Infinity|\[object|undefined(?!:)/);
  assert.equal(document.querySelectorAll("#events figure svg, #lengths figure svg, #split figure svg").length, 5);
  for (const element of document.querySelectorAll("*"))
    for (const name of element.getAttributeNames()) assert.doesNotMatch(name, /^(style|on.*)$/);
});
