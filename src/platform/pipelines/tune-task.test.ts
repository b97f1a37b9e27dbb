import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsTable, sampleEvents } from "../../../test/sample-events.ts";
import { salesTable, sampleSales } from "../../../test/sample-series.ts";
import { renderReport } from "../../edge/report/index.ts";
import { createRng, FettleError } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { defineDetector } from "../anomaly/index.ts";
import type { Schema } from "../data/index.ts";
import { defineForecast } from "../forecasting/index.ts";
import { defineRecommender } from "../recommendation/index.ts";
import type { TaskDefinition } from "../training/index.ts";
import { type PipelinePorts, type TuneOptions, tuneRun, verifyRun } from "./index.ts";
import { portsOf } from "./memory-ports.ts";

interface Sample {
  readonly definition: TaskDefinition;
  readonly table: Table;
  readonly types: Readonly<Record<string, Schema[number]["type"]>>;
  /** A parameter that a person may mistype, and a fixed one that leaves few points. */
  readonly mistyped: string;
  readonly fixed: TuneOptions["fixed"];
}

// One row in ten lies far from the others in one of three columns.
const rng = createRng(1).fork("anomalies");
const strange = Array.from({ length: 500 }, () => rng.below(10) === 0);
const columns = [0, 1, 2].map((j) =>
  strange.map((isStrange) => rng.uniform() + rng.uniform() + (isStrange && rng.below(3) === j ? 1.2 : 0)),
);
const anomalies = Table.of({
  a: numberColumn(columns[0]!),
  b: numberColumn(columns[1]!),
  c: numberColumn(columns[2]!),
  strange: categoryColumn(strange.map((isStrange) => (isStrange ? "yes" : "no"))),
});

const samples: readonly Sample[] = [
  {
    definition: defineRecommender({
      name: "taste",
      data: { files: ["a.csv"] },
      user: "user",
      item: "item",
      time: "at",
      k: 5,
      split: { kind: "latest", validation: 0.2, test: 0.2 },
      evaluation: { resamples: 200, at: [1, 5] },
    }),
    table: eventsTable(sampleEvents()),
    types: { user: "id", item: "id", at: "instant", rating: "integer", country: "category" },
    mistyped: "als.factor",
    fixed: { family: "item-neighbours" },
  },
  {
    definition: defineForecast({
      name: "demand",
      data: { files: ["a.csv"] },
      time: "date",
      value: "sales",
      series: "store",
      horizon: 7,
      evaluation: { resamples: 200 },
    }),
    table: salesTable(sampleSales({ nStores: 4, nDays: 120 })),
    types: { date: "instant", store: "category", region: "category", sales: "number" },
    mistyped: "gbdt.nSeason",
    fixed: { family: "gbdt", "gbdt.nTrees": 20, "gbdt.maxLeaves": 4 },
  },
  {
    definition: defineDetector({
      name: "strange",
      task: "anomaly",
      data: { files: ["a.csv"] },
      label: { column: "strange" },
      evaluation: { resamples: 200 },
    }),
    table: anomalies,
    types: { a: "number", b: "number", c: "number", strange: "category" },
    mistyped: "isolation-forest.sampleRow",
    fixed: { family: "isolation-forest" },
  },
];

const nTrials = 13;

