import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng, FettleError } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import type { ModelDefinition, TrialOutcome } from "../training/index.ts";
import { type PipelinePorts, type TuneOptions, tuneRun, verifyRun } from "./index.ts";
import { portsOf } from "./memory-ports.ts";
import { openAnyTrials } from "./tasks.ts";

const schema: Schema = [
  { name: "x", type: "number" },
  { name: "place", type: "category" },
  { name: "left", type: "category" },
];
const rng = createRng(1).fork("tune");
const rows = Array.from({ length: 160 }, () => ({ x: 2 * rng.uniform() - 1, noise: 2 * rng.uniform() - 1 }));
const table = Table.of({
  x: numberColumn(rows.map(({ x }) => x)),
  place: categoryColumn(rows.map((_, i) => `place ${i % 20}`)),
  left: categoryColumn(rows.map(({ x, noise }) => (2 * x + noise > 0.3 ? "yes" : "no"))),
});
const definition: ModelDefinition = {
  name: "sample",
  data: { files: ["a.csv"] },
  target: { column: "left" },
  evaluation: { resamples: 200 },
};
const portsFor = () => portsOf({ "a.csv": table }, schema);

const settings: TuneOptions["settings"] = {
  folds: 2,
  window: "expanding",
  embargo: 0,
  objectives: ["quality"],
  outerFolds: 0,
};
// Few rounds: what is tested is the search, not the trees.
const fixed = { family: "linear" };

const tune = (ports: PipelinePorts, options: Partial<TuneOptions> = {}, changed: Partial<ModelDefinition> = {}) =>
  tuneRun(ports, { ...definition, ...changed }, (path) => path, {
    settings,
    budgetSeconds: 1e6,
    nTrials: 14,
    fixed,
    resume: false,
    ...options,
  });

/** Ports whose trials pass through `change` before and after their work. */
function withTrials(ports: PipelinePorts, change: (n: number, run: () => TrialOutcome) => TrialOutcome): PipelinePorts {
  let n = 0;
  return {
    ...ports,
    openTrials: async (input) => {
      const bench = openAnyTrials(input);
      return {
        ...bench,
        nWorkers: 1,
        trial: async (request) => change(++n, () => bench.runTrial(request, {})),
        outer: async (request) => bench.runOuter!(request, {}),
        close: async () => {},
      };
    },
  };
}

test("tuneRun() records every trial as a run, registers the winner, and its version verifies", async () => {
  const { ports, runs } = portsFor();
  const { version, report } = await tune(ports);
  const tuning = report.tuning!;
  const session = runs.get(tuning.runId)!;
  assert.deepEqual([session.kind, session.end?.status], ["tune", "succeeded"]);
  const trials = (await ports.ledger.runsOf(session.id)).filter(({ kind }) => kind === "trial");
  assert.equal(trials.length, 14);
  assert.deepEqual(tuning.trials.map(({ runId }) => runId).sort(), trials.map(({ id }) => id).sort());
  for (const { end } of trials) assert.equal(end!.status, "succeeded");
  const complete = tuning.trials.filter(({ status }) => status === "complete");
  assert.ok(complete.length >= 2);
  for (const { loss, value, bytes, nFolds } of complete)
    assert.ok(loss! > 0 && value! > 0.5 && bytes! > 0 && nFolds === 2);
  const chosen = tuning.trials.filter((trial) => trial.chosen);
  assert.equal(chosen.length, 1);
  assert.ok(
    complete.every(({ loss }) => loss! >= chosen[0]!.loss!),
    "one family: the least loss wins",
  );
  assert.equal(tuning.stopped.kind, "trials");
  assert.equal(runs.get(version.runId)!.parent, session.id);
  assert.deepEqual(runs.get(version.runId)!.end!.trials, [chosen[0]!.configuration]);
  assert.equal(report.split.testEvaluations, 1, "the tuning itself never looks at the test rows");
  const { verdict } = await verifyRun(ports, { model: "sample", version: 1 }, { threadCounts: [1] });
  assert.equal(verdict, "identical");
});

test("a tuning that is cut off goes on as if it had not been: the same trials, the same winner", async () => {
  const whole = (await tune(portsFor().ports)).report.tuning!;
  const { ports, runs } = portsFor();
  const cut = withTrials(ports, (n, run) => {
    if (n === 6) throw new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish the training: it was cancelled");
    return run();
  });
  const abort = new AbortController();
  const cutting = tune(cut, {
    signal: abort.signal,
    onTuning: ({ ended }) => ended.length === 5 && abort.abort(new FettleError("cancelled", "X", "Cannot go on")),
  });
  await assert.rejects(cutting, { kind: "cancelled" });
  const statuses = [...runs.values()].map(({ kind, end }) => `${kind} ${end?.status}`);
  assert.equal(statuses.filter((status) => status === "trial succeeded").length, 5);
  assert.ok(statuses.includes("tune cancelled"));
  const resumed = (await tune(ports, { resume: true })).report.tuning!;
  const shown = ({ trials }: typeof whole) =>
    trials.map(({ number, configuration, loss, status }) => ({ number, configuration, loss, status }));
  assert.deepEqual(shown(resumed), shown(whole));
  assert.deepEqual(resumed.stopped, whole.stopped);
  await assert.rejects(tune(ports, { resume: true }), { code: "TUNE_NOTHING_TO_RESUME" });
});

