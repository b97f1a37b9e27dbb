import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "../../lib/index.ts";
import { cheapestClass } from "../../ml/stats/index.ts";
import { answerOf, type Capsule, manifestOf, openCapsule } from "../capsule/index.ts";
import { defineModel, type ModelDefinition, trainModel } from "./index.ts";
import { type SampleDefinition, sampleInput, sampleTable } from "./sample-input.ts";

const one = (
  family: "linear" | "gbdt" | "forest" | "extra-trees" | "gam",
  params: Record<string, number | string> = {},
) => ({ configurations: [{ family, params }] }) as const;
const quick = { nTrees: 20, maxLeaves: 8 };
const cost = { falsePositive: 1, falseNegative: 5 } as const;

const weighted: readonly (SampleDefinition & { readonly says: string })[] = [
  { says: "a linear model", column: "binary", search: one("linear") },
  { says: "trees, weights by name", column: "binary", classWeights: { no: 1, yes: 6 }, search: one("gbdt", quick) },
  { says: "three classes", column: "three", search: one("gbdt", quick) },
  { says: "a forest", column: "binary", search: one("forest", { nTrees: 20 }) },
  { says: "extra trees, three classes", column: "three", search: one("extra-trees", { nTrees: 20 }) },
  { says: "an additive model", column: "binary", search: one("gam", { nBags: 2, nRounds: 50, interactions: 0 }) },
  { says: "row weights beside", column: "binary", weight: "weight", search: one("gbdt", quick) },
  { says: "focal loss", column: "binary", loss: "focal", search: one("gbdt", quick) },
  {
    says: "left-out negatives",
    column: "binary",
    classWeights: undefined as never,
    sampling: { negativeRate: 0.4 },
    search: one("gbdt", quick),
  },
  {
    says: "a linear model's own balance",
    column: "binary",
    classWeights: undefined as never,
    search: one("linear", { classWeight: "balanced" }),
  },
];

for (const { says, ...rest } of weighted)
  test(`trainModel() with class weights, ${says}: the same capsule again, and probabilities whose mean is that of the rows`, () => {
    const { classWeights, ...others } = { classWeights: "balanced" as const, ...rest };
    const definition = { ...others, ...(classWeights === undefined ? {} : { classWeights }) } as SampleDefinition;
    const evaluation = definition.column === "binary" ? { cost } : {};
    const input = sampleInput({ ...definition, evaluation: { calibration: "none", ...evaluation } }, sampleTable(1500));
    const { capsule, report } = trainModel(input);
    assert.deepEqual(manifestOf(trainModel(input).capsule), manifestOf(capsule));
    openCapsule(JSON.parse(canonicalJson(capsule)) as Capsule);
    const { reweighting, metrics, nTest } = capsule.evaluation;
    const isOwn = definition.search!.configurations![0]!.params.classWeight !== undefined;
    assert.equal(reweighting === undefined, isOwn);
    // Calibrated as they come: the error of calibration in the large is within sampling.
    const off = 4 * Math.sqrt(0.25 / nTest);
    for (const { name, observed, with: own } of reweighting?.shares ?? [])
      assert.ok(Math.abs(own - observed) < off, `${name}: ${own} for ${observed}`);
    assert.ok(metrics.ece!.value! < 0.12, `ECE ${metrics.ece!.value}`);
    if (reweighting === undefined) return;
    assert.equal(reweighting.metrics[0]!.metric, definition.column === "binary" ? "costPer1000" : "logLoss");
    for (const { difference, with: own, without } of reweighting.metrics)
      assert.ok(Math.abs(own.value! - without.value! - difference.value!) < 1e-9);
    assert.ok(
      report.candidates.every(({ name }) => !name.includes("without")),
      "the twin is no candidate",
    );
  });

