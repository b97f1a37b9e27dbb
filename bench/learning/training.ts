// Whole trainings, binning included, in warm processes: 100 trees of 31 leaves, the settings of both sides equal.
import { type BenchOptions, rounded } from "../support.ts";
import { type Child, Unavailable, withChildren } from "./child.ts";
import { type DataKind, dataFile, shapeOf } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { type Round, takeTurns } from "./pairs.ts";
import { type Goal, pairedRow, plainRow, type Row, type RowHead } from "./row.ts";

interface Times {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}
interface Trained extends Times {
  readonly auc: number;
  readonly logLoss: number;
}
type Peer = "xgboost" | "lightgbm" | "sklearn";

interface Case {
  readonly name: string;
  readonly kind: DataKind;
  readonly full: number;
  readonly quick: number;
  /** Trainings in one turn. */
  readonly repeats: number;
  /** The libraries' own settings in place of equal ones. */
  readonly defaults?: boolean;
  readonly goals: readonly CaseGoal[];
}

/** The greatest ratio to a peer's time; null: no goal, for information. */
interface CaseGoal {
  readonly threads: 1 | 2;
  readonly peer: Peer;
  readonly figure: "wall" | "CPU";
  readonly most: number | null;
}

const goal = (threads: 1 | 2, figure: "wall" | "CPU", peer: Peer, most: number | null): CaseGoal => ({
  threads,
  figure,
  peer,
  most,
});

const cases: readonly Case[] = [
  {
    name: "train-numeric",
    kind: "numeric",
    full: 1_000_000,
    quick: 100_000,
    repeats: 1,
    goals: [
      goal(1, "CPU", "xgboost", 0.55),
      goal(1, "CPU", "lightgbm", 1),
      goal(2, "wall", "xgboost", 0.75),
      goal(2, "wall", "lightgbm", 1),
    ],
  },
  {
    name: "train-mixed",
    kind: "mixed",
    full: 100_000,
    quick: 20_000,
    repeats: 1,
    goals: [
      goal(1, "CPU", "xgboost", 0.3),
      goal(1, "CPU", "lightgbm", 0.8),
      goal(2, "wall", "xgboost", 0.3),
      goal(2, "wall", "lightgbm", 0.8),
    ],
  },
  {
    name: "train-small",
    kind: "numeric",
    full: 10_000,
    quick: 10_000,
    repeats: 7,
    goals: [
      goal(1, "wall", "xgboost", 0.25),
      goal(1, "wall", "lightgbm", null),
      goal(2, "wall", "xgboost", 0.25),
      goal(2, "wall", "lightgbm", null),
    ],
  },
  {
    name: "train-defaults",
    kind: "mixed",
    full: 100_000,
    quick: 20_000,
    repeats: 1,
    defaults: true,
    goals: [goal(1, "CPU", "xgboost", null), goal(1, "CPU", "lightgbm", null), goal(1, "CPU", "sklearn", null)],
  },
];

/** Held-out AUC that ours may lack at most. */
const mostLostAuc = 0.001;

/** The benches of training. */
export const trainingBenches: readonly LearningBench[] = cases.map((one) => ({
  name: one.name,
  run: (options) => runCase(one, rowsOf(options, one.quick, one.full), options),
}));

function runCase(one: Case, rows: number, { runs, say }: BenchOptions): Promise<Row[]> {
  return withChildren(say, async (children) => {
    const file = dataFile(one.kind, rows);
    await Promise.all([children.engine.ask({ do: "load", ...file }), children.peers.ask({ do: "load", ...file })]);
    const found: Row[] = [];
    for (const threads of [1, 2] as const) {
      const goals = one.goals.filter((wanted) => wanted.threads === threads);
      if (goals.length > 0) found.push(...(await rowsFor(one, rows, threads, goals, children, runs)));
    }
    return found;
  });
}

async function rowsFor(
  one: Case,
  rows: number,
  threads: number,
  goals: readonly CaseGoal[],
  { engine, peers }: { engine: Child; peers: Child },
  runs: number,
): Promise<Row[]> {
  const { kind, repeats, defaults = false } = one;
  const request = { do: "train", threads, defaults };
  const names = [...new Set(goals.map(({ peer }) => peer))];
  const asks: Readonly<Record<string, (more: object) => Promise<unknown>>> = {
    ours: (more) => engine.ask({ ...request, ...more }),
    ...Object.fromEntries(
      names.map((name) => [name, (more: object) => peers.ask({ ...request, engine: name, ...more })]),
    ),
  };
  const what = `${rows} × ${shapeOf(kind)}, ${threads} thread${threads > 1 ? "s" : ""}`;
  const head = { bench: one.name, rows, unit: "s" };
  try {
    // The first training of each side warms it up and is measured for its quality alone.
    const trained: Record<string, Trained> = {};
    for (const [name, ask] of Object.entries(asks)) trained[name] = (await ask({ evaluate: true })) as Trained;
    const sides = Object.entries(asks).map(([name, ask]) => ({ name, run: () => ask({ repeats }) as Promise<Times> }));
    const rounds = await takeTurns(sides, [engine.pid, peers.pid], runs);
    return [
      ...goals.map((wanted) => timeRow({ ...head, what }, one, wanted, trained, rounds)),
      ...names.map((name) => qualityRow({ ...head, what, unit: "AUC" }, one, name, trained)),
    ];
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return goals.map((wanted) =>
      plainRow({ ...head, what: `${what}, ${wanted.figure}`, goal: goalOf(wanted, one), note: error.message }, null),
    );
  }
}

const goalOf = ({ most, peer }: CaseGoal, { full }: Case): Goal | null =>
  most === null ? null : { most, of: "ratio", peer, rows: full };

function timeRow(
  head: RowHead,
  one: Case,
  wanted: CaseGoal,
  trained: Readonly<Record<string, Trained>>,
  rounds: readonly Round<Times>[],
): Row {
  const { figure, peer } = wanted;
  const quality = { ours: trained.ours!.auc, peer: trained[peer]!.auc };
  return pairedRow(
    { ...head, what: `${head.what}, ${figure}`, goal: goalOf(wanted, one), quality },
    rounds,
    ["ours", peer],
    (times) => (figure === "CPU" ? times.cpuSeconds : times.wallSeconds),
  );
}

function qualityRow(head: RowHead, { full }: Case, peer: Peer, trained: Readonly<Record<string, Trained>>): Row {
  const [own, theirs] = [trained.ours!, trained[peer]!];
  const note = `log loss ${own.logLoss.toFixed(5)} and ${theirs.logLoss.toFixed(5)}`;
  return {
    ...plainRow({ ...head, goal: { most: mostLostAuc, of: "lost", peer, rows: full }, note }, own.auc),
    peer: { name: peer, value: rounded(theirs.auc, 4) },
    met: head.rows === full ? theirs.auc - own.auc <= mostLostAuc : null,
  };
}
