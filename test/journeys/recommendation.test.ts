import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TaskDescription } from "../../src/edge/client/index.ts";
import { eventsCsv, sampleEvents } from "../sample-events.ts";
import { fettle, put, scratchFolder, servedClient, type TrainJson } from "../support.ts";

const example = fileURLToPath(new URL("../../examples/recommendation", import.meta.url));

interface Answer {
  readonly user: string | null;
  readonly basis: string;
  readonly items: readonly {
    readonly item: string;
    readonly name: string | null;
    readonly rank: number;
    readonly score: number | null;
  }[];
}

async function trained(context: TestContext, ...init: string[]): Promise<string> {
  const folder = scratchFolder(context);
  const [header, ...rows] = eventsCsv(sampleEvents()).trim().split("\n");
  const titled = rows.map((row) => `${row},The ${row.split(",")[1]}`);
  put(folder, "events.csv", `${[`${header},title`, ...titled].join("\n")}\n`);
  const inited = await fettle(folder, ["init", "taste", "--task", "recommendation", "--data", "events.csv", ...init]);
  assert.equal(inited.exit, 0, inited.stderr);
  return folder;
}

test("events become a recommender whose server, exported module and lists in files answer alike, to the bit", async (context) => {
  const folder = await trained(context);
  const definition = readFileSync(join(folder, "models/taste.ts"), "utf8");
  for (const line of ["user: 'user',", "item: 'item',", "itemName: 'title',", "time: 'at',", "column: 'rating'"])
    assert.ok(definition.includes(line), definition);
  writeFileSync(join(folder, "models/taste.ts"), definition.replace("trials: 8", "trials: 2").replace("k: 10", "k: 5"));
  const ran = await fettle(folder, ["train", "taste", "--json"]);
  const { task, gates, metrics, report } = ran.json as TrainJson;
  assert.equal(ran.exit, 0, ran.stdout);
  assert.deepEqual([task, gates.every(({ passed }) => passed)], ["recommendation", true]);
  assert.ok(metrics.test["ndcg@5"]!.low! > 0);
  assert.match(readFileSync(report, "utf8"), /Users and items/);
  assert.match((await fettle(folder, ["show", "taste"])).stdout, /recall@5/);
  assert.match((await fettle(folder, ["verify", "taste@1"])).stdout, /identical/);

  const client = await servedClient(context, folder);
  const { task: served, example: asked } = await client.describe<TaskDescription>("taste");
  assert.deepEqual([served, Object.keys(asked)], ["recommendation", ["user", "k"]]);
  const users = ["u1", "u2", "nobody"];
  const requests = [
    ...users.map((user) => ({ user })),
    { history: ["i3"], k: 3 },
    { user: "u1", items: ["i1", "i2", "new"] },
  ];
  const { predictions } = await client.ask<object, Answer>("taste", requests);
  const answers = predictions.map(({ id, ...answer }) => answer);
  assert.deepEqual(
    answers.map(({ basis }) => basis),
    ["user", "user", "popularity", "history", "user"],
  );
  for (const { item, name } of answers.flatMap(({ items }) => items))
    assert.equal(name, item === "new" ? null : `The ${item}`);
  await assert.rejects(client.ask("taste", [{ usr: "u1" }]), { code: "ROWS_INVALID", message: /did you mean "user"/ });

  assert.equal((await fettle(folder, ["export", "taste@1"])).exit, 0);
  const module = (await import(pathToFileURL(join(folder, "taste.mjs")).href)) as {
    predictBatch(requests: readonly object[]): Answer[];
  };
  assert.deepEqual(module.predictBatch(requests), answers);

  put(folder, "users.csv", `user\n${[...users, ...users].join("\n")}\n`);
  const scored = await fettle(folder, ["score", "taste@1", "--in", "users.csv", "--out", "lists.ndjson"]);
  assert.equal(scored.exit, 0, scored.stderr);
  const rows = readFileSync(join(folder, "lists.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const expected = answers
    .slice(0, 3)
    .flatMap(({ user, basis, items }) =>
      items.map(({ item, name, rank, score }) => ({ user, rank, item, name, score, basis })),
    );
  assert.deepEqual(rows, expected);
});

test("the example of recommendation runs as its README says, and its client compiles against the exported types", async (context) => {
  const folder = scratchFolder(context);
  cpSync(example, folder, { recursive: true });
  execFileSync(process.execPath, ["generate-events.ts"], { cwd: folder });
  const ran = await fettle(folder, ["train", "songs", "--json"]);
  assert.equal(ran.exit, 0, ran.stderr);
  assert.equal((await fettle(folder, ["export", "songs"])).exit, 0);
  assert.ok(existsSync(join(folder, "songs.d.mts")));
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const compilerOptions = {
    noEmit: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: { "fettle/client": [join(root, "src/edge/client/index.ts")] },
  };
  put(
    folder,
    "tsconfig.json",
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: [], files: ["ask.ts"] }),
  );
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { stdio: "pipe" });
});

