// Contributions of the features to single predictions: XGBoost's own pred_contribs, one thread, its matrix made beforehand.
import { dataFile } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { pairedRow, type Row } from "./row.ts";
import { rowsOrReason, withSession } from "./session.ts";

const explained = 100;

/** The bench of TreeSHAP. */
export const shap: LearningBench = {
  name: "shap",
  run(options) {
    const rows = rowsOf(options, 20_000, 100_000);
    const sides = ["ours", "xgboost"] as const;
    return withSession(options, dataFile("numeric", rows), async (session) => {
      const found: Row[] = [];
      for (const trees of [100, 500]) {
        const head = {
          bench: "shap",
          what: `${explained} rows, ${trees} trees, 1 thread`,
          rows,
          unit: "µs a row",
          goal: { most: 0.6, of: "ratio", peer: "xgboost" } as const,
        };
        const measured = async () => {
          await session.each(sides, { do: "train", trees });
          const rounds = await session.turns<{ microseconds: number }>(sides, { do: "shap", rows: explained });
          return [pairedRow(head, rounds, sides, ({ microseconds }) => microseconds)];
        };
        found.push(...(await rowsOrReason([head], measured)));
      }
      return found;
    });
  },
};
