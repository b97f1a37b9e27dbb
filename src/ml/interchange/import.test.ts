import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadModel, type TreeData } from "../learners/index.ts";
import { type ImportedModel, importLightgbm, importXgboost } from "./index.ts";

type Rows = readonly (readonly (number | null)[])[];

interface Case {
  readonly name: string;
  readonly rows: Rows;
  readonly predict: readonly (readonly number[])[];
  readonly margin: readonly (readonly number[])[];
  readonly leaf: readonly (readonly number[])[];
  readonly model: unknown;
  readonly ubj?: string;
}

interface LightgbmCase extends Omit<Case, "margin" | "ubj"> {
  readonly raw: readonly (readonly number[])[];
  readonly model: string;
}

const read = (file: string) => JSON.parse(readFileSync(new URL(`golden/${file}`, import.meta.url), "utf8"));
const cases: readonly Case[] = read("xgboost.json").cases;
const caseOf = (name: string) => cases.find((one) => one.name === name)!;
const lightgbmCases: readonly LightgbmCase[] = read("lightgbm.json").cases;
const lightgbmOf = (name: string) => importLightgbm(encode(lightgbmCases.find((one) => one.name === name)!.model));
const encode = (text: string) => new TextEncoder().encode(text);
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A row as the trees see it: missing is NaN, or the code −1 where the feature is a category; a 0 may count as missing. */
function encoded({ features }: ImportedModel, row: readonly (number | null)[]): Float64Array {
  return Float64Array.from(row, (x, j) => {
    const { name, kind, levels, zeroIsMissing } = features[j]!;
    if (kind === "number") return x === null || (zeroIsMissing && x === 0) ? Number.NaN : x;
    // The rows hold the codes of a frame's categories; the column "zip" was given as numbers.
    return x === null ? -1 : name === "zip" ? levels!.indexOf(String(x)) : x;
  });
}

function predictAll(imported: ImportedModel, rows: Rows): number[][] {
  const model = loadModel(imported.data);
  const out = new Float64Array(model.nOutputs);
  return rows.map((row) => {
    model.predictRow(encoded(imported, row), out);
    return [...out];
  });
}

function assertClose(
  found: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  share = 2e-6,
): void {
  found.forEach((row, i) => {
    row.forEach((value, k) => {
      const wanted = expected[i]![k]!;
      const tolerance = share / 2 + share * Math.abs(wanted);
      assert.ok(Math.abs(value - wanted) <= tolerance, `row ${i}, output ${k}: ${value}, ${wanted} is needed`);
    });
  });
}

/** Of two classes we answer the second one's probability. */
const ofOurs = ({ nClasses }: ImportedModel, predict: readonly (readonly number[])[]) =>
  predict.map((row) => (nClasses === 2 ? row.slice(-1) : row));

