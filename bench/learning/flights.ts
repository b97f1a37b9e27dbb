// A table of 3 million flights from its Parquet file to a registered model with its report, by the commands that a user types.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { fettle, root, withScratch } from "../support.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { takeTurns } from "./pairs.ts";
import { plainRow } from "./row.ts";

const source = join(root, "node_modules/vega-datasets/data/flights-3m.parquet");
const allRows = 3_000_000;

/** The bench of a large table end to end. */
export const flights: LearningBench = {
  name: "flights",
  async run(options) {
    const rows = rowsOf(options, 100_000, allRows);
    const head = { bench: "flights", what: `${rows} flights, init and train, wall`, rows, unit: "s" };
    if (!existsSync(source))
      return [plainRow({ ...head, note: "the npm package vega-datasets is not installed" }, null)];
    return withScratch(async (folder) => {
      const table = rows < allRows ? await firstRows(rows, join(folder, "flights.parquet")) : source;
      await fettle(["init", "flights", "--data", table, "--target", "delay"], folder);
      const run = () => fettle(["train", "flights", "--json"], folder);
      const rounds = await takeTurns([{ name: "ours", run }], [], 1);
      const { wallSeconds, cpuSeconds, peakMegabytes, stdout } = rounds[0]!.of.ours!;
      const { metrics, seconds } = JSON.parse(stdout) as { metrics: unknown; seconds: unknown };
      const note = `${cpuSeconds.toFixed(1)} s CPU, ${peakMegabytes.toFixed(0)} MB at most; stages ${JSON.stringify(seconds)}; metrics ${JSON.stringify(metrics)}`;
      return [plainRow({ ...head, note }, wallSeconds)];
    });
  },
};

async function firstRows(n: number, file: string): Promise<string> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`copy (from '${source}' limit ${n}) to '${file}'`);
  connection.closeSync();
  return file;
}
