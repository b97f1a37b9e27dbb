/* Wall and CPU time of one whole training on adult: `fettle train adult --trials 2`, and the same work with scikit-learn. */
import { join } from "node:path";
import { initAdult } from "./adult.ts";
import {
  type Bench,
  ensureBuilt,
  fettle,
  measure,
  median,
  peerEnvironment,
  peerPython,
  peerScript,
  rounded,
  type Usage,
  withScratch,
} from "./support.ts";

const goalSeconds = 10;

/** The bench `train-adult`. */
export const trainAdult: Bench = {
  name: "train-adult",
  summary: "seconds of a whole training run with its report, against scikit-learn",
  needsData: true,
  async run({ data, runs, say }) {
    ensureBuilt();
    const python = peerPython(say);
    return withScratch(async (folder) => {
      await initAdult(data!, folder);
      const files = ["train.csv", "test.csv", "model.joblib"].map((name) => join(folder, name));
      const peerCommand = [python, peerScript("train_adult.py"), ...files];
      const ours: Usage[] = [];
      const peer: Usage[] = [];
      for (let run = 0; run < runs; run++) {
        ours.push(await fettle(["train", "adult", "--trials", "2", "--json"], folder));
        peer.push(await measure(peerCommand, { cwd: folder, env: peerEnvironment }));
        say(`ours ${ours.at(-1)!.wallSeconds.toFixed(2)} s, peer ${peer.at(-1)!.wallSeconds.toFixed(2)} s`);
      }
      const middle = (usages: readonly Usage[], key: "wallSeconds" | "cpuSeconds" | "peakMegabytes") =>
        median(usages.map((usage) => usage[key]));
      const wall = { ours: middle(ours, "wallSeconds"), peer: middle(peer, "wallSeconds") };
      const cpu = { ours: middle(ours, "cpuSeconds"), peer: middle(peer, "cpuSeconds") };
      const run = JSON.parse(ours.at(-1)!.stdout) as {
        metrics: { test: { rocAuc: { value: number }; logLoss: { value: number } } };
        seconds: unknown;
      };
      const { rocAuc, logLoss } = run.metrics.test;
      const scikit = JSON.parse(peer.at(-1)!.stdout) as { rocAuc: number; logLoss: number };
      return {
        name: "train-adult",
        ours: rounded(wall.ours, 2),
        peer: rounded(wall.peer, 2),
        unit: "s",
        ratio: rounded(wall.peer / wall.ours, 2),
        cpuRatio: rounded(cpu.peer / cpu.ours, 2),
        runs,
        note: `whole processes; ours also checks for leakage, searches weak slices and writes the report; goal at most ${goalSeconds} s`,
        details: {
          ours: {
            cpuSeconds: rounded(cpu.ours, 2),
            peakMegabytes: rounded(middle(ours, "peakMegabytes"), 0),
            rocAuc: rocAuc.value,
            logLoss: logLoss.value,
            stageSeconds: run.seconds,
          },
          peer: {
            cpuSeconds: rounded(cpu.peer, 2),
            peakMegabytes: rounded(middle(peer, "peakMegabytes"), 0),
            rocAuc: scikit.rocAuc,
            logLoss: scikit.logLoss,
          },
        },
        ok: wall.ours <= goalSeconds,
      };
    });
  },
};
