// Seconds to bin a table of numbers and train 100 trees of 31 leaves on it, one thread each: ours in this warm process, the peers in Python.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadKernels } from "../src/edge/compute/index.ts";
import { createRng } from "../src/lib/index.ts";
import { gbdt, type Target } from "../src/ml/learners/index.ts";
import { measure as measureMetric, metrics } from "../src/ml/metrics/index.ts";
import { numberColumn, Table } from "../src/ml/table/index.ts";
import {
  type Bench,
  ensureBuilt,
  measure,
  median,
  peerEnvironment,
  peerPython,
  peerScript,
  rounded,
  withScratch,
} from "./support.ts";

const nFeatures = 28;
const nTest = 50_000;

interface PeerAnswer {
  readonly xgboost: Timed;
  readonly lightgbm: Timed;
}
interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly auc: number;
}

/** The bench `train-trees`. */
export const trainTrees: Bench = {
  name: "train-trees",
  summary: "seconds of boosted trees on --rows × 28 numbers, one thread, against XGBoost and LightGBM",
  needsData: false,
  async run({ runs, rows, say }) {
    ensureBuilt();
    const python = peerPython(say);
    const kernels = loadKernels();
    const data = generate(rows + nTest);
    const train = { table: data.table.slice(0, rows), target: targetOf(data.y.slice(0, rows)) };
    const test = { table: data.table.slice(rows, rows + nTest), y: data.y.slice(rows) };
    const learner = gbdt({ nTrees: 100, minSamplesLeaf: 1 });
    return withScratch(async (folder) => {
      const file = join(folder, "data.f32");
      writeFileSync(file, data.bytes);
      const ours: Timed[] = [];
      const peers: PeerAnswer[] = [];
      for (let run = 0; run <= runs; run++) {
        const cpuBefore = process.cpuUsage();
        const startedAt = performance.now();
        const model = learner.fit(train.table, train.target, {
          seed: 1,
          ...(kernels === undefined ? {} : { kernels }),
        });
        const seconds = (performance.now() - startedAt) / 1000;
        const { user, system } = process.cpuUsage(cpuBefore);
        const auc = Number(measureMetric(metrics.rocAuc!, test.y, model.predict(test.table)));
        if (run === 0) continue; // warms the process up
        ours.push({ seconds, cpuSeconds: (user + system) / 1e6, auc });
        const args = [file, rows, nTest, nFeatures, 1].map(String);
        const peer = await measure([python, peerScript("train_trees.py"), ...args], {
          cwd: folder,
          env: peerEnvironment,
        });
        peers.push(JSON.parse(peer.stdout) as PeerAnswer);
        say(`run ${run}: ours ${seconds.toFixed(2)} s`);
      }
      const figures = (timed: readonly Timed[]) => ({
        seconds: rounded(median(timed.map((one) => one.seconds))),
        cpuSeconds: rounded(median(timed.map((one) => one.cpuSeconds))),
        auc: rounded(median(timed.map((one) => one.auc)), 5),
      });
      const [own, xgboost, lightgbm] = [
        figures(ours),
        figures(peers.map((peer) => peer.xgboost)),
        figures(peers.map((peer) => peer.lightgbm)),
      ];
      return {
        name: "train-trees",
        ours: own.seconds,
        peer: xgboost.seconds,
        unit: `s for ${rows} × ${nFeatures}, binning included`,
        ratio: rounded(xgboost.seconds / own.seconds, 2),
        cpuRatio: rounded(xgboost.cpuSeconds / own.cpuSeconds, 2),
        runs: ours.length,
        note: `one thread each; the peer is XGBoost; test AUC ${own.auc}, XGBoost ${xgboost.auc}, LightGBM ${lightgbm.auc} in ${lightgbm.seconds} s`,
        details: { ours: own, xgboost, lightgbm },
      };
    });
  },
};

const targetOf = (values: Float64Array): Target => ({ task: "binary", values, nClasses: 2 });

// Numbers with a curved and crossed signal and noise, as f32 so that all sides read the same ones.
function generate(n: number): { table: Table; y: Float64Array; bytes: Uint8Array } {
  const rng = createRng(28);
  const flat = new Float32Array(n * (nFeatures + 1));
  const columns = Array.from({ length: nFeatures }, () => new Float64Array(n));
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const at = i * (nFeatures + 1);
    for (let j = 0; j < nFeatures; j++) {
      const value = Math.fround(rng.uniform() + rng.uniform() + rng.uniform() - 1.5);
      flat[at + j] = value;
      columns[j]![i] = value;
    }
    const [a, b, c, d] = [columns[0]![i]!, columns[1]![i]!, columns[2]![i]!, columns[3]![i]!];
    y[i] = 2 * a + 3 * b * c + Math.abs(d) - 0.3 + 2 * (rng.uniform() - 0.5) > 0 ? 1 : 0;
    flat[at + nFeatures] = y[i]!;
  }
  const table = Table.of(columns.map((column, j) => [`f${j}`, numberColumn(column)] as const));
  return { table, y, bytes: new Uint8Array(flat.buffer) };
}
