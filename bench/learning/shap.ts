// Contributions of the features to single predictions: XGBoost's own pred_contribs, one thread, its matrix made beforehand.
import { Unavailable, withChildren } from "./child.ts";
import { dataFile } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { takeTurns } from "./pairs.ts";
import { pairedRow, plainRow, type Row } from "./row.ts";

const explained = 100;

/** The bench of TreeSHAP. */
export const shap: LearningBench = {
  name: "shap",
  run(options) {
    return withChildren(options.say, async ({ engine, peers }) => {
      const rows = rowsOf(options, 20_000, 100_000);
      const file = dataFile("numeric", rows);
      const both = (request: Readonly<Record<string, unknown>>) =>
        Promise.all([engine.ask(request), peers.ask({ ...request, engine: "xgboost" })]);
      await both({ do: "load", ...file });
      const found: Row[] = [];
      for (const trees of [100, 500]) {
        const head = {
          bench: "shap",
          what: `${explained} rows, ${trees} trees, 1 thread`,
          rows,
          unit: "µs a row",
          goal: { most: 0.6, of: "ratio", peer: "xgboost" } as const,
        };
        try {
          await both({ do: "train", trees });
          const request = { do: "shap", rows: explained };
          const rounds = await takeTurns(
            [
              { name: "ours", run: () => engine.ask<{ microseconds: number }>(request) },
              { name: "xgboost", run: () => peers.ask<{ microseconds: number }>(request) },
            ],
            [engine.pid, peers.pid],
            options.runs,
          );
          found.push(pairedRow(head, rounds, ["ours", "xgboost"], (got) => got.microseconds));
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
          found.push(plainRow({ ...head, note: error.message }, null));
        }
      }
      return found;
    });
  },
};
