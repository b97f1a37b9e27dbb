/*
 * The least loss that a search finds in equal numbers of trials: our TPE, Optuna's multivariate TPE and random draws, on a
 * function whose least value is known and on cross-validated boosted trees of real tables. All three call the same objective.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { loadKernels } from "../src/edge/compute/index.ts";
import { createSourceReader } from "../src/edge/query/index.ts";
import { createRng } from "../src/lib/index.ts";
import { snapshotId } from "../src/platform/data/index.ts";
import {
  type EndedTrial,
  nextTrial,
  openTrials,
  planSearch,
  searchFamilies,
  type TrialOutcome,
} from "../src/platform/training/index.ts";
import {
  type Dimension,
  goodCount,
  type Point,
  pointAt,
  proposeTpe,
  startPlace,
} from "../src/platform/tuning/index.ts";
import { type Bench, median, peerPython, peerScript, rounded } from "./support.ts";

const nTrials = 30;
const nStart = 10;

interface Problem {
  readonly name: string;
  readonly space: readonly Dimension[];
  readonly loss: (point: Point) => number;
}

/** The bench `tune`. */
export const tune: Bench = {
  name: "tune",
  summary: `least loss after ${nTrials} trials: ours, Optuna's TPE and random search`,
  needsData: true,
  async run({ data, runs, say }) {
    const python = peerPython(say);
    const problems = [
      hartmann(),
      await treesOf("california-housing/housing.csv", "median_house_value", data!),
      await treesOf("telco-churn/Telco-Customer-Churn.csv", "Churn", data!),
    ];
    const details: Record<string, unknown> = {};
    const wins = { ours: 0, peer: 0 };
    for (const problem of problems) {
      const found = { ours: [] as number[], peer: [] as number[], random: [] as number[] };
      for (let seed = 1; seed <= runs; seed++) {
        found.ours.push(ourBest(problem, seed));
        found.random.push(randomBest(problem, seed));
        found.peer.push(await peerBest(problem, seed, python));
        if (found.ours.at(-1)! < found.random.at(-1)!) wins.ours++;
        if (found.peer.at(-1)! < found.random.at(-1)!) wins.peer++;
      }
      const middle = {
        ours: digits(median(found.ours)),
        optuna: digits(median(found.peer)),
        random: digits(median(found.random)),
      };
      details[problem.name] = middle;
      say(`${problem.name}: median least loss ours ${middle.ours}, Optuna ${middle.optuna}, random ${middle.random}`);
    }
    details.halving = await halving(data!, runs, say);
    return {
      name: "tune",
      ours: rounded(wins.ours / (runs * problems.length)),
      peer: rounded(wins.peer / (runs * problems.length)),
      unit: "share of searches that beat random draws of the same number of trials",
      ratio: null,
      cpuRatio: null,
      runs,
      note: `${nTrials} trials each; figures by problem are in the details`,
      details,
      ok: wins.ours / (runs * problems.length) > 0.5,
    };
  },
};

const digits = (value: number) => Number(value.toPrecision(6));

function ourBest({ space, loss }: Problem, seed: number): number {
  const trials: { point: Point; loss: number }[] = [];
  for (let k = 0; k < nTrials; k++) {
    const best = trials.toSorted((a, b) => a.loss - b.loss).map(({ point }) => point);
    const nGood = goodCount(k);
    const point =
      k < nStart
        ? pointAt(space, startPlace(k, space.length, seed))
        : proposeTpe({ space, good: best.slice(0, nGood), bad: best.slice(nGood), rng: createRng(seed).fork(`${k}`) })!
            .point;
    trials.push({ point, loss: loss(point) });
  }
  return Math.min(...trials.map((trial) => trial.loss));
}

function randomBest({ space, loss }: Problem, seed: number): number {
  const rng = createRng(seed).fork("random");
  const points = Array.from({ length: nTrials }, () =>
    pointAt(
      space,
      space.map(() => rng.uniform()),
    ),
  );
  return Math.min(...points.map(loss));
}

