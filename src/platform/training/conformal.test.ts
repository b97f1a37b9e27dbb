import assert from "node:assert/strict";
import { test } from "node:test";
import { numberColumn } from "../../ml/table/index.ts";
import { manifestOf } from "../capsule/index.ts";
import { defineModel, type ModelDefinition, trainModel } from "./index.ts";
import { prepareRun } from "./prepare-run.ts";
import { type SampleDefinition, sampleInput, sampleTable } from "./sample-input.ts";

const trees = { configurations: [{ family: "gbdt", params: { nTrees: 20, maxLeaves: 8 } }] } as const;

const conformal = { level: 0.9 } as const;

type Case = SampleDefinition & { readonly says: string; readonly score: string; readonly testStart?: number };

const cases: readonly Case[] = [
  { says: "a number", score: "absolute", column: "amount", evaluation: { conformal } },
  {
    says: "quantiles",
    score: "quantile",
    column: "amount",
    loss: "quantile",
    quantiles: [0.1, 0.9],
    evaluation: { conformal },
  },
  { says: "a count", score: "scaled", column: "count", loss: "poisson", evaluation: { conformal } },
  { says: "two classes", score: "lac", column: "binary", evaluation: { conformal } },
  {
    says: "two classes by threshold",
    score: "lac",
    column: "binary",
    evaluation: { conformal: { ...conformal, perClass: true }, cost: { falsePositive: 1, falseNegative: 5 } },
  },
  { says: "three classes", score: "aps", column: "three", evaluation: { conformal: { ...conformal, score: "aps" } } },
  {
    says: "three classes with a penalty",
    score: "raps",
    column: "three",
    evaluation: { conformal: { ...conformal, score: "raps", penalty: 0.1, freePlaces: 1 } },
  },
  {
    says: "levels",
    score: "absolute",
    column: "amount",
    evaluation: { conformal: { ...conformal, perGroup: "level" }, slices: ["level"] },
  },
  {
    says: "groups",
    score: "lac",
    column: "binary",
    split: { kind: "group", column: "place" },
    evaluation: { conformal },
  },
  {
    says: "time",
    score: "absolute",
    column: "amount",
    split: { kind: "time", column: "when" },
    evaluation: { conformal },
  },
  {
    says: "an official test part",
    score: "lac",
    column: "three",
    testStart: 800,
    evaluation: { conformal: { ...conformal, method: "split" }, protected: ["level"] },
  },
];

for (const { says, score, testStart = null, ...definition } of cases)
  test(`trainModel() with intervals or sets for ${says}: rows of their own, a rule in the signature, coverage that is measured`, () => {
    const input = { ...sampleInput({ search: trees, ...definition }, sampleTable(1000)), testStart };
    const { capsule, report } = trainModel(input);
    assert.deepEqual(manifestOf(trainModel(input).capsule), manifestOf(capsule));
    const { split } = prepareRun(input);
    const parts = [split.train, split.validation, split.conformal!, split.test];
    assert.equal(new Set(parts.flatMap((part) => [...part])).size, 1000);
    assert.deepEqual(
      report.split.parts.map(({ n }) => n),
      parts.map(({ length }) => length),
    );
    const rule = capsule.signature.conformal!;
    assert.equal(rule.score, score);
    assert.equal(
      rule.nRows.reduce((sum, n) => sum + n),
      split.conformal!.length,
    );
    const { overall, slices, setSizes, widths, thresholds, expected } = capsule.evaluation.conformal!;
    assert.equal(overall.n, split.test.length);
    // Far outside of what chance allows with about 100 rows behind the threshold.
    assert.ok(overall.value.value! > 0.78, JSON.stringify(overall));
    assert.ok(overall.size.value! > 0);
    assert.equal(thresholds.length, rule.thresholds.length);
    assert.equal(expected === null, rule.thresholds.length > 1);
    assert.equal(setSizes === null, definition.column === "amount" || definition.column === "count");
    assert.equal(widths === null, setSizes !== null);
    const origins = new Set(slices.map(({ origin }) => origin));
    assert.ok(origins.has(setSizes === null ? "prediction" : "class"));
    assert.equal(origins.has("time"), definition.split?.kind === "time");
    assert.equal(origins.has("group"), rule.groups.kind === "column");
    assert.equal(origins.has("protected"), definition.evaluation?.protected !== undefined);
  });

