// Two threads beside a foreign process that is always busy, against our own one thread beside the same: waiting for a taken core must not cost more than a thread brings.
import { type ChildProcess, spawn } from "node:child_process";
import { startEngine } from "./child.ts";
import { dataFile, shapeOf } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { takeTurns } from "./pairs.ts";
import { pairedRow } from "./row.ts";
import { rowsOrReason } from "./session.ts";

const most = 1.3;

/** The bench of two threads on a machine that others use. */
export const contention: LearningBench = {
  name: "contention",
  async run(options) {
    const rows = rowsOf(options, 100_000, 200_000);
    const head = {
      bench: "contention",
      what: `${rows} × ${shapeOf("numeric")}, 2 threads beside a busy process, wall`,
      rows,
      unit: "s",
      goal: { most, of: "ratio", peer: "our own 1 thread beside it" } as const,
    };
    return rowsOrReason([head], async () => {
      const engine = startEngine();
      try {
        await engine.ask({ do: "load", ...dataFile("numeric", rows) });
        const train = (threads: number) => engine.ask<{ wallSeconds: number }>({ do: "train", threads });
        for (const threads of [1, 2]) await train(threads);
        const sides = [
          { name: "ours", run: () => train(2) },
          { name: "1 thread", run: () => train(1) },
        ];
        const rounds = await beside((busy) => takeTurns(sides, [engine.pid, busy.pid!], options.runs));
        const row = pairedRow(head, rounds, ["ours", "1 thread"], ({ wallSeconds }) => wallSeconds);
        const worst = Math.max(...row.ratios);
        return [{ ...row, met: worst <= most, note: `the worst pair counts: ${worst}` }];
      } finally {
        await engine.close();
      }
    });
  },
};

/** Longest life of the busy process, in seconds: it ends by itself even where the bench is killed. */
const busySeconds = 600;

async function beside<T>(work: (busy: ChildProcess) => Promise<T>): Promise<T> {
  const loop = `for (const end = Date.now() + ${busySeconds * 1000}; Date.now() < end; );`;
  const busy = spawn(process.execPath, ["-e", loop], { stdio: "ignore" });
  try {
    return await work(busy);
  } finally {
    busy.kill("SIGKILL");
  }
}
