import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { build } from "esbuild";
import { als, interactionsOf, popularity } from "../../ml/recommenders/index.ts";
import { type Column, categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { exportTaskModule } from "./export-module.ts";
import type { RecommendationData } from "./recommendation-model.ts";
import { recommendationSignature } from "./recommendation-signature.ts";
import type { RowProblem } from "./signature.ts";
import { type JsonObject, openTaskModel, recordTaskGolden, replayTaskGolden, type TaskRows } from "./task-model.ts";

// Two tastes: users 0 to 3 like items a to d, users 4 to 7 items e to h; each has left out one.
const users = Array.from({ length: 8 }, (_, u) => `u${u}`);
const items = [..."abcdefgh"];
const pairs = users.flatMap((_, u) => [0, 1, 2, 3].flatMap((j) => (j === u % 4 ? [] : [[u, 4 * Number(u > 3) + j]])));
const interactions = interactionsOf(
  Int32Array.from(pairs, ([u]) => u!),
  Int32Array.from(pairs, ([, i]) => i!),
  null,
  8,
  8,
);
const model: RecommendationData = {
  kind: "recommendation",
  k: 2,
  includeSeen: false,
  columns: { user: "who", item: "what" },
  users,
  items,
  recommender: als({ factors: 2 }).fit(interactions, { seed: 1 }).toJSON(),
};
const signature = recommendationSignature(2, false);
const data = { features: null, calibrator: null, model, signature };
const opened = openTaskModel(data);

function ask(request: unknown) {
  const problems: RowProblem[] = [];
  const read = opened.read(request, 0, problems);
  assert.deepEqual(problems, []);
  return opened.answer(read) as unknown as {
    user: string | null;
    items: { item: string; rank: number; score: number | null }[];
    basis: string;
  };
}
const names = (answer: ReturnType<typeof ask>) => answer.items.map(({ item }) => item).join("");

test("a recommender answers known users by what they did, and leaves out what they had", () => {
  const answer = ask({ user: "u1" });
  assert.deepEqual([answer.user, answer.basis, answer.items.length, answer.items[0]!.item], ["u1", "user", 2, "b"]);
  assert.deepEqual(
    answer.items.map(({ rank }) => rank),
    [1, 2],
  );
  assert.equal(
    names(ask({ user: "u1", includeSeen: true, k: 4 }))
      .split("")
      .sort()
      .join(""),
    "abcd",
  );
  assert.doesNotMatch(names(ask({ user: "u1", exclude: ["b", "never seen"] })), /b/);
});

test("a recommender answers strangers by their history, and anyone without one by popularity", () => {
  const byHistory = ask({ user: "nobody", history: ["e", "f", "never seen"] });
  assert.deepEqual([byHistory.user, byHistory.basis], ["nobody", "history"]);
  assert.match(names(byHistory), /^[gh]{2}$/);
  for (const request of [{}, { user: null }, { user: "nobody" }, { history: [] }, { history: ["never seen"] }])
    assert.deepEqual([ask(request).basis, names(ask(request))], ["popularity", "ab"], JSON.stringify(request));
  const both = ask({ user: "u1", history: ["b"] });
  assert.equal(both.basis, "user");
  assert.doesNotMatch(names(both), /b/);
});

test("a recommender ranks given items, those that it never saw last and without a score", () => {
  const answer = ask({ user: "u1", items: ["new", "e", "b", "a", "new", "newer"], exclude: ["newer"] });
  assert.equal(answer.items.map(({ item }) => item).join(" "), "b e new");
  assert.deepEqual(answer.items.at(-1), { item: "new", rank: 3, score: null });
  assert.equal(ask({ user: "u1", items: ["new", "e", "b"], k: 1 }).items.length, 1);
  assert.deepEqual(ask({ user: "u1", items: [] }).items, []);
});

test("a recommender reads numbers as the texts that files hold", () => {
  assert.equal(ask({ user: 7 }).user, "7");
  assert.equal(ask({ user: 1.5, exclude: [1, "2"] }).user, "1.5");
});

const problems: readonly [name: string, request: unknown, rule: RowProblem["rule"], message: RegExp][] = [
  ["no object", ["u1"], "object", /^row 3 is array, an object of fields is needed$/],
  ["an unknown field", { usr: "u1" }, "unknown", /field "usr" is unknown, did you mean "user"\?/],
  ["a field of nobody", { wishes: [] }, "unknown", /one of user, k, history, exclude, includeSeen, items is needed/],
  ["a user that is a list", { user: ["u1"] }, "type", /field "user" is array, a string, a number or null is needed/],
  ["k that is a text", { k: "3" }, "type", /field "k" is string, a whole number is needed/],
  ["k of 0", { k: 0 }, "range", /field "k" is out of range, a whole number from 1 to 1000 is needed/],
  ["k below 0", { k: -1 }, "range", /from 1 to 1000/],
  ["a huge k", { k: 1e9 }, "range", /from 1 to 1000/],
  ["half a k", { k: 1.5 }, "range", /from 1 to 1000/],
  ["no list to exclude", { exclude: "a" }, "type", /field "exclude" is string, a list of ids is needed/],
  [
    "a list with null",
    { history: ["a", null] },
    "type",
    /is a list with null, a list of strings and numbers is needed/,
  ],
  ["too long a list", { items: Array(10_001).fill("a") }, "range", /is a list of 10001, a list of at most 10000 ids/],
  [
    "includeSeen that is no boolean",
    { includeSeen: 1 },
    "type",
    /field "includeSeen" is number, true or false is needed/,
  ],
];

for (const [name, request, rule, message] of problems)
  test(`a recommender names the problem of a request with ${name}`, () => {
    const found: RowProblem[] = [];
    opened.read(request, 3, found);
    assert.equal(found.length, 1);
    assert.deepEqual([found[0]!.row, found[0]!.rule], [3, rule]);
    assert.match(found[0]!.message, message);
  });

test("a recommender replays golden requests to the bit and refuses other factors", () => {
  const golden = recordTaskGolden(opened, [{ user: "u1" }, { history: ["a"] }, {}]);
  replayTaskGolden(openTaskModel(JSON.parse(JSON.stringify(data))), golden);
  const other = als({ factors: 2 }).fit(interactions, { seed: 2 }).toJSON();
  assert.throws(
    () =>
      replayTaskGolden(
        openTaskModel({ ...data, model: { ...model, recommender: other } as RecommendationData }),
        golden,
      ),
    {
      code: "CAPSULE_GOLDEN_MISMATCH",
    },
  );
});

test("openTaskModel() refuses a recommender whose names do not fit", () => {
  for (const change of [{ users: users.slice(1) }, { items: items.map(() => "a") }, { items: null }])
    assert.throws(() => openTaskModel({ ...data, model: { ...model, ...change } as RecommendationData }), {
      code: "CAPSULE_RECOMMENDER",
      kind: "damaged",
    });
});

test("a recommender that knows the names of items says them in answers and files, null where one has none", async () => {
  const names = items.map((item) => (item === "b" ? null : `The ${item.toUpperCase()}`));
  const named = openTaskModel({
    ...data,
    model: { ...model, names } as RecommendationData,
    signature: recommendationSignature(2, false, true),
  });
  const answer = ask({ user: "u1", items: ["a", "b", "e", "new"], includeSeen: true });
  assert.deepEqual(named.answer({ user: "u1", items: ["a", "b", "e", "new"], includeSeen: true }), {
    ...answer,
    items: answer.items.map(({ item, ...rest }) => ({ item, name: names[items.indexOf(item)] ?? null, ...rest })),
  });
  const columns = ({ signature: { answer, types } }: typeof named) => [
    JSON.stringify(answer).includes('"name"'),
    types.includes("readonly name: string | null;"),
  ];
  assert.deepEqual(
    [columns(named), columns(opened)],
    [
      [true, true],
      [false, false],
    ],
  );
  const { rows } = await score({ who: categoryColumn([null]) }, named);
  assert.deepEqual(
    rows.map(({ what, name }) => [what, name]),
    [
      ["a", "The A"],
      ["b", null],
    ],
  );
  for (const bad of [names.slice(1), [...names.slice(1), 7], "names"])
    assert.throws(() => openTaskModel({ ...data, model: { ...model, names: bad } as unknown as RecommendationData }), {
      code: "CAPSULE_RECOMMENDER",
    });
});

async function score(columns: Readonly<Record<string, Column>>, scored = opened) {
  const notes: string[] = [];
  const rows: Record<string, unknown>[] = [];
  const table = Table.of(columns as Record<string, Column>);
  async function* batches(): AsyncIterable<TaskRows> {
    yield { table, schema: [] };
  }
  for await (const part of scored.score(batches(), (note) => notes.push(note)))
    for (let i = 0; i < part.table.nRows; i++) rows.push(part.table.row(i));
  return { rows, notes };
}

test("a recommender answers a file of users in rows of user, place and item, in the numbers of single requests", async () => {
  const k = numberColumn([1, null, 0]);
  const { rows, notes } = await score({ who: categoryColumn(["u1", null, "nobody"]), k, other: k });
  assert.deepEqual(
    rows.map(({ who, rank, what, basis }) => [who, rank, what, basis]),
    [
      ["u1", 1, "b", "user"],
      [null, 1, "a", "popularity"],
      [null, 2, "b", "popularity"],
      ["nobody", 1, "a", "popularity"],
      ["nobody", 2, "b", "popularity"],
    ],
  );
  assert.equal(rows[0]!.score, ask({ user: "u1" }).items[0]!.score);
  assert.deepEqual(notes, ['column "k": 1 value is no whole number from 1 to 1000; 2 items are given there']);
  assert.deepEqual(
    (await score({ who: numberColumn([5]) })).rows.map(({ who }) => who),
    ["5", "5"],
  );
});

test("a recommender answers each user of a file once, at their first row", async () => {
  const who = ["u1", "nobody", "u1", null, "u2", "nobody", null, "u2"];
  const k = numberColumn(who.map((_, row) => row + 1));
  const { rows, notes } = await score({ who: categoryColumn(who), k });
  assert.deepEqual(
    [...Map.groupBy(rows, (row) => row.who)].map(([user, list]) => [user, list.length]),
    [
      ["u1", 1],
      ["nobody", 2],
      [null, 4],
      ["u2", 5],
    ],
  );
  assert.deepEqual(notes, ["4 rows repeat a user: each of 4 is answered once, at their first row"]);
  const numbers = await score({ who: numberColumn([7, 7, null, 8]) });
  assert.deepEqual([...new Set(numbers.rows.map((row) => row.who))], ["7", null, "8"]);
  assert.match(numbers.notes[0]!, /^1 row repeats a user/);
});

test("a recommender refuses a file without users, and names the nearest column", async () => {
  await assert.rejects(score({ whom: categoryColumn(["u1"]) }), {
    code: "SCORE_COLUMNS",
    message: /"who" is absent/,
    hint: /"whom"/,
  });
});

const kernelsFile = new URL("../../../dist/recommend.wasm", import.meta.url);
const kernels = existsSync(kernelsFile) ? readFileSync(kernelsFile) : undefined;

test("exportTaskModule() gives a module that stands alone and answers as the model, to the bit, with kernels or without", async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL("embedded-recommendation.ts", import.meta.url).pathname],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: ["node:*"],
    legalComments: "none",
  });
  const parts = { runtime: outputFiles[0]!.text, title: "taste@1" };
  const bare = exportTaskModule(data, parts);
  assert.doesNotMatch(bare.js, /^\s*import\b|\bimport\s*\(|\brequire\s*\(/m);
  assert.match(
    bare.dts,
    /export interface Request \{[\s\S]*export declare function predict\(request: Request\): Answer;/,
  );
  const texts = [bare.js];
  if (kernels !== undefined) {
    const { js } = exportTaskModule(data, { ...parts, kernels });
    assert.ok(js.includes(kernels.toString("base64")));
    // Where WebAssembly is forbidden the same module answers without it.
    texts.push(js, `const WebAssembly = undefined;\n${js}`);
    const popular: RecommendationData = { ...model, recommender: popularity().fit(interactions, { seed: 1 }).toJSON() };
    assert.equal(
      exportTaskModule({ ...data, model: popular }, { ...parts, kernels }).js,
      exportTaskModule({ ...data, model: popular }, parts).js,
    );
  }
  const requests = [{ user: "u1" }, { history: ["e"], k: 8 }, {}, { user: 3, items: ["a", "zz"] }];
  const expected = requests.map((request) => ask(request));
  for (const text of texts) {
    const module = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
      predict(request: unknown): JsonObject;
      predictBatch(requests: readonly unknown[]): JsonObject[];
    };
    assert.deepEqual(module.predictBatch(requests), expected);
    assert.deepEqual(module.predict(requests[1]), expected[1]);
    assert.throws(() => module.predict({ usr: "u1" }), { code: "ROWS_INVALID", message: /did you mean "user"/ });
  }
});
