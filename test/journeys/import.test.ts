import assert from "node:assert/strict";
import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fettle, put, scratchFolder } from "../support.ts";

interface Case {
  readonly name: string;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly predict: readonly (readonly number[])[];
  readonly model: unknown;
}

const golden = new URL("../../src/ml/interchange/golden/", import.meta.url);
const casesOf = (library: string): Case[] => JSON.parse(readFileSync(new URL(`${library}.json`, golden), "utf8")).cases;

/** A folder with a golden model `model`, 300 rows `rows.csv` for it, a target among them, and its `expected.csv`. */
function folderWith(context: TestContext, library: "xgboost" | "lightgbm", name: string): string {
  const { rows, predict, model } = casesOf(library).find((one) => one.name === name)!;
  const folder = scratchFolder(context);
  put(folder, "model", typeof model === "string" ? model : JSON.stringify(model));
  const repeated = Array.from({ length: 300 }, (_, i) => i % rows.length);
  const columns = rows[0]!.map((_, j) => "abcde"[j]!);
  const outcome = (i: number, k: number) => (i % 11 === 0) !== predict[k]!.at(-1)! > 0.5;
  const lines = repeated.map((k, i) =>
    [...rows[k]!.map((x) => x ?? ""), outcome(i, k) ? "Yes" : "No", outcome(i, k) ? 1 : 0, Math.floor(i / 10)].join(
      ",",
    ),
  );
  put(folder, "rows.csv", `${[...columns, "left", "target", "query"].join(",")}\n${lines.join("\n")}\n`);
  put(folder, "expected.csv", `p\n${repeated.map((k) => predict[k]!.join(",")).join("\n")}\n`);
  return folder;
}

const importing = (library: string, ...more: string[]) => [
  ...["import", library, "model", "--name", "m", "--data", "rows.csv"],
  ...more,
];

test("an imported model without a target is shown, verified, scored, exported and served when it is named", async (context) => {
  const folder = folderWith(context, "xgboost", "binary");
  const ran = await fettle(folder, importing("xgboost", "--expected", "expected.csv", "--tolerance", "1e-6", "--json"));
  assert.equal(ran.exit, 0, ran.stdout);
  const { primary, gatesPassed, imported } = ran.json as { primary: object; gatesPassed: boolean; imported: object };
  const reason = "not measured: no target was given at its import";
  assert.deepEqual(primary, { metric: "none", value: null, low: null, high: null, reason });
  assert.equal(gatesPassed, false);
  const shown = (await fettle(folder, ["show", "m@1", "--json"])).json as {
    report: unknown;
    lineage: Record<string, unknown>;
  };
  assert.equal(shown.report, null);
  assert.equal(shown.lineage.snapshot, null);
  assert.deepEqual(shown.lineage.imported, imported);
  assert.match((await fettle(folder, ["show", "m@1"])).stdout, /trained elsewhere[\s\S]*not measured/);
  assert.match((await fettle(folder, ["models"])).stdout, /not measured/);
  assert.match((await fettle(folder, ["verify", "m@1"])).stdout, /identical/);
  assert.equal((await fettle(folder, ["doctor"])).exit, 0);
  assert.equal((await fettle(folder, ["export", "m@1", "--to", "capsule"])).exit, 0);
  assert.equal((await fettle(folder, ["score", "m@1", "--in", "rows.csv", "--out", "out.csv"])).exit, 0);
  const [header = "", first = ""] = readFileSync(join(folder, "out.csv"), "utf8").split("\n");
  const probability = Number(first.split(",")[header.split(",").indexOf("probability")]);
  assert.ok(Math.abs(probability - casesOf("xgboost")[0]!.predict[0]![0]!) < 1e-6);
  assert.match(
    (await fettle(folder, ["score", "m", "--in", "rows.csv", "--out", "out.csv"])).stderr,
    /VERSION_NONE_READY/,
  );
});

test("an imported model with a target is measured against baselines and the champion, and verified to the byte", async (context) => {
  const folder = folderWith(context, "lightgbm", "binary");
  const options = ["--expected", "expected.csv", "--tolerance", "1e-12", "--target", "left", "--classes", "No,Yes"];
  const ran = await fettle(folder, importing("lightgbm", ...options, "--json"));
  assert.equal(ran.exit, 0, ran.stdout);
  const found = ran.json as { metrics: { test: { rocAuc: { value: number } } }; candidates: { name: string }[] };
  assert.ok(found.metrics.test.rocAuc.value > 0.8);
  assert.deepEqual(
    found.candidates.map(({ name }) => name),
    ["class shares", "best single rule", "imported model"],
  );
  assert.match((await fettle(folder, ["verify", "m@1"])).stdout, /identical/);
  const numbered = await fettle(folder, importing("lightgbm", "--target", "target", "--json"));
  assert.match(JSON.stringify((numbered.json as { gates: unknown }).gates), /beats-baseline/);
  const ruled = await fettle(folder, importing("lightgbm", "--target", "left", "--positive", "Yes"));
  assert.match(ruled.stdout, /predict whether left is Yes/);
  assert.match((await fettle(folder, ["diff", "m@1", "m@3"])).stdout, /definition/);
});

