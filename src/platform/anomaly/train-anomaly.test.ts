import assert from "node:assert/strict";
import { test } from "node:test";
import { loadKernels, loadPredictKernels, loadShapKernels } from "../../edge/compute/index.ts";
import { canonicalJson, createRng, type FettleError } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { isTaskCapsule, manifestOf, openTaskCapsule, openTaskModel, type TaskRows } from "../capsule/index.ts";
import { type AnomalyDefinition, defineDetector, trainAnomaly } from "./index.ts";
import { anomalyInput, anomalyTable } from "./sample-anomalies.ts";

const label = { column: "strange" } as const;
const [kernels, predictKernels, shapKernels] = [loadKernels(), loadPredictKernels(), loadShapKernels()];

test("with labels the candidate of the highest average precision is trained, measured and compared", () => {
  const { capsule, report, trials } = trainAnomaly(anomalyInput({ label }));
  const { evaluation } = capsule;
  assert.equal(trials.length, 7);
  const tried = report.candidates.filter(({ role }) => role === "candidate");
  const chosen = tried.filter((candidate) => candidate.chosen);
  assert.equal(chosen.length, 1);
  assert.equal(chosen[0]!.validation.value, Math.max(...tried.map(({ validation }) => validation.value!)));
  for (const name of ["prAuc", "rocAuc", "precision@10", "recall@10", "precision", "recall", "f1"]) {
    const { value, low, high } = evaluation.metrics[name]!;
    assert.ok(value !== null && low !== null && high !== null && low <= value && value <= high, name);
  }
  assert.ok(evaluation.metrics.prAuc!.value! > 0.8);
  assert.deepEqual(
    evaluation.comparisons.map(({ reference }) => reference),
    ["robust z-score, greatest", "random order"],
  );
  assert.equal(evaluation.comparisons[1]!.verdict, "better");
  assert.ok(report.gates.some(({ name }) => name === "beats-baseline"));
  assert.deepEqual(report.problem.classes, ["no", "yes"]);
});

test("without labels an isolation forest is trained and nothing pretends to be a quality", () => {
  const { capsule, report } = trainAnomaly(anomalyInput());
  const { metrics, anomaly, comparisons } = capsule.evaluation;
  assert.deepEqual(Object.keys(metrics), ["prAuc"]);
  assert.equal(metrics.prAuc!.value, null);
  assert.match(metrics.prAuc!.reason!, /without labels/);
  assert.deepEqual(comparisons, []);
  assert.ok(anomaly!.stability!.halves.rankCorrelation! > 0.5 && anomaly!.stability!.seeds.overlap > 0.5);
  assert.equal(anomaly!.top.length, 20);
  for (const { score, reasons } of anomaly!.top) assert.equal(reasons.length > 0, score >= anomaly!.threshold.value);
  assert.deepEqual(
    report.gates.map(({ name, passed }) => [name, passed]),
    [["stable-order", true]],
  );
  assert.match(report.candidates.find(({ chosen }) => chosen)!.note!, /default is trained/);
});

test("an order that two halves of the rows do not agree on is not called stable", () => {
  const rng = createRng(3);
  const names = categoryColumn(Array.from({ length: 120 }, () => `name ${rng.below(90)}`));
  const [gate] = trainAnomaly(anomalyInput({}, Table.of({ names }))).report.gates;
  assert.deepEqual([gate!.name, gate!.passed], ["stable-order", false]);
  assert.match(gate!.message, /at least 0.5 is needed/);
});

test("the same input gives the same capsule, with compiled kernels and without", () => {
  for (const definition of [{ label }, { label, families: ["gbdt"] as const }, {}]) {
    const plain = manifestOf(trainAnomaly(anomalyInput(definition)).capsule);
    const hooks = {
      ...(kernels && { kernels }),
      ...(predictKernels && { predictKernels }),
      ...(shapKernels && { shapKernels }),
    };
    assert.deepEqual(manifestOf(trainAnomaly(anomalyInput(definition), hooks).capsule), plain);
  }
});

