// Seconds from texts to a fitted multinomial logistic regression on banking77, and its accuracy on the official test file: ours in this warm process, scikit-learn in Python.
import { join } from "node:path";
import { loadSparseKernels } from "../src/edge/compute/index.ts";
import { createSourceReader } from "../src/edge/query/index.ts";
import { linear } from "../src/ml/learners/index.ts";
import type { Table } from "../src/ml/table/index.ts";
import { joinPredictor, rawRowOf } from "../src/platform/capsule/index.ts";
import { buildTarget, type Schema } from "../src/platform/data/index.ts";
import { feature, fitFeatures, planFeatures, type TextFeature } from "../src/platform/features/index.ts";
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

/** scikit-learn's C = 10. */
const lambda = 0.1;
/** Most accuracy that may be lost against the peer. */
const mostLost = 0.005;
const target = "category";
const kernels = loadSparseKernels();

const settings: Readonly<Record<string, Omit<TextFeature, "kind">>> = {
  words: { characters: false, fewest: 1 },
  "words+characters": {},
};

interface Side {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly accuracy: number;
  readonly textsPerSecond: number;
  readonly p99Micros: number;
}

/** The bench `text`. */
export const textBench: Bench = {
  name: "text",
  summary:
    "seconds of TF-IDF and logistic regression on banking77, accuracy, and answers a second, against scikit-learn",
  needsData: true,
  async run({ data, runs, only, say }) {
    const python = peerPython(say);
    const files = ["train.csv", "test.csv"].map((name) => join(data!, "banking77", name)) as [string, string];
    const parts = await Promise.all(files.map(read));
    const compared: Record<string, { readonly ours: Side; readonly peer: Side }> = {};
    for (const [name, options] of Object.entries(settings)) {
      if (only.length > 0 && !only.includes(name)) continue;
      trainOurs(parts, options); // warms the process up
      const ours: Side[] = [];
      const peers: Side[] = [];
      for (let run = 0; run < runs; run++) {
        ours.push(trainOurs(parts, options));
        const command = [python, peerScript("text.py"), ...files, name, String(lambda)];
        const peer = await withScratch((cwd) => measure(command, { cwd, env: peerEnvironment }));
        peers.push(JSON.parse(peer.stdout) as Side);
        say(`${name}: ours ${ours.at(-1)!.seconds.toFixed(2)} s, scikit-learn ${peers.at(-1)!.seconds.toFixed(2)} s`);
      }
      compared[name] = { ours: middle(ours), peer: middle(peers) };
    }
    const all = Object.values(compared);
    const total = (side: "ours" | "peer", key: "seconds" | "cpuSeconds") =>
      all.reduce((sum, sides) => sum + sides[side][key], 0);
    return {
      name: "text",
      ours: rounded(total("ours", "seconds"), 2),
      peer: rounded(total("peer", "seconds"), 2),
      unit: `s for ${Object.keys(compared).join(" and ")}`,
      ratio: rounded(total("peer", "seconds") / total("ours", "seconds"), 2),
      cpuRatio: rounded(total("peer", "cpuSeconds") / total("ours", "cpuSeconds"), 2),
      runs,
      ok: all.every(({ ours, peer }) => ours.seconds <= peer.seconds && ours.accuracy >= peer.accuracy - mostLost),
      note: Object.entries(compared)
        .map(([name, { ours, peer }]) => `${name}: ours ${said(ours)}; scikit-learn ${said(peer)}`)
        .join(". "),
      details: compared,
    };
  },
};

const said = ({ seconds, accuracy, textsPerSecond, p99Micros }: Side) =>
  `${seconds} s, accuracy ${accuracy}, ${textsPerSecond} texts/s in a batch, p99 of one text ${p99Micros} µs`;

async function read(file: string): Promise<{ table: Table; schema: Schema }> {
  return createSourceReader().read([file], { types: { text: "text" }, literalColumns: [target] });
}

function trainOurs(parts: readonly { table: Table; schema: Schema }[], options: Omit<TextFeature, "kind">): Side {
  const [train, test] = parts.map(({ table, schema }) => ({
    table,
    ...buildTarget(table, schema, { column: target }),
  }));
  const schema: Schema = [{ name: "text", type: "text" }];
  const sources = train!.table.select(["text"]);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const plan = planFeatures(sources, schema, { family: "linear", options: { text: feature.text(options) } });
  const { fitted, features } = fitFeatures(plan, sources, train!.target, { seed: 1 });
  const model = linear({ lambda }).fit(features, train!.target, {
    seed: 1,
    ...(kernels === undefined ? {} : { sparseKernels: kernels }),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const signature = {
    inputs: schema,
    task: "multiclass",
    classes: train!.classes,
    outputs: [],
    threshold: null,
  } as const;
  const predictor = joinPredictor(fitted, model, null, signature);
  const batchAt = performance.now();
  const outputs = predictor.predict(test!.table);
  const batch = (performance.now() - batchAt) / 1000;
  const n = test!.table.nRows;
  const single = new Float64Array(predictor.nOutputs);
  const micros = Float64Array.from({ length: n }, (_, i) => {
    const row = rawRowOf(signature, test!.table, i);
    const at = performance.now();
    predictor.predictRow(row, single);
    return 1000 * (performance.now() - at);
  }).sort();
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    accuracy: accuracyOf(outputs, test!.target.values, predictor.nOutputs),
    textsPerSecond: n / batch,
    p99Micros: micros[Math.floor(0.99 * n)]!,
  };
}

function accuracyOf(outputs: Float64Array, classes: Float64Array, k: number): number {
  const right = classes.filter((y, i) => {
    const own = outputs.subarray(i * k, (i + 1) * k);
    return own.indexOf(own.reduce((most, p) => Math.max(most, p))) === y;
  });
  return right.length / classes.length;
}

function middle(sides: readonly Side[]): Side {
  const of = (key: keyof Side) => median(sides.map((side) => side[key]));
  return {
    seconds: rounded(of("seconds"), 2),
    cpuSeconds: rounded(of("cpuSeconds"), 2),
    accuracy: rounded(of("accuracy"), 4),
    textsPerSecond: Math.round(of("textsPerSecond")),
    p99Micros: Math.round(of("p99Micros")),
  };
}
