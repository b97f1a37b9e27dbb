import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TaskDescription } from "../../src/edge/client/index.ts";
import { createRng } from "../../src/lib/index.ts";
import { salesCsv, sampleSales } from "../sample-series.ts";
import { fettle, put, scratchFolder, servedClient, type TrainJson } from "../support.ts";

const example = fileURLToPath(new URL("../../examples/forecast", import.meta.url));
const reference = process.env.FETTLE_REFERENCE_DATA;
const skip = reference === undefined ? "FETTLE_REFERENCE_DATA is not set: the series are not in the package" : false;

interface Answer {
  readonly series: string;
  readonly method: string;
  readonly forecast: readonly {
    readonly at: string;
    readonly value: number;
    readonly intervals: readonly {
      readonly level: number;
      readonly low: number | null;
      readonly high: number | null;
    }[];
  }[];
}

test("a long table becomes a forecast whose server, exported module and file answer alike, to the bit", async (context) => {
  const folder = scratchFolder(context);
  put(folder, "sales.csv", salesCsv(sampleSales()));
  const options = ["--data", "sales.csv", "--target", "sales", "--horizon", "14"];
  const inited = await fettle(folder, ["init", "demand", "--task", "forecast", ...options]);
  assert.equal(inited.exit, 0, inited.stderr);
  assert.match(
    inited.stdout,
    /"date" is taken for the time[\s\S]*"store" is taken for the series[\s\S]*one step is one day/,
  );
  const path = join(folder, "models/demand.ts");
  const definition = readFileSync(path, "utf8");
  assert.match(definition, /search: \{ families: \['seasonal-naive', 'ets', 'theta', 'gbdt'\] \}/);
  const few =
    "search: { configurations: [{ family: 'theta' }, { family: 'gbdt', params: { nTrees: 40, nSeasons: 3 } }] },";
  writeFileSync(path, definition.replace(/search: \{.*\},/, few));
  const ran = await fettle(folder, ["train", "demand", "--json"]);
  const { task, gates, metrics, report, candidates } = ran.json as TrainJson;
  assert.equal(ran.exit, 0, ran.stdout);
  assert.deepEqual([task, gates.every(({ passed }) => passed)], ["forecast", true]);
  assert.deepEqual(
    candidates.map(({ name, role }) => [name, role]),
    [
      ["seasonal-naive", "baseline"],
      ["theta", "candidate"],
      ["gbdt (nSeasons 3, nTrees 40)", "candidate"],
      ["per-series", "candidate"],
    ],
  );
  assert.ok(metrics.test.mase!.high! < 0.9);
  assert.match(readFileSync(report, "utf8"), /Error by step/);
  assert.match((await fettle(folder, ["show", "demand"])).stdout, /coverage@0\.8/);
  assert.match((await fettle(folder, ["verify", "demand@1"])).stdout, /identical/);

  const client = await servedClient(context, folder);
  const described = await client.describe<TaskDescription>("demand");
  assert.deepEqual([described.task, described.example], ["forecast", { series: "store 1", horizon: 14 }]);
  const newer = [
    { at: "2025-05-26", value: 120 },
    { at: "2025-05-27", value: 110 },
  ];
  const requests = [
    { series: "store 1" },
    { series: "store 2", horizon: 3, levels: [0.8] },
    { series: "store 3", history: newer },
    { series: "new", start: "2025-05-01", values: Array.from({ length: 30 }, (_, k) => 100 + (k % 7)) },
  ];
  const { predictions } = await client.ask<object, Answer>("demand", requests);
  const answers = predictions.map(({ id, ...answer }) => answer);
  assert.equal(answers[2]!.forecast[0]!.at, "2025-05-28T00:00:00.000Z");
  const mistyped = client.ask("demand", [{ series: "store 1", horizn: 3 }]);
  await assert.rejects(mistyped, { code: "ROWS_INVALID", message: /did you mean "horizon"/ });

  assert.equal((await fettle(folder, ["export", "demand@1"])).exit, 0);
  const module = (await import(pathToFileURL(join(folder, "demand.mjs")).href)) as {
    predictBatch(requests: readonly object[]): Answer[];
  };
  assert.deepEqual(module.predictBatch(requests), answers);

  put(folder, "newer.csv", "date,store,sales\n2025-05-26,store 3,120\n2025-05-27,store 3,110\n");
  const scored = await fettle(folder, ["score", "demand@1", "--in", "newer.csv", "--out", "next.ndjson"]);
  assert.equal(scored.exit, 0, scored.stderr);
  const rows = readFileSync(join(folder, "next.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const expected = answers[2]!.forecast.map(({ at, value, intervals }, h) => ({
    series: "store 3",
    at,
    step: h + 1,
    value,
    ...Object.fromEntries(
      intervals.flatMap(({ level, low, high }) => [
        [`low_${100 * level}`, low],
        [`high_${100 * level}`, high],
      ]),
    ),
  }));
  assert.deepEqual(rows, expected);
  const all = await fettle(folder, ["score", "demand@1", "--out", "all.csv"]);
  assert.equal(all.exit, 0, all.stderr);
  assert.match(all.stdout, /scored 0 rows, wrote 168 rows into/);
  assert.equal(readFileSync(join(folder, "all.csv"), "utf8").trim().split("\n").length, 1 + 12 * 14);
});

