/* Seconds until `fettle --help` has answered and until `fettle serve` answers its first request; the peer of the first is `mlflow --help`. */
import { join } from "node:path";
import { adultRows, initAdult, trainAdultTrees } from "./adult.ts";
import { predictOnce, serveModel, stopServer } from "./server.ts";
import { type Bench, ensureBuilt, fettle, measure, median, peerPython, rounded, withScratch } from "./support.ts";

const goals = { help: 0.3, ready: 1 };

/** The bench `startup`. */
export const startup: Bench = {
  name: "startup",
  summary: "seconds until help is printed and until serve is ready, against mlflow --help",
  needsData: true,
  async run({ data, runs, say }) {
    ensureBuilt();
    const python = peerPython(say);
    return withScratch(async (folder) => {
      await initAdult(data!, folder);
      await trainAdultTrees(folder);
      const [row] = adultRows(folder, 1);
      const help = { ours: [] as number[], peer: [] as number[], oursCpu: [] as number[], peerCpu: [] as number[] };
      const ready: number[] = [];
      for (let run = 0; run < Math.max(runs, 3); run++) {
        const ours = await fettle(["--help"], folder);
        const peer = await measure([join(python, "../mlflow"), "--help"], { cwd: folder });
        help.ours.push(ours.wallSeconds);
        help.oursCpu.push(ours.cpuSeconds);
        help.peer.push(peer.wallSeconds);
        help.peerCpu.push(peer.cpuSeconds);
        const startedAt = performance.now();
        const server = await serveModel("adult", folder);
        const status = await predictOnce(server, row);
        ready.push((performance.now() - startedAt) / 1000);
        await stopServer(server);
        if (status !== 200) throw new Error(`the first request was answered with ${status}`);
      }
      const [ours, peer, first] = [median(help.ours), median(help.peer), median(ready)];
      return {
        name: "startup",
        ours: rounded(ours),
        peer: rounded(peer),
        unit: "s for --help",
        ratio: rounded(peer / ours, 2),
        cpuRatio: rounded(median(help.peerCpu) / median(help.oursCpu), 2),
        runs: ready.length,
        note: `the peer is mlflow (its skinny package); serve answered its first request after ${first.toFixed(2)} s; goals: help ${goals.help} s, serve ${goals.ready} s`,
        details: { firstAnswerSeconds: rounded(first) },
        ok: ours <= goals.help && first <= goals.ready,
      };
    });
  },
};
