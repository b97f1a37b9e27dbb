// LambdaMART on LightGBM's own queries, repeated: seconds of whole trainings, binning included, ours and LightGBM's in turn, and NDCG on its test queries.
import { readFileSync } from "node:fs";
import { measure, ndcg } from "../src/ml/metrics/index.ts";
import { type Child, startChild } from "./learning/child.ts";
import { compare, takeTurns } from "./learning/pairs.ts";
import { readLabelled } from "./learning/read-data.ts";
import { threadsText } from "./learning/session.ts";
import { nFeatures, type QueryFile, rankingFiles } from "./ranking/data.ts";
import { type Bench, peerPython, peerScript, root, rounded } from "./support.ts";

const defaultRows = 300_500; // 100 copies
const trees = 100;
/** NDCG@10 that ours may lack. */
const mostLost = 0.005;

interface Trained {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly scores: readonly number[];
}

/** The bench `ranking`. */
export const rankingBench: Bench = {
  name: "ranking",
  summary: `seconds of lambdarank on LightGBM's example repeated to --rows (default ${defaultRows}), 1 and 2 threads, against LightGBM`,
  needsData: true,
  async run({ data, runs, rows, say }) {
    const files = rankingFiles(data!, rows ?? defaultRows);
    const ours = startChild("fettle", [process.execPath, "--no-warnings", `${root}bench/ranking-child.ts`]);
    const peer = startChild("LightGBM", [peerPython(say), peerScript("ranking.py")]);
    try {
      await Promise.all([ours, peer].map((child) => child.ask({ do: "load", ...files })));
      const quality = qualityOn(files.test);
      const found = [];
      for (const threads of [1, 2]) {
        const one = await inTurns(ours, peer, threads, runs, quality);
        say(sentence(one));
        found.push(one);
      }
      const isMet = found.every(({ ratio, ndcg }) => ratio <= 1 && ndcg.ours >= ndcg.peer - mostLost);
      const [, two] = found;
      return {
        name: "ranking",
        ours: two!.ours,
        peer: two!.peer,
        unit: `s for ${rows ?? defaultRows} × ${nFeatures}, ${trees} trees, 2 threads`,
        ratio: rounded(1 / two!.ratio, 2),
        cpuRatio: rounded(1 / two!.cpuRatio, 2),
        runs,
        note: found.map(sentence).join("; "),
        details: { threads: found },
        ok: isMet,
      };
    } finally {
      await Promise.all([ours.close(), peer.close()]);
    }
  },
};

async function inTurns(
  ours: Child,
  peer: Child,
  threads: number,
  runs: number,
  quality: (scores: readonly number[]) => number,
) {
  const sides = [ours, peer].map((child) => ({
    name: child.name,
    run: () => child.ask<Trained>({ do: "train", threads, trees }),
  }));
  const rounds = await takeTurns(sides, [ours.pid, peer.pid], runs);
  const names = [ours.name, peer.name] as const;
  const wall = compare(rounds, names, ({ wallSeconds }) => wallSeconds);
  const cpu = compare(rounds, names, ({ cpuSeconds }) => cpuSeconds);
  const ndcgOf = (name: string) => rounded(quality(rounds[0]!.of[name]!.scores), 4);
  return {
    threads,
    ours: rounded(wall.ours),
    peer: rounded(wall.peer),
    ratio: rounded(wall.ratio),
    cpuRatio: rounded(cpu.ratio),
    ndcg: { ours: ndcgOf(ours.name), peer: ndcgOf(peer.name) },
    others: rounded(Math.max(...rounds.map(({ others }) => others)), 2),
  };
}

const sentence = ({ threads, ours, peer, ratio, cpuRatio, ndcg, others }: Awaited<ReturnType<typeof inTurns>>) =>
  `${threadsText(threads)}: ours ${ours} s, LightGBM ${peer} s, ours / LightGBM ${ratio}, of CPU ${cpuRatio}, NDCG@10 ${ndcg.ours} and ${ndcg.peer}, others used ${others} cores at most`;

function qualityOn({ file, sizes }: QueryFile): (scores: readonly number[]) => number {
  const counts = readFileSync(sizes, "utf8").split("\n").map(Number);
  const queries = Int32Array.from(counts.flatMap((size, query) => new Array<number>(size).fill(query)));
  const { values } = readLabelled(file, new Array<number>(nFeatures).fill(0), 0, queries.length).target;
  return (scores) => Number(measure(ndcg(10), values, Float64Array.from(scores), undefined, { queries, gains: null }));
}
