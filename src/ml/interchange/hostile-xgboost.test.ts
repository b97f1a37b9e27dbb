import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createRng, FettleError } from "../../lib/index.ts";
import { importXgboost } from "./index.ts";

const golden = JSON.parse(readFileSync(new URL("golden/xgboost.json", import.meta.url), "utf8"));
const modelOf = (name: string) => golden.cases.find((one: { name: string }) => one.name === name).model;
const ubj: Uint8Array = Buffer.from(
  golden.cases.find((one: { name: string }) => one.name === "categories").ubj,
  "base64",
);
const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A copy of the model `binary` with one thing changed; `first` is its first tree. */
function changed(change: (learner: Loose, first: Loose) => void, name = "binary"): unknown {
  const file = structuredClone(modelOf(name));
  change(file.learner, file.learner.gradient_booster.model?.trees[0]);
  return file;
}

// The file as a test changes it, whatever its shape.
// biome-ignore lint/suspicious/noExplicitAny: a hostile file has no type
type Loose = any;

const cases: readonly { readonly name: string; readonly source: unknown; readonly code: string }[] = [
  { name: "no bytes", source: new Uint8Array(0), code: "IMPORT_FORMAT" },
  { name: "other JSON", source: ascii("[1]"), code: "IMPORT_FORMAT" },
  { name: "text", source: ascii("tree\nversion=v4"), code: "IMPORT_FORMAT" },
  { name: "JSON cut off", source: ascii(JSON.stringify(modelOf("binary")).slice(0, 900)), code: "IMPORT_FORMAT" },
  { name: "JSON nested a million deep", source: ascii('{"learner":'.repeat(1e6)), code: "IMPORT_FORMAT" },
  { name: "UBJSON nested deep", source: ascii(`{${"i\x01a{".repeat(1e5)}`), code: "IMPORT_FORMAT" },
  { name: "UBJSON of 2^62 numbers", source: ascii("{i\x01a[$d#L\x40\0\0\0\0\0\0\0"), code: "IMPORT_FORMAT" },
  { name: "UBJSON of 2^30 nothings", source: ascii("{i\x01a[$Z#l\x40\0\0\0"), code: "IMPORT_FORMAT" },
  { name: "UBJSON of 2^30 values", source: ascii("{i\x01a[#l\x40\0\0\0"), code: "IMPORT_FORMAT" },
  { name: "UBJSON of negative length", source: ascii("{i\x01aSi\xff"), code: "IMPORT_FORMAT" },
  { name: "UBJSON with a counted object", source: ascii("{i\x01a{#i\x01"), code: "IMPORT_FORMAT" },
  { name: "UBJSON with more behind it", source: Uint8Array.of(...ubj, 0x5a), code: "IMPORT_FORMAT" },
  { name: "a list where a text is needed", source: changed((l) => (l.objective.name = [])), code: "IMPORT_FORMAT" },
  {
    name: "texts where numbers are needed",
    source: changed((_, t) => (t.left_children = ["1"])),
    code: "IMPORT_FORMAT",
  },
  { name: "no list of trees", source: changed((l) => (l.gradient_booster.model.trees = {})), code: "IMPORT_FORMAT" },
  { name: "its own child", source: changed((_, t) => (t.left_children[0] = 0)), code: "IMPORT_DAMAGED" },
  { name: "a cycle", source: changed((_, t) => (t.right_children[1] = 0)), code: "IMPORT_DAMAGED" },
  {
    name: "a child of two",
    source: changed((_, t) => (t.left_children[0] = t.right_children[0])),
    code: "IMPORT_DAMAGED",
  },
  { name: "a child that is not there", source: changed((_, t) => (t.left_children[0] = 99)), code: "IMPORT_DAMAGED" },
  { name: "half a child", source: changed((_, t) => (t.left_children[0] = 1.5)), code: "IMPORT_DAMAGED" },
  { name: "a negative feature", source: changed((_, t) => (t.split_indices[0] = -1)), code: "IMPORT_DAMAGED" },
  { name: "a feature beyond the last", source: changed((_, t) => (t.split_indices[0] = 3)), code: "IMPORT_DAMAGED" },
  {
    name: "a threshold that is NaN",
    source: changed((_, t) => (t.split_conditions[0] = Number.NaN)),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "leaves that are NaN",
    source: changed((_, t) => t.split_conditions.fill(Number.NaN, 1)),
    code: "IMPORT_DAMAGED",
  },
  { name: "lists of different length", source: changed((_, t) => t.default_left.pop()), code: "IMPORT_DAMAGED" },
  {
    name: "an empty tree",
    source: changed((_, t) =>
      Object.keys(t).forEach((key) => {
        if (Array.isArray(t[key])) t[key] = [];
      }),
    ),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "no trees",
    source: changed((l) => Object.assign(l.gradient_booster.model, { trees: [], tree_info: [] })),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "a tree for no output",
    source: changed((l) => (l.gradient_booster.model.tree_info[0] = 1)),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "outputs of unequal trees",
    source: changed((l) => (l.gradient_booster.model.tree_info[0] = 1), "three classes"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "one class of several",
    source: changed((l) => (l.learner_model_param.num_class = "1"), "three classes"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "a start score that is none",
    source: changed((l) => (l.learner_model_param.base_score = "[2E0]")),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "two start scores",
    source: changed((l) => (l.learner_model_param.base_score = "[1,2]"), "squared error"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "half a feature",
    source: changed((l) => (l.learner_model_param.num_feature = "2.5")),
    code: "IMPORT_DAMAGED",
  },
  { name: "names for other features", source: changed((l) => l.feature_names.pop()), code: "IMPORT_DAMAGED" },
  { name: "a name twice", source: changed((l) => (l.feature_names[1] = "a")), code: "IMPORT_DAMAGED" },
  {
    name: "a code that is none",
    source: changed((_, t) => t.categories.fill(-1), "categories"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "a code beyond the levels",
    source: changed((_, t) => t.categories.fill(6), "categories"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "a set beyond the list",
    source: changed((_, t) => t.categories_sizes.fill(1e9), "categories"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "a category node without a set",
    source: changed((_, t) => t.categories_nodes.fill(99), "categories"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "a tree's weight that is NaN",
    source: changed((l) => (l.gradient_booster.weight_drop[0] = Number.NaN), "dart"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "quantiles that are none",
    source: changed((l) => (l.objective.quantile_loss_param.quantile_alpha = "[0.5,7]"), "quantiles"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "levels of other features",
    source: changed((l) => l.gradient_booster.model.cats.enc.pop(), "categories"),
    code: "IMPORT_DAMAGED",
  },
  {
    name: "10^9 features",
    source: changed((l) => (l.learner_model_param.num_feature = "1000000000")),
    code: "IMPORT_TOO_LARGE",
  },
  {
    name: "10^9 classes",
    source: changed((l) => (l.learner_model_param.num_class = "1000000000")),
    code: "IMPORT_TOO_LARGE",
  },
  {
    name: "codes of 2^24",
    source: changed(
      (l) => l.gradient_booster.model.trees.map((t: Loose) => t.categories.fill(2 ** 24 - 1)),
      "categories",
    ),
    code: "IMPORT_TOO_LARGE",
  },
  {
    name: "a tree of 10,000 levels",
    source: changed((_, t) => Object.assign(t, chain(10_000))),
    code: "IMPORT_TOO_LARGE",
  },
  { name: "2^28 bytes and one", source: new Uint8Array(2 ** 28 + 1), code: "IMPORT_TOO_LARGE" },
  {
    name: "another objective",
    source: changed((l) => (l.objective.name = "survival:aft")),
    code: "IMPORT_UNSUPPORTED",
  },
  {
    name: "a linear booster",
    source: changed((l) => (l.gradient_booster.name = "gblinear")),
    code: "IMPORT_UNSUPPORTED",
  },
  {
    name: "leaves of vectors",
    source: changed((_, t) => (t.tree_param.size_leaf_vector = "3")),
    code: "IMPORT_UNSUPPORTED",
  },
];

/** A tree that goes one level down with each split. */
function chain(depth: number): Record<string, number[]> {
  const n = 2 * depth + 1;
  const of = (value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));
  const isSplit = (i: number) => i < n - 1 && i % 2 === 0;
  return {
    left_children: of((i) => (isSplit(i) ? i + 1 : -1)),
    right_children: of((i) => (isSplit(i) ? i + 2 : -1)),
    ...Object.fromEntries(
      ["split_indices", "split_conditions", "default_left", "loss_changes", "sum_hessian", "split_type"].map((key) => [
        key,
        of(() => 0),
      ]),
    ),
  };
}

for (const { name, source, code } of cases)
  test(`importXgboost() refuses ${name}: ${code}`, () => {
    assert.throws(() => importXgboost(source), { code });
  });

test("importXgboost() refuses a file that is cut off, wherever it is cut", () => {
  for (let length = 0; length < ubj.length; length += 37)
    assert.throws(() => importXgboost(ubj.slice(0, length)), FettleError, `cut at ${length}`);
});

test("importXgboost() reads or refuses files with changed bytes; nothing else happens", () => {
  const rng = createRng(5).fork("bytes");
  for (let trial = 0; trial < 300; trial++) {
    const bytes = ubj.slice();
    for (let k = 0; k < 3; k++) bytes[rng.below(bytes.length)] = rng.below(256);
    try {
      importXgboost(bytes);
    } catch (error) {
      assert.ok(error instanceof FettleError, `trial ${trial}: ${error}`);
    }
  }
});