test("trainModel() with class weights and a stack: no twin, but honest probabilities", () => {
  const configurations = [
    { family: "linear", params: {} },
    { family: "gbdt", params: quick },
  ] as const;
  const input = sampleInput(
    {
      column: "binary",
      classWeights: "balanced",
      search: { stack: true, configurations },
      evaluation: { calibration: "none" },
    },
    sampleTable(1000),
  );
  const { capsule } = trainModel(input);
  assert.ok(capsule.evaluation.metrics.ece!.value! < 0.12);
});

for (const column of ["binary", "three"] as const)
  test(`trainModel() with focal loss on ${column}: trees whose probabilities hold without a calibrator`, () => {
    const focal = sampleInput(
      {
        column,
        loss: "focal",
        lossOptions: { focusing: 3 },
        search: one("gbdt", quick),
        evaluation: { calibration: "none" },
      },
      sampleTable(2000),
    );
    const { capsule, report } = trainModel(focal);
    const plain = trainModel(
      sampleInput({ column, search: one("gbdt", quick), evaluation: { calibration: "none" } }, sampleTable(2000)),
    );
    assert.equal((capsule.model as { loss?: string }).loss, "focal");
    assert.equal(report.candidates.find(({ chosen }) => chosen)!.params.focusing, 3);
    const [ours, theirs] = [capsule.evaluation.metrics, plain.capsule.evaluation.metrics];
    assert.ok(ours.logLoss!.value! < theirs.logLoss!.value! + 0.04, `${ours.logLoss!.value} ${theirs.logLoss!.value}`);
    assert.ok(ours.ece!.value! < 0.09, `ECE ${ours.ece!.value}`);
  });

const costMatrix = {
  high: { middle: 8, low: 20 },
  middle: { high: 1, low: 1 },
  low: { high: 1, middle: 1 },
} as const;

test("trainModel() with a cost matrix answers the class of least expected cost, and measures what that saves", () => {
  const input = sampleInput(
    { column: "three", search: one("gbdt", quick), evaluation: { costMatrix } },
    sampleTable(1500),
  );
  const { capsule } = trainModel(input);
  const { signature, evaluation, golden } = capsule;
  const costs = signature.costs!;
  const [high, low] = [signature.classes.indexOf("high"), signature.classes.indexOf("low")];
  assert.equal(costs[high]![low], 20);
  assert.equal(costs[low]![low], 0);
  let nMoved = 0;
  for (const outputs of golden.outputs) {
    const given = answerOf(signature, Float64Array.from(outputs)) as { label: string; probability: number };
    const cheapest = cheapestClass(costs, Float64Array.from(outputs), 0);
    assert.equal(given.label, signature.classes[cheapest]);
    assert.equal(given.probability, outputs[cheapest]);
    if (outputs[cheapest] !== Math.max(...outputs)) nMoved += 1;
  }
  assert.ok(nMoved > 10, "costs move some answers");
  const decision = evaluation.decision!;
  assert.ok(decision.difference.high! < 0, JSON.stringify(decision));
  assert.ok(decision.costPer1000.value! < decision.trivialPer1000);
  // The confusion matrix and the metrics of labels are of the answers.
  const confusion = evaluation.confusion!;
  const total = confusion.flat().reduce((sum, n) => sum + n, 0);
  const paid = confusion.reduce((sum, row, t) => sum + row.reduce((part, n, k) => part + n * costs[t]![k]!, 0), 0);
  assert.ok(Math.abs((1000 * paid) / total - decision.costPer1000.value!) < 1e-9);
  const right = confusion.reduce((sum, row, t) => sum + row[t]!, 0);
  assert.ok(Math.abs(right / total - evaluation.metrics.accuracy!.value!) < 1e-12);
});

test("trainModel() with costs per row chooses a threshold for what is at stake", () => {
  const train = (perRow?: "weight") =>
    trainModel(
      sampleInput(
        { column: "binary", search: one("linear"), evaluation: { cost: { ...cost, ...(perRow && { perRow }) } } },
        sampleTable(1500),
      ),
    ).capsule.evaluation.threshold!;
  const [plain, staked] = [train(), train("weight")];
  assert.equal(plain.perRow, undefined);
  assert.equal(staked.perRow, true);
  // Rows weigh 1, 2 or 3 at stake, so a mistake costs about twice as much.
  const ratio = staked.trivialCostPer1000 / plain.trivialCostPer1000;
  assert.ok(ratio > 1.8 && ratio < 2.2, `${ratio}`);
});