test("a tuning is resumed only with the data, the definition and the settings of then", async () => {
  const { ports } = portsFor();
  await assert.rejects(tune(ports, { resume: true }), { code: "TUNE_NOTHING_TO_RESUME" });
  const cut = withTrials(ports, () => {
    throw new FettleError("cancelled", "FIT_CANCELLED", "Cannot finish the training: it was cancelled");
  });
  await assert.rejects(tune(cut, { signal: AbortSignal.abort(new FettleError("cancelled", "X", "Cannot go on")) }));
  const changes: [Partial<TuneOptions>, Partial<ModelDefinition>, string][] = [
    [{ settings: { ...settings, folds: 3 } }, {}, "settings"],
    [{ fixed: {} }, {}, "fixed"],
    [{}, { seed: 2 }, "definition,seed"],
  ];
  for (const [options, changed, different] of changes)
    await assert.rejects(tune(ports, { resume: true, ...options }, changed), (error) => {
      assert.ok(error instanceof FettleError && error.code === "TUNE_RESUME_DIFFERS");
      assert.equal(String(error.facts.different as unknown), different);
      return true;
    });
});

test("a trial that fails is recorded and the search goes on; where all fail, the first one's words are told", async () => {
  const { ports, runs } = portsFor();
  const failing = withTrials(ports, (n, run) => {
    if (n % 2 === 1)
      throw new FettleError("unavailable", "TRIAL_WORKER_DIED", "Cannot finish the trial: its worker ended");
    return run();
  });
  const tuning = (await tune(failing, { nTrials: 8 })).report.tuning!;
  assert.equal(tuning.trials.filter(({ status, error }) => status === "failed" && error !== null).length, 4);
  const none = withTrials(ports, () => {
    throw new FettleError("unavailable", "TRIAL_WORKER_DIED", "Cannot finish the trial: its worker ended");
  });
  await assert.rejects(tune(none), { code: "TUNE_ALL_FAILED", message: /all of 5 trials failed.*its worker ended$/ });
  const last = [...runs.values()].findLast(({ kind }) => kind === "tune")!;
  assert.equal(last.end!.error!.code, "TUNE_ALL_FAILED");
});

test("a bug in a trial ends the tuning and is not hidden as a failed trial", async () => {
  const buggy = withTrials(portsFor().ports, () => {
    throw new TypeError("x is not a function");
  });
  await assert.rejects(tune(buggy), TypeError);
});

test("tuneRun() ends where the space has one point, and where the time is used after one trial", async () => {
  const one = (await tune(portsFor().ports, { fixed: { family: "linear", "linear.lambda": 1, "linear.l1Share": 0 } }))
    .report.tuning!;
  assert.deepEqual([one.trials.length, one.stopped.kind], [1, "used-up"]);
  const short = (await tune(portsFor().ports, { budgetSeconds: 1e-9 })).report.tuning!;
  assert.deepEqual([short.trials.length, short.stopped.kind], [1, "budget"]);
});

test("tuneRun() with more objectives measures them, ends no trial early and takes the quickest of those level with the best", async () => {
  const objectives = ["quality", "latency", "size"] as const;
  const { ports } = portsFor();
  // A clock that stands still gives latency 0; so it is set here: the third trial is the quickest.
  const timed = withTrials(ports, (n, run) => ({ ...run(), latencyMicros: n === 3 ? 1 : 10 + n }));
  const tuning = (await tune(timed, { settings: { ...settings, objectives }, nTrials: 6 })).report.tuning!;
  assert.ok(
    tuning.trials.every(
      ({ status, latencyMicros, bytes }) => status === "complete" && latencyMicros! > 0 && bytes! > 0,
    ),
  );
  assert.ok(tuning.trials.find(({ number }) => number === 3)!.isOnFront);
  assert.ok(tuning.hypervolume! > 0 && tuning.hypervolume! <= 1);
  assert.equal(tuning.stopped.gain, null);
  assert.match(tuning.choice, /quicker|least loss/);
});

test("tuneRun() with outer folds tunes anew within each and estimates the whole procedure", async () => {
  const { ports, runs } = portsFor();
  const { report } = await tune(ports, { settings: { ...settings, outerFolds: 2 }, nTrials: 3 });
  const nested = report.tuning!.nested!;
  assert.equal(nested.values.length, 2);
  assert.equal(nested.configurations.length, 2);
  assert.ok(nested.loss > 0 && nested.standardError! > 0);
  const trials = [...runs.values()]
    .filter(({ kind }) => kind === "trial")
    .map(({ asked }) => asked as { outer: number | null; number: number });
  for (const outer of [null, 0, 1])
    assert.equal(trials.filter((trial) => trial.outer === outer && trial.number > 0).length, 3);
  assert.equal(trials.filter(({ number }) => number === 0).length, 2);
  assert.equal(report.tuning!.trials.length, 3, "the trials within outer folds choose nothing");
});

const refused: readonly {
  readonly code: string;
  readonly options: Partial<TuneOptions>;
  readonly changed?: Partial<ModelDefinition>;
}[] = [
  { code: "TUNE_BUDGET", options: { budgetSeconds: 0 } },
  { code: "TUNE_NESTED_FOLDS", options: { settings: { ...settings, folds: 1, outerFolds: 3 } } },
  { code: "TUNE_PARAMETER_UNKNOWN", options: { fixed: { "linear.lamda": 1 } } },
  { code: "TUNE_FAMILY_UNKNOWN", options: { fixed: { family: "tree" } } },
  { code: "TUNE_WARM_START", options: {}, changed: { warmStart: "sample@1" } },
  {
    code: "FOLDS_TOO_MANY",
    options: { settings: { ...settings, folds: 50 } },
    changed: { split: { kind: "group", column: "place" } },
  },
];
for (const { code, options, changed } of refused)
  test(`tuneRun() refuses with ${code} and leaves no run behind`, async () => {
    const { ports, runs } = portsFor();
    await assert.rejects(tune(ports, options, changed), { code });
    assert.equal(runs.size, 0);
  });
