import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { customers, fettle, put, scratchFolder, train, trainedProject } from "../support.ts";

const numbers = (n: number, row: (i: number) => string, header: string) =>
  `${header}\n${Array.from({ length: n }, (_, i) => row(i)).join("\n")}\n`;

// name, content, target, what the message must say
const refused: readonly (readonly [string, string | Uint8Array, string, RegExp])[] = [
  ["an empty file", "", "y", /empty|no row/i],
  ["a header only", "a,b,y\n", "y", /no row|header/i],
  ["one class only", numbers(100, (i) => `${i % 7},yes`, "a,y"), "y", /same value in|all rows have the same value/],
  ["a constant numeric target", numbers(100, (i) => `${i % 7},3`, "a,y"), "y", /all rows have the same value/],
  ["an absent target", numbers(100, (i) => `${i % 7},${i % 2}`, "a,outcome"), "outcom", /no such column/],
  ["a 5-row table", numbers(5, (i) => `${i},${i % 2}`, "a,y"), "y", /at least 20 are needed/],
  ["a million classes", numbers(120_000, (i) => `${i % 7},c${i}`, "a,y"), "y", /different values, at most 500/],
];

for (const [name, content, target, says] of refused)
  test(`${name} is refused with a clear message and writes nothing`, async (context) => {
    const folder = scratchFolder(context);
    put(folder, "data.csv", content);
    const ran = await fettle(folder, ["init", "model", "--data", "data.csv", "--target", target]);
    assert.notEqual(ran.exit, 0);
    assert.match(ran.stderr, says);
    assert.doesNotMatch(ran.stderr, /A bug in fettle/);
    assert.deepEqual(readdirSync(folder), ["data.csv"]);
  });

test("an absent target names the nearest column", async (context) => {
  const folder = scratchFolder(context);
  put(folder, "customers.csv", customers());
  const ran = await fettle(folder, ["init", "churn", "--data", "customers.csv", "--target", "Chrun"]);
  assert.equal(ran.exit, 2);
  assert.match(ran.stderr, /Did you mean "churn"\?/);
});

for (const name of ["../evil", "Churn", "a/b", "", "x".repeat(64), "a@1"])
  test(`the model name ${JSON.stringify(name.slice(0, 10))} is refused everywhere`, async (context) => {
    const folder = scratchFolder(context);
    put(folder, "customers.csv", customers());
    const inited = await fettle(folder, ["init", name, "--data", "customers.csv", "--target", "churn"]);
    assert.equal(inited.exit, 2);
    assert.match(inited.stderr, /as a model name/);
    assert.deepEqual(readdirSync(folder), ["customers.csv"]);
  });

test("a missing file is named", async (context) => {
  const ran = await fettle(scratchFolder(context), ["init", "m", "--data", "nowhere.csv", "--target", "y"]);
  assert.equal(ran.exit, 2);
  assert.match(ran.stderr, /nowhere\.csv/);
});

test("an existing definition is kept unless --force says otherwise", async (context) => {
  const folder = await trainedProject(context);
  const again = ["init", "churn", "--data", "customers.csv", "--target", "churn"];
  assert.equal((await fettle(folder, again)).exit, 3);
  assert.equal((await fettle(folder, [...again, "--force"])).exit, 0);
});

test("--json gives errors as one JSON object too", async (context) => {
  const ran = await fettle(scratchFolder(context), ["train", "churn", "--json"]);
  assert.equal(ran.exit, 2);
  const { error } = ran.json as { error: { code: string; hint: string } };
  assert.equal(error.code, "PROJECT_MISSING");
  assert.match(error.hint, /fettle init/);
});

test("an unknown model or version is refused with what there is", async (context) => {
  const folder = await trainedProject(context);
  assert.match((await fettle(folder, ["train", "chrun"])).stderr, /Did you mean "churn"/);
  assert.match((await fettle(folder, ["show", "churn@7"])).stderr, /its versions are 1 to 1/);
});

test("--json gives wrong usage as one JSON object too", async (context) => {
  for (const words of [["frob"], ["train", "churn", "--bogus"]]) {
    const ran = await fettle(scratchFolder(context), [...words, "--json"]);
    assert.equal(ran.exit, 2);
    assert.equal((ran.json as { error: { code: string } }).error.code, "USAGE");
  }
});

test("init refuses a column whose values cannot be times or weights, and the target as a weight", async (context) => {
  const folder = scratchFolder(context);
  put(
    folder,
    "data.csv",
    numbers(100, (i) => `${i % 7},${"abc"[i % 3]},${i % 2}`, "a,text,y"),
  );
  for (const [option, column, code] of [
    ["--time", "text", "INIT_COLUMN_KIND"],
    ["--weight", "text", "INIT_COLUMN_KIND"],
    ["--weight", "y", "DEFINITION_INVALID"],
  ] as const) {
    const ran = await fettle(folder, ["init", "model", "--data", "data.csv", "--target", "y", option, column]);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, new RegExp(code));
    assert.deepEqual(readdirSync(folder), ["data.csv"]);
  }
});

