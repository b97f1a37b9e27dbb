import { createRng } from "../../lib/index.ts";
import type { TunedTrial, TuningReport } from "../../platform/training/index.ts";
import { paretoRanks } from "../../platform/tuning/index.ts";

/** A tuning with plausible values: two objectives beside quality, trials of every status, a nested estimate. */
export function sampleTuning(): TuningReport {
  const rng = createRng(5).fork("tuning");
  const drawn = Array.from({ length: 34 }, (_, i): TunedTrial => {
    const status = i === 7 ? "failed" : i % 3 === 1 && i > 10 ? "pruned" : "complete";
    const size = 20_000 * (1 + 30 * rng.uniform());
    const isMeasured = status !== "failed";
    return {
      number: i + 1,
      runId: `0198c5e2-7d1a-7c3e-9f00-${String(i).padStart(12, "0")}`,
      configuration: {
        family: "gbdt",
        params: i === 0 ? {} : { learningRate: Number((0.02 + 0.18 * rng.uniform()).toPrecision(3)), maxLeaves: 6 + i },
      },
      status,
      nFolds: status === "complete" ? 5 : isMeasured ? 1 : 0,
      loss: status === "complete" ? 0.28 + 0.06 * rng.uniform() + 3000 / size / 10 : null,
      value: isMeasured ? 0.9 + 0.02 * rng.uniform() : null,
      rounds: isMeasured ? 180 : null,
      latencyMicros: isMeasured ? size / 40_000 + rng.uniform() : null,
      bytes: isMeasured ? Math.round(size) : null,
      seconds: 1 + 3 * rng.uniform(),
      error: isMeasured ? null : "Cannot finish the trial: its worker ended (ERR_WORKER_OUT_OF_MEMORY)",
      isOnFront: false,
      chosen: i === 21,
    };
  });
  const complete = drawn.filter(({ status }) => status === "complete");
  const ranks = paretoRanks(complete.map(({ loss, latencyMicros, bytes }) => [loss!, latencyMicros!, bytes!]));
  const trials = drawn.map((trial) => ({ ...trial, isOnFront: ranks[complete.indexOf(trial)] === 0 }));
  const parameters = [
    { name: "gbdt.learningRate", own: 0.41, total: 0.58 },
    { name: "gbdt.maxLeaves", own: 0.22, total: 0.39 },
    { name: "gbdt.minSamplesLeaf", own: 0.07, total: 0.12 },
    { name: "gbdt.lambda", own: 0.01, total: 0.03 },
  ];
  return {
    runId: "0198c5e2-7d1a-7c3e-9f00-5a0b6f7d2c10",
    task: "binary",
    metric: "rocAuc",
    lossName: "log loss",
    nRows: 39_073,
    says: "by 5 stratified folds",
    objectives: ["quality", "latency", "size"],
    trials,
    stopped: {
      kind: "gain",
      says: "The search ended after 34 trials: as many trials again were expected to gain less than the noise of the measurement.",
      gain: 0.00041,
      noise: 0.0006,
    },
    choice:
      "Trial 22 is quicker than trial 19 and level with its least loss: the 95 % interval of the difference holds 0.",
    importance: [
      { family: "gbdt", result: { parameters, fit: 0.71 } },
      { family: "linear", result: { parameters: null, fit: null, reason: "only 4 trials have a loss, 20 are needed" } },
    ],
    hypervolume: 0.83,
    nested: { loss: 0.2891, standardError: 0.0031, values: [0.921, 0.917, 0.926], configurations: [] },
    nWorkers: 8,
    seconds: 94,
  };
}
