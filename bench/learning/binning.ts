// Columns into bins: XGBoost's QuantileDMatrix and LightGBM's dataset construction; ours with the one tree of two leaves that its door asks for.
import { Unavailable, withChildren } from "./child.ts";
import { dataFile, shapeOf } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { takeTurns } from "./pairs.ts";
import { pairedRow, plainRow, type Row } from "./row.ts";

const full = 1_000_000;
const goals = [
  ["xgboost", 0.5],
  ["lightgbm", 1],
] as const;

/** The bench of binning. */
export const binning: LearningBench = {
  name: "binning",
  run(options) {
    const rows = rowsOf(options, 100_000, full);
    return withChildren(options.say, async ({ engine, peers }) => {
      const file = dataFile("numeric", rows);
      await Promise.all([engine.ask({ do: "load", ...file }), peers.ask({ do: "load", ...file })]);
      const found: Row[] = [];
      for (const threads of [1, 2]) {
        const request = { do: "bin", threads, repeats: 3 };
        const sides = [
          { name: "ours", run: () => engine.ask<{ wallSeconds: number }>(request) },
          ...goals.map(([name]) => ({
            name,
            run: () => peers.ask<{ wallSeconds: number }>({ ...request, engine: name }),
          })),
        ];
        const head = {
          bench: "binning",
          what: `${rows} × ${shapeOf("numeric")}, ${threads} thread${threads > 1 ? "s" : ""}, wall`,
          rows,
          unit: "s",
          note: "ours includes one tree of two leaves",
        };
        try {
          for (const side of sides) await side.run();
          const rounds = await takeTurns(sides, [engine.pid, peers.pid], options.runs);
          for (const [peer, most] of goals)
            found.push(
              pairedRow(
                { ...head, goal: { most, of: "ratio", peer, rows: full } },
                rounds,
                ["ours", peer],
                (times) => times.wallSeconds,
              ),
            );
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
          for (const [peer, most] of goals)
            found.push(plainRow({ ...head, goal: { most, of: "ratio", peer, rows: full }, note: error.message }, null));
        }
      }
      return found;
    });
  },
};