test("score writes over no input and only into a folder that is there", async (context) => {
  const folder = await trainedProject(context);
  const score = (out: string) => fettle(folder, ["score", "churn@1", "--in", "customers.csv", "--out", out]);
  const before = readFileSync(join(folder, "customers.csv"));
  for (const [out, code] of [
    ["customers.csv", "SCORE_OVER_INPUT"],
    ["nowhere/scored.csv", "OUTPUT_FOLDER_MISSING"],
    ["nowhere/scored.parquet", "OUTPUT_FOLDER_MISSING"],
  ] as const) {
    const ran = await score(out);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, new RegExp(code));
  }
  assert.deepEqual(readFileSync(join(folder, "customers.csv")), before);
});

test("score explains on demand; against a background only trees, and only where there is one", async (context) => {
  const folder = await trainedProject(context);
  put(folder, "none.csv", `${customers().split("\n")[0]}\n`);
  const score = (...more: string[]) =>
    fettle(folder, ["score", "churn@1", "--in", "customers.csv", "--out", "scored.csv", ...more]);
  const refused = await score("--background", "none.csv");
  assert.notEqual(refused.exit, 0);
  const against = await score("--background", "customers.csv");
  assert.equal(against.exit, 2);
  assert.match(against.stderr, /SCORE_UNEXPLAINED/); // a linear model was chosen
  const explained = await score("--explain");
  assert.equal(explained.exit, 0, explained.stderr);
  assert.match(readFileSync(join(folder, "scored.csv"), "utf8").split("\n")[0]!, /,contribution_base$/);
});

test("score names the lines it could not read, and a column that was in the input already", async (context) => {
  const folder = await trainedProject(context);
  const lines = customers().trim().split("\n");
  const rows = lines.map((line, i) => `${line},${i === 0 ? "prediction" : "old"}`);
  put(folder, "new.csv", [...rows.slice(0, 20), "too,short", ...rows.slice(20, 40)].join("\n"));
  const ran = await fettle(folder, ["score", "churn@1", "--in", "new.csv", "--out", "scored.csv"]);
  assert.equal(ran.exit, 0);
  assert.match(ran.stdout + ran.stderr, /new\.csv line 21: has 2 fields/);
  assert.match(ran.stdout + ran.stderr, /the answer is in "prediction_2"/);
});

test("honest trouble in the data is reported, and training goes on", async (context) => {
  const folder = scratchFolder(context);
  const csv = customers({
    n: 2500,
    extra: (i) => ({
      empty: "",
      endless: i % 100 === 0 ? "inf" : (i % 17) + 0.5,
      session: `s${(i * 7919) % 100_003}`,
      constant: "same",
    }),
  });
  const lines = csv.trim().split("\n");
  const withoutTarget = lines.slice(1, 31).map((line) => line.replace(/(Yes|No)$/, ""));
  put(folder, "customers.csv", [...lines, ...withoutTarget, ...lines.slice(100, 110), "too,short"].join("\n"));
  const inited = await fettle(folder, ["init", "churn", "--data", "customers.csv", "--target", "churn"]);
  assert.equal(inited.exit, 0, inited.stderr);
  const trained = await train(folder);
  const said = trained.violations.map(({ message }) => message).join("\n");
  assert.match(said, /"empty" has no value/);
  assert.match(said, /"endless" is infinite in 27 rows/);
  assert.match(said, /"constant" has the same value/);
  assert.match(said, /"session" has 2,\d\d\d different values .* too many to learn from/);
  assert.match(said, /30 rows have no "churn"/);
  assert.match(said, /10 rows repeat an earlier row/);
  assert.match(said, /1 row could not be read/);
});

test("no row value leaves in an error of the server", async (context) => {
  const folder = await trainedProject(context);
  const { openApp } = await import("../../src/app.ts");
  const app = await openApp(folder, { version: "0.1.0" });
  const server = await app.serve({
    models: ["churn@1"],
    host: "127.0.0.1",
    port: 0,
    auth: false,
    sync: false,
    allowHost: [],
  });
  context.after(async () => {
    await server.stop();
    await app.close();
  });
  const post = (body: string) =>
    fetch(`${server.url}/v1/models/churn/predict`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
  const example = server.models[0]!.example;
  const wrong = await post(JSON.stringify({ rows: [example, { ...example, tenure: "S3CRET" }] }));
  assert.equal(wrong.status, 400);
  const text = await wrong.text();
  assert.match(text, /"row":1,"field":"tenure","rule":"type"/);
  assert.doesNotMatch(text, /S3CRET/);
  assert.equal((await post("{")).status, 400);
  assert.equal((await post('{"rows":[]}')).status, 400);
  assert.equal((await post(JSON.stringify({ rows: [{}] }))).status, 400);
  assert.equal((await fetch(`${server.url}/v1/models/nothing`)).status, 404);
  assert.equal((await fetch(`${server.url}/openapi.json`)).status, 200);
});

test("a project in a folder with a strange name works", async (context) => {
  const folder = join(scratchFolder(context), "a folder with 'quotes' & ümlauts");
  const { mkdirSync } = await import("node:fs");
  mkdirSync(folder);
  put(folder, "customers.csv", customers());
  assert.equal((await fettle(folder, ["init", "churn", "--data", "customers.csv", "--target", "churn"])).exit, 0);
  assert.equal((await train(folder)).version, 1);
});
