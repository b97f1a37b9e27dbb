// npm run bench -- NAME: measures the product and its peer in turn and prints one JSON object.
import { parseArgs } from "node:util";
import { alsBench } from "./als.ts";
import { anomalyBench } from "./anomaly.ts";
import { firstMile } from "./first-mile.ts";
import { forecastBench } from "./forecast.ts";
import { gamBench } from "./gam.ts";
import { leakage } from "./leakage-bench.ts";
import { learning } from "./learning.ts";
import { linearBench } from "./linear.ts";
import { predictOnline } from "./predict-online.ts";
import { rankingBench } from "./ranking.ts";
import { rankingQuality } from "./ranking-quality.ts";
import { recommend } from "./recommend.ts";
import { reference } from "./reference.ts";
import { score } from "./score.ts";
import { startup } from "./startup.ts";
import { type Bench, type BenchResult, PeerUnavailable } from "./support.ts";
import { textBench } from "./text.ts";
import { trainAdult } from "./train-adult.ts";
import { tune } from "./tune.ts";

const benches: readonly Bench[] = [
  reference,
  trainAdult,
  linearBench,
  learning,
  gamBench,
  alsBench,
  recommend,
  rankingBench,
  rankingQuality,
  predictOnline,
  startup,
  score,
  firstMile,
  forecastBench,
  leakage,
  tune,
  anomalyBench,
  textBench,
];

const usage = `Usage: npm run bench -- <name> [options]

Measures the product and its peer in turn; ratios are above 1 where ours is better.

Options:
  --list         the benches
  --json         print one JSON object on standard output and nothing else there
  --data <dir>   folder of the reference tables; default: the variable FETTLE_REFERENCE_DATA
  --runs <n>     runs of each side, default 3
  --rows <n>     rows of the benches score (default 1000000), linear (100000), als (10000000), ranking (300000) and learning (small sizes)
  --full         the sizes that the goals of learning are set for
  --only <name>  only this set of the bench reference, or this part of learning; may be given several times
  --write        replace the bench's table in docs/methods
  --help         this text

Exit codes: 0 done, 1 a goal is missed, 2 invalid input, 3 a peer or the reference data cannot be had.

Example:
  npm run bench -- train-adult --json --data ../datasets`;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean" },
      write: { type: "boolean" },
      full: { type: "boolean", default: false },
      data: { type: "string" },
      runs: { type: "string", default: "3" },
      rows: { type: "string" },
      only: { type: "string", multiple: true, default: [] },
    },
  });
  if (values.list) {
    for (const { name, summary } of benches) console.log(`${name.padEnd(16)}${summary}`);
    return 0;
  }
  const bench = benches.find(({ name }) => name === positionals[0]);
  if (values.help || !bench) {
    console[values.help ? "log" : "error"](usage);
    return values.help ? 0 : 2;
  }
  const runs = Number(values.runs);
  const rows = values.rows === undefined ? null : Number(values.rows);
  if (!Number.isInteger(runs) || runs < 1 || (rows !== null && !(Number.isInteger(rows) && rows >= 1000))) {
    console.error("--runs must be a whole number ≥ 1 and --rows one ≥ 1000");
    return 2;
  }
  const data = values.data ?? process.env.FETTLE_REFERENCE_DATA ?? null;
  const say = values.json ? console.error : console.log;
  const { full, only, write = false } = values;
  const result = await attempt(bench, { data, runs, rows, full, write, only, say });
  console.log(values.json ? JSON.stringify(result) : sentence(result));
  if (result.ours === null || (result.peer === null && result.ok === undefined)) return 3;
  return result.ok === false ? 1 : 0;
}

async function attempt(bench: Bench, options: Parameters<Bench["run"]>[0]): Promise<BenchResult> {
  const nothing = (note: string): BenchResult => ({
    name: bench.name,
    ours: null,
    peer: null,
    unit: "",
    ratio: null,
    cpuRatio: null,
    runs: 0,
    note,
  });
  if (bench.needsData && options.data === null)
    return nothing("the reference tables are needed: --data DIR or FETTLE_REFERENCE_DATA");
  try {
    return await bench.run(options);
  } catch (error) {
    if (error instanceof PeerUnavailable) return nothing(error.message);
    throw error;
  }
}

function sentence({ name, ours, peer, unit, ratio, cpuRatio, runs, note }: BenchResult): string {
  const number = (value: number | null) => (value === null ? "–" : String(Number(value.toPrecision(4))));
  return `${name}: ours ${number(ours)}, peer ${number(peer)} ${unit}; ratio ${number(ratio)}, of CPU ${number(cpuRatio)}; ${runs} runs. ${note}`;
}

process.exitCode = await main(process.argv.slice(2));
