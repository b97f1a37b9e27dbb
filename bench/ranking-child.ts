// Our side of the bench `ranking`: loads queries once, then trains and ranks them, one JSON object a line each way.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { FittedModel, Target } from "../src/ml/learners/index.ts";
import { gbdt } from "../src/ml/learners/index.ts";
import type { Table } from "../src/ml/table/index.ts";
import { EngineUnavailable, openEngine } from "./engine.ts";
import { readLabelled } from "./learning/read-data.ts";
import { nFeatures, type QueryFile } from "./ranking/data.ts";

let train: { readonly table: Table; readonly target: Target };
let test: Table;
let model: FittedModel;

const actions: Readonly<Record<string, (request: never) => unknown>> = {
  load(request: { readonly train: QueryFile; readonly test: QueryFile }) {
    train = readRanking(request.train);
    test = readRanking(request.test).table;
    return {};
  },
  async train({ threads, trees }: { readonly threads: number; readonly trees: number }) {
    const engine = await openEngine(threads);
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    model = gbdt({ nTrees: trees }).fit(train.table, train.target, { seed: 1, ...engine });
    const wallSeconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { wallSeconds, cpuSeconds: (user + system) / 1e6, scores: [...model.predict(test)] };
  },
};

function readRanking({ file, sizes }: QueryFile): { readonly table: Table; readonly target: Target } {
  const counts = readFileSync(sizes, "utf8").split("\n").map(Number);
  const queries = Int32Array.from(counts.flatMap((size, query) => new Array<number>(size).fill(query)));
  const { table, target } = readLabelled(file, new Array<number>(nFeatures).fill(0), 0, queries.length);
  return { table, target: { task: "ranking", values: target.values, nClasses: 0, queries } };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...request } = JSON.parse(line);
  try {
    console.log(JSON.stringify(await actions[name]!(request as never)));
  } catch (error) {
    const said = error instanceof EngineUnavailable ? { unavailable: error.message } : { error: String(error) };
    console.log(JSON.stringify(said));
  }
}
process.exit(0);
