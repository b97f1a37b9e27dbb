// Turns of ours and the peers, each with what other processes used meanwhile, and medians of the ratios pair by pair.
import { loadavg } from "node:os";
import { median } from "../support.ts";
import { startMeter } from "./meter.ts";

/** One side of a comparison: what it measures in one turn, by name. */
export interface Side<Figures> {
  readonly name: string;
  run(): Promise<Figures>;
}

/** What all sides gave in one round. */
export interface Round<Figures> {
  readonly of: Readonly<Record<string, Figures>>;
  /** Cores that other processes used, the most of any turn. */
  readonly others: number;
  readonly loadAverage: number;
}

/** Cores of other processes above which a pair is disturbed. */
export const disturbedAbove = 0.15;

/**
 * Lets the sides take turns, the order reversed in every second round, until `runs` rounds were undisturbed, and twice as many rounds at
 * most. `pids` are the processes of the sides.
 */
export async function takeTurns<Figures>(
  sides: readonly Side<Figures>[],
  pids: readonly number[],
  runs: number,
): Promise<Round<Figures>[]> {
  const rounds: Round<Figures>[] = [];
  const quiet = () => rounds.filter(({ others }) => others <= disturbedAbove).length;
  while (quiet() < runs && rounds.length < 2 * runs) {
    const of: Record<string, Figures> = {};
    let others = 0;
    for (const side of rounds.length % 2 ? [...sides].reverse() : sides) {
      const stop = startMeter(pids);
      of[side.name] = await side.run();
      others = Math.max(others, stop());
    }
    rounds.push({ of, others, loadAverage: loadavg()[0]! });
  }
  return rounds;
}

/** The undisturbed rounds; all where none was. */
export function usable<Figures>(rounds: readonly Round<Figures>[]): readonly Round<Figures>[] {
  const quiet = rounds.filter(({ others }) => others <= disturbedAbove);
  return quiet.length > 0 ? quiet : rounds;
}

/** Medians of one figure of two sides, and of their ratios pair by pair. */
export function compare<Figures>(
  rounds: readonly Round<Figures>[],
  [ours, peer]: readonly [string, string],
  figure: (figures: Figures) => number,
): { ours: number; peer: number; ratio: number; ratios: number[] } {
  const pairs = usable(rounds).map(({ of }) => [figure(of[ours]!), figure(of[peer]!)] as const);
  const ratios = pairs.map(([own, theirs]) => own / theirs);
  return {
    ours: median(pairs.map(([own]) => own)),
    peer: median(pairs.map(([, theirs]) => theirs)),
    ratio: median(ratios),
    ratios,
  };
}
