// Whole trainings, binning included, in warm processes: 100 trees of 31 leaves, the settings of both sides equal.
import { type BenchOptions, rounded } from "../support.ts";
import { type DataKind, dataFile, shapeOf } from "./data.ts";
import { type LearningBench, rowsOf } from "./learning-bench.ts";
import { compare, type Round } from "./pairs.ts";
import { type Goal, pairedRow, plainRow, type Row, type RowHead } from "./row.ts";
import { rowsOrReason, type Session, threadsText, withSession } from "./session.ts";

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
  readonly figure: "wall" | "cpu";
  readonly most: number | null;
}

const goal = (threads: 1 | 2, figure: "wall" | "cpu", peer: Peer, most: number | null): CaseGoal => ({
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
      goal(1, "cpu", "xgboost", 0.55),
      goal(1, "cpu", "lightgbm", 1),
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
      goal(1, "cpu", "xgboost", 0.3),
      goal(1, "cpu", "lightgbm", 0.8),
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
    goals: [goal(1, "cpu", "xgboost", null), goal(1, "cpu", "lightgbm", null), goal(1, "cpu", "sklearn", null)],
  },
];

/** Held-out AUC that ours may lack at most. */
const mostLostAuc = 0.001;

/** The benches of training. */
export const trainingBenches: readonly LearningBench[] = cases.map((one) => ({
  name: one.name,
  run: (options) => runCase(one, rowsOf(options, one.quick, one.full), options),
}));

function runCase(one: Case, rows: number, options: BenchOptions): Promise<Row[]> {
  return withSession(options, dataFile(one.kind, rows), async (session) => {
    const found: Row[] = [];
    for (const threads of [1, 2] as const) {
      const goals = one.goals.filter((wanted) => wanted.threads === threads);
      if (goals.length === 0) continue;
      const heads = goals.map((wanted) => timeHead(one, wanted, rows));
      found.push(...(await rowsOrReason(heads, () => trainInTurns(one, goals, rows, session))));
    }
    return found;
  });
}

async function trainInTurns(one: Case, goals: readonly CaseGoal[], rows: number, session: Session): Promise<Row[]> {
  const peers = [...new Set(goals.map(({ peer }) => peer))];
  const sides = ["ours", ...peers];
  const request = { do: "train", threads: goals[0]!.threads, defaults: one.defaults ?? false };
  // The first training of each side warms it up and is measured for its quality alone.
  const first = await session.each<Trained>(sides, { ...request, evaluate: true });
  const rounds = await session.turns<Times>(sides, { ...request, repeats: one.repeats });
  return [
    ...goals.map((wanted) => timeRow(timeHead(one, wanted, rows), wanted, first, rounds)),
    ...peers.map((peer) => qualityRow(one, peer, rows, first)),
  ];
}

function timeHead({ name, kind, full }: Case, { threads, figure, most, peer }: CaseGoal, rows: number): RowHead {
  return {
    bench: name,
    what: `${rows} × ${shapeOf(kind)}, ${threadsText(threads)}, ${words[figure]} time`,
    rows,
    unit: "s",
    goal: most === null ? null : { most, of: "ratio", peer, rows: full },
  };
}

const words = { cpu: "CPU", wall: "wall" } as const;

function timeRow(
  head: RowHead,
  { figure, peer }: CaseGoal,
  first: Readonly<Record<string, Trained>>,
  rounds: readonly Round<Times>[],
): Row {
  const other = figure === "cpu" ? "wall" : "cpu";
  const { ratio } = compare(rounds, ["ours", peer], (times) => times[`${other}Seconds`]);
  const quality = { ours: first.ours!.auc, peer: first[peer]!.auc };
  const note = `ratio of the ${words[other]} times ${ratio.toFixed(3)}`;
  return pairedRow({ ...head, quality, note }, rounds, ["ours", peer], (times) => times[`${figure}Seconds`]);
}

function qualityRow(
  { name, kind, full, defaults }: Case,
  peer: Peer,
  rows: number,
  first: Readonly<Record<string, Trained>>,
): Row {
  const [ours, theirs] = [first.ours!, first[peer]!];
  const goal: Goal | null = defaults ? null : { most: mostLostAuc, of: "lost", peer, rows: full };
  const note = `log loss ${ours.logLoss.toFixed(5)} and ${theirs.logLoss.toFixed(5)}`;
  return {
    ...plainRow({ bench: name, what: `${rows} × ${shapeOf(kind)}, held out`, rows, unit: "AUC", goal, note }, ours.auc),
    peer: { name: peer, value: rounded(theirs.auc, 4) },
    met: goal !== null && rows === full ? theirs.auc - ours.auc <= mostLostAuc : null,
  };
}