test("promotions known in advance: server, exported module and file answer alike, to the bit", async (context) => {
  const folder = scratchFolder(context);
  const header = "date,store,sales,promotion,visitors";
  const rng = createRng(8);
  const lines = sampleSales({ nStores: 6, nDays: 120 }).map(({ at, store, sales }) => {
    const [promotion, visitors] = [Number(rng.uniform() < 0.2), Math.round(100 * rng.uniform())];
    return [new Date(at).toISOString().slice(0, 10), store, sales * (1 + promotion), promotion, visitors].join(",");
  });
  put(folder, "sales.csv", `${[header, ...lines].join("\n")}\n`);
  const options = ["--data", "sales.csv", "--target", "sales", "--series", "store", "--horizon", "7"];
  const inited = await fettle(folder, ["init", "demand", "--task", "forecast", ...options]);
  assert.equal(inited.exit, 0, inited.stderr);
  const path = join(folder, "models/demand.ts");
  const written = readFileSync(path, "utf8");
  assert.match(written, /\/\/ Not used: 'promotion', 'visitors'\./);
  const search =
    "search: { configurations: [{ family: 'gbdt', params: { nTrees: 30, nSeasons: 3 } }] }, known: ['promotion'], observed: ['visitors'],";
  writeFileSync(path, written.replace(/search: \{.*\},/, search));
  const ran = await fettle(folder, ["train", "demand", "--json"]);
  assert.equal(ran.exit, 0, ran.stderr);
  assert.ok((ran.json as TrainJson).metrics.test.mase!.value! < 0.4);
  assert.match((await fettle(folder, ["verify", "demand@1"])).stdout, /identical/);

  const client = await servedClient(context, folder);
  const { example } = await client.describe<TaskDescription>("demand");
  const known = [0, 1, 0, 0, 1].map((promotion) => ({ promotion }));
  const history = [{ at: "2025-05-06", value: 120, promotion: 1, visitors: 40 }];
  const requests = [example as object, { series: "store 2", horizon: 5, known, history }];
  const { predictions } = await client.ask<object, Answer>("demand", requests);
  const answers = predictions.map(({ id, ...answer }) => answer);
  const lacking = client.ask("demand", [{ series: "store 2", horizon: 5, known: known.slice(1) }]);
  await assert.rejects(lacking, { code: "ROWS_INVALID", message: /"known" has no step 5 of 5/ });

  assert.equal((await fettle(folder, ["export", "demand@1"])).exit, 0);
  const types = readFileSync(join(folder, "demand.d.mts"), "utf8");
  assert.match(types, /readonly known: readonly \{ readonly "promotion": number \}\[\];/);
  const module = (await import(pathToFileURL(join(folder, "demand.mjs")).href)) as {
    predictBatch(requests: readonly object[]): Answer[];
  };
  assert.deepEqual(module.predictBatch(requests), answers);

  const alone = await fettle(folder, ["score", "demand@1", "--out", "next.csv"]);
  assert.equal(alone.exit, 2);
  assert.match(alone.stderr, /SCORE_COVARIATES/);
  const days = known.map(({ promotion }, h) => `2025-05-${String(7 + h).padStart(2, "0")},store 2,,${promotion},`);
  put(folder, "plan.csv", `${[header, "2025-05-06,store 2,120,1,40", ...days].join("\n")}\n`);
  const scored = await fettle(folder, ["score", "demand@1", "--in", "plan.csv", "--out", "next.ndjson"]);
  assert.equal(scored.exit, 0, scored.stderr);
  const rows = readFileSync(join(folder, "next.ndjson"), "utf8").trim().split("\n");
  assert.deepEqual(
    rows.map((row) => [JSON.parse(row).at, JSON.parse(row).value]),
    answers[1]!.forecast.map(({ at, value }) => [at, value]),
  );
});

