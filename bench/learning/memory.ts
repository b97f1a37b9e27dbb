// Megabytes that one training takes above the table already in memory: the peak of the resident set less what it was before, a new process for each.
import { type Child, startEngine, startPeers } from "./child.ts";
import { dataFile, shapeOf } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { type Round, takeTurns } from "./pairs.ts";
import { pairedRow } from "./row.ts";

const full = 1_000_000;

interface Taken {
  readonly beforeMegabytes: number;
  readonly aboveMegabytes: number;
}

/** The bench of memory. */
export const memory: LearningBench = {
  name: "memory",
  async run(options) {
    const rows = rowsOf(options, 200_000, full);
    const file = dataFile("numeric", rows);
    const alone = async (child: Child, engine: string): Promise<Taken> => {
      try {
        await child.ask({ do: "load", ...file });
        return await child.ask<Taken>({ do: "memory", engine, trees: 20 });
      } finally {
        await child.close();
      }
    };
    const peers = ["lightgbm", "xgboost"] as const;
    const sides = [
      { name: "ours", run: () => alone(startEngine(), "ours") },
      ...peers.map((name) => ({ name, run: () => alone(startPeers(options.say), name) })),
    ];
    const rounds: Round<Taken>[] = await takeTurns(sides, [], 1);
    const { ours } = rounds[0]!.of;
    const head = {
      bench: "memory",
      what: `${rows} × ${shapeOf("numeric")}, 1 thread, above the table`,
      rows,
      unit: "MB",
      note: `ours had ${ours!.beforeMegabytes.toFixed(0)} MB before; 20 trees`,
    };
    return peers.map((peer) => ({
      ...pairedRow(
        { ...head, goal: peer === "lightgbm" ? { most: 1, of: "ratio", peer, rows: full } : null },
        rounds,
        ["ours", peer],
        (taken) => taken.aboveMegabytes,
      ),
      pairs: 0, // other processes do not change it
    }));
  },
};
