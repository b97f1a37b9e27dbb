import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, FettleError } from "../../lib/index.ts";
import { type CategoryColumn, categoryColumn, numberColumn } from "../../ml/table/index.ts";
import { type Capsule, manifestOf, openCapsule } from "../capsule/index.ts";
import { type TrainInput, trainModel, trainStages } from "./index.ts";
import { prepareRun } from "./prepare-run.ts";
import { type SampleDefinition, sampleInput, sampleTable } from "./sample-input.ts";

const trees = { configurations: [{ family: "gbdt", params: { nTrees: 20, maxLeaves: 8 } }] } as const;

const additive = {
  configurations: [{ family: "gam", params: { nBags: 2, nRounds: 50, interactions: 0, minSamplesLeaf: 12 } }],
} as const;

const stacked = {
  stack: true,
  configurations: [
    { family: "linear", params: {} },
    { family: "gbdt", params: { nTrees: 20, maxLeaves: 8 } },
  ],
} as const;

const runs: readonly (SampleDefinition & { readonly says: string; readonly testStart?: number })[] = [
  { says: "two classes", column: "binary" },
  { says: "three classes", column: "three" },
  { says: "a number with squared loss", column: "amount" },
  { says: "a stack, two classes", column: "binary", search: stacked },
  { says: "a stack, three classes", column: "three", search: stacked },
  { says: "a stack, a number, groups", column: "amount", split: { kind: "group", column: "place" }, search: stacked },
  { says: "a stack, a number, time", column: "amount", split: { kind: "time", column: "when" }, search: stacked },
  { says: "two classes, by an additive model", column: "binary", search: additive },
  { says: "three classes, by an additive model", column: "three", search: additive },
  { says: "a count, by an additive model", column: "count", loss: "poisson", search: additive },
  { says: "a number with absolute loss", column: "amount", loss: "absolute", search: trees },
  { says: "quantiles of a number", column: "amount", loss: "quantile", quantiles: [0.1, 0.5, 0.9], search: trees },
  {
    says: "weights and costs",
    column: "binary",
    weight: "weight",
    evaluation: { cost: { falsePositive: 1, falseNegative: 4 } },
  },
  { says: "groups", column: "binary", split: { kind: "group", column: "place" } },
  { says: "time", column: "amount", split: { kind: "time", column: "when" } },
  { says: "an official test part", column: "binary", testStart: 300 },
  { says: "a number with Huber's loss", column: "amount", loss: "huber", search: trees },
  { says: "counts with Poisson loss", column: "count", loss: "poisson", search: trees },
  {
    says: "counts with Tweedie loss",
    column: "count",
    loss: "tweedie",
    lossOptions: { variancePower: 1.2 },
    search: trees,
  },
  { says: "amounts with gamma loss", column: "amount", loss: "gamma", search: trees },
];

for (const { says, testStart = null, ...definition } of runs)
  test(`trainModel() with ${says} gives the same capsule from the same input, and it opens`, () => {
    const input = { ...sampleInput(definition), testStart };
    const outcome = trainModel(input);
    assert.deepEqual(manifestOf(trainModel(input).capsule), manifestOf(outcome.capsule));
    openCapsule(JSON.parse(canonicalJson(outcome.capsule)) as Capsule);
    const { report } = outcome;
    assert.equal(report.candidates.filter(({ chosen }) => chosen).length, 1);
    assert.ok(report.gates.find(({ name }) => name === "beats-baseline")!.passed, report.gates[0]!.message);
    for (const { validation, name } of report.candidates) assert.notEqual(validation.value, null, name);
    assert.equal(
      report.split.parts.reduce((sum, { n }) => sum + n, 0),
      400,
    );
    assert.deepEqual(outcome.trials, definition.search?.configurations ?? input.definition.search?.configurations);
    const { signature, evaluation } = outcome.capsule;
    assert.equal(signature.threshold, evaluation.threshold?.threshold ?? null);
  });

const rankings = [
  { says: "LambdaMART", testStart: null },
  {
    says: "XE-NDCG, gains and an official test part",
    loss: "xendcg",
    lossOptions: { gains: [0, 1, 2, 4] },
    testStart: 300,
  },
] as const;

