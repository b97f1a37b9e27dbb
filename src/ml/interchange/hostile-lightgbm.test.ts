import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createRng, FettleError } from "../../lib/index.ts";
import { importLightgbm } from "./index.ts";

const golden = JSON.parse(readFileSync(new URL("golden/lightgbm.json", import.meta.url), "utf8"));
const modelOf = (name: string): string => golden.cases.find((one: { name: string }) => one.name === name).model;
const encode = (text: string) => new TextEncoder().encode(text);

/** The model `binary` (or another) with the first match of a pattern replaced. */
function changed(pattern: RegExp, to: string, name = "binary"): string {
  const model = modelOf(name);
  assert.match(model, pattern);
  return model.replace(pattern, to);
}

/** The first number of a list, replaced. */
const first = (key: string, to: string, name?: string) =>
  changed(new RegExp(`^${key}=\\S+`, "m"), `${key}=${to}`, name);

/** A tree that goes one level down with each split. */
function chain(depth: number): string {
  const of = (value: (i: number) => number) => Array.from({ length: depth }, (_, i) => value(i)).join(" ");
  return [
    "Tree=0",
    `num_leaves=${depth + 1}`,
    "num_cat=0",
    `split_feature=${of(() => 0)}`,
    `threshold=${of(() => 0)}`,
    `decision_type=${of(() => 2)}`,
    `left_child=${of((i) => (i + 1 < depth ? i + 1 : -2))}`,
    `right_child=${of((i) => (i + 1 < depth ? -3 - i : -1))}`,
    `leaf_value=${new Array(depth + 1).fill(0).join(" ")}`,
    "end of trees",
  ].join("\n");
}