for (const definition of [
  {},
  { label, families: ["gbdt", "isolation-forest"] as const },
  { label, families: ["linear"] as const },
])
  test(`one row, a file's rows and a capsule read from JSON get the same answers: ${JSON.stringify(definition)}`, async () => {
    const { capsule } = trainAnomaly(anomalyInput({ ...definition, share: 0.1 }));
    assert.ok(isTaskCapsule(capsule));
    const model = openTaskCapsule(capsule, { predict: predictKernels, shap: shapKernels });
    const read = openTaskModel(JSON.parse(canonicalJson({ ...capsule })));
    const table = anomalyTable(200, 2);
    const schema = table.names.map((name) => ({ name, type: table.column(name).kind }));
    const scored: TaskRows[] = [];
    const notes: string[] = [];
    for await (const part of model.score(
      (async function* () {
        yield { table: table.slice(0, 120), schema };
        yield { table: table.slice(120, 200), schema };
      })(),
      (note) => notes.push(note),
    ))
      scored.push(part);
    assert.deepEqual(notes, []);
    assert.deepEqual(scored[0]!.table.names, [...table.names, "score", "percentile", "anomalous", "reason"]);
    let nAnomalous = 0;
    for (let i = 0; i < 200; i++) {
      const request = table.row(i);
      const problems: never[] = [];
      const answer = model.answer(model.read(request, 0, problems));
      assert.deepEqual(problems, []);
      assert.deepEqual(read.answer(read.read(request, 0, problems)), answer);
      const row = i < 120 ? scored[0]!.table.row(i) : scored[1]!.table.row(i - 120);
      assert.equal(row.score, answer.score);
      assert.equal(row.percentile, answer.percentile);
      assert.equal(row.anomalous, String(answer.anomalous));
      const reasons = answer.reasons as unknown as { column: string; share: number }[];
      assert.equal(row.reason === null, reasons.length === 0);
      assert.equal(reasons.length > 0, answer.anomalous);
      if (!answer.anomalous) continue;
      nAnomalous++;
      assert.ok(row.reason!.toString().startsWith(`${reasons[0]!.column} ${Math.round(100 * reasons[0]!.share)} % (`));
      const total = reasons.reduce((sum, { share }) => sum + share, 0);
      assert.ok(total > 0.5 && total <= 1 + 1e-12);
      assert.ok(reasons.every(({ share }, k) => share > 0 && (k === 0 || share <= reasons[k - 1]!.share)));
    }
    assert.ok(nAnomalous > 5);
  });

test("a reason names the column in which a row is strange, and how", () => {
  const { capsule } = trainAnomaly(anomalyInput({ share: 0.1 }));
  const model = openTaskCapsule(capsule);
  const usual = { amount: 50, weight: 5, place: "near 1", when: "1970-02-01T12:00:00Z" };
  const reasonOf = (row: object) =>
    (model.answer(model.read(row, 0, [])).reasons as unknown as { column: string; says: string }[])[0];
  assert.equal(reasonOf(usual), undefined);
  assert.equal(reasonOf({ ...usual, amount: 5000, place: "elsewhere" })!.says.includes("training row"), true);
  assert.ok(["amount", "place"].includes(reasonOf({ ...usual, amount: 5000, place: "elsewhere" })!.column));
});

test("known anomalies are left out of the fit of detectors, unless the definition keeps them", () => {
  const leftOut = trainAnomaly(anomalyInput({ label, families: ["isolation-forest"] })).capsule.evaluation.anomaly!;
  assert.ok(leftOut.knownLeftOut > 5);
  const kept = trainAnomaly(anomalyInput({ label, families: ["isolation-forest"], fitOn: "all" })).capsule.evaluation;
  assert.equal(kept.anomaly!.knownLeftOut, 0);
  assert.equal(kept.anomaly!.fittedRows, leftOut.fittedRows + leftOut.knownLeftOut);
});

/** A table of anomalies whose label is known of each so many-th row. */
function labelledEvery(every: number, nRows = 800): Table {
  const table = anomalyTable(nRows);
  const strange = table.categories("strange");
  return table.with("strange", { ...strange, codes: strange.codes.map((code, i) => (i % every === 0 ? code : -1)) });
}