for (const { says, testStart, ...definition } of rankings)
  test(`trainModel() ranks the rows of queries with ${says}: the same capsule again, measured query by query`, () => {
    const ranking = { column: "grade", task: "ranking", query: "place", search: trees } as const;
    const input = { ...sampleInput({ ...ranking, ...definition }), testStart };
    const { capsule, report } = trainModel(input);
    assert.deepEqual(manifestOf(trainModel(input).capsule), manifestOf(capsule));
    openCapsule(JSON.parse(canonicalJson(capsule)) as Capsule);
    assert.deepEqual(capsule.signature.outputs, ["value"]);
    assert.ok(capsule.signature.inputs.every(({ name }) => name !== "place"));
    const { metrics, baseline, primary, slices, importance } = capsule.evaluation;
    assert.deepEqual(Object.keys(metrics), ["ndcg@1", "ndcg@3", "ndcg@5", "ndcg@10", "map", "mrr"]);
    assert.equal(primary, "ndcg@10");
    const random = report.candidates.find(({ name }) => name === "random order")!;
    assert.ok(metrics[primary]!.low! > random.validation.value!, JSON.stringify(metrics[primary]));
    assert.equal(baseline.name, "best single feature");
    assert.match(capsule.evaluation.comparisons[0]!.sentence, /, \d+ rows in \d+ queries\)/);
    assert.deepEqual(slices, []);
    assert.equal(importance[0]!.column, "a");
  });

test("of a ranking's configurations the family's defaults win unless another is better beyond doubt", () => {
  const candidatesOf = (params: Record<string, number>) => {
    const search = {
      configurations: [
        { family: "gbdt", params: {} },
        { family: "gbdt", params },
      ],
    } as const;
    const { report } = trainModel(sampleInput({ column: "grade", task: "ranking", query: "place", search }));
    return report.candidates.filter(({ role }) => role === "candidate");
  };
  for (const { params, wins } of [
    { params: { minSamplesLeaf: 5 }, wins: 0 },
    { params: { learningRate: 0.1 }, wins: 1 },
  ]) {
    const found = candidatesOf(params);
    assert.ok(found[1]!.validation.value! > found[0]!.validation.value!, "the searched settings have the better mean");
    assert.equal(
      found.findIndex(({ chosen }) => chosen),
      wins,
    );
  }
});

test("rows of a query that lie far apart, as in several files, stay in one part", () => {
  const table = sampleTable(400);
  const ranking = { column: "grade", task: "ranking", query: "place", search: trees } as const;
  const { codes } = table.column("place") as CategoryColumn;
  assert.ok(
    codes.every((code, i) => i === 0 || code !== codes[i - 1]!),
    "rows of one query are never neighbours",
  );
  const { split } = prepareRun(sampleInput(ranking, table));
  const parts = [split.train, split.validation, split.test].map((rows) => new Set(rows.map((row) => codes[row]!)));
  assert.equal(
    parts.reduce((n, { size }) => n + size, 0),
    40,
  );
});

test("trainModel() tells of rows without a query, which teach no order", () => {
  const table = sampleTable(400);
  const place = table.column("place") as CategoryColumn;
  const codes = place.codes.map((code, i) => (i % 50 === 7 ? -1 : code));
  const ranking = { column: "grade", task: "ranking", query: "place", search: trees } as const;
  const { report } = trainModel(sampleInput(ranking, table.with("place", { ...place, codes })));
  assert.ok(report.data.notes.includes('8 rows have no "place": each is a query of its own, which teaches no order'));
});

test("trainModel() never parts a query, and refuses a split that would", () => {
  const ranking = { column: "grade", task: "ranking", query: "place", search: trees } as const;
  const split = { kind: "time", column: "when" } as const;
  assert.throws(() => trainModel(sampleInput({ ...ranking, split })), { code: "QUERY_PARTED", facts: { queries: 40 } });
});

test("trainModel() refuses labels that the loss is not defined for, wherever they lie", () => {
  for (const loss of ["poisson", "tweedie", "gamma"] as const) {
    const table = sampleTable(400);
    const count = table.numbers("count").values.slice();
    count[399] = loss === "gamma" ? 0 : -1;
    const input = sampleInput({ column: "count", loss, search: trees }, table.with("count", numberColumn(count)));
    assert.throws(() => trainModel(input), { code: "FIT_LABELS" });
  }
});

test("trainModel() replays given configurations to the same capsule", () => {
  const input = sampleInput({ column: "binary", search: { trials: 2 } });
  const { capsule, trials } = trainModel(input);
  assert.equal(trials.length, 2);
  assert.deepEqual(manifestOf(trainModel({ ...input, trials }).capsule), manifestOf(capsule));
});