for (const { definition, table, types, mistyped, fixed } of samples) {
  const schema: Schema = table.names.map((name) => ({ name, type: types[name]! }));
  const portsFor = () => portsOf({ "a.csv": table }, schema);
  const tune = (ports: PipelinePorts, options: Partial<TuneOptions> = {}, changed: object = {}) =>
    tuneRun(ports, { ...definition, ...changed }, (path) => path, {
      budgetSeconds: 1e6,
      nTrials,
      fixed,
      resume: false,
      ...options,
    });
  const whole = portsFor();
  const tuned = await tune(whole.ports);
  const tuning = tuned.report.tuning!;
  const shown = ({ trials }: typeof tuning) =>
    trials.map(({ number, configuration, loss, status, bytes }) => ({ number, configuration, loss, status, bytes }));

  test(`a tuned ${definition.task}: trials are runs, the winner is level with the best, trained, and verifies`, async () => {
    const trials = (await whole.ports.ledger.runsOf(tuning.runId)).filter(({ kind }) => kind === "trial");
    assert.equal(trials.length, nTrials);
    assert.ok(trials.every(({ end }) => end!.status === "succeeded"));
    const complete = tuning.trials.filter(({ status }) => status === "complete");
    assert.ok(complete.length > nTrials / 3);
    for (const { loss, value, bytes } of complete) assert.ok(loss! > 0 && value !== null && bytes! > 0);
    const losses = complete.map(({ loss }) => loss!);
    const [chosen, ...others] = tuning.trials.filter((trial) => trial.chosen);
    assert.equal(others.length, 0);
    assert.equal(chosen!.loss, Math.min(...losses), "one family: the least loss wins");
    assert.ok(chosen!.loss! <= tuning.trials[0]!.loss!);
    assert.ok(Math.min(...losses) < Math.max(...losses), "the parameters matter");
    const candidate = tuned.report.candidates.find((one) => one.chosen)!;
    assert.equal(candidate.family, chosen!.configuration.family);
    const measured = candidate.validation.value!;
    assert.ok(Math.abs(measured - chosen!.value!) < 1e-12, "a trial measures what the training's validation does");
    for (const [name, value] of Object.entries(chosen!.configuration.params))
      assert.equal(candidate.params[name], value, name);
    assert.match(renderReport(tuned.report), /<section[^>]*id="tuning"/);
    assert.equal(tuned.report.split.testEvaluations, 1, "the tuning itself never looks at the test");
    const { verdict } = await verifyRun(whole.ports, { model: definition.name, version: 1 }, { threadCounts: [1] });
    assert.equal(verdict, "identical");
  });

  test(`a tuned ${definition.task} that is cut off goes on to the same trials`, async () => {
    const { ports } = portsFor();
    const abort = new AbortController();
    const cutting = tune(ports, {
      signal: abort.signal,
      onTuning: ({ ended }) => ended.length === 5 && abort.abort(new FettleError("cancelled", "X", "Cannot go on")),
    });
    await assert.rejects(cutting, { kind: "cancelled" });
    await assert.rejects(tune(ports, { resume: true, fixed: {} }), { code: "TUNE_RESUME_DIFFERS" });
    const resumed = (await tune(ports, { resume: true })).report.tuning!;
    assert.deepEqual(shown(resumed), shown(tuning));
  });

  test(`a tuned ${definition.task} with size as an objective has a Pareto front`, async () => {
    const settings = { objectives: ["quality", "size"] } as const;
    const { trials, hypervolume } = (await tune(portsFor().ports, { settings, nTrials: 4 })).report.tuning!;
    assert.ok(trials.some(({ isOnFront }) => isOnFront) && hypervolume! >= 0 && hypervolume! <= 1);
  });

  const refused: readonly [string, Partial<TuneOptions>][] = [
    ["TUNE_BUDGET", { budgetSeconds: 0 }],
    ["TUNE_TASK_OPTION", { settings: { folds: 5 } }],
    ["TUNE_TASK_OPTION", { settings: { outerFolds: 2 } }],
    ["TUNE_TASK_OPTION", { settings: { embargo: 3 } }],
    ["TUNE_TASK_OPTION", { settings: { objectives: ["quality", "latency"] } }],
    ["TUNE_PARAMETER_UNKNOWN", { fixed: { [mistyped]: 1 } }],
    ["TUNE_FAMILY_UNKNOWN", { fixed: { family: "tree" } }],
    ["TUNE_NOTHING_TO_RESUME", { resume: true }],
  ];
  for (const [code, options] of refused)
    test(`tuning a ${definition.task} with ${JSON.stringify(options)} is refused with ${code}, and leaves no run`, async () => {
      const { ports, runs } = portsFor();
      await assert.rejects(tune(ports, options), { code });
      assert.equal(runs.size, 0);
    });
}

test("a detector without labels is not tuned: nothing could choose", async () => {
  const { ports, runs } = portsOf(
    { "a.csv": anomalies },
    anomalies.names.map((name) => ({ name, type: anomalies.column(name).kind })),
  );
  const definition = defineDetector({ name: "strange", task: "anomaly", data: { files: ["a.csv"] } });
  const tuning = tuneRun(ports, definition, (path) => path, { budgetSeconds: 1, fixed: {}, resume: false });
  await assert.rejects(tuning, { code: "TUNE_NO_LABELS", message: /cannot be measured without labels/ });
  assert.equal(runs.size, 0);
});