test("few labels: rows without one are fitted on and not measured, and no classifier learns from fewer than ten", () => {
  const some = trainAnomaly(anomalyInput({ label }, labelledEvery(2)));
  assert.ok(some.report.candidates.some(({ family }) => family === "gbdt"));
  assert.ok(some.capsule.evaluation.metrics.prAuc!.n < some.capsule.evaluation.nTest);
  assert.ok(some.report.data.notes.some((note) => note.startsWith("400 rows have no label")));
  const few = trainAnomaly(anomalyInput({ label }, labelledEvery(10)));
  assert.ok(few.report.candidates.every(({ family }) => family !== "gbdt" && family !== "linear"));
  assert.ok(
    few.report.data.notes.some((note) =>
      /^quality is measured on \d known anomal.* changes recall by \d+ points$/.test(note),
    ),
  );
  assert.throws(() => trainAnomaly(anomalyInput({ label, families: ["gbdt"] }, labelledEvery(10))), {
    code: "ANOMALY_LABEL",
  });
});

test("kinds that no training row had are told apart from those that some had", () => {
  const input = anomalyInput({ label, kind: "kind", split: { kind: "time", column: "when" } });
  const { evaluation } = trainAnomaly(input).capsule;
  const { kinds } = evaluation.anomaly!;
  assert.deepEqual(
    new Set(kinds.map(({ kind, seen }) => `${kind} ${seen}`)),
    new Set(["large true", "odd true", "late false"]),
  );
  assert.equal(
    kinds.reduce((sum, { n }) => sum + n, 0),
    evaluation.confusion![1]!.reduce((sum, n) => sum + n, 0),
  );
  assert.deepEqual(
    evaluation.slices.map(({ name, metric }) => [name, metric]),
    [
      ["kinds that training rows have", "recall"],
      ["kinds that no training row has", "recall"],
    ],
  );
  const byLabel = trainAnomaly(anomalyInput({ label: { column: "kind", positive: "!=none" } })).capsule.evaluation;
  assert.equal(byLabel.anomaly!.kinds.length, 3, "a label of several values names the kinds itself");
});

test("beside a classifier it is told what the best detector would find", () => {
  const families = ["gbdt", "isolation-forest"] as const;
  const { report, capsule } = trainAnomaly(anomalyInput({ label, kind: "kind", families }));
  assert.equal(report.candidates.find(({ chosen }) => chosen)!.family, "gbdt");
  const { detector, stability } = capsule.evaluation.anomaly!;
  assert.ok(detector!.name.startsWith("isolation forest") && detector!.prAuc.value! > 0.3);
  assert.ok(detector!.recallSeen!.value! >= 0 && detector!.recallUnseen === null);
  assert.equal(stability, null);
  assert.equal(trainAnomaly(anomalyInput({ label, families: ["gbdt"] })).capsule.evaluation.anomaly!.detector, null);
});

test("a time split tests on the latest rows, and the time itself is no feature", () => {
  const { capsule, report } = trainAnomaly(anomalyInput({ label, split: { kind: "time", column: "when" } }));
  assert.match(report.split.says, /by time/);
  assert.ok(!JSON.stringify(capsule.model).includes('"when"'));
});

test("a column that is made of the label is found and left out", () => {
  const table = anomalyTable(800);
  const copy = table.with(
    "strange_code",
    numberColumn(Float64Array.from(table.categories("strange").codes, (code) => 7 * code)),
  );
  const { report, capsule } = trainAnomaly(anomalyInput({ label }, copy));
  assert.ok(report.leakage.excluded.includes("strange_code"));
  assert.ok(!JSON.stringify(capsule.model).includes("strange_code"));
});

test("costs choose the threshold on labelled validation rows, and their sum is told beside the trivial rules", () => {
  const cost = { falsePositive: 1, falseNegative: 20 };
  const { threshold } = trainAnomaly(anomalyInput({ label, cost })).capsule.evaluation.anomaly!;
  assert.equal(threshold.chosenBy, "cost");
  const { model, neverAlarm, alwaysAlarm } = threshold.costPer1000!;
  assert.ok(model < neverAlarm && model < alwaysAlarm);
});

