// Seconds to factorise generated interactions, two threads each: ours in this warm process, implicit's conjugate gradients in f32 in Python.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadKernelTeam, loadScanKernels } from "../src/edge/compute/index.ts";
import { listMetrics } from "../src/ml/metrics/index.ts";
import { als, type FittedRecommender, topItems } from "../src/ml/recommenders/index.ts";
import { type Generated, generate } from "./interactions.ts";
import {
  type Bench,
  measure,
  median,
  peerEnvironment,
  peerPython,
  peerScript,
  rounded,
  withScratch,
} from "./support.ts";

const defaultRows = 10_000_000;
const nThreads = 2;
const settings = { factors: 64, lambda: 1, alpha: 1, iterations: 15 } as const;

/** One fit of either side. */
interface Fit {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly recall: number;
}

/** The bench `als`. */
export const alsBench: Bench = {
  name: "als",
  summary: `seconds of ALS on --rows (default ${defaultRows}) generated interactions, ${settings.factors} factors, ${settings.iterations} rounds, two threads, against implicit`,
  needsData: false,
  async run({ runs, rows, say }) {
    const n = rows ?? defaultRows;
    const [nUsers, nItems] = [Math.ceil(n / 50), Math.ceil(n / 200)];
    const python = peerPython(say);
    const data = generate(nUsers, nItems, n);
    const { ours, peers } = await fitInTurn(data, python, runs, say);
    const figures = (fits: readonly Fit[]) => ({
      seconds: rounded(median(fits.map((fit) => fit.seconds)), 2),
      cpuSeconds: rounded(median(fits.map((fit) => fit.cpuSeconds)), 2),
      recall: rounded(median(fits.map((fit) => fit.recall)), 4),
    });
    const [us, them] = [figures(ours), figures(peers)];
    return {
      name: "als",
      ours: us.seconds,
      peer: them.seconds,
      unit: `s for ${data.training.items.length} interactions of ${nUsers} users and ${nItems} items`,
      ratio: rounded(them.seconds / us.seconds, 2),
      cpuRatio: rounded(them.cpuSeconds / us.cpuSeconds, 2),
      runs,
      note: `recall@20 of ${data.users.length} users: ours ${us.recall}, implicit ${them.recall}; goal: at most its time, recall within 1 %`,
      details: { ours: us, peer: them },
      ok: us.seconds <= them.seconds && us.recall >= 0.99 * them.recall,
    };
  },
};

async function fitInTurn(data: Generated, python: string, runs: number, say: (line: string) => void) {
  const { training, users, heldOut } = data;
  const team = await loadKernelTeam("recommend", nThreads);
  const scanKernels = loadScanKernels();
  if (team === undefined || scanKernels === undefined) throw new Error("the kernels are not built");
  return withScratch(async (folder) => {
    const files = { offsets: training.offsets, items: training.items, users };
    for (const [name, values] of Object.entries(files))
      writeFileSync(join(folder, `${name}.i32`), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    writeFileSync(join(folder, "held.json"), JSON.stringify(heldOut.map((items) => [...items])));
    const ours: Fit[] = [];
    const peers: Fit[] = [];
    for (let run = 0; run < runs; run++) {
      const cpuBefore = process.cpuUsage();
      const startedAt = performance.now();
      const model = als(settings).fit(training, { seed: run, kernels: team.kernels, scanKernels });
      const seconds = (performance.now() - startedAt) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      ours.push({ seconds, cpuSeconds: (user + system) / 1e6, recall: recallOf(model, data) });
      const { factors, lambda, alpha, iterations } = settings;
      const args = [folder, training.nItems, factors, lambda, alpha, iterations, run, nThreads].map(String);
      const peer = await measure([python, peerScript("als.py"), ...args], {
        cwd: folder,
        env: { ...peerEnvironment, OPENBLAS_NUM_THREADS: "1" },
      });
      peers.push(JSON.parse(peer.stdout) as Fit);
      say(`run ${run + 1}: ours ${seconds.toFixed(2)} s, implicit ${peers.at(-1)!.seconds.toFixed(2)} s`);
    }
    await team.stop();
    return { ours, peers };
  });
}

function recallOf(model: FittedRecommender, { users, heldOut }: Generated): number {
  const { measure: recall } = listMetrics({ at: 20 }).find(({ name }) => name === "recall@20")!;
  return heldOut.reduce((sum, relevant, k) => {
    const user = users[k]!;
    const { items } = topItems(model.scores(user).values, 20, model.history(user).items);
    return sum + recall({ items, relevant, gains: null })! / users.length;
  }, 0);
}
