import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "../../lib/index.ts";
import type { GbdtData } from "../../ml/learners/index.ts";
import { categoryColumn, numberColumn } from "../../ml/table/index.ts";
import { type Capsule, manifestOf, openCapsule } from "../capsule/index.ts";
import { defineModel, type NamedPredictor, trainModel } from "./index.ts";
import { type SampleDefinition, sampleInput, sampleTable } from "./sample-input.ts";

const treesOf = (params: Readonly<Record<string, number>>) =>
  ({ configurations: [{ family: "gbdt", params: { maxLeaves: 8, ...params } }] }) as const;
const fewRounds = treesOf({ nTrees: 10, earlyStoppingRounds: 0 });
const named = (capsule: Capsule): NamedPredictor => ({ name: "sample@1", data: capsule });
const goOn = (earlier: NamedPredictor, definition: SampleDefinition, table = sampleTable(400, 2)) =>
  trainModel({
    ...sampleInput({ search: fewRounds, warmStart: "sample@1", ...definition }, table),
    warmStart: earlier,
  });
const first = (definition: SampleDefinition) =>
  named(trainModel(sampleInput({ search: fewRounds, ...definition })).capsule);
const treesIn = ({ data }: { readonly data: Pick<Capsule, "model"> }) => (data.model as GbdtData).trees;

for (const column of ["binary", "three", "amount"] as const)
  test(`trainModel() goes on from a version's trees, over its features, with other rows: ${column}`, () => {
    const earlier = first({ column });
    const { capsule, report } = goOn(earlier, { column });
    const before = treesIn(earlier);
    const after = treesIn({ data: capsule });
    const nOutputs = column === "three" ? 3 : 1;
    assert.equal(after.length, before.length + 10 * nOutputs, "the refit adds as many rounds as the search");
    assert.equal(canonicalJson(after.slice(0, before.length)), canonicalJson(before));
    assert.equal(canonicalJson(capsule.features), canonicalJson(earlier.data.features));
    assert.equal(report.warmStart, "sample@1");
    assert.match(report.split.notes.join(" "), /go on from the 10 rounds of sample@1/);
    assert.deepEqual(manifestOf(goOn(earlier, { column }).capsule), manifestOf(capsule));
    openCapsule(JSON.parse(canonicalJson(capsule)) as Capsule);
  });

test("trainModel() after a warm start stops early by its new rounds alone", () => {
  const earlier = first({ column: "binary" });
  const search = treesOf({ nTrees: 40, learningRate: 1, earlyStoppingRounds: 2 });
  const after = treesIn({ data: goOn(earlier, { column: "binary", search }).capsule });
  assert.ok(after.length > 10 && after.length < 30, `${after.length} trees`);
});

test("trainModel() knows the levels of the earlier version by their codes, and tells of columns it did not read", () => {
  const earlier = first({ column: "binary", ignore: ["when"] });
  const table = sampleTable(400, 2);
  // Another level is the most frequent one now, so features fitted anew would number them in another way.
  const { codes, dictionary } = table.categories("level");
  const level = categoryColumn(Array.from(codes, (code, i) => (i % 3 === 0 ? "level 3" : (dictionary[code] ?? null))));
  const { capsule, report } = goOn(earlier, { column: "binary" }, table.with("level", level));
  assert.equal(canonicalJson(capsule.features), canonicalJson(earlier.data.features));
  assert.match(report.split.notes.join(" "), /did not read "when": they stay unused/);
});

test("trainModel() says from which version its model goes on only where trees were chosen", () => {
  const search = { configurations: [...fewRounds.configurations, { family: "linear", params: {} }] } as const;
  const table = sampleTable(400, 2);
  const line = table.with("amount", numberColumn(table.numbers("b").values.map((b) => 100 + 10 * b)));
  const { report } = goOn(first({ column: "amount" }), { column: "amount", search, leakage: { keep: ["b"] } }, line);
  assert.equal(report.candidates.find(({ chosen }) => chosen)!.family, "linear");
  assert.equal(report.warmStart, undefined);
});

const linear = { configurations: [{ family: "linear", params: {} }] } as const;
const misfits: readonly {
  readonly says: RegExp;
  readonly earlier: SampleDefinition;
  readonly now: SampleDefinition;
  readonly table?: () => ReturnType<typeof sampleTable>;
}[] = [
  { says: /kind "linear", boosted trees/, earlier: { column: "binary", search: linear }, now: { column: "binary" } },
  { says: /answers a multiclass with other outputs/, earlier: { column: "three" }, now: { column: "binary" } },
  {
    says: /its loss is squared, absolute is needed/,
    earlier: { column: "amount" },
    now: { column: "amount", loss: "absolute" },
  },
  {
    says: /answers a regression with other outputs/,
    earlier: { column: "amount", loss: "quantile", quantiles: [0.1, 0.9] },
    now: { column: "amount", loss: "quantile", quantiles: [0.5] },
  },
  {
    says: /the table lacks "b" as that version read them/,
    earlier: { column: "binary" },
    now: { column: "binary" },
    table: () => sampleTable(400).with("b", categoryColumn(Array.from({ length: 400 }, (_, i) => `b${i % 5}`))),
  },
  {
    says: /it reads "b", which this run leaves out/,
    earlier: { column: "binary" },
    now: { column: "binary", ignore: ["b"] },
  },
];

for (const { says, earlier, now, table } of misfits)
  test(`trainModel() refuses to go on from a version that does not fit: ${says.source}`, () => {
    assert.throws(() => goOn(first(earlier), now, table?.()), { code: "WARM_START_MISFIT", message: says });
  });

test("defineModel() takes one version to go on from, and no stack with it", () => {
  const base = { name: "churn", data: { files: ["a.csv"] }, target: { column: "y" } };
  assert.equal(defineModel({ ...base, warmStart: "churn@3" }).warmStart, "churn@3");
  const wrong = [
    { warmStart: "churn" },
    { warmStart: "churn@0" },
    { warmStart: "churn@1", search: { families: ["linear" as const] } },
    { warmStart: "churn@1", search: linear },
    { warmStart: "churn@1", search: { stack: true } },
  ];
  for (const rest of wrong) assert.throws(() => defineModel({ ...base, ...rest }), { code: "DEFINITION_INVALID" });
});