test("a champion is compared with on the same rows; one whose columns are gone is not", () => {
  const { definition, ...input } = anomalyInput({ label });
  const { capsule } = trainAnomaly({ definition, ...input });
  const champion = { name: "sample@1", data: capsule };
  const again = trainAnomaly({ definition, ...input, champion });
  assert.equal(again.report.champion, "sample@1");
  assert.equal(again.capsule.evaluation.comparisons.at(-1)!.difference.value, 0);
  const other = anomalyInput({ label }, anomalyTable(800).drop(["weight"]));
  const without = trainAnomaly({ ...other, champion });
  assert.equal(without.report.champion, null);
  assert.ok(without.report.data.notes.some((note) => note.includes("columns that are gone")));
});

const numbers = (n: number, of: (i: number) => number | null) =>
  numberColumn(Array.from({ length: n }, (_, i) => of(i)));
const spread = (i: number) => Math.imul(i + 1, 0x9e3779b1) >>> 12;

test("odd tables get a model: one column, constant and empty columns beside it, fewer rows than a sample", () => {
  const one = Table.of({ x: numbers(40, spread), same: numbers(40, () => 3), empty: numbers(40, () => null) });
  const { report, capsule } = trainAnomaly(anomalyInput({}, one));
  assert.ok(report.data.notes.some((note) => note.includes("same (constant), empty (no value)")));
  assert.deepEqual(capsule.signature.request.required, ["x"]);
});

test("rows that are all alike raise no alarm,", () => {
  const alike = Table.of({ x: numbers(60, (i) => i % 2), y: numbers(60, (i) => (i % 2) * 5) });
  const { capsule } = trainAnomaly(anomalyInput({ families: ["robust-z-score"] }, alike));
  assert.equal(capsule.evaluation.anomaly!.threshold.testShare, 0);
  assert.match(capsule.evaluation.anomaly!.threshold.says, /none stands out/);
});

const refused: readonly (readonly [string, () => unknown, string, RegExp])[] = [
  [
    "columns without variation",
    () => trainAnomaly(anomalyInput({}, Table.of({ same: numbers(60, () => 3) }))),
    "FEATURES_NONE",
    /no column is left/,
  ],
  ["too few rows", () => trainAnomaly(anomalyInput({}, anomalyTable(19))), "TABLE_TOO_SMALL", /at least 20/],
  [
    "a label that says the same of every row",
    () =>
      trainAnomaly(
        anomalyInput(
          { label },
          anomalyTable(100).with("strange", categoryColumn(Array.from({ length: 100 }, () => "no"))),
        ),
      ),
    "ANOMALY_LABEL",
    /same of every row/,
  ],
  [
    "a label that no row has",
    () =>
      trainAnomaly(
        anomalyInput(
          { label },
          anomalyTable(100).with("strange", categoryColumn(Array.from({ length: 100 }, () => null))),
        ),
      ),
    "ANOMALY_LABEL",
    /no row has it/,
  ],
  [
    "a label of too few rows",
    () => trainAnomaly(anomalyInput({ label }, labelledEvery(40, 400))),
    "ANOMALY_LABEL",
    /only 10 rows have it, at least 20/,
  ],
  [
    "a label of too few anomalies",
    () => {
      const names = Array.from({ length: 100 }, (_, i) => (i % 30 === 0 ? "yes" : "no"));
      return trainAnomaly(anomalyInput({ label }, anomalyTable(100).with("strange", categoryColumn(names))));
    },
    "ANOMALY_LABEL",
    /only 4 rows are of the rarer kind, at least 5/,
  ],
  [
    "a label of several values without a rule",
    () => trainAnomaly(anomalyInput({ label: { column: "place" } })),
    "TARGET_CLASSES",
    /2 are needed/,
  ],
  [
    "a test part without a known anomaly",
    () => {
      const table = anomalyTable(300);
      const early = categoryColumn(Array.from({ length: 300 }, (_, i) => (i < 200 && i % 10 === 0 ? "yes" : "no")));
      return trainAnomaly(
        anomalyInput({ label, split: { kind: "time", column: "when" } }, table.with("strange", early)),
      );
    },
    "SPLIT_ONE_CLASS",
    /classes|known anomaly/,
  ],
  [
    "a column that is not there",
    () => trainAnomaly(anomalyInput({ ignore: ["amuont"] })),
    "DEFINITION_COLUMNS",
    /did you mean "amount"/,
  ],
  [
    "a covariance of columns that hardly vary",
    () =>
      trainAnomaly(
        anomalyInput({ families: ["robust-covariance"] }, Table.of({ x: numbers(60, (i) => (i % 10 === 0 ? i : 0)) })),
      ),
    "DETECTOR_NO_SPREAD",
    /more than half/,
  ],
];