test("trainModel() chooses and fits without the target of the test rows", () => {
  const table = sampleTable(400);
  const testStart = 300;
  const { codes, dictionary } = table.categories("binary");
  const turned = codes.map((code, i) => (i < testStart ? code : 1 - code));
  const of = (target: Int32Array) =>
    trainModel({
      ...sampleInput({ column: "binary" }, table.with("binary", { kind: "category", codes: target, dictionary })),
      testStart,
    });
  const [one, other] = [of(codes), of(turned)];
  const choice = ({ report }: typeof one) =>
    report.candidates.map(({ name, chosen, validation }) => [name, chosen, validation]);
  assert.deepEqual(choice(other), choice(one));
  for (const part of ["features", "model", "calibrator", "signature"] as const)
    assert.equal(canonicalJson(other.capsule[part]), canonicalJson(one.capsule[part]), part);
  assert.notDeepEqual(other.capsule.evaluation.metrics, one.capsule.evaluation.metrics);
});

test("trainModel() documents the ranges and levels of the rows it was fitted on, not those of the test rows", () => {
  const table = sampleTable(400);
  const strange = (i: number) => i >= 300;
  const changed = table
    .with("b", numberColumn(table.numbers("b").values.map((value, i) => (strange(i) ? 1e6 : value))))
    .with("level", categoryColumn(Array.from({ length: 400 }, (_, i) => (strange(i) ? "new" : `level ${i % 4}`))));
  const { signature } = trainModel({ ...sampleInput({ column: "binary" }, changed), testStart: 300 }).capsule;
  const input = (name: string) => signature.inputs.find((found) => found.name === name)!;
  assert.ok(input("b").max! < 1);
  assert.deepEqual(input("level").levels, ["level 0", "level 1", "level 2", "level 3"]);
});

test("trainModel() stops where it is told to, with an error of kind cancelled", () => {
  const input = sampleInput({ column: "binary" });
  for (const stage of trainStages) {
    let reached = "";
    const hooks = {
      onProgress: (progress: { stage: string }) => (reached = progress.stage),
      shouldStop: () => reached === stage,
    };
    assert.throws(
      () => trainModel(input, hooks),
      (error) => error instanceof FettleError && error.kind === "cancelled" && error.code === "FIT_CANCELLED",
      stage,
    );
  }
});

test("trainModel() starts no further configuration after its time, but always one", () => {
  let seconds = 0;
  const input = sampleInput({ column: "binary", search: { trials: 6, seconds: 1 } });
  const { trials } = trainModel(input, { elapsedSeconds: () => (seconds += 1) });
  assert.equal(trials.length, 1);
});

test("trainModel() measures trials by a metric of decisions as the evaluation does", () => {
  const { report } = trainModel(sampleInput({ column: "binary", evaluation: { metric: "accuracy" } }));
  for (const { name, validation } of report.candidates)
    assert.ok(validation.value! > 0.5, `${name}: ${validation.value}`);
});

test("trainModel() takes infinite numbers as missing, and a capsule of them can be stored", () => {
  const table = sampleTable(400);
  const values = table.numbers("a").values.map((value, i) => (i % 10 === 0 ? Number.POSITIVE_INFINITY : value));
  const { capsule, report } = trainModel(sampleInput({ column: "binary" }, table.with("a", numberColumn(values))));
  openCapsule(JSON.parse(canonicalJson(capsule)) as Capsule);
  assert.ok(report.data.violations.some(({ check }) => check.kind === "finite"));
});

test("trainModel() compares with a champion that answers the same question, and only with such a one", () => {
  const first = trainModel(sampleInput({ column: "binary" })).capsule;
  const against = (definition: SampleDefinition, table = sampleTable(400)) =>
    trainModel({ ...sampleInput(definition, table), champion: { name: "sample@1", data: first } });
  const same = against({ column: "binary" });
  const comparison = same.capsule.evaluation.comparisons.find(({ reference }) => reference === "sample@1")!;
  assert.equal(comparison.verdict, "no-evidence");
  assert.equal(comparison.difference.value, 0);
  assert.ok(same.report.gates.some(({ name, passed }) => name === "not-worse-than-champion" && passed));
  const asTexts = categoryColumn(Array.from({ length: 400 }, (_, i) => `b${i % 5}`));
  for (const other of [
    against({ column: "three" }),
    against({ column: "amount" }),
    against({ column: "binary" }, sampleTable(400).with("b", asTexts)),
  ])
    assert.equal(other.capsule.evaluation.comparisons.length, 1);
});