test("the example of forecasting runs as its README says, and its client compiles against the exported types", async (context) => {
  const folder = scratchFolder(context);
  cpSync(example, folder, { recursive: true });
  execFileSync(process.execPath, ["generate-rides.ts"], { cwd: folder });
  const ran = await fettle(folder, ["train", "rides", "--json"]);
  assert.equal(ran.exit, 0, ran.stderr);
  assert.equal((await fettle(folder, ["export", "rides"])).exit, 0);
  assert.ok(existsSync(join(folder, "rides.d.mts")));
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const compilerOptions = {
    noEmit: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: { "fettle/client": [join(root, "src/edge/client/index.ts")] },
  };
  const tsconfig = { extends: join(root, "tsconfig.json"), compilerOptions, include: [], files: ["ask.ts"] };
  put(folder, "tsconfig.json", JSON.stringify(tsconfig));
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { stdio: "pipe" });
});

const refusals: readonly [name: string, options: readonly string[], code: RegExp][] = [
  ["a column that is not there", ["--series", "stor"], /Did you mean "store"[\s\S]*COLUMN_MISSING/],
  ["an option of tables", ["--positive", "yes"], /INIT_OPTION/],
  ["no time", ["--data", "plain.csv"], /INIT_SERIES/],
  ["a horizon of 0", ["--horizon", "0"], /OPTION_INVALID/],
];

for (const [name, options, message] of refusals)
  test(`init refuses ${name} for a forecast`, async (context) => {
    const folder = scratchFolder(context);
    put(folder, "sales.csv", salesCsv(sampleSales({ nStores: 2, nDays: 40 })));
    put(folder, "plain.csv", "a,b\n1,2\n3,4\n");
    const data = options.includes("--data") ? [] : ["--data", "sales.csv"];
    const ran = await fettle(folder, ["init", "demand", "--task", "forecast", ...data, ...options]);
    assert.equal(ran.exit, 2);
    assert.match(ran.stderr, message);
  });

test("init tells what a training would refuse, and training refuses it", async (context) => {
  const folder = scratchFolder(context);
  put(folder, "visits.csv", "day,visits\n2026-01-01,3\n2026-01-02,4\n2026-01-02,5\n2026-01-03,6\n");
  const inited = await fettle(folder, ["init", "visits", "--task", "forecast", "--data", "visits.csv"]);
  assert.equal(inited.exit, 0, inited.stderr);
  assert.match(inited.stdout, /a training would refuse the rows as they are[\s\S]*duplicates/);
  const ran = await fettle(folder, ["train", "visits"]);
  assert.equal(ran.exit, 2);
  assert.match(ran.stderr, /FORECAST_DUPLICATES/);
});

