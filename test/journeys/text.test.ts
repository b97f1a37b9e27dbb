import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openApp } from "../../src/app.ts";
import { createClient, type Explanation } from "../../src/edge/client/index.ts";
import type { RunReport } from "../../src/platform/training/index.ts";
import { fettle, put, scratchFolder, type TrainJson } from "../support.ts";

const example = fileURLToPath(new URL("../../examples/text", import.meta.url));

interface Answer {
  readonly label: string;
  readonly probability: number;
  readonly probabilities: Readonly<Record<string, number>>;
  readonly unread?: readonly string[];
}

const requests = [
  { message: "My lmap has not arrived, where is it?", channel: "mail", order_value: 50 },
  { message: "something went wrong with my order of the lamp", channel: "app", order_value: 50 },
  { message: "something went wrong with my order of the lamp", channel: "mail", order_value: 50 },
  { message: "♦♦♦", channel: "mail", order_value: 50 },
  { message: null, channel: null, order_value: null },
  { message: "xyzzy ".repeat(500_000), channel: "mail", order_value: 50 },
];

test("the example: texts beside columns become a model whose server, module and scored files answer alike, and say why", async (context) => {
  const folder = scratchFolder(context);
  cpSync(example, folder, { recursive: true });
  execFileSync(process.execPath, ["generate-messages.ts"], { cwd: folder });
  const ran = await fettle(folder, ["train", "subjects", "--json"]);
  assert.equal(ran.exit, 0, `${ran.stdout}${ran.stderr}`);
  const { baseline, report: page } = ran.json as TrainJson;
  assert.equal(baseline.name, "naive Bayes on the terms");
  const html = readFileSync(page, "utf8");
  for (const id of ["texts", "confusion", "calibration"]) assert.ok(html.includes(`<section id="${id}"`), id);
  assert.doesNotMatch(html.slice(html.indexOf("<main>"), html.indexOf("</main>")), /NaN|\[object|Infinity/);
  assert.match((await fettle(folder, ["verify", "subjects@1"])).stdout, /identical/);
  const { report } = (await fettle(folder, ["show", "subjects@1", "--json"])).json as { report: RunReport };
  const { telling, learningCurve, blocks } = report.texts!;
  assert.deepEqual(
    blocks.map(({ name }) => name),
    ["message (words)", "message (characters)"],
  );
  const broken = telling.find(({ of }) => of === "broken")!;
  assert.ok(broken.terms.some(({ term }) => /broken|kaputt|damaged/.test(term)));
  assert.deepEqual(
    learningCurve.map(({ nRows }) => nRows),
    [120, 240, 480, 960],
  );

  const app = await openApp(folder, { version: "0.1.0" });
  const asked = { host: "127.0.0.1", port: 0, auth: true, sync: true, allowHost: [] };
  const server = await app.serve({ models: ["subjects@1"], ...asked });
  context.after(async () => {
    await server.stop();
    await app.close();
  });
  const client = createClient({ url: server.url, token: server.token! });
  const { predictions } = await client.predict("subjects", requests.slice(0, 5), { explain: { top: 5 } });
  const answers = predictions.map(({ explanation: _, id: __, ...answer }) => answer as Answer);
  assert.deepEqual(
    answers.slice(0, 3).map(({ label }) => label),
    ["where-is-it", "payment", "change"],
  );
  assert.deepEqual(
    answers.map(({ unread }) => unread),
    [undefined, undefined, undefined, ["message"], ["message"]],
  );
  const { terms, contributions } = predictions[0]!.explanation as Explanation;
  assert.ok(terms!.length === 5 && terms!.some(({ term }) => /arriv|where/.test(term)));
  assert.deepEqual(contributions.map(({ feature }) => feature).sort(), ["channel", "message", "order_value"]);
  assert.equal(predictions[3]!.explanation!.terms, undefined);

  assert.equal((await fettle(folder, ["export", "subjects@1"])).exit, 0);
  const path = join(folder, "subjects.mjs");
  const module = (await import(pathToFileURL(path).href)) as {
    predict(row: object): Answer;
    predictBatch(rows: readonly object[]): Answer[];
  };
  assert.deepEqual(module.predictBatch(requests).slice(0, 5), answers);
  assert.deepEqual(requests.map(module.predict), module.predictBatch(requests));
  assert.match(readFileSync(path.replace(".mjs", ".d.mts"), "utf8"), /readonly unread\?/);
  const onnx = await fettle(folder, ["export", "subjects@1", "--to", "onnx"]);
  assert.match(onnx.stderr, /it reads terms of texts/);

  const rows = requests.slice(0, 5).map((one) => Object.values(one).map((value) => value ?? ""));
  put(folder, "new.csv", `message,channel,order_value\n${rows.map((row) => `"${row.join('","')}"`).join("\n")}\n`);
  const scored = await fettle(folder, ["score", "subjects@1", "--in", "new.csv", "--out", "scored.ndjson"]);
  assert.equal(scored.exit, 0, scored.stderr);
  assert.match(scored.stdout + scored.stderr, /knows no term of 2 texts/);
  const lines = readFileSync(join(folder, "scored.ndjson"), "utf8").trim().split("\n");
  lines.forEach((line, i) => {
    const { prediction, probability } = JSON.parse(line) as { prediction: string; probability: number };
    assert.deepEqual([prediction, probability], [answers[i]!.label, answers[i]!.probability]);
  });
});

const tickets = (n: number) =>
  Array.from({ length: n }, (_, i) => [`${i}`, i % 2 === 0 ? "pay the bill" : "fix the lamp", `note ${i % 7}`, i % 2]);
const csv = (rows: readonly (readonly unknown[])[]) =>
  `id,body,kind,late\n${rows.map((row) => row.join(",")).join("\n")}\n`;

test("init --task text finds the text column, takes labels that are numbers, and says what it lacks", async (context) => {
  const folder = scratchFolder(context);
  put(folder, "tickets.csv", csv(tickets(60)));
  const init = ["init", "tickets", "--task", "text", "--data", "tickets.csv", "--target", "late"];
  const ran = await fettle(folder, [...init, "--json"]);
  assert.equal(ran.exit, 0, ran.stderr);
  assert.equal((ran.json as { task: string }).task, "binary");
  const definition = readFileSync(join(folder, "models/tickets.ts"), "utf8");
  assert.match(definition, /features: \{ body: \{ kind: 'text' \} \}/);
  assert.match(definition, /types: \{ body: 'text' \}/);
  const both = await fettle(folder, [...init, "--text", "body", "kind", "--force"]);
  assert.equal(both.exit, 0, both.stderr);
  assert.match(readFileSync(join(folder, "models/tickets.ts"), "utf8"), /kind: \{ kind: 'text' \}/);
  put(
    folder,
    "stars.csv",
    `text,stars\n${tickets(60)
      .map(([i, body]) => `${body},${Number(i) % 5}`)
      .join("\n")}\n`,
  );
  const stars = ["init", "stars", "--task", "text", "--data", "stars.csv", "--target", "stars", "--json"];
  assert.equal(((await fettle(folder, stars)).json as { task: string }).task, "multiclass");
  // A language without spaces: a sentence is a text, a place name beside it is none.
  const asked = tickets(60).map(([, , , late]) => [
    "神奈川県",
    late ? "商品がまだ届きません。" : "配送料はいくらですか。",
    late,
  ]);
  put(folder, "questions.csv", `place,body,late\n${asked.map((row) => row.join(",")).join("\n")}\n`);
  const spaceless = await fettle(folder, [
    "init",
    "questions",
    "--task",
    "text",
    "--data",
    "questions.csv",
    "--target",
    "late",
  ]);
  assert.equal(spaceless.exit, 0, spaceless.stderr);
  assert.match(readFileSync(join(folder, "models/questions.ts"), "utf8"), /features: \{ body: \{ kind: 'text' \} \}/);
  const refused = async (args: readonly string[], code: RegExp) =>
    assert.match((await fettle(folder, [...args, "--force"])).stderr, code);
  await refused([...init, "--text", "boby"], /Did you mean "body"/);
  await refused([...init, "--ignore", "body", "kind"], /INIT_TEXT/);
  await refused([...init, "--text", "late"], /INIT_TEXT/);
  await refused(["init", "tickets", "--data", "tickets.csv", "--target", "late", "--text", "body"], /INIT_TEXT/);
});

test("texts that say their label, or lie in two parts, are named; a vocabulary of nothing is refused", async (context) => {
  const folder = scratchFolder(context);
  const words = ["alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa"];
  const row = (i: number) => {
    const kind = ["invoice", "damage"][i % 2]!;
    const text = Array.from({ length: 8 }, (_, k) => words[(i * (k + 3) + k * k) % 7]).join(" ");
    return `"${text} topic: ${kind} no. ${i}",${kind}`;
  };
  put(folder, "leaky.csv", `text,label\n${Array.from({ length: 200 }, (_, i) => row(i)).join("\n")}\n`);
  const init = (name: string) => ["init", name, "--task", "text", "--data", `${name}.csv`, "--target", "label"];
  assert.equal((await fettle(folder, init("leaky"))).exit, 0);
  const ran = await fettle(folder, ["train", "leaky", "--trials", "1"]);
  assert.match(ran.stdout, /says the name of the row's class in 100 % of the texts/);
  assert.match(ran.stdout, /has the same text in a training and in a held-out row/);

  const single = (i: number) => `${"?!.…"[i % 4]!.repeat(1 + (i % 5))} ${"·:;"[i % 3]},${i % 2 === 0 ? "a" : "b"}`;
  put(folder, "signs.csv", `text,label\n${Array.from({ length: 100 }, (_, i) => single(i)).join("\n")}\n`);
  assert.equal((await fettle(folder, [...init("signs"), "--text", "text"])).exit, 0);
  put(
    folder,
    "models/signs.ts",
    readFileSync(join(folder, "models/signs.ts"), "utf8").replace(
      "{ kind: 'text' }",
      "{ kind: 'text', characters: false }",
    ),
  );
  const signs = await fettle(folder, ["train", "signs", "--trials", "1"]);
  assert.match(signs.stderr, /FEATURES_NO_TERMS/);
});

const data = process.env.FETTLE_REFERENCE_DATA;
const skip = data === undefined ? "FETTLE_REFERENCE_DATA is not set" : false;

async function accuracyOf(folder: string, init: readonly string[], lambda: number): Promise<number> {
  const ran = await fettle(folder, ["init", "model", "--task", "text", ...init]);
  assert.equal(ran.exit, 0, ran.stderr);
  const path = join(folder, "models/model.ts");
  const one = `search: { configurations: [{ family: 'linear', params: { lambda: ${lambda} } }] }, evaluation: { resamples: 200 }`;
  put(folder, "models/model.ts", readFileSync(path, "utf8").replace(/search: \{.*\}/, one));
  const trained = await fettle(folder, ["train", "model", "--json"]);
  assert.equal(trained.exit, 0, `${trained.stdout}${trained.stderr}`);
  return (trained.json as TrainJson).metrics.test.accuracy!.value!;
}

test("banking77: 77 intents, better than scikit-learn's TF-IDF and logistic regression (0.8948)", {
  skip,
}, async (context) => {
  const [trainFile, testFile] = ["train.csv", "test.csv"].map((name) => join(data!, "banking77", name));
  const files = ["--data", trainFile!, "--test", testFile!, "--target", "category"];
  const accuracy = await accuracyOf(scratchFolder(context), files, 0.01);
  assert.ok(accuracy >= 0.91, `accuracy ${accuracy}`);
});

test("sms-spam: as good as scikit-learn's TF-IDF and logistic regression (0.9828)", { skip }, async (context) => {
  const folder = scratchFolder(context);
  const lines = readFileSync(join(data!, "sms-spam/SMSSpamCollection"), "utf8").trimEnd().split(/\r?\n/);
  const isTest = (i: number) => (Math.imul(i, 2654435761) >>> 0) / 4294967296 < 0.25;
  put(folder, "train.tsv", `${lines.filter((_, i) => !isTest(i)).join("\n")}\n`);
  put(folder, "test.tsv", `${lines.filter((_, i) => isTest(i)).join("\n")}\n`);
  const reading = ["--no-header", "--separator", "\\t", "--quote", "none"];
  const files = ["--data", "train.tsv", "--test", "test.tsv", "--target", "column1", ...reading];
  const accuracy = await accuracyOf(folder, files, 0.03);
  assert.ok(accuracy >= 0.98, `accuracy ${accuracy}`);
});