for (const [name, train, code, says] of refused)
  test(`refused with words: ${name}`, () => {
    assert.throws(
      train,
      (error: FettleError) => error.code === code && error.kind === "invalid-input" && says.test(error.message),
    );
  });

test("with labels a candidate that does not suit the rows is left out, and a note says so", () => {
  const x = Table.of({
    x: numbers(200, (i) => (i % 10 === 0 ? 1 + spread(i) : 0)),
    strange: anomalyTable(200).column("strange"),
  });
  const { report } = trainAnomaly(anomalyInput({ label, families: ["robust-covariance", "isolation-forest"] }, x));
  assert.ok(report.data.notes.some((note) => note.startsWith("robust covariance was left out")));
});

test("a training stops where it is told to", () => {
  assert.throws(() => trainAnomaly(anomalyInput(), { shouldStop: () => true }), { kind: "cancelled" });
});

test("exactly the configurations that a definition names are tried, with labels and without", () => {
  const forest = { family: "isolation-forest", params: { nTrees: 20, sampleRows: 64 } } as const;
  const trees = { family: "gbdt", params: { nTrees: 10, detector: "isolation-forest" } } as const;
  const triedOf = (part: Partial<AnomalyDefinition>) =>
    trainAnomaly(anomalyInput(part)).report.candidates.filter(({ role }) => role === "candidate");
  const tried = triedOf({ label, search: { configurations: [forest, trees, { family: "isolation-forest" }] } });
  assert.deepEqual(
    tried.map(({ name, params }) => [name, params.nTrees, params.detector]),
    [
      ["isolation forest", 20, undefined],
      ["boosted trees with the isolation forest's score", 10, "isolation-forest"],
      ["isolation forest (3)", 100, undefined],
    ],
  );
  const [alone, ...others] = triedOf({ search: { configurations: [forest] } });
  assert.deepEqual([alone!.params.sampleRows, others.length], [64, 0]);
});

const wrong: readonly (readonly [Partial<AnomalyDefinition>, RegExp])[] = [
  [{ share: 0 }, /never raise an alarm/],
  [{ share: 0.6 }, /more than half/],
  [{ cost: { falsePositive: 1, falseNegative: 5 } }, /needs a label/],
  [{ kind: "kind" }, /needs a label/],
  [{ families: ["gbdt"] }, /needs a label/],
  [{ families: ["isolation-forest", "robust-covariance"] }, /nothing can choose/],
  [{ search: { configurations: [{ family: "linear" }] } }, /needs a label/],
  [
    { search: { configurations: [{ family: "isolation-forest" }, { family: "robust-covariance" }] } },
    /nothing can choose/,
  ],
  [
    { search: { configurations: [{ family: "isolation-forest", params: { trees: 5 } as object }] } },
    /unknown key "trees"/,
  ],
  [{ label, share: 0.1, cost: { falsePositive: 1, falseNegative: 5 } }, /not from both/],
  [{ label, split: { kind: "time", column: "strange" } }, /another column/],
  [{ data: { files: ["a.csv"], quarantine: true } }, /quarantine/],
  [{ shar: 0.1 } as object, /did you mean "share"/],
];

for (const [part, says] of wrong)
  test(`defineDetector() refuses ${JSON.stringify(part)}`, () => {
    assert.throws(
      () => defineDetector({ name: "sample", task: "anomaly", data: { files: ["a.csv"] }, ...part }),
      (error: FettleError) => error.code === "DEFINITION_INVALID" && says.test(error.message),
    );
  });
