import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openApp } from "../../src/app.ts";
import { createClient } from "../../src/edge/client/index.ts";
import { createRng } from "../../src/lib/index.ts";
import { fettle, put, scratchFolder, servedClient, type TrainJson, train } from "../support.ts";

const example = fileURLToPath(new URL("../../examples/ranking", import.meta.url));

type Fields = Record<string, string | number | null>;

interface Module {
  predict(row: object): { value: number };
  rank(items: readonly object[], k?: number, query?: object): { rank: number; index: number; score: number }[];
}

// The example's offers in the folder of a project, graded by its own generator.
function exampleFolder(context: TestContext, nSearches: number): string {
  const folder = scratchFolder(context);
  cpSync(example, folder, { recursive: true });
  execFileSync(process.execPath, ["generate-searches.ts", String(nSearches)], { cwd: folder });
  return folder;
}

test("the example of ranking: init, train, verify; server, file and module order alike, to the bit", async (context) => {
  const folder = exampleFolder(context, 150);
  const inited = await fettle(folder, [
    ...[
      "init",
      "hits",
      "--task",
      "ranking",
      "--data",
      "searches.csv",
      "--target",
      "grade",
      "--query",
      "search",
      "--json",
    ],
  ]);
  assert.equal(inited.exit, 0, inited.stderr);
  const { notes } = inited.json as { notes: string[] };
  assert.ok(
    notes.some((note) => /^150 queries of \d+ rows in the median, 20 at most/.test(note)),
    notes.join("\n"),
  );
  const definition = readFileSync(join(folder, "models/hits.ts"), "utf8");
  for (const line of ["task: 'ranking',", "query: 'search',", "whole queries at random"])
    assert.ok(definition.includes(line), definition);

  const trained: TrainJson = await train(folder, "hits");
  assert.equal(trained.task, "ranking");
  const { value, low, high } = trained.metrics.test["ndcg@10"]!;
  assert.ok(low! < value! && value! < high!);
  assert.ok(trained.gates.every(({ passed }) => passed));
  assert.match(readFileSync(trained.report, "utf8"), /NDCG@10/);
  assert.match((await fettle(folder, ["verify", "hits@1"])).stdout, /identical/);

  // Two searches, their rows taken turns, one of them twice, and a row without a search.
  const rows = readCsv(folder, "searches.csv");
  const [one, two] = [rows.filter(({ search }) => search === "s1"), rows.filter(({ search }) => search === "s2")];
  const mixed = [...one.flatMap((row, i) => (two[i] ? [row, two[i]] : [row])), one[0]!, { ...one[1]!, search: null }];
  writeCsv(folder, "new.csv", mixed);
  const scored = await fettle(folder, ["score", "hits@1", "--in", "new.csv", "--out", "ranked.ndjson", "--json"]);
  assert.equal(scored.exit, 0, scored.stderr);
  const written = readFileSync(join(folder, "ranked.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(written.at(-1).rank, null);
  assert.match((scored.json as { notes: string[] }).notes.join(), /1 row has no "search" and no rank/);

  assert.equal((await fettle(folder, ["export", "hits@1"])).exit, 0);
  const module = (await import(pathToFileURL(join(folder, "hits.mjs")).href)) as Module;
  const client = await servedClient(context, folder, { auth: false });
  for (const search of ["s1", "s2"]) {
    const own = written.filter((row) => row.search === search);
    const items = own.map(({ match, price, rating, sold, brand }) => asFields({ match, price, rating, sold, brand }));
    const query = asFields({ words: own[0].words, device: own[0].device });
    const { ranked } = await client.rank("hits", { query, items, k: 5 }, { explain: { top: 2 } });
    const listed = ranked.map(({ rank, index, score }) => ({ rank, index, score }));
    assert.deepEqual(module.rank(items, 5, query), listed);
    assert.deepEqual(
      listed.map(({ rank, index, score }) => [rank, score, own[index].rank]),
      listed.map(({ index }, at) => [at + 1, own[index].prediction, at + 1]),
    );
    const { predictions } = await client.predict(
      "hits",
      items.map((item) => ({ ...query, ...item })),
    );
    for (const [i, prediction] of predictions.entries())
      assert.equal("value" in prediction && prediction.value, own[i].prediction);
    assert.ok(
      ranked.every(
        ({ explanation, score }) =>
          explanation!.contributions.length === 2 && Math.abs(explanation!.score - score) < 1e-9,
      ),
    );
    // Equal offers stand in their order.
    const tied = module.rank([items[0]!, items[1]!, items[0]!], 3, query);
    assert.deepEqual(
      tied.filter(({ index }) => index !== 1).map(({ index }) => index),
      [0, 2],
    );
  }
  const { query: named } = await client.describe("hits");
  assert.equal(named, "search");
});

test("the client of the example compiles", (context) => {
  const folder = scratchFolder(context);
  for (const name of ["ask.ts", "package.json"]) cpSync(join(example, name), join(folder, name));
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const compilerOptions = {
    noEmit: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: { "fettle/client": [join(root, "src/edge/client/index.ts")] },
  };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: [], files: ["ask.ts"] };
  put(folder, "tsconfig.json", JSON.stringify(config));
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { stdio: "pipe" });
});

