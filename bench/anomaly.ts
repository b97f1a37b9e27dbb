// Seconds and average precision of an isolation forest on generated rows with planted anomalies: fitted, and all rows scored; scikit-learn on two threads.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadPredictKernels } from "../src/edge/compute/index.ts";
import { createRng } from "../src/lib/index.ts";
import { isolationForest } from "../src/ml/detectors/index.ts";
import { measure as measureMetric, metrics } from "../src/ml/metrics/index.ts";
import { numberColumn, Table } from "../src/ml/table/index.ts";
import { type Bench, measure, median, peerPython, peerScript, rounded, withScratch } from "./support.ts";

const nColumns = 20;
const share = 0.01;
const threads = 2;

/** What is promised: at most this share of the peer's time, and average precision no farther apart than this. */
const goal = { time: 0.7, quality: 0.01 };

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly quality: number;
}

/** The bench `anomaly`. */
export const anomalyBench: Bench = {
  name: "anomaly",
  summary: "isolation forest on rows × 20 numbers, fitted and scored, ours on one thread and scikit-learn on two",
  needsData: false,
  async run({ runs, rows, say }) {
    const python = peerPython(say);
    const n = rows ?? 1_000_000;
    return withScratch(async (folder) => {
      const { columns, labels } = generate(n);
      const [rowsFile, labelsFile] = [join(folder, "rows.f64"), join(folder, "labels.u8")];
      for (const [j, column] of columns.entries())
        writeFileSync(rowsFile, new Uint8Array(column.buffer), { flag: j === 0 ? "w" : "a" });
      writeFileSync(labelsFile, labels);
      const command = [python, peerScript("anomaly.py"), rowsFile, labelsFile, String(nColumns), String(threads)];
      const table = Table.of(columns.map((values, j) => [`x${j}`, numberColumn(values)] as const));
      const yTrue = Float64Array.from(labels);
      run(table.slice(0, 10_000), yTrue.slice(0, 10_000), 1); // warms the process up
      const ours: Timed[] = [];
      const peers: Timed[] = [];
      for (let k = 0; k < runs; k++) {
        ours.push(run(table, yTrue, k + 1));
        peers.push(JSON.parse((await measure([...command, String(k + 1)], { cwd: folder })).stdout) as Timed);
        const seconds = [ours, peers].map((side) => side.at(-1)!.seconds.toFixed(2));
        say(`ours ${seconds[0]} s, peer ${seconds[1]} s`);
      }
      const [our, peer] = [figures(ours), figures(peers)];
      return {
        name: "anomaly",
        ours: our.seconds,
        peer: peer.seconds,
        unit: `s for ${n.toLocaleString("en-US")} × ${nColumns}`,
        ratio: rounded(peer.seconds / our.seconds, 2),
        cpuRatio: rounded(peer.cpuSeconds / our.cpuSeconds, 2),
        runs,
        note: `average precision ${our.quality}, scikit-learn's ${peer.quality}`,
        details: { ours: our, peer },
        ok: our.seconds <= goal.time * peer.seconds && our.quality >= peer.quality - goal.quality,
      };
    });
  },
};

function run(table: Table, yTrue: Float64Array, seed: number): Timed {
  const predictKernels = loadPredictKernels();
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const forest = isolationForest().fit(table, { seed, ...(predictKernels && { predictKernels }) });
  const scores = forest.score(table);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6, quality: Number(measureMetric(metrics.prAuc!, yTrue, scores)) };
}

function figures(timed: readonly Timed[]): Timed {
  const middle = (key: keyof Timed, decimals: number) => rounded(median(timed.map((one) => one[key])), decimals);
  return { seconds: middle("seconds", 3), cpuSeconds: middle("cpuSeconds", 3), quality: middle("quality", 4) };
}

// Sums of uniform numbers around one of three centres; of the strange rows ten columns in a row are stretched away from it.
function generate(n: number): { readonly columns: Float64Array[]; readonly labels: Uint8Array } {
  const rng = createRng(20);
  const columns = Array.from({ length: nColumns }, () => new Float64Array(n));
  const labels = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const centre = rng.below(3);
    const isStrange = rng.uniform() < share;
    labels[i] = Number(isStrange);
    const first = rng.below(nColumns);
    for (let j = 0; j < nColumns; j++) {
      const deviation = rng.uniform() + rng.uniform() + rng.uniform() - 1.5;
      const isStretched = isStrange && (j - first + nColumns) % nColumns < 10;
      columns[j]![i] = centre * ((j % 3) - 1) + (isStretched ? 4 : 1) * deviation;
    }
  }
  return { columns, labels };
}