for (const column of ["amount", "three"] as const)
  for (const split of [undefined, { kind: "group", column: "place" } as const])
    test(`a small table with ${column}${split ? ", in groups," : ""} is scored by models made without each row, and covers`, () => {
      const table = sampleTable(300, 3);
      const definition = { column, search: trees, ...(split && { split }), evaluation: { conformal } } as const;
      const { capsule, report } = trainModel(sampleInput(definition, table));
      assert.deepEqual(manifestOf(trainModel(sampleInput(definition, table)).capsule), manifestOf(capsule));
      const rule = capsule.signature.conformal!;
      assert.equal(rule.method, "cross");
      const [train, validation] = report.split.parts;
      assert.deepEqual(rule.nRows, [train!.n + validation!.n]);
      const coverage = capsule.evaluation.conformal!;
      assert.equal(coverage.expected, null);
      assert.ok(coverage.overall.value.value! > 0.8, JSON.stringify(coverage.overall));
    });

test("models made without each row cover in small tables as promised, on average over tables", () => {
  const linear = { configurations: [{ family: "linear", params: {} }] } as const;
  let [nCovered, n] = [0, 0];
  for (let seed = 1; seed <= 15; seed++) {
    const definition = {
      column: "amount",
      search: linear,
      split: { kind: "random", test: 0.5 },
      evaluation: { conformal },
    } as const;
    const { overall } = trainModel(sampleInput({ ...definition, seed }, sampleTable(160, seed))).capsule.evaluation
      .conformal!;
    nCovered += overall.covered;
    n += overall.n;
  }
  assert.ok(n > 1000);
  assert.ok(nCovered / n > 0.87 && nCovered / n < 0.94, `${nCovered / n} of ${n} rows`);
});

test("fifths by prediction say from which to which number, in groups of three digits", () => {
  const table = sampleTable(1000);
  const large = table.with("amount", numberColumn(table.numbers("amount").values.map((value) => 1000 * value)));
  const { slices } = trainModel(sampleInput({ column: "amount", search: trees, evaluation: { conformal } }, large))
    .capsule.evaluation.conformal!;
  assert.match(slices[0]!.name, /^lowest fifth by prediction: -?[\d,]+ to [\d,]+,\d{3}$/);
});

test("conformal rows change nothing but the rule: the model is that of the other rows", () => {
  const split = { kind: "group", column: "place" } as const; // is parted alike, whatever the target
  const input = sampleInput({ column: "amount", search: trees, split, evaluation: { conformal } }, sampleTable(1000));
  const kept = prepareRun(input).split.conformal!;
  const amount = input.table.numbers("amount").values.slice();
  for (const row of kept) amount[row]! += 1000;
  const { capsule } = trainModel(input);
  const { capsule: other } = trainModel({ ...input, table: input.table.with("amount", numberColumn(amount)) });
  assert.deepEqual(other.model, capsule.model);
  assert.deepEqual(other.golden, capsule.golden);
  assert.ok(other.signature.conformal!.thresholds[0]! > 900 + capsule.signature.conformal!.thresholds[0]!);
});

test("a segment that is covered too rarely is flagged, one that is not is not", () => {
  const table = sampleTable(3000);
  const { codes, dictionary } = table.column("level") as { codes: Int32Array; dictionary: readonly string[] };
  // Residuals of one level are ten times as large, and nothing else knows.
  const wild = dictionary.indexOf("level 1");
  const amount = table
    .numbers("amount")
    .values.map((value, i) => (codes[i] === wild ? 100 + 12 * (value - 100) : value));
  const train = (asked: NonNullable<ModelDefinition["evaluation"]>["conformal"]) =>
    trainModel(
      sampleInput(
        { column: "amount", search: trees, evaluation: { conformal: asked!, slices: ["level"] } },
        table.with("amount", numberColumn(amount)),
      ),
    ).capsule.evaluation.conformal!.slices.filter(({ origin }) => origin === "named");
  const below = (slices: ReturnType<typeof train>) => slices.filter(({ isBelow }) => isBelow).map(({ name }) => name);
  assert.deepEqual(below(train(conformal)), ["level is level 1"]);
  assert.deepEqual(below(train({ ...conformal, perGroup: "level" })), []);
});