async function peerBest({ space, loss }: Problem, seed: number, python: string): Promise<number> {
  const child = spawn(python, [peerScript("tune.py"), String(seed), String(nTrials), JSON.stringify(space)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let best = Number.POSITIVE_INFINITY;
  for await (const line of createInterface(child.stdout)) {
    const found = loss(JSON.parse(line) as Point);
    best = Math.min(best, found);
    child.stdin.write(`${found}\n`);
  }
  return best;
}

// Hartmann's function of six variables; its least value is −3.32237.
function hartmann(): Problem {
  const alpha = [1, 1.2, 3, 3.2];
  const a = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ];
  const p = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
  ];
  const distance = (i: number, x: readonly number[]) =>
    x.reduce((sum, value, j) => sum + a[i]![j]! * (value - p[i]![j]! / 10_000) ** 2, 0);
  return {
    name: "Hartmann 6",
    space: Array.from({ length: 6 }, (_, j) => ({ name: `x${j}`, kind: "real", low: 0, high: 1 })),
    loss(point) {
      const x = Object.values(point) as number[];
      return -alpha.reduce((sum, weight, i) => sum + weight * Math.exp(-distance(i, x)), 0);
    },
  };
}

const kernels = loadKernels();
const hooks = kernels === undefined ? {} : { kernels };
const nRows = 1000;

async function openTable(file: string, column: string, data: string) {
  const reading = await createSourceReader().read([join(data, file)], { literalColumns: [column] });
  const table = reading.table.take(
    Int32Array.from({ length: nRows }, (_, i) => Math.floor((i * reading.table.nRows) / nRows)),
  );
  const { schema } = reading;
  const id = snapshotId(table, schema);
  return openTrials({
    definition: { name: "bench", data: { files: [file] }, target: { column }, search: { families: ["gbdt"] } },
    snapshot: {
      id,
      schema,
      nRows,
      object: id,
      source: { files: [], options: {}, nRejected: 0, rejected: [], notes: [] },
    },
    table,
    testStart: null,
    settings: { folds: 3, window: "expanding", embargo: 0, objectives: ["quality"], outerFolds: 0 },
  });
}

async function treesOf(file: string, column: string, data: string): Promise<Problem> {
  const bench = await openTable(file, column, data);
  const { space } = planSearch(searchFamilies(["gbdt"]), {}, ["quality"], 1, "bench");
  return {
    name: `boosted trees, ${file.split("/")[0]} (${nRows} rows)`,
    space: space.slice(1).map(({ when: _, ...dimension }) => dimension),
    loss(point) {
      const params = Object.fromEntries(
        Object.entries(point).map(([name, value]) => [name.replace("gbdt.", ""), value]),
      );
      return bench.runTrial({ outer: null, configuration: { family: "gbdt", params }, cutoffs: {} }, hooks).loss!;
    },
  };
}

// The whole search with and without successive halving: seconds and least loss.
async function halving(data: string, runs: number, say: (line: string) => void) {
  const bench = await openTable("california-housing/housing.csv", "median_house_value", data);
  const search = (seed: number, isHalving: boolean) => {
    const plan = planSearch(searchFamilies(["gbdt"]), {}, ["quality"], seed, "bench");
    const ended: EndedTrial[] = [];
    const startedAt = performance.now();
    while (ended.length < nTrials) {
      const { configuration, cutoffs } = nextTrial(plan, ended, [], ended.length + 1);
      const request = { outer: null, configuration: configuration!, cutoffs: isHalving ? cutoffs : {} };
      const outcome: TrialOutcome = bench.runTrial(request, hooks);
      ended.push({ number: ended.length + 1, runId: "", configuration: configuration!, outcome, error: null });
    }
    const loss = Math.min(...ended.flatMap(({ outcome }) => outcome!.loss ?? []));
    return { seconds: (performance.now() - startedAt) / 1000, loss };
  };
  const measured = [true, false].map((isHalving) => {
    const found = Array.from({ length: runs }, (_, k) => search(k + 1, isHalving));
    return {
      seconds: rounded(median(found.map(({ seconds }) => seconds)), 1),
      loss: digits(median(found.map(({ loss }) => loss))),
    };
  });
  const [halved, whole] = [measured[0]!, measured[1]!];
  say(
    `successive halving: ${halved.seconds} s, loss ${halved.loss}; every trial to its end: ${whole.seconds} s, loss ${whole.loss}`,
  );
  return { halved, whole };
}
