// Seconds and held-out quality of an additive model on two reference tables, one thread each: ours in this warm process, interpret's machine in Python.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gam, type Target } from "../src/ml/learners/index.ts";
import { measure as measureMetric, metrics } from "../src/ml/metrics/index.ts";
import { type Column, numberColumn, Table } from "../src/ml/table/index.ts";
import { type ReferenceSet, referenceSets, writeSplit } from "./reference/sets.ts";
import { type Bench, measure, median, peerPython, peerScript, rounded, withScratch } from "./support.ts";

/** Bags, pairs, cells and leaves that both are given; learning rates and rounds are each library's own. */
const settings = { nBags: 4, interactions: 5, maxBins: 1024, maxPairBins: 64, maxLeaves: 3 };

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly quality: number;
}

/** The bench `gam`. */
export const gamBench: Bench = {
  name: "gam",
  summary: "seconds of an additive model with pairs on adult and california-housing, one thread, against interpret",
  needsData: true,
  async run({ data, runs, say }) {
    const python = peerPython(say);
    return withScratch(async (folder) => {
      const sets = referenceSets.filter(({ name }) => name === "adult" || name === "california-housing");
      const results: { readonly set: string; readonly ours: Timed; readonly peer: Timed }[] = [];
      for (const set of sets) {
        writeSplit(data!, set, folder);
        const rows = ["train.csv", "test.csv"].map((file) => rowsOf(join(folder, file)));
        const ours: Timed[] = [];
        const peers: Timed[] = [];
        fitOurs(
          set,
          rows.map((part) => part.slice(0, 2000)),
        ); // warms the process up
        for (let run = 0; run < runs; run++) {
          ours.push(fitOurs(set, rows));
          const files = ["train.csv", "test.csv"].map((file) => join(folder, file));
          const { nBags, interactions, maxBins, maxPairBins, maxLeaves } = settings;
          const numbers = [nBags, interactions, maxBins, maxPairBins, maxLeaves].map(String);
          const command = [python, peerScript("gam.py"), ...files, set.target, set.positive ?? "", ...numbers];
          peers.push(JSON.parse((await measure(command, { cwd: folder })).stdout) as Timed);
          say(`${set.name}: ours ${ours.at(-1)!.seconds.toFixed(1)} s, peer ${peers.at(-1)!.seconds.toFixed(1)} s`);
        }
        results.push({ set: set.name, ours: figures(ours), peer: figures(peers) });
      }
      const total = (side: "ours" | "peer", key: keyof Timed) =>
        results.reduce((sum, result) => sum + result[side][key], 0);
      return {
        name: "gam",
        ours: rounded(total("ours", "seconds"), 1),
        peer: rounded(total("peer", "seconds"), 1),
        unit: "s for both tables",
        ratio: rounded(total("peer", "seconds") / total("ours", "seconds"), 2),
        cpuRatio: rounded(total("peer", "cpuSeconds") / total("ours", "cpuSeconds"), 2),
        runs,
        note: results
          .map(
            ({ set, ours, peer }) =>
              `${set}: ${ours.quality} in ${ours.seconds} s, interpret ${peer.quality} in ${peer.seconds} s`,
          )
          .join("; "),
        details: { results },
      };
    });
  },
};

function figures(timed: readonly Timed[]): Timed {
  const middle = (key: keyof Timed, decimals: number) => rounded(median(timed.map((one) => one[key])), decimals);
  return { seconds: middle("seconds", 2), cpuSeconds: middle("cpuSeconds", 2), quality: middle("quality", 5) };
}

function fitOurs(set: ReferenceSet, [train = [], test = []]: readonly (readonly Row[])[]): Timed {
  const isBinary = set.task === "binary";
  const yOf = (rows: readonly Row[]) =>
    Float64Array.from(rows, (row) => (isBinary ? Number(row[set.target] === set.positive) : Number(row[set.target])));
  const [fitted, held] = tablesOf(train, test, set.target);
  const target: Target = { task: isBinary ? "binary" : "regression", values: yOf(train), nClasses: isBinary ? 2 : 0 };
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const model = gam(settings).fit(fitted!, target, { seed: 1 });
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  const metric = metrics[isBinary ? "rocAuc" : "rmse"]!;
  const quality = Number(measureMetric(metric, yOf(test), model.predict(held!)));
  return { seconds, cpuSeconds: (user + system) / 1e6, quality };
}

type Row = Readonly<Record<string, string>>;

function rowsOf(file: string): Row[] {
  const [header = "", ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((text, j) => [names[j]!, text])));
}

// A column whose every text is a number, or missing, is one of numbers.
function tablesOf(train: readonly Row[], test: readonly Row[], target: string): Table[] {
  const isMissing = (text: string) => text === "" || text === "?";
  const columnOf = (name: string): ((rows: readonly Row[]) => Column) => {
    const texts = [...train, ...test].map((row) => row[name]!).filter((text) => !isMissing(text));
    if (texts.every((text) => !Number.isNaN(Number(text))))
      return (rows) => numberColumn(rows.map((row) => (isMissing(row[name]!) ? null : Number(row[name]))));
    const levels = [...new Set(texts)].sort();
    const codes = new Map(levels.map((level, code) => [level, code]));
    return (rows) => ({
      kind: "category",
      codes: Int32Array.from(rows, (row) => codes.get(row[name]!) ?? -1),
      dictionary: levels,
    });
  };
  const columns = Object.keys(train[0]!)
    .filter((name) => name !== target)
    .map((name) => [name, columnOf(name)] as const);
  return [train, test].map((rows) => Table.of(columns.map(([name, of]) => [name, of(rows)] as const)));
}
