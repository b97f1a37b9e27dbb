// One line of the table of the learning engine: a figure of ours, the peer's, their ratio, and the goal.
import { rounded } from "../support.ts";
import { compare, disturbedAbove, type Round, usable } from "./pairs.ts";

/**
 * A goal: the greatest ratio to the peer, the greatest figure of ours, or the most that ours may lie below the peer; and the rows it
 * is set for, default any.
 */
export interface Goal {
  readonly most: number;
  readonly of: "ratio" | "ours" | "lost";
  readonly peer?: string;
  readonly rows?: number;
}

/** A figure with its goal. */
export interface Row {
  readonly bench: string;
  readonly what: string;
  readonly rows: number;
  readonly unit: string;
  readonly ours: number | null;
  readonly peer: { readonly name: string; readonly value: number } | null;
  /** Median of ours / peer pair by pair: below 1 where ours is better. */
  readonly ratio: number | null;
  readonly ratios: readonly number[];
  readonly goal: Goal | null;
  /** Null without a goal, without a figure, or at other rows than the goal is set for. */
  readonly met: boolean | null;
  readonly quality: { readonly ours: number; readonly peer: number } | null;
  readonly pairs: number;
  readonly quietPairs: number;
  /** Cores that other processes used, the most of any pair counted. */
  readonly others: number | null;
  readonly loadAverage: number | null;
  /** Why there is no figure, or what to know about it. */
  readonly note: string;
}

/** What a row says beside its figures. */
export interface RowHead {
  readonly bench: string;
  readonly what: string;
  readonly rows: number;
  readonly unit: string;
  readonly goal?: Goal | null;
  readonly quality?: Row["quality"];
  readonly note?: string;
}

/** A row of figures that were taken in pairs. */
export function pairedRow<Figures>(
  head: RowHead,
  rounds: readonly Round<Figures>[],
  names: readonly [string, string],
  figure: (figures: Figures) => number,
): Row {
  const { ours, peer, ratio, ratios } = compare(rounds, names, figure);
  return {
    ...plainRow(head, ours, rounds),
    peer: { name: names[1], value: rounded(peer, 4) },
    ratio: rounded(ratio, 3),
    ratios: ratios.map((value) => rounded(value, 3)),
    met: verdict(head, ours, ratio),
  };
}

/** A row of ours alone. */
export function plainRow(head: RowHead, ours: number | null, rounds: readonly Round<unknown>[] = []): Row {
  const used = usable(rounds);
  const most = (values: readonly number[]) => (values.length > 0 ? rounded(Math.max(...values), 2) : null);
  return {
    goal: null,
    quality: null,
    note: "",
    ...head,
    ours: ours === null ? null : rounded(ours, 4),
    peer: null,
    ratio: null,
    ratios: [],
    met: verdict(head, ours, null),
    pairs: rounds.length,
    quietPairs: rounds.filter(({ others }) => others <= disturbedAbove).length,
    others: most(used.map(({ others }) => others)),
    loadAverage: most(used.map(({ loadAverage }) => loadAverage)),
  };
}

function verdict({ goal, rows }: RowHead, ours: number | null, ratio: number | null): boolean | null {
  if (!goal || (goal.rows ?? rows) !== rows) return null;
  const figure = goal.of === "ratio" ? ratio : ours;
  return figure === null ? null : figure <= goal.most;
}

/** A row as a sentence. */
export function lineOf(row: Row): string {
  const { bench, what, unit, ours, peer, ratio, quality, quietPairs, pairs, others, loadAverage, note } = row;
  const parts = [
    `${bench}, ${what}: ours ${ours ?? "–"} ${unit}`,
    ...(quality ? [`AUC ${quality.ours.toFixed(4)}`] : []),
    ...(peer ? [`${peer.name} ${peer.value} ${unit}`] : []),
    ...(quality ? [`AUC ${quality.peer.toFixed(4)}`] : []),
    ...(ratio === null ? [] : [`ratio ${ratio}`]),
    ...goalText(row),
    ...(pairs > 0 ? [`${quietPairs} of ${pairs} pairs quiet, others ${others} cores, load ${loadAverage}`] : []),
    ...(note === "" ? [] : [note]),
  ];
  return parts.join("; ");
}

function goalText({ goal, met }: Row): string[] {
  if (!goal) return [];
  const { most, of, peer = "the peer", rows } = goal;
  const wanted = { ratio: `≤ ${most} × ${peer}`, ours: `≤ ${most}`, lost: `at most ${most} below ${peer}` }[of];
  const verdict =
    met === null ? `no verdict${rows === undefined ? "" : `, set for ${rows} rows`}` : met ? "met" : "MISSED";
  return [`goal ${wanted}: ${verdict}`];
}