function readCsv(folder: string, name: string): Fields[] {
  const [header, ...lines] = readFileSync(join(folder, name), "utf8").trim().split("\n");
  const names = header!.split(",");
  return lines.map((line) =>
    Object.fromEntries(line.split(",").map((cell, j) => [names[j]!, cell === "" ? null : cell])),
  );
}

function writeCsv(folder: string, name: string, rows: readonly Fields[]): void {
  const names = Object.keys(rows[0]!);
  const lines = rows.map((row) => names.map((column) => row[column] ?? "").join(","));
  put(folder, name, `${[names.join(","), ...lines].join("\n")}\n`);
}

// What a file's row is over HTTP: numbers as numbers, what is missing as null.
function asFields(cells: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => {
      const number = Number(cell);
      return [
        name,
        cell === null || cell === "" || cell === undefined ? null : Number.isNaN(number) ? String(cell) : number,
      ];
    }),
  );
}

test("requests for a list: empty, longer than the list, and refused ones", async (context) => {
  const folder = exampleFolder(context, 80);
  writeFileSync(
    join(folder, "models/offers.ts"),
    readFileSync(join(folder, "models/offers.ts"), "utf8").replace(
      "search: { trials: 4 },",
      'search: { configurations: [{ family: "gbdt", params: { nTrees: 20 } }] },',
    ),
  );
  await train(folder, "offers");
  const app = await openApp(folder, { version: "0.1.0" });
  const server = await app.serve({
    models: ["offers@1"],
    host: "127.0.0.1",
    port: 0,
    auth: false,
    sync: true,
    allowHost: [],
  });
  context.after(async () => {
    await server.stop();
    await app.close();
  });
  const client = createClient({ url: server.url });
  const query = { words: 2, device: "phone" };
  const item = { match: 0.5, price: 20, rating: null, sold: 3, brand: "Alm" };
  assert.deepEqual((await client.rank("offers", { items: [] })).ranked, []);
  const all = await client.rank("offers", { query, items: [item, { ...item, match: 0.99 }], k: 50 });
  assert.deepEqual(
    all.ranked.map(({ rank, index }) => [rank, index]),
    [
      [1, 1],
      [2, 0],
    ],
  );
  // A field of the item counts before that of the query.
  const own = await client.rank("offers", { query: { ...query, match: 0.99 }, items: [item] });
  assert.equal(own.ranked[0]!.score, all.ranked[1]!.score);
  const refusals: readonly (readonly [body: object, code: string, says: RegExp])[] = [
    [{ items: "all" }, "RANK_REQUEST", /"items" is string, a list/],
    [{ items: [item], k: 0 }, "RANK_REQUEST", /"k" is no whole number/],
    [{ items: [item], k: 1.5 }, "RANK_REQUEST", /"k"/],
    [{ items: [item], query: [] }, "RANK_REQUEST", /"query" is array/],
    [{ items: [item], rows: [item] }, "RANK_REQUEST", /"rows" and "items"/],
    [{ query, items: [item, 7] }, "ROWS_INVALID", /row 1 is number/],
    [{ items: [item] }, "ROWS_INVALID", /row 0: field "words" is absent/],
    [{ query, items: Array.from({ length: 1001 }, () => item) }, "ROWS_TOO_MANY", /1001/],
  ];
  for (const [body, code, says] of refusals) {
    const answer = await fetch(`${server.url}/v1/models/offers/predict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    assert.equal(error.code, code, JSON.stringify(body).slice(0, 80));
    assert.match(error.message, says);
  }
  writeCsv(folder, "bare.csv", [{ ...asFields(query), ...item }]);
  const bare = await fettle(folder, ["score", "offers", "--in", "bare.csv", "--out", "bare.ndjson"]);
  assert.match(bare.stdout, /column "search" is absent: rows have a score and no rank/);
  assert.doesNotMatch(readFileSync(join(folder, "bare.ndjson"), "utf8"), /"rank"/);
});

/** Graded rows of queries as CSV. */
function graded(
  nQueries: number,
  perQuery: number,
  gradeOf: (query: number, k: number) => string | number,
  queryOf?: (i: number) => string,
): string {
  const rng = createRng(3);
  const rows = Array.from({ length: nQueries * perQuery }, (_, i) => {
    const query = Math.floor(i / perQuery);
    return [queryOf?.(i) ?? `q${query}`, rng.uniform().toFixed(4), gradeOf(query, i % perQuery)].join(",");
  });
  return ["query,text,grade", ...rows, ""].join("\n");
}

const refusedData: readonly (readonly [name: string, table: string, options: readonly string[], says: RegExp])[] = [
  [
    "no query column named",
    graded(20, 5, (_, k) => k),
    [],
    /column that says which rows belong to one[\s\S]*INIT_QUERY/,
  ],
  [
    "a query column that is not there",
    graded(20, 5, (_, k) => k),
    ["--query", "qury"],
    /Did you mean "query"[\s\S]*COLUMN_MISSING/,
  ],
  ["the target as the query", graded(20, 5, (_, k) => k), ["--query", "grade"], /"grade" is the target/],
  ["grades that are not whole", graded(20, 5, (_, k) => k / 2), ["--query", "query"], /40 values are no grades/],
  ["negative grades", graded(20, 5, (_, k) => k - 1), ["--query", "query"], /20 values are no grades/],
  [
    "grades that are too great",
    graded(20, 5, (_, k) => 30 * k),
    ["--query", "query"],
    /60 values are no grades, whole numbers from 0 to 30/,
  ],
  ["one grade", graded(20, 5, () => 2), ["--query", "query"], /all rows have the same value/],
  [
    "a query that numbers the rows",
    graded(
      20,
      5,
      (_, k) => k,
      (i) => `q${i}`,
    ),
    ["--query", "query"],
    /all 100 queries have one row[\s\S]*seems to number the rows/,
  ],
  [
    "one grade per query",
    graded(20, 5, (query) => query % 3),
    ["--query", "query"],
    /all 20 queries have one row or rows of one grade[\s\S]*QUERIES_EQUAL/,
  ],
];

for (const [name, table, options, says] of refusedData)
  test(`init refuses ${name} for a ranking, and writes nothing`, async (context) => {
    const folder = scratchFolder(context);
    put(folder, "table.csv", table);
    const asked = ["init", "model", "--task", "ranking", "--data", "table.csv", "--target", "grade", ...options];
    const ran = await fettle(folder, asked);
    assert.notEqual(ran.exit, 0);
    assert.match(ran.stderr, says);
    assert.deepEqual(readdirSync(folder), ["table.csv"]);
  });

test("a query is for a ranking alone", async (context) => {
  const folder = scratchFolder(context);
  put(
    folder,
    "table.csv",
    graded(20, 5, (_, k) => k),
  );
  const ran = await fettle(folder, ["init", "model", "--data", "table.csv", "--target", "grade", "--query", "query"]);
  assert.match(ran.stderr, /Add --task ranking[\s\S]*INIT_QUERY/);
});

test("a ranking trains with queries of one row, of one grade, scattered over the file, and rows without a query", async (context) => {
  const folder = scratchFolder(context);
  const [header, ...rows] = graded(60, 6, (query, k) => (query % 10 === 0 ? 1 : k % 4))
    .trim()
    .split("\n");
  const scattered = rows.map((_, i) => rows[(i * 7) % rows.length]!);
  const odd = ["lone,0.5,3", ",0.4,2", ",0.3,0"];
  put(folder, "table.csv", `${[header, ...scattered, ...odd].join("\n")}\n`);
  const asked = [
    "init",
    "model",
    "--task",
    "ranking",
    "--data",
    "table.csv",
    "--target",
    "grade",
    "--query",
    "query",
    "--json",
  ];
  const inited = await fettle(folder, asked);
  assert.match(
    (inited.json as { notes: string[] }).notes.join(),
    /63 queries.*3 of them of one row and 6 whose rows all have one grade: they teach no order/,
  );
  const trained = await train(folder, "model");
  assert.ok(Number.isFinite(trained.metrics.test["ndcg@10"]!.value));
  assert.match(readFileSync(trained.report, "utf8"), /2 rows have no group and count as groups of one row/);
});