const cases: readonly { readonly name: string; readonly text: string; readonly code: string }[] = [
  { name: "no bytes", text: "", code: "IMPORT_FORMAT" },
  { name: "JSON", text: "{}", code: "IMPORT_FORMAT" },
  { name: "a file cut off", text: modelOf("binary").slice(0, 900), code: "IMPORT_FORMAT" },
  { name: "no feature names", text: changed(/feature_names=.*\n/, ""), code: "IMPORT_FORMAT" },
  {
    name: "levels that are no JSON",
    text: changed(/pandas_categorical:.*/, "pandas_categorical:[", "categories"),
    code: "IMPORT_FORMAT",
  },
  {
    name: "levels that are no list",
    text: changed(/pandas_categorical:.*/, "pandas_categorical:7", "categories"),
    code: "IMPORT_FORMAT",
  },
  { name: "no trees", text: changed(/Tree=[\s\S]*end of trees/, "end of trees"), code: "IMPORT_DAMAGED" },
  { name: "its own child", text: first("left_child", "0"), code: "IMPORT_DAMAGED" },
  { name: "a child that is not there", text: first("left_child", "99"), code: "IMPORT_DAMAGED" },
  { name: "a leaf that is not there", text: first("left_child", "-99"), code: "IMPORT_DAMAGED" },
  { name: "half a child", text: first("left_child", "1.5"), code: "IMPORT_DAMAGED" },
  { name: "a leaf of two", text: changed(/^left_child=.*$/m, "left_child=-1 -1 -1 -1 -1"), code: "IMPORT_DAMAGED" },
  { name: "a negative feature", text: first("split_feature", "-1"), code: "IMPORT_DAMAGED" },
  { name: "a feature beyond the last", text: first("split_feature", "3"), code: "IMPORT_DAMAGED" },
  { name: "a threshold that is NaN", text: first("threshold", "nan"), code: "IMPORT_DAMAGED" },
  { name: "a leaf that is NaN", text: first("leaf_value", "nan"), code: "IMPORT_DAMAGED" },
  { name: "an infinite leaf", text: first("leaf_value", "inf"), code: "IMPORT_DAMAGED" },
  { name: "fewer leaves than told", text: first("num_leaves", "7"), code: "IMPORT_DAMAGED" },
  { name: "more leaves than told", text: first("num_leaves", "5"), code: "IMPORT_DAMAGED" },
  { name: "no leaves", text: first("num_leaves", "0"), code: "IMPORT_DAMAGED" },
  { name: "a decision type that is none", text: first("decision_type", "14"), code: "IMPORT_DAMAGED" },
  { name: "a category split of a number", text: first("decision_type", "1"), code: "IMPORT_DAMAGED" },
  { name: "a name twice", text: changed(/feature_names=a b/, "feature_names=a a"), code: "IMPORT_DAMAGED" },
  { name: "too few names", text: changed(/feature_names=a /, "feature_names="), code: "IMPORT_DAMAGED" },
  { name: "a sigmoid of 0", text: changed(/sigmoid:1/, "sigmoid:0"), code: "IMPORT_DAMAGED" },
  { name: "two trees a round for one output", text: first("num_tree_per_iteration", "3"), code: "IMPORT_DAMAGED" },
  {
    name: "trees that fill no round",
    text: changed(/num_tree_per_iteration=3/, "num_tree_per_iteration=2", "three classes"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "a set that ends before it begins",
    text: changed(/cat_boundaries=0 1/, "cat_boundaries=2 1", "categories"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "a category split without sets",
    text: changed(/num_cat=1/, "num_cat=0", "categories"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "sets without end",
    text: changed(/cat_boundaries=0 1/, "cat_boundaries=0 x", "categories"),
    code: "IMPORT_DAMAGED",
  },
  { name: "a level twice", text: changed(/"Bern"/, '"Oslo"', "categories"), code: "IMPORT_DAMAGED" },
  { name: "codes that are no numbers", text: changed(/ -1:9000/, " -1:x", "codes"), code: "IMPORT_DAMAGED" },
  { name: "10^9 features", text: first("max_feature_idx", "1000000000"), code: "IMPORT_TOO_LARGE" },
  { name: "10^9 leaves", text: first("num_leaves", "1000000000"), code: "IMPORT_TOO_LARGE" },
  { name: "10^9 outputs", text: first("num_tree_per_iteration", "1000000000"), code: "IMPORT_TOO_LARGE" },
  {
    name: "10^9 words of codes",
    text: changed(/cat_boundaries=0 1/, "cat_boundaries=0 1000000000", "categories"),
    code: "IMPORT_TOO_LARGE",
  },
  { name: "10^6 trees", text: `tree\n${"Tree=0\n".repeat(1e6)}end of trees`, code: "IMPORT_TOO_LARGE" },
  {
    name: "10^5 codes",
    text: changed(/ -1:9000/, ` ${Array.from({ length: 1e5 }, (_, k) => k).join(":")}`, "codes"),
    code: "IMPORT_TOO_LARGE",
  },
  {
    name: "10^5 levels",
    text: changed(/\["Bern"/, `["${Array.from({ length: 1e5 }, (_, k) => k).join('","')}"`, "categories"),
    code: "IMPORT_TOO_LARGE",
  },
  {
    name: "a tree of 10,000 levels",
    text: changed(/Tree=[\s\S]*end of trees/, chain(10_000)),
    code: "IMPORT_TOO_LARGE",
  },
  {
    name: "another objective",
    text: changed(/objective=binary sigmoid:1/, "objective=multiclassova num_class:3"),
    code: "IMPORT_UNSUPPORTED",
  },
  {
    name: "a root of the target",
    text: changed(/objective=regression/, "objective=regression sqrt", "regression"),
    code: "IMPORT_UNSUPPORTED",
  },
  { name: "linear leaves", text: first("is_linear", "1"), code: "IMPORT_UNSUPPORTED" },
  {
    name: "0 that is missing here and there",
    text: first("decision_type", "2", "0 is missing"),
    code: "IMPORT_UNSUPPORTED",
  },
];

for (const { name, text, code } of cases)
  test(`importLightgbm() refuses ${name}: ${code}`, () => {
    assert.throws(() => importLightgbm(encode(text)), { code });
  });

test("importLightgbm() refuses 2^28 bytes and one: IMPORT_TOO_LARGE", () => {
  assert.throws(() => importLightgbm(new Uint8Array(2 ** 28 + 1)), { code: "IMPORT_TOO_LARGE" });
});

test("importLightgbm() reads or refuses files with changed bytes; nothing else happens", () => {
  const whole = encode(modelOf("categories"));
  const rng = createRng(5).fork("bytes");
  for (let trial = 0; trial < 300; trial++) {
    const bytes = whole.slice();
    for (let k = 0; k < 3; k++) bytes[rng.below(bytes.length)] = 32 + rng.below(90);
    try {
      importLightgbm(bytes);
    } catch (error) {
      assert.ok(error instanceof FettleError, `trial ${trial}: ${error}`);
    }
  }
});
