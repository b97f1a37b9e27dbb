// Seconds to fit a logistic regression to a table of numbers, one thread each, to the same gradient: ours in this warm process, the peer in Python.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRng } from "../src/lib/index.ts";
import { type LinearData, linear, type Target } from "../src/ml/learners/index.ts";
import { sigmoid, softplus } from "../src/ml/stats/index.ts";
import { numberColumn, Table } from "../src/ml/table/index.ts";
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

const nFeatures = 100;
const defaultRows = 100_000;
/** scikit-learn's default: the greatest component of the gradient, per row. */
const tolerance = 1e-4;

interface Data {
  readonly columns: readonly Float64Array[];
  readonly y: Float64Array;
}
interface Fit {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly weights: readonly number[];
  readonly intercept: number;
}

/** The bench `linear`. */
export const linearBench: Bench = {
  name: "linear",
  summary: `seconds of a logistic regression on --rows (default ${defaultRows}) × ${nFeatures} numbers, one thread, against scikit-learn's lbfgs`,
  needsData: false,
  async run({ runs, rows, say }) {
    const n = rows ?? defaultRows;
    const python = peerPython(say);
    const compared: Record<string, Awaited<ReturnType<typeof compare>>> = {};
    for (const [name, shared] of [
      ["correlated", 0.5],
      ["independent", 0],
    ] as const) {
      compared[name] = await compare(generate(n, shared), python, runs, say);
    }
    const { ours, peer } = compared.correlated!;
    return {
      name: "linear",
      ours: ours.seconds,
      peer: peer.seconds,
      unit: `s for ${n} × ${nFeatures} numbers that share a factor`,
      ratio: rounded(peer.seconds / ours.seconds, 2),
      cpuRatio: rounded(peer.cpuSeconds / ours.cpuSeconds, 2),
      runs,
      note: Object.entries(compared)
        .map(([name, sides]) => `${name}: ours ${said(sides.ours)}, scikit-learn ${said(sides.peer)}`)
        .join("; "),
      details: compared,
    };
  },
};

const said = ({ seconds, objective, gradient }: ReturnType<typeof figuresOf>) =>
  `${seconds} s, objective ${objective}, gradient per row ${gradient.toExponential(1)}`;

async function compare(data: Data, python: string, runs: number, say: (line: string) => void) {
  const n = data.y.length;
  const table = Table.of(data.columns.map((column, j) => [`f${j}`, numberColumn(column)] as const));
  const target: Target = { task: "binary", values: data.y, nClasses: 2 };
  // Ours is a share of the gradient at zero.
  const share = (tolerance * n) / stateOf(data, new Array<number>(nFeatures).fill(0), 0).most;
  const learner = linear({ tolerance: share });
  return withScratch(async (folder) => {
    const file = join(folder, "data.f64");
    writeFileSync(file, Buffer.concat([...data.columns, data.y].map((xs) => new Uint8Array(xs.buffer))));
    const ours: Fit[] = [];
    const peers: Fit[] = [];
    for (let run = 0; run <= runs; run++) {
      const cpuBefore = process.cpuUsage();
      const startedAt = performance.now();
      const model = learner.fit(table, target, { seed: 1 }).toJSON() as LinearData;
      const seconds = (performance.now() - startedAt) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      if (run === 0) continue; // warms the process up
      const [weights, intercept] = [model.weights[0]!, model.intercepts[0]!];
      ours.push({ seconds, cpuSeconds: (user + system) / 1e6, weights, intercept });
      const args = [file, n, nFeatures, tolerance].map(String);
      const peer = await measure([python, peerScript("train_linear.py"), ...args], {
        cwd: folder,
        env: peerEnvironment,
      });
      peers.push(JSON.parse(peer.stdout) as Fit);
      say(`run ${run}: ours ${seconds.toFixed(2)} s, scikit-learn ${peers.at(-1)!.seconds.toFixed(2)} s`);
    }
    return { ours: figuresOf(data, ours), peer: figuresOf(data, peers) };
  });
}

function figuresOf(data: Data, fits: readonly Fit[]) {
  const { weights, intercept } = fits[0]!;
  const { objective, most } = stateOf(data, weights, intercept);
  return {
    seconds: rounded(median(fits.map((fit) => fit.seconds))),
    cpuSeconds: rounded(median(fits.map((fit) => fit.cpuSeconds))),
    objective: rounded(objective, 4),
    gradient: most / data.y.length,
  };
}

// Sum of the losses plus half the squared weights, and the greatest component of its gradient.
function stateOf({ columns, y }: Data, weights: readonly number[], intercept: number) {
  const margins = new Float64Array(y.length).fill(intercept);
  columns.forEach((column, j) => {
    for (let i = 0; i < y.length; i++) margins[i]! += weights[j]! * column[i]!;
  });
  let objective = weights.reduce((sum, w) => sum + 0.5 * w * w, 0);
  for (let i = 0; i < y.length; i++) objective += softplus(margins[i]!) - y[i]! * margins[i]!;
  const errors = margins.map((m, i) => sigmoid(m) - y[i]!);
  let most = Math.abs(errors.reduce((sum, e) => sum + e, 0));
  columns.forEach((column, j) => {
    let sum = weights[j]!;
    for (let i = 0; i < y.length; i++) sum += errors[i]! * column[i]!;
    most = Math.max(most, Math.abs(sum));
  });
  return { objective, most };
}

// Standardised numbers of which a factor common to all makes up a share of the variance, and a noisy label.
function generate(n: number, shared: number): Data {
  const rng = createRng(100);
  const standard = () => (rng.uniform() + rng.uniform() + rng.uniform() - 1.5) * 2;
  const factor = Float64Array.from({ length: n }, standard);
  const columns = Array.from({ length: nFeatures }, () =>
    factor.map((f) => Math.sqrt(shared) * f + Math.sqrt(1 - shared) * standard()),
  );
  const slopes = columns.map(() => standard() / 5);
  const y = Float64Array.from({ length: n }, (_, i) => {
    const score = columns.reduce((sum, column, j) => sum + slopes[j]! * column[i]!, -0.3);
    return rng.uniform() < sigmoid(score) ? 1 : 0;
  });
  return { columns, y };
}
