/* Batch scoring of a generated table of the adult shape: `fettle score`, and pandas with XGBoost in chunks, on the same CSV file. */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createRng } from "../src/lib/index.ts";
import { initAdult, nTrees, trainAdultTrees } from "./adult.ts";
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

const goalMegabytes = 500;

/** The bench `score`. */
export const score: Bench = {
  name: "score",
  summary: "rows per second and peak memory of batch scoring, against pandas and XGBoost",
  needsData: true,
  async run({ data, rows: asked, runs, say }) {
    const rows = asked ?? 1_000_000;
    ensureBuilt();
    const python = peerPython(say);
    return withScratch(async (folder) => {
      await initAdult(data!, folder);
      await trainAdultTrees(folder);
      writeRows(folder, rows);
      const at = (name: string) => join(folder, name);
      const peerArguments = [at("train.csv"), at("rows.csv"), at("peer.parquet"), String(nTrees)];
      const peerCommand = [python, peerScript("score.py"), ...peerArguments];
      const ours: Usage[] = [];
      const peer: Usage[] = [];
      const peerSeconds: number[] = [];
      for (let run = 0; run < runs; run++) {
        ours.push(await fettle(["score", "adult", "--in", "rows.csv", "--out", "ours.parquet"], folder));
        peer.push(await measure(peerCommand, { cwd: folder, env: peerEnvironment }));
        peerSeconds.push((JSON.parse(peer.at(-1)!.stdout) as { seconds: number }).seconds);
        say(`ours ${ours.at(-1)!.wallSeconds.toFixed(1)} s, peer ${peerSeconds.at(-1)!.toFixed(1)} s`);
      }
      const perSecond = { ours: rows / median(ours.map((one) => one.wallSeconds)), peer: rows / median(peerSeconds) };
      const megabytes = (usages: readonly Usage[]) => rounded(Math.max(...usages.map((one) => one.peakMegabytes)), 0);
      return {
        name: "score",
        ours: rounded(perSecond.ours, 0),
        peer: rounded(perSecond.peer, 0),
        unit: "rows/s",
        ratio: rounded(perSecond.ours / perSecond.peer, 2),
        cpuRatio: null,
        runs,
        note: `${rows} rows, ${nTrees} trees, CSV to Parquet; the time of ours is the whole process, of the peer the scoring alone (it trains its model first); peak memory ours ${megabytes(ours)} MB, peer ${megabytes(peer)} MB; goal at most ${goalMegabytes} MB`,
        details: {
          oursMegabytes: megabytes(ours),
          peerMegabytes: megabytes(peer),
          oursCpuSeconds: median(ours.map((one) => one.cpuSeconds)),
        },
        ok: megabytes(ours) <= goalMegabytes,
      };
    });
  },
};

// Each field is drawn from the training rows' values of its own column, so every level and range is a known one.
function writeRows(folder: string, nRows: number): void {
  const [header = "", ...lines] = readFileSync(join(folder, "train.csv"), "utf8").trim().split("\n");
  const source = lines.map((line) => line.split(",").slice(0, -1));
  const rng = createRng(1);
  const file = openSync(join(folder, "rows.csv"), "w");
  writeSync(file, `${header.split(",").slice(0, -1).join(",")}\n`);
  const nColumns = source[0]!.length;
  for (let done = 0; done < nRows; done += 10_000) {
    const block = Array.from({ length: Math.min(10_000, nRows - done) }, () =>
      Array.from({ length: nColumns }, (_, j) => source[rng.below(source.length)]![j]).join(","),
    );
    writeSync(file, `${block.join("\n")}\n`);
  }
  closeSync(file);
}