test("airline passengers: the naive figures exactly, and Holt-Winters as statsmodels, through the public path", {
  skip,
}, async (context) => {
  const folder = scratchFolder(context);
  const file = `${reference}/classic-series/airline-passengers.csv`;
  assert.equal((await fettle(folder, ["init", "air", "--task", "forecast", "--data", file])).exit, 0);
  const path = join(folder, "models/air.ts");
  const search = "search: { configurations: [{ family: 'holt-winters' }] },";
  writeFileSync(path, readFileSync(path, "utf8").replace(/search: \{.*\},/, search));
  const ran = await fettle(folder, ["train", "air", "--json"]);
  assert.equal(ran.exit, 0, ran.stderr);
  const { metrics, baseline } = ran.json as TrainJson;
  assert.equal(baseline.test.rmse!.value!.toFixed(3), "50.708");
  assert.equal(baseline.test.smape!.value!.toFixed(3), "10.572");
  assert.ok(Math.abs(metrics.test.rmse!.value! / 16.98 - 1) < 0.01, String(metrics.test.rmse!.value));
  assert.ok(metrics.test.smape!.value! < 2.796, String(metrics.test.smape!.value)); // statsmodels' fit is a little less good
});

test("M4's hours: all 414 series through the command, the naive figures exactly, the trees a third better by a paired interval", {
  skip,
}, async (context) => {
  const folder = scratchFolder(context);
  const rowsOf = (name: string) =>
    readFileSync(`${reference}/m4-hourly/${name}`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) =>
        line
          .replaceAll('"', "")
          .split(",")
          .slice(1)
          .filter((text) => text !== "" && text !== "NA"),
      );
  const future = rowsOf("Hourly-test.csv"); // the competition's 48 hours: the last horizon is the test
  const series = rowsOf("Hourly-train.csv").map((history, i) => [...history, ...future[i]!]);
  const lines = series.flatMap((values, i) => values.map((value, t) => `H${i + 1},${t + 1},${value}`));
  put(folder, "m4.csv", `id,hour,value\n${lines.join("\n")}\n`);
  const options = ["--data", "m4.csv", "--season", "24", "--horizon", "48"];
  const inited = await fettle(folder, ["init", "m4", "--task", "forecast", ...options]);
  assert.equal(inited.exit, 0, inited.stderr);
  const path = join(folder, "models/m4.ts");
  const search = "search: { families: ['seasonal-naive', 'gbdt'], perSeries: false }, backtest: { origins: 1 },";
  writeFileSync(path, readFileSync(path, "utf8").replace(/search: \{.*\},/, search));
  const ran = await fettle(folder, ["train", "m4", "--json"]);
  assert.equal(ran.exit, 0, ran.stderr);
  const { metrics, baseline, comparisons } = ran.json as TrainJson;
  const figure = (name: string) => baseline.test[name]!.value!.toFixed(3);
  assert.equal(`${figure("smape")} / ${figure("mase")}`, "13.912 / 1.193"); // the M4 paper's table
  const { value, high, n } = metrics.test.mase!;
  assert.equal(n, 414);
  assert.ok(value! <= 0.75 && high! <= 0.8, `${value}, up to ${high}`);
  assert.ok(metrics.test.smape!.value! <= 9.5, String(metrics.test.smape!.value));
  const [{ reference: other, verdict, difference }] = comparisons as [(typeof comparisons)[number]];
  assert.deepEqual([other, verdict], ["seasonal-naive", "better"]);
  assert.ok(difference.value! <= -1.193 / 3 && difference.high! <= -0.35, JSON.stringify(difference));
  const coverage = metrics.test["coverage@0.8"]!.value!;
  assert.ok(Math.abs(coverage - 0.8) <= 0.03, String(coverage));
});