const refused: readonly { readonly says: string; readonly code: string; readonly definition: SampleDefinition }[] = [
  {
    says: "a ranking",
    code: "DEFINITION_TASK",
    definition: { column: "grade", task: "ranking", query: "place", evaluation: { conformal } },
  },
  {
    says: "a score of classes for numbers",
    code: "DEFINITION_TASK",
    definition: { column: "amount", evaluation: { conformal: { ...conformal, score: "lac" } } },
  },
  {
    says: "a score of numbers for classes",
    code: "DEFINITION_TASK",
    definition: { column: "binary", evaluation: { conformal: { ...conformal, score: "absolute" } } },
  },
  {
    says: "quantile scores without quantiles",
    code: "DEFINITION_TASK",
    definition: { column: "amount", evaluation: { conformal: { ...conformal, score: "quantile" } } },
  },
  {
    says: "scaled scores of squared loss",
    code: "DEFINITION_TASK",
    definition: { column: "amount", evaluation: { conformal: { ...conformal, score: "scaled" } } },
  },
  {
    says: "classes of numbers",
    code: "DEFINITION_TASK",
    definition: { column: "amount", evaluation: { conformal: { ...conformal, perClass: true } } },
  },
  {
    says: "a column that is not there",
    code: "DEFINITION_COLUMNS",
    definition: { column: "amount", evaluation: { conformal: { ...conformal, perGroup: "levle" as never } } },
  },
  {
    says: "a column that the model does not read",
    code: "CONFORMAL_COLUMN",
    definition: { column: "amount", ignore: ["level"], evaluation: { conformal: { ...conformal, perGroup: "level" } } },
  },
  {
    says: "a column of numbers",
    code: "CONFORMAL_COLUMN",
    definition: { column: "amount", evaluation: { conformal: { ...conformal, perGroup: "a" } } },
  },
  {
    says: "too high a level for the rows that are kept",
    code: "CONFORMAL_ROWS",
    definition: { column: "amount", evaluation: { conformal: { level: 0.99, method: "split" } } },
  },
  {
    says: "too high a level for the rows",
    code: "CONFORMAL_ROWS",
    definition: { column: "amount", evaluation: { conformal: { level: 0.999 } } },
  },
];

for (const { says, code, definition } of refused)
  test(`trainModel() refuses intervals or sets with ${says}: ${code}`, () => {
    assert.throws(() => trainModel(sampleInput({ search: trees, ...definition })), { code });
  });

for (const [says, evaluation] of [
  ["a level of 1", { conformal: { level: 1 } }],
  ["a level of 0", { conformal: { level: 0 } }],
  ["a level in percent", { conformal: { level: 90 } }],
  ["a penalty without raps", { conformal: { level: 0.9, score: "aps", penalty: 0.1 } }],
  ["classes and groups at once", { conformal: { level: 0.9, perClass: true, perGroup: "level" } }],
  ["models of later rows in time", { conformal: { level: 0.9, method: "cross" } }],
  ["the target as group", { conformal: { level: 0.9, perGroup: "y" } }],
] as const)
  test(`defineModel() refuses intervals or sets with ${says}`, () => {
    const split = { kind: "time", column: "when" } as const;
    const definition: ModelDefinition = {
      name: "m",
      data: { files: ["a.csv"] },
      target: { column: "y" },
      split,
      evaluation,
    };
    assert.throws(() => defineModel(definition), { code: "DEFINITION_INVALID" });
  });

test("defineModel() refuses intervals after a warm start, but not in a split by time", () => {
  const definition: ModelDefinition = {
    name: "m",
    data: { files: ["a.csv"] },
    target: { column: "y" },
    warmStart: "m@1",
    evaluation: { conformal },
  };
  assert.throws(() => defineModel(definition), /rows that no model has seen/);
  defineModel({ ...definition, split: { kind: "time", column: "when" } });
});