const refused: readonly { readonly code: string; readonly says: RegExp; readonly input: () => TrainInput }[] = [
  {
    code: "DEFINITION_COLUMNS",
    says: /ignore names "plase", did you mean "place"\?; leakage\.exclude names "wight", did you mean "weight"\?/,
    input: () => sampleInput({ column: "binary", ignore: ["plase"], leakage: { exclude: ["wight"] } }),
  },
  {
    code: "DEFINITION_COLUMNS",
    says: /split\.column names "whne".*evaluation\.slices names "levle"/,
    input: () =>
      sampleInput({ column: "binary", split: { kind: "time", column: "whne" }, evaluation: { slices: ["levle"] } }),
  },
  {
    code: "CONTRACT_BROKEN",
    says: /column "gone" is absent/,
    input: () => sampleInput({ column: "binary", contract: { columns: { gone: { type: "number" } } } }),
  },
  {
    code: "WEIGHTS_INVALID",
    says: /24 values are missing or negative/,
    input: () =>
      sampleInput(
        { column: "binary", weight: "a" },
        sampleTable(400).with("a", numberColumn(Array.from({ length: 400 }, (_, i) => (i < 24 ? -1 : i)))),
      ),
  },
  {
    code: "WEIGHTS_INVALID",
    says: /all rows of the test part have weight 0/,
    input: () => {
      const weight = numberColumn(Array.from({ length: 400 }, (_, i) => (i < 300 ? 1 : 0)));
      return {
        ...sampleInput({ column: "binary", weight: "weight" }, sampleTable(400).with("weight", weight)),
        testStart: 300,
      };
    },
  },
  {
    code: "STACK_LOSS",
    says: /models of a regression with absolute loss: classes, or numbers with squared loss, are needed$/,
    input: () => sampleInput({ column: "amount", loss: "absolute", search: { ...trees, stack: true } }),
  },
  {
    code: "FAMILY_LOSS",
    says: /use the family "gbdt"/,
    input: () => sampleInput({ column: "amount", loss: "absolute" }),
  },
  {
    code: "FAMILY_PARAMS",
    says: /it has no parameter "interaction", its parameters are .*interactions/,
    input: () =>
      sampleInput({ column: "binary", search: { configurations: [{ family: "gam", params: { interaction: 5 } }] } }),
  },
  {
    code: "FAMILY_PARAMS",
    says: /it has no parameter "ntrees", its parameters are .*nTrees/,
    input: () =>
      sampleInput({ column: "binary", search: { configurations: [{ family: "gbdt", params: { ntrees: 5 } }] } }),
  },
  {
    code: "DEFINITION_TASK",
    says: /a binary task: the loss absolute is for a regression$/,
    input: () => sampleInput({ column: "binary", loss: "absolute" }),
  },
  {
    code: "DEFINITION_TASK",
    says: /a regression task: quantiles need the loss quantile; evaluation\.cost is for two classes$/,
    input: () =>
      sampleInput({ column: "amount", quantiles: [0.1], evaluation: { cost: { falsePositive: 1, falseNegative: 2 } } }),
  },
  {
    code: "DEFINITION_TASK",
    says: /a regression task: the loss xendcg is for a ranking; .*delta .* huber; .*truncation .*; query is for a ranking$/,
    input: () =>
      sampleInput({ column: "amount", loss: "xendcg", lossOptions: { delta: 1, truncation: 5 }, query: "place" }),
  },
  {
    code: "DEFINITION_TASK",
    says: /a ranking task: a ranking needs query.*; a ranking is judged by whole queries/,
    input: () => sampleInput({ column: "grade", task: "ranking", evaluation: { slices: ["level"] } }),
  },
  {
    code: "TARGET_KIND",
    says: /"amount": \d+ values are no grades, whole numbers from 0 to 30 are needed/,
    input: () => sampleInput({ column: "amount", task: "ranking", query: "place" }),
  },
  {
    code: "FAMILY_LOSS",
    says: /linear model with lambdarank loss/,
    input: () => sampleInput({ column: "grade", task: "ranking", query: "place" }),
  },
  {
    code: "DEFINITION_COLUMNS",
    says: /query names "plase", did you mean "place"/,
    input: () => sampleInput({ column: "grade", task: "ranking", query: "plase" as "place" }),
  },
  {
    code: "EVALUATION_METRIC_UNKNOWN",
    says: /no binary metric/,
    input: () => sampleInput({ column: "binary", evaluation: { metric: "rmse" } }),
  },
];

for (const { code, says, input } of refused)
  test(`trainModel() refuses with ${code}: ${says.source}`, () => {
    assert.throws(
      () => trainModel(input()),
      (error) => error instanceof FettleError && error.code === code && says.test(error.message),
    );
  });
