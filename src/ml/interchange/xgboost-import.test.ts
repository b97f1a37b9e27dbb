import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadModel, type TreeData } from "../learners/index.ts";
import { type ImportedModel, importXgboost } from "./index.ts";

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

const golden = JSON.parse(readFileSync(new URL("golden/xgboost.json", import.meta.url), "utf8"));
const cases: readonly Case[] = golden.cases;
const caseOf = (name: string) => cases.find((one) => one.name === name)!;
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A row as the trees see it: missing is NaN, or the code −1 where the feature is a category. */
const encoded = ({ features }: ImportedModel, row: readonly (number | null)[]) =>
  Float64Array.from(row, (x, j) => x ?? (features[j]!.kind === "category" ? -1 : Number.NaN));

function predictAll(imported: ImportedModel, rows: Rows): number[][] {
  const model = loadModel(imported.data);
  const out = new Float64Array(model.nOutputs);
  return rows.map((row) => {
    model.predictRow(encoded(imported, row), out);
    return [...out];
  });
}

function assertClose(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  found.forEach((row, i) => {
    row.forEach((value, k) => {
      const wanted = expected[i]![k]!;
      const tolerance = 1e-6 + 2e-6 * Math.abs(wanted);
      assert.ok(Math.abs(value - wanted) <= tolerance, `row ${i}, output ${k}: ${value}, ${wanted} is needed`);
    });
  });
}

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
function fileOrder(model: unknown, nOutputs: number): number[] {
  const booster = (model as { learner: { gradient_booster: { gbtree?: Booster } & Booster } }).learner.gradient_booster;
  const groups = (booster.gbtree ?? booster).model.tree_info;
  const byOutput = Array.from({ length: nOutputs }, (_, k) => groups.flatMap((group, t) => (group === k ? [t] : [])));
  return groups.map((_, t) => byOutput[t % nOutputs]![Math.floor(t / nOutputs)]!);
}

interface Booster {
  readonly model: { readonly tree_info: readonly number[] };
}

for (const { name, rows, predict, leaf, model, ubj } of cases)
  test(`importXgboost() answers as XGBoost: ${name}`, () => {
    const imported = importXgboost(bytesOf(model));
    assertClose(predictAll(imported, rows), predict);
    assertSameLeaves(imported, rows, leaf, fileOrder(model, imported.data.base.length));
    assert.deepEqual(importXgboost(model), imported);
    if (ubj !== undefined) assert.deepEqual(importXgboost(Buffer.from(ubj, "base64")).data, imported.data);
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