function leafOf(tree: TreeData, row: Float64Array): number {
  let node = tree.feature.length === 0 ? -1 : 0;
  while (node >= 0) {
    const x = row[tree.feature[node]!]!;
    const codes = tree.categories[node];
    const isMissing = Number.isNaN(x) || (codes && x < 0);
    const goesLeft = codes ? codes.includes(x) : Math.fround(x) <= tree.threshold[node]!;
    node = (isMissing ? tree.missingLeft[node] === 1 : goesLeft) ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}

/** Holds where rows share one of our leaves exactly where they share one of theirs, in every tree. */
function assertSameLeaves(imported: ImportedModel, rows: Rows, leaf: readonly (readonly number[])[], order: number[]) {
  imported.data.trees.forEach((tree, t) => {
    const ours = rows.map((row) => leafOf(tree, encoded(imported, row)));
    const pairs = new Set(ours.map((own, i) => `${own} ${leaf[i]![order[t]!]}`));
    assert.equal(pairs.size, new Set(ours).size);
    assert.equal(pairs.size, new Set(leaf.map((row) => row[order[t]!])).size);
  });
}

// Where each of our trees stands in the file: both go round by round, but parallel trees of one output follow one another there.
function fileOrder(model: unknown): number[] {
  const booster = (model as { learner: { gradient_booster: { gbtree?: Booster } & Booster } }).learner.gradient_booster;
  const groups = (booster.gbtree ?? booster).model.tree_info;
  const nOutputs = Math.max(...groups) + 1;
  const byOutput = Array.from({ length: nOutputs }, (_, k) => groups.flatMap((group, t) => (group === k ? [t] : [])));
  return groups.map((_, t) => byOutput[t % nOutputs]![Math.floor(t / nOutputs)]!);
}

interface Booster {
  readonly model: { readonly tree_info: readonly number[] };
}

for (const { name, rows, predict, leaf, model, ubj } of cases)
  test(`importXgboost() answers as XGBoost: ${name}`, () => {
    const imported = importXgboost(bytesOf(model));
    assertClose(predictAll(imported, rows), ofOurs(imported, predict));
    assertSameLeaves(imported, rows, leaf, fileOrder(model));
    assert.deepEqual(importXgboost(model), imported);
    if (ubj !== undefined) assert.deepEqual(importXgboost(Buffer.from(ubj, "base64")).data, imported.data);
  });

for (const { name, rows, predict, leaf, model } of lightgbmCases)
  test(`importLightgbm() answers as LightGBM: ${name}`, () => {
    const imported = importLightgbm(encode(model));
    assertClose(predictAll(imported, rows), ofOurs(imported, predict), 1e-14);
    assertSameLeaves(imported, rows, leaf, [...imported.data.trees.keys()]);
  });

test("importXgboost() leaves margins, where the link is taken away", () => {
  for (const name of ["binary", "dart", "Poisson", "three classes", "categories"]) {
    const { model, rows, margin } = caseOf(name);
    const imported = importXgboost(model);
    assertClose(predictAll({ ...imported, data: { ...imported.data, link: "identity" } }, rows), margin);
  }
});

test("importXgboost() reads names, kinds and levels of features", () => {
  const { features, nClasses } = importXgboost(caseOf("categories").model);
  assert.equal(nClasses, 2);
  assert.deepEqual(
    features.map(({ name, kind }) => `${name} ${kind}`),
    ["a number", "b number", "c number", "city category", "size category"],
  );
  assert.deepEqual(features[3]?.levels, ["Bern", "Lodz", "Oslo", "Rome", "Wien", "York"]);
  assert.deepEqual(features[4]?.levels, ["3", "4", "5", "6", "7", "8"]);
  assert.equal(importXgboost(caseOf("names beyond ASCII").model).features[0]?.levels, null);
  assert.deepEqual(importXgboost(caseOf("quantiles").model).outputs, ["q0.1", "q0.5", "q0.9"]);
});

test("importLightgbm() leaves raw scores, where the link is taken away; a sigmoid's factor and an average are in the leaves", () => {
  for (const { name, rows, raw, model } of lightgbmCases.filter((one) => one.name !== "two classes of a softmax")) {
    const imported = importLightgbm(encode(model));
    const factor = name === "binary with a steep sigmoid" ? 1.7 : name === "random forest" ? 1 / 3 : 1;
    const scaled = raw.map((row) => row.map((score) => factor * score));
    assertClose(predictAll({ ...imported, data: { ...imported.data, link: "identity" } }, rows), scaled, 1e-14);
  }
});

test("importLightgbm() reads names, kinds and levels of features", () => {
  const { features, nClasses } = lightgbmOf("categories");
  assert.equal(nClasses, 2);
  assert.deepEqual(
    features.map(({ name, kind }) => `${name} ${kind}`),
    ["a number", "b number", "c number", "city category", "size category"],
  );
  assert.deepEqual(features[3]?.levels, ["Bern", "Oslo", "Rome", "Wien", "York", "Łódź"]);
  assert.deepEqual(features[4]?.levels, ["3", "4", "5", "6", "7", "8"]);
  assert.deepEqual(lightgbmOf("codes").features[3]?.levels, ["7", "100", "4033", "8001", "9000"]);
  assert.equal(lightgbmOf("codes").features[3]?.levelsAreNumbers, true);
  assert.ok(lightgbmOf("0 is missing").features.every(({ zeroIsMissing }) => zeroIsMissing));
  assert.deepEqual(lightgbmOf("quantile").outputs, ["q0.8"]);
});

test("importXgboost() keeps what explains a model: gain and cover", () => {
  const [tree] = importXgboost(caseOf("binary").model).data.trees;
  const covers = tree!.left.map((left, k) => {
    const coverOf = (child: number) => (child < 0 ? tree!.leafCover[~child]! : tree!.cover[child]!);
    return coverOf(left) + coverOf(tree!.right[k]!);
  });
  assert.ok(tree!.cover.every((cover, k) => Math.abs(cover - covers[k]!) < 1e-4 * cover));
  assert.ok(tree!.gain.every((gain) => gain > 0));
});

const folder = process.env.FETTLE_REFERENCE_DATA;
const skip =
  folder === undefined ? "FETTLE_REFERENCE_DATA is not set: the models of XGBoost 1.7 are not in the package" : false;
const references = [
  "adult-binary-logistic",
  "california-squarederror",
  "multiclass-softprob",
  "lambdarank-rank-ndcg",
  "lambdarank-rank-pairwise",
];

const parity = (name: string) => readFileSync(`${folder}/leaves-parity/${name}`);
const tableOf = (name: string) =>
  parity(name)
    .toString()
    .trim()
    .split("\n")
    .map((line) => line.split(/[\t ]+/).map(Number));

// Models of LightGBM 2 and 3 with its answers; `drop` columns come before the features.
const lightgbmReferences = [
  {
    model: "lg_dart_breast_cancer.model",
    rows: "breast_cancer_test.tsv",
    answers: "lg_dart_breast_cancer_true_predictions.txt",
  },
  { model: "lg_kddcup99.model", rows: "kddcup99_test.tsv", answers: "lg_kddcup99_true_predictions.txt", isRaw: true },
  { model: "lgmulticlass.model", rows: "multiclass_test.tsv", drop: 1, answers: "lgmulticlass_true_predictions.txt" },
  {
    model: "lgmulticlass.model",
    rows: "multiclass_test.tsv",
    drop: 1,
    answers: "lgmulticlass_true_raw_predictions.txt",
    isRaw: true,
  },
  {
    model: "genlin_fmtp_gamma_AvgClaimAmount.model",
    answers: "genlin_fmtp_gamma_AvgClaimAmount_true_predictions.txt",
    rows: "genlin_fmtp_gamma_AvgClaimAmount_features.tsv",
  },
  {
    model: "genlin_fmtp_poisson_Frequency.model",
    answers: "genlin_fmtp_poisson_Frequency_true_predictions.txt",
    rows: "genlin_fmtp_poisson_Frequency_features.tsv",
  },
  {
    model: "genlin_fmtp_tweedie_PurePremium.model",
    answers: "genlin_fmtp_tweedie_PurePremium_true_predictions.txt",
    rows: "genlin_fmtp_tweedie_PurePremium_features.tsv",
  },
];

/** Numbers as a data frame holds them: category columns of numbers become places among the levels. */
function placed({ features }: ImportedModel, row: readonly number[]): (number | null)[] {
  return row.map((x, j) =>
    features[j]!.levels === null ? (Number.isNaN(x) ? null : x) : features[j]!.levels!.indexOf(String(x)),
  );
}

for (const { model, rows, answers, drop = 0, isRaw = false } of lightgbmReferences)
  test(`importLightgbm() answers as LightGBM 2 and 3: ${answers}`, { skip }, () => {
    const imported = importLightgbm(parity(model));
    const data = isRaw ? { ...imported.data, link: "identity" as const } : imported.data;
    const encodedRows = tableOf(rows).map((row) => placed(imported, row.slice(drop)));
    assertClose(predictAll({ ...imported, data }, encodedRows), tableOf(answers), 1e-13);
  });

test("importLightgbm() sends rows of f64 numbers to the leaves of LightGBM 3", { skip }, () => {
  const imported = importLightgbm(parity("lg_breast_cancer.txt"));
  const rows = tableOf("lg_breast_cancer_data.txt");
  assertSameLeaves(imported, rows, tableOf("lg_breast_cancer_data_pred_leaves.txt"), [...imported.data.trees.keys()]);
});

test("importLightgbm() averages a random forest as LightGBM 2 does", { skip }, () => {
  const imported = importLightgbm(parity("lg_rf_iris.model"));
  const rows = parity("iris_test.libsvm")
    .toString()
    .trim()
    .split("\n")
    .map((line) => {
      const row = new Array<number | null>(4).fill(0);
      for (const [, place, value] of line.matchAll(/(\d):(\S+)/g)) row[Number(place)] = Number(value);
      return row;
    });
  assert.equal(imported.data.kind, "forest");
  assertClose(predictAll(imported, rows), tableOf("lg_rf_iris_true_predictions.txt"), 1e-13);
});

for (const name of references)
  test(`importXgboost() answers as XGBoost 1.7: ${name}`, { skip }, () => {
    const path = `${folder}/xgboost-generated-dev/${name}`;
    const numbers = (file: string) =>
      readFileSync(`${path}/${file}.csv`, "utf8")
        .trim()
        .split("\n")
        .map((line) => line.split(",").map((text) => (text === "" || text === "nan" ? Number.NaN : Number(text))));
    const [rows, predict, leaf] = [numbers("input").slice(1), numbers("predict"), numbers("leaf")];
    const imported = importXgboost(readFileSync(`${path}/model.json`));
    const shown = rows.slice(0, predict.length);
    assertClose(predictAll(imported, shown), predict);
    assertSameLeaves(imported, shown, leaf, [...imported.data.trees.keys()]);
    assert.deepEqual(importXgboost(readFileSync(`${path}/model.ubj`)).data, imported.data);
  });
