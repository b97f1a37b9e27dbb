import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf } from "../../lib/index.ts";
import { numberColumn, Table } from "../../ml/table/index.ts";
import { openTrials, type TrialOutcome, type TrialRequest, type TuneInput } from "../../platform/training/index.ts";
import { openTrialPool } from "./index.ts";

const n = 400;
const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898));
const table = Table.of({ x: numberColumn(x), y: numberColumn(x.map((value, i) => 3 * value + Math.cos(i * 78.233))) });
const input: TuneInput = {
  definition: { name: "sample", data: { files: ["a.csv"] }, target: { column: "y" } },
  snapshot: {
    id: hashOf("snapshot"),
    schema: [
      { name: "x", type: "number" },
      { name: "y", type: "number" },
    ],
    nRows: n,
    object: hashOf("object"),
    source: { files: [], options: {}, nRejected: 0, rejected: [], notes: [] },
  },
  table,
  testStart: null,
  settings: { folds: 2, window: "expanding", embargo: 0, objectives: ["quality"], outerFolds: 0 },
};
const requestOf = (lambda: number): TrialRequest => ({
  outer: null,
  configuration: { family: "linear", params: { lambda } },
  cutoffs: {},
});
const untimed = ({ seconds: _, ...outcome }: TrialOutcome) => outcome;

test("a pool's workers find what the same trials find in this thread, whoever runs them", async () => {
  const bench = openTrials(input);
  const pool = await openTrialPool(input, 2);
  try {
    assert.deepEqual(pool.subject, bench.subject);
    const requests = [0.1, 1, 10, 100, 1000].map(requestOf);
    const outcomes = await Promise.all(requests.map((request) => pool.trial(request)));
    assert.deepEqual(
      outcomes.map(untimed),
      requests.map((request) => untimed(bench.runTrial(request, {}))),
    );
    await assert.rejects(
      pool.trial({ ...requestOf(1), configuration: { family: "gbdt", params: { maxLeaves: 1 } } }),
      { code: "GBDT_PARAMS" },
      "a trial's own error, and the worker lives on",
    );
    assert.deepEqual(untimed(await pool.trial(requests[0]!)), untimed(outcomes[0]!));
  } finally {
    await pool.close();
  }
});

test("a pool refuses data as a training does, and ends with its signal", async () => {
  await assert.rejects(openTrialPool({ ...input, settings: { ...input.settings, folds: 400 } }, 1), {
    code: "FOLDS_TOO_MANY",
  });
  const abort = new AbortController();
  const pool = await openTrialPool(input, 1, { signal: abort.signal });
  const long = { family: "gbdt", params: { nTrees: 100_000, learningRate: 0.001, earlyStoppingRounds: 0 } } as const;
  const trial = pool.trial({ outer: null, configuration: long, cutoffs: {} });
  const next = pool.trial(requestOf(1));
  abort.abort();
  await assert.rejects(trial, { code: "FIT_CANCELLED" });
  await assert.rejects(next, { code: "FIT_CANCELLED" });
  await pool.close();
});

test("a worker that dies fails its trial with TRIAL_WORKER_DIED, and the next trial has a new one", async () => {
  const pool = await openTrialPool(input, 1);
  try {
    const trial = pool.trial(requestOf(1));
    await pool.close();
    await assert.rejects(trial, { code: "TRIAL_WORKER_DIED" });
    assert.equal((await pool.trial(requestOf(1))).status, "complete");
  } finally {
    await pool.close();
  }
});
