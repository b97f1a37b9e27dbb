import assert from "node:assert/strict";
import { test } from "node:test";
import { FettleError } from "../../lib/index.ts";
import { feature } from "../features/index.ts";
import { searchFamilies } from "./families.ts";
import {
  defineConfig,
  defineModel,
  definitionHash,
  definitionToSource,
  type Family,
  type ModelDefinition,
} from "./index.ts";
import { proposeConfigurations } from "./search-space.ts";

const churn = { name: "churn", data: { files: ["a.csv"] }, target: { column: "Churn" } } as const;

/** A definition that the types would refuse. */
const wrong = (definition: unknown) => defineModel(definition as ModelDefinition);

function problemsOf(definition: unknown): readonly unknown[] {
  try {
    wrong(definition);
  } catch (error) {
    assert.ok(error instanceof FettleError && error.code === "DEFINITION_INVALID");
    return error.facts.problems as readonly unknown[];
  }
  return [];
}

test("defineModel() freezes a copy all the way down", () => {
  const definition = defineModel(churn);
  assert.ok(Object.isFrozen(definition) && Object.isFrozen(definition.data.files));
  assert.deepEqual(definition, churn);
  assert.ok(!Object.isFrozen(churn.data));
});

test("defineModel() reports all problems at once, each with its path", () => {
  const problems = problemsOf({
    name: "Churn!",
    data: { files: [] },
    target: { colum: "x" },
    split: { kind: "group", validation: 0.95 },
    search: { trails: 3 },
    evaluation: { resamples: 5, cost: { falsePositive: 0, falseNegative: 1 } },
    quantiles: [0.5, 1],
    seed: 1.5,
  }).join("\n");
  for (const path of [
    "name",
    "data.files",
    "target",
    "split",
    "search",
    "evaluation.resamples",
    "evaluation.cost.falsePositive",
    "quantiles.1",
    "seed",
  ])
    assert.match(problems, new RegExp(`^${path.replaceAll(".", "\\.")}`, "m"));
});

const mistyped: readonly { readonly definition: unknown; readonly says: RegExp }[] = [
  { definition: { ...churn, taget: {} }, says: /the definition: unknown key "taget", did you mean "target"\?/ },
  {
    definition: { ...churn, target: { column: "x", positiv: "y" } },
    says: /target: unknown key "positiv", did you mean "positive"\?/,
  },
  {
    definition: { ...churn, data: { files: ["a"], options: { seperator: ";" } } },
    says: /data\.options: unknown key "seperator", did you mean "separator"\?/,
  },
  { definition: { ...churn, search: { trails: 1 } }, says: /search: unknown key "trails", did you mean "trials"\?/ },
  { definition: { ...churn, zzzzzzzz: 1 }, says: /unknown key "zzzzzzzz"$/ },
  { definition: { ...churn, split: { kind: "group", column: "Churn" } }, says: /split\.column: "Churn" is the target/ },
  { definition: { ...churn, weight: "Churn" }, says: /weight: "Churn" is the target/ },
  { definition: { ...churn, split: { kind: "time" } }, says: /split: a group or time split needs a column/ },
  { definition: { ...churn, split: { kind: "random", validation: 0.6, test: 0.5 } }, says: /at most 0\.9 together/ },
  { definition: { ...churn, features: { size: { kind: "ordinal" } } }, says: /^features\.size\.levels: / },
  { definition: { ...churn, features: { size: { kind: "onehot" } } }, says: /^features\.size\.kind: / },
  { definition: { ...churn, features: { size: { kind: "levels", most: 1000 } } }, says: /^features\.size\.most: / },
  { definition: { ...churn, loss: "quantile", quantiles: [0.9, 0.1] }, says: /^quantiles: levels must ascend/ },
  { definition: { ...churn, features: { day: { kind: "date", parts: [] } } }, says: /^features\.day\.parts: / },
  { definition: undefined, says: /^the definition: / },
];

for (const { definition, says } of mistyped)
  test(`defineModel() says ${says.source}`, () => {
    const problems = problemsOf(definition);
    assert.equal(problems.length, 1);
    assert.match(String(problems[0]), says);
  });