const refusals: readonly [name: string, options: readonly string[], code: RegExp][] = [
  ["a column that is not there", ["--item", "itme"], /Did you mean "item"[\s\S]*COLUMN_MISSING/],
  ["a target", ["--target", "item"], /INIT_OPTION/],
  [
    "a rule that no weight has",
    ["--positive", ">=4", "--weight", "rating", "--user", "country", "--positive", "yes"],
    /INIT_POSITIVE/,
  ],
  ["a rule without a weight", ["--positive", ">=4"], /INIT_WEIGHT/],
];

for (const [name, options, message] of refusals)
  test(`init refuses ${name} for a recommender`, async (context) => {
    const folder = scratchFolder(context);
    put(folder, "events.csv", eventsCsv(sampleEvents({ nUsers: 20 })));
    const ran = await fettle(folder, ["init", "taste", "--task", "recommendation", "--data", "events.csv", ...options]);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, message);
    assert.ok(!existsSync(join(folder, "models")));
  });

test("init refuses a user and an item where rows are to be answered", async (context) => {
  const folder = scratchFolder(context);
  put(folder, "events.csv", eventsCsv(sampleEvents({ nUsers: 20 })));
  const ran = await fettle(folder, ["init", "taste", "--data", "events.csv", "--target", "rating", "--user", "user"]);
  assert.match(ran.stderr, /--task recommendation[\s\S]*INIT_OPTION/);
});

test("init asks for the columns where their names do not say which is which", async (context) => {
  const folder = scratchFolder(context);
  put(folder, "plays.csv", "who,what,stars\na,x,1\na,y,2\nb,x,3\n");
  const ran = await fettle(folder, ["init", "taste", "--task", "recommendation", "--data", "plays.csv"]);
  assert.match(ran.stderr, /--user COLUMN; the columns are: who, what, stars[\s\S]*INIT_EVENTS/);
  put(folder, "twice.csv", "user,customer,item\na,x,1\na,y,2\nb,x,3\n");
  const twice = await fettle(folder, ["init", "taste", "--task", "recommendation", "--data", "twice.csv"]);
  assert.match(twice.stderr, /user and customer could be the user[\s\S]*INIT_EVENTS/);
});

const reference = process.env.FETTLE_REFERENCE_DATA;
const ratings = join(reference ?? "", "movielens-latest-small/ratings.csv");

test("movielens-latest-small: neighbours beat popularity on held-out films of 671 users, and a split by time says how few it can measure", {
  skip: reference === undefined ? "FETTLE_REFERENCE_DATA is not set" : false,
}, async (context) => {
  const folder = scratchFolder(context);
  copyFileSync(ratings, join(folder, "ratings.csv"));
  const inited = await fettle(folder, ["init", "films", "--task", "recommendation", "--data", "ratings.csv", "--json"]);
  assert.deepEqual(
    (inited.json as { notes: string[] }).notes.map((note) => note.split(";")[0]),
    [
      'column "userId" is taken for the user',
      'column "movieId" is taken for the item',
      'column "timestamp" is taken for the time',
      'column "rating" is taken for the weight',
    ],
  );
  const path = join(folder, "models/films.ts");
  const definition = readFileSync(path, "utf8").replace("trials: 8", "trials: 1");
  writeFileSync(path, definition.replace("kind: 'time'", "kind: 'latest'"));
  const { metrics, baseline } = (await fettle(folder, ["train", "films", "--json"])).json as TrainJson;
  assert.deepEqual(metrics.test["ndcg@10"]!.n, 671);
  assert.ok(metrics.test["ndcg@10"]!.low! > baseline.test["ndcg@10"]!.high!);
  writeFileSync(path, definition);
  const byTime = (await fettle(folder, ["train", "films", "--json"])).json as TrainJson & {
    split: { notes: string[] };
  };
  assert.equal(byTime.metrics.test["ndcg@10"]!.n, 22);
  assert.match(byTime.split.notes.join("\n"), /new users: 60 of 82 [\s\S]*only 22 test users have a history/);
});
