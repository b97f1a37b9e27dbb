// Predictions of one row and of 10,000, one thread, models of 100 and 500 trees of each side's own training.
import { withChildren } from "./child.ts";
import { dataFile } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { takeTurns } from "./pairs.ts";
import { pairedRow, plainRow, type Row } from "./row.ts";

const batchRows = 10_000;

const sizes = [
  { trees: 100, single: { most: 0.05, mostMicroseconds: 3 }, batch: 0.3 },
  { trees: 500, single: { most: 0.1, mostMicroseconds: 8 }, batch: 0.7 },
] as const;

/** The bench of prediction. */
export const predict: LearningBench = {
  name: "predict",
  run(options) {
    return withChildren(options.say, async ({ engine, peers }) => {
      const rows = rowsOf(options, 20_000, 100_000);
      const file = dataFile("numeric", rows);
      const both = (request: Readonly<Record<string, unknown>>) =>
        Promise.all([engine.ask(request), peers.ask({ ...request, engine: "xgboost" })]);
      await both({ do: "load", ...file });
      const found: Row[] = [];
      for (const { trees, single, batch } of sizes) {
        await both({ do: "train", trees });
        const measured = (request: Readonly<Record<string, unknown>>) =>
          takeTurns(
            [
              { name: "ours", run: () => engine.ask<{ microseconds: number }>(request) },
              { name: "xgboost", run: () => peers.ask<{ microseconds: number }>(request) },
            ],
            [engine.pid, peers.pid],
            options.runs,
          );
        const head = { bench: "predict", rows, unit: "µs a row" };
        const most = (value: number) => ({ most: value, of: "ratio", peer: "xgboost" }) as const;
        const rounds = {
          single: await measured({ do: "predict-row" }),
          batch: await measured({ do: "predict", rows: batchRows }),
        };
        const microseconds = (got: { microseconds: number }) => got.microseconds;
        const row = pairedRow(
          { ...head, what: `one row, ${trees} trees`, goal: most(single.most) },
          rounds.single,
          ["ours", "xgboost"],
          microseconds,
        );
        found.push(
          row,
          plainRow(
            { ...head, what: `one row, ${trees} trees`, goal: { most: single.mostMicroseconds, of: "ours" } },
            row.ours,
            rounds.single,
          ),
          pairedRow(
            { ...head, what: `${batchRows} rows, ${trees} trees`, goal: most(batch) },
            rounds.batch,
            ["ours", "xgboost"],
            microseconds,
          ),
        );
      }
      return found;
    });
  },
};