test("what was exported for XGBoost is imported again with the same answers", async (context) => {
  const folder = folderWith(context, "lightgbm", "0 is missing");
  const options = ["--expected", "expected.csv", "--tolerance", "1e-12"];
  assert.equal((await fettle(folder, importing("lightgbm", ...options))).exit, 0);
  const exported = await fettle(folder, ["export", "m@1", "--to", "xgboost", "--json"]);
  assert.deepEqual((exported.json as { files: string[] }).files, ["m.xgboost.json", "m.xgboost.features.json"]);
  const { steps } = JSON.parse(readFileSync(join(folder, "m.xgboost.features.json"), "utf8"));
  assert.deepEqual(steps[0], { op: "number", input: 0, zeroIsMissing: true });
  put(folder, "rows.csv", readFileSync(join(folder, "rows.csv"), "utf8").replaceAll(/(?<=^|,)0(?:\.0)?(?=,)/gm, ""));
  const back = [
    "import",
    "xgboost",
    "m.xgboost.json",
    "--name",
    "back",
    "--data",
    "rows.csv",
    "--expected",
    "expected.csv",
  ];
  assert.equal((await fettle(folder, back)).exit, 0);
});

test("an imported ranking is measured query by query", async (context) => {
  const folder = folderWith(context, "xgboost", "ranking");
  const ran = await fettle(folder, importing("xgboost", "--target", "target", "--query", "query", "--json"));
  const { task, primary, candidates } = ran.json as { task: string; primary: string; candidates: unknown[] };
  assert.deepEqual([task, primary, candidates.length > 1], ["ranking", "ndcg@10", true], ran.stdout);
});

test("categories come by the levels in the file, or by those given", async (context) => {
  const folder = folderWith(context, "xgboost", "categories");
  const rows = readFileSync(join(folder, "rows.csv"), "utf8");
  const names = ["Bern", "Lodz", "Oslo", "Rome", "Wien", "York"];
  const named = rows.replace(/^([^,]*,[^,]*,[^,]*),(\d?),(\d?),/gm, (_, start, city, size) =>
    [start, city === "" ? "" : names[city], size === "" ? "" : 3 + Number(size), ""].join(","),
  );
  put(folder, "rows.csv", named.replace("a,b,c,d,e", "a,b,c,city,size"));
  assert.equal((await fettle(folder, importing("xgboost", "--expected", "expected.csv"))).exit, 0);
  put(folder, "levels.json", JSON.stringify({ d: names, e: [3, 4, 5, 6, 7, 8] }));
  put(folder, "rows.csv", named);
  const renamed = ["--features", "a,b,c,d,e", "--levels", "levels.json", "--expected", "expected.csv"];
  assert.equal((await fettle(folder, importing("xgboost", ...renamed))).exit, 0);
});

const refused: readonly {
  readonly name: string;
  readonly options: readonly string[];
  readonly code: string;
  readonly model?: string;
}[] = [
  { name: "no model's name", options: ["import", "xgboost", "model", "--data", "rows.csv"], code: "OPTION_MISSING" },
  { name: "another library", options: importing("catboost"), code: "OPTION_INVALID" },
  { name: "a tolerance of 0", options: importing("xgboost", "--tolerance", "0"), code: "OPTION_INVALID" },
  {
    name: "no file",
    options: ["import", "xgboost", "nowhere", "--name", "m", "--data", "rows.csv"],
    code: "IMPORT_FILE",
  },
  { name: "a folder", options: ["import", "xgboost", ".", "--name", "m", "--data", "rows.csv"], code: "IMPORT_FILE" },
  { name: "the wrong library", options: importing("lightgbm"), code: "IMPORT_FORMAT" },
  { name: "too few features", options: importing("xgboost", "--features", "a,b"), code: "IMPORT_FEATURES" },
  { name: "three classes of two", options: importing("xgboost", "--classes", "x,y,z"), code: "IMPORT_CLASSES" },
  {
    name: "other classes than the target's",
    options: importing("xgboost", "--target", "left"),
    code: "IMPORT_CLASSES",
  },
  { name: "rows without its columns", options: importing("xgboost", "--features", "a,b,z"), code: "IMPORT_COLUMNS" },
  { name: "levels of a number", options: importing("xgboost", "--levels", "levels.json"), code: "IMPORT_LEVELS" },
  { name: "levels that are none", options: importing("xgboost", "--levels", "rows.csv"), code: "IMPORT_LEVELS_FILE" },
  {
    name: "answers that are missed",
    options: importing("xgboost", "--expected", "wrong.csv"),
    code: "IMPORT_EXPECTED",
  },
  { name: "answers for other rows", options: importing("xgboost", "--expected", "rows.csv"), code: "IMPORT_EXPECTED" },
  {
    name: "a ranking without queries",
    model: "ranking",
    options: importing("xgboost", "--target", "target"),
    code: "IMPORT_QUERY",
  },
  {
    name: "levels that the file does not hold",
    model: "names beyond ASCII",
    options: importing("xgboost"),
    code: "IMPORT_LEVELS",
  },
  {
    name: "a name that is none",
    options: ["import", "xgboost", "model", "--name", "../m", "--data", "rows.csv"],
    code: "MODEL_NAME",
  },
];

for (const { name, options, code, model = "binary" } of refused)
  test(`fettle import refuses ${name}: ${code}`, async (context) => {
    const folder = folderWith(context, "xgboost", model);
    put(folder, "levels.json", '{"a": ["x"]}');
    put(folder, "wrong.csv", readFileSync(join(folder, "expected.csv"), "utf8").replaceAll("0.6", "0.5"));
    const ran = await fettle(folder, [...options, "--json"]);
    assert.equal(ran.exit, 2, ran.stdout);
    assert.equal((ran.json as { error: { code: string } }).error.code, code);
  });

test("fettle import refuses a file of more than 2^28 bytes unread: IMPORT_FILE_SIZE", async (context) => {
  const folder = folderWith(context, "xgboost", "binary");
  truncateSync(join(folder, "model"), 2 ** 28 + 1);
  assert.match((await fettle(folder, importing("xgboost"))).stderr, /IMPORT_FILE_SIZE/);
});
