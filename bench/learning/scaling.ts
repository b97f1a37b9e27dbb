// Time of a training per row, from 100,000 to 4 million rows of 28 numbers: a flat curve is a training that scales.
import { startEngine } from "./child.ts";
import { dataFile, shapeOf } from "./data.ts";
import type { LearningBench } from "./learning-bench.ts";
import { takeTurns } from "./pairs.ts";
import { plainRow, type Row } from "./row.ts";

const sizes = [100_000, 200_000, 500_000, 1_000_000, 2_000_000, 4_000_000];

/** The bench of growing tables; `--rows` is the most. */
export const scaling: LearningBench = {
  name: "scaling",
  async run({ rows, full, say }) {
    const most = rows ?? (full ? sizes.at(-1)! : sizes[1]!);
    const found: Row[] = [];
    for (const size of sizes.filter((one) => one <= most)) {
      const engine = startEngine();
      try {
        await engine.ask({ do: "load", ...dataFile("numeric", size) });
        const run = () => engine.ask<{ wallSeconds: number; cpuSeconds: number }>({ do: "train" });
        const rounds = await takeTurns([{ name: "ours", run }], [engine.pid], 1);
        const { cpuSeconds } = rounds.at(-1)!.of.ours!;
        const head = { bench: "scaling", what: `${size} × ${shapeOf("numeric")}, 1 thread, CPU`, rows: size };
        const note = `${cpuSeconds.toFixed(2)} s in all, not warmed up`;
        found.push(plainRow({ ...head, unit: "µs a row", note }, (cpuSeconds / size) * 1e6, rounds));
        say(`scaling: ${size} rows done`);
      } finally {
        await engine.close();
      }
    }
    return found;
  },
};
