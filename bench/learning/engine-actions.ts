// What our side of the benches does in its own process; the peers' side is bench/peers/engines.py.
import { readFileSync, writeFileSync } from "node:fs";
import { loadPredictKernels, loadShapKernels } from "../../src/edge/compute/index.ts";
import type { FittedModel } from "../../src/ml/learners/index.ts";
import * as learners from "../../src/ml/learners/index.ts";
import { measure, metrics } from "../../src/ml/metrics/index.ts";
import { type Engine, EngineUnavailable, openEngine } from "../engine.ts";
import { median } from "../support.ts";
import type { DataFile } from "./data.ts";
import { type Labelled, readLabelled } from "./read-data.ts";

interface TrainRequest {
  readonly threads?: number;
  readonly trees?: number;
  /** The library's own settings in place of those that all sides share. */
  readonly defaults?: boolean;
  /** Trainings; the times are medians. */
  readonly repeats?: number;
  /** Measure the model on the held-out rows. */
  readonly evaluate?: boolean;
}

interface Times {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

let train: Labelled;
let test: Labelled;
let model: FittedModel;
const engines = new Map<number, Engine>();

/** The answers by name of the request. */
export const learnerActions: Readonly<Record<string, (request: never) => unknown>> = {
  load({ file, rows, nTest, levels }: DataFile) {
    test = readLabelled(file, levels, 0, nTest);
    train = readLabelled(file, levels, nTest, rows);
    return {};
  },
  async train(request: TrainRequest) {
    const engine = await engineOf(request.threads ?? 1);
    const times = timed(() => {
      model = fit(engine, request);
    }, request.repeats ?? 1);
    return { ...times, ...(request.evaluate ? quality() : {}) };
  },
  async bin({ threads = 1, repeats = 1 }: TrainRequest) {
    const engine = await engineOf(threads);
    const smallest = learners.gbdt({ nTrees: 1, maxLeaves: 2 });
    return timed(() => void smallest.fit(train.table, train.target, { seed: 1, ...engine }), repeats);
  },
  async memory(request: TrainRequest) {
    globalThis.gc?.();
    writeFileSync("/proc/self/clear_refs", "5"); // the peak begins anew
    const beforeMegabytes = resident("VmRSS");
    model = fit(await engineOf(request.threads ?? 1), request);
    return { beforeMegabytes, aboveMegabytes: resident("VmHWM") - beforeMegabytes };
  },
  predict({ rows }: { rows: number }) {
    const table = test.table.slice(0, rows);
    const served = opened(model);
    return perRow(() => void served.predict(table), rows);
  },
  "predict-row": () => {
    const rows = firstRows(1000);
    const out = new Float64Array(1);
    const served = opened(model);
    return perRow(() => {
      for (const row of rows) served.predictRow(row, out);
    }, rows.length);
  },
  shap({ rows }: { rows: number }) {
    const explainer = learners.explainTrees(model.toJSON() as learners.GbdtData, loadShapKernels());
    if ("reason" in explainer) throw new EngineUnavailable(explainer.reason);
    const explained = firstRows(rows);
    const out = new Float64Array(model.featureNames.length + 1);
    return perRow(() => {
      for (const row of explained) explainer.explainRow(row, out);
    }, rows);
  },
};

async function engineOf(threads: number): Promise<Engine> {
  const engine = engines.get(threads) ?? (await openEngine(threads));
  engines.set(threads, engine);
  return engine;
}

function fit(engine: Engine, { trees = 100, defaults = false }: TrainRequest): FittedModel {
  const shared = defaults ? {} : { maxLeaves: 31, learningRate: 0.1, lambda: 1, minSamplesLeaf: 1, minHessian: 1 };
  return learners.gbdt({ nTrees: trees, ...shared }).fit(train.table, train.target, { seed: 1, ...engine });
}

// The model as a server opens it: with the compiled kernels of prediction.
function opened(fitted: FittedModel): FittedModel {
  return learners.loadModel(fitted.toJSON(), loadPredictKernels());
}

function quality(): { auc: number; logLoss: number } {
  const predicted = model.predict(test.table);
  const figure = (name: string) => Number(measure(metrics[name]!, test.target.values, predicted));
  return { auc: figure("rocAuc"), logLoss: figure("logLoss") };
}

// Median wall and CPU seconds of one call, of all threads of this process.
function timed(work: () => void, repeats: number): Times {
  const all = Array.from({ length: repeats }, (): Times => {
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    work();
    const wallSeconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { wallSeconds, cpuSeconds: (user + system) / 1e6 };
  });
  return {
    wallSeconds: median(all.map((one) => one.wallSeconds)),
    cpuSeconds: median(all.map((one) => one.cpuSeconds)),
  };
}

// Median microseconds a row over calls that last half a second together, after as much to warm up.
function perRow(work: () => void, rows: number): { microseconds: number } {
  callFor(0.5, work);
  return { microseconds: (median(callFor(0.5, work)) / rows) * 1e6 };
}

function callFor(seconds: number, work: () => void): number[] {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || times.length < 3) {
    const startedAt = performance.now();
    work();
    times.push((performance.now() - startedAt) / 1000);
  }
  return times;
}

// Held-out rows as `predictRow` takes them.
function firstRows(n: number): Float64Array[] {
  const columns = [...test.table.entries()].map(([, column]) =>
    column.kind === "category" ? column.codes : column.values,
  );
  return Array.from({ length: n }, (_, i) => Float64Array.from(columns, (values) => values[i]!));
}

function resident(field: "VmRSS" | "VmHWM"): number {
  const found = new RegExp(`${field}:\\s*(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"));
  return Number(found![1]) / 1024;
}