test("defineModel() takes what the builders of features make, and refuses a contract that is none", () => {
  const features = {
    a: feature.drop(),
    b: feature.number(),
    c: feature.levels({ most: 3 }),
    d: feature.ordinal(["low", "high"]),
    e: feature.targetMean({ smoothing: 0 }),
    f: feature.date(["hour"]),
    g: feature.text({ terms: 5 }),
  };
  assert.deepEqual(defineModel({ ...churn, features }).features, features);
  assert.throws(() => wrong({ ...churn, contract: {} }), { code: "CONTRACT_INVALID" });
});

test("defineConfig() checks the settings of a project", () => {
  assert.deepEqual(defineConfig({ models: "m" }), { models: "m" });
  assert.throws(() => defineConfig({ modles: "m" } as object), { code: "CONFIG_INVALID" });
});

test("definitionHash() follows what is done, not where the files lie", () => {
  const hash = definitionHash(churn);
  assert.equal(definitionHash({ ...churn, data: { files: ["elsewhere/b.csv"] } }), hash);
  assert.equal(definitionHash({ target: churn.target, data: churn.data, name: churn.name }), hash);
  const others: readonly ModelDefinition[] = [
    { ...churn, seed: 2 },
    { ...churn, data: { files: ["a.csv"], test: "t.csv" } },
    { ...churn, data: { files: ["a.csv"], options: { separator: ";" } } },
    { ...churn, ignore: ["x"] },
  ];
  assert.equal(new Set([hash, ...others.map(definitionHash)]).size, 5);
});

async function evaluate(source: string, contract: unknown): Promise<ModelDefinition> {
  const body = source
    .replace(/^import \{ defineModel.*$/m, "const defineModel = (definition) => definition;")
    .replace(/^import \{ contract.*$/m, `const contract = ${JSON.stringify(contract)};`);
  return ((await import(`data:text/javascript,${encodeURIComponent(body)}`)) as { default: ModelDefinition }).default;
}

const names = ["it's", 'a "quote"', "back\\slash", "__proto__", "two\nlines", "日本語", "`$\u007bx}`"];
for (const name of names)
  test(`definitionToSource() writes a module for the column ${JSON.stringify(name)}`, async () => {
    const definition: ModelDefinition = {
      name: "churn",
      data: { files: [`${name}.csv`], options: { separator: "\t", types: { [name]: "category" } } },
      target: { column: `target ${name}`, positive: `!=${name}` },
      task: "binary",
      split: { kind: "group", column: name },
      weight: name,
      ignore: [name],
      evaluation: { slices: [name], cost: { falsePositive: 1, falseNegative: 5 } },
    };
    const written = definitionToSource(definition, "./churn.contract.ts", 5000);
    assert.match(written, /from '\.\/churn\.contract\.ts'/);
    const contract = { columns: {} };
    assert.deepEqual(await evaluate(written, contract), {
      ...definition,
      contract,
      leakage: { exclude: [], keep: [] },
      search: { trials: 8 },
      seed: 1,
    });
    wrong(await evaluate(written, contract));
  });

test("definitionToSource() says that a small table is measured on many parts of its rows, and why", () => {
  const definition: ModelDefinition = {
    name: "m",
    data: { files: ["a.csv"] },
    target: { column: "y" },
    task: "binary",
  };
  const says = (nRows: number, more: Partial<ModelDefinition> = {}) =>
    definitionToSource({ ...definition, ...more }, "./m.contract.ts", nRows).match(/A small table: \d+ test rows/)?.[0];
  assert.equal(says(120), "A small table: 24 test rows");
  assert.equal(says(120, { split: { kind: "random", test: 0.5 } }), "A small table: 60 test rows");
  assert.equal(says(1500), undefined);
  assert.equal(says(120, { split: { kind: "time", column: "t" } }), undefined);
  assert.equal(says(120, { data: { files: ["a.csv"], test: "b.csv" } }), undefined);
});

const familyLists: readonly (readonly Family[])[] = [["linear"], ["gbdt"], ["linear", "gbdt"]];
for (const families of familyLists)
  test(`proposeConfigurations() for ${families.join(" and ")} starts with the defaults, and a longer list starts with a shorter one`, () => {
    for (const seed of [1, 2, 3]) {
      const longest = proposeConfigurations(searchFamilies(families), 30, seed);
      for (let n = 1; n < 30; n++)
        assert.deepEqual(proposeConfigurations(searchFamilies(families), n, seed), longest.slice(0, n));
      assert.equal(new Set(longest.map((proposal) => JSON.stringify(proposal))).size, longest.length);
      for (const family of families)
        assert.deepEqual(longest.find((proposal) => proposal.family === family)!.params, {});
    }
  });