const refused: readonly { readonly says: string; readonly code: string; readonly definition: SampleDefinition }[] = [
  {
    says: "class weights of a number",
    code: "DEFINITION_TASK",
    definition: { column: "amount", classWeights: "balanced" },
  },
  {
    says: "a class that is none",
    code: "CLASS_WEIGHTS",
    definition: { column: "binary", classWeights: { no: 1, yess: 2 } },
  },
  {
    says: "a class without a weight",
    code: "CLASS_WEIGHTS",
    definition: { column: "three", classWeights: { high: 2, low: 1 } },
  },
  {
    says: "left-out negatives of three classes",
    code: "DEFINITION_TASK",
    definition: { column: "three", sampling: { negativeRate: 0.5 } },
  },
  {
    says: "class weights with a loss of one's own",
    code: "DEFINITION_TASK",
    definition: { column: "binary", classWeights: "balanced", loss: { module: "m.ts", export: "e" } },
  },
  { says: "focal loss of a number", code: "DEFINITION_TASK", definition: { column: "amount", loss: "focal" } },
  {
    says: "focusing without focal loss",
    code: "DEFINITION_TASK",
    definition: { column: "binary", lossOptions: { focusing: 1 } },
  },
  {
    says: "focal loss by a linear model",
    code: "FAMILY_LOSS",
    definition: { column: "binary", loss: "focal", search: one("linear") },
  },
  {
    says: "a cost matrix of two classes",
    code: "DEFINITION_TASK",
    definition: { column: "binary", evaluation: { costMatrix: { yes: { no: 1 }, no: { yes: 1 } } } },
  },
  { says: "costs of three classes", code: "DEFINITION_TASK", definition: { column: "three", evaluation: { cost } } },
  {
    says: "a cost of no class",
    code: "COST_MATRIX",
    definition: { column: "three", evaluation: { costMatrix: { ...costMatrix, hihg: { low: 1 } } } },
  },
  {
    says: "a cost that lacks",
    code: "COST_MATRIX",
    definition: { column: "three", evaluation: { costMatrix: { ...costMatrix, low: { high: 1 } } } },
  },
  {
    says: "costs of 0",
    code: "COST_MATRIX",
    definition: {
      column: "three",
      evaluation: {
        costMatrix: { high: { middle: 0, low: 0 }, middle: { high: 0, low: 0 }, low: { high: 0, middle: 0 } },
      },
    },
  },
  {
    says: "costs per row that are negative",
    code: "ROW_COSTS",
    definition: { column: "binary", evaluation: { cost: { ...cost, perRow: "b" } } },
  },
  {
    says: "costs per row of a column that is not there",
    code: "DEFINITION_COLUMNS",
    definition: { column: "binary", evaluation: { cost: { ...cost, perRow: "stake" as never } } },
  },
];

for (const { says, code, definition } of refused)
  test(`trainModel() refuses ${says}: ${code}`, () => {
    assert.throws(() => trainModel(sampleInput({ search: one("gbdt", quick), ...definition })), { code });
  });

for (const [says, part] of [
  ["a class weight of 0", { classWeights: { a: 0, b: 1 } }],
  ["a rate of all negatives", { sampling: { negativeRate: 1 } }],
  ["a negative cost", { evaluation: { costMatrix: { a: { b: -1 } } } }],
  ["a focusing below 0", { lossOptions: { focusing: -1 } }],
  ["the target as costs per row", { evaluation: { cost: { ...cost, perRow: "y" } } }],
] as const)
  test(`defineModel() refuses ${says}`, () => {
    const definition: ModelDefinition = { name: "m", data: { files: ["a.csv"] }, target: { column: "y" }, ...part };
    assert.throws(() => defineModel(definition), { code: "DEFINITION_INVALID" });
  });
