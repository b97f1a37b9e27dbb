import { createRng, permutation } from "../../lib/index.ts";
import type { Interactions } from "../../ml/recommenders/index.ts";
import type { Point, RecommendationEvaluation } from "../evaluation/index.ts";
import type { Wanted } from "./coded-events.ts";
import type { Events } from "./events.ts";
import { type EventSplit, partCodes } from "./split-events.ts";

/** Points of a curve beside its start. */
const mostPoints = 60;

/** Share of the items, most frequent first, against the share of all counts that they have; from 0, 0 to 1, 1. */
export function cumulativeShares(counts: ArrayLike<number>): Point[] {
  const sorted = Float64Array.from(counts).sort().reverse();
  const total = sorted.reduce((sum, n) => sum + n, 0);
  if (total === 0) return [];
  // Dense at the head, where the curve bends.
  const places = new Set(
    Array.from({ length: mostPoints }, (_, k) => Math.max(1, Math.ceil(sorted.length * ((k + 1) / mostPoints) ** 2))),
  );
  const points: Point[] = [[0, 0]];
  let sum = 0;
  sorted.forEach((n, at) => {
    sum += n;
    if (places.has(at + 1)) points.push([(at + 1) / sorted.length, sum / total]);
  });
  return points;
}

/** How often each item stands in lists, cut at k places. */
export function timesShown(lists: readonly Int32Array[], k: number, nItems: number): Int32Array {
  const shown = new Int32Array(nItems);
  for (const list of lists) for (const item of list.subarray(0, k)) shown[item]!++;
  return shown;
}

/** How many users each item has. */
export function usersPerItem({ items, nItems }: Interactions): Int32Array {
  const users = new Int32Array(nItems);
  for (const item of items) users[item]!++;
  return users;
}

const activityEnds = [1, 2, 4, 9, 19, 49, 99, 199, 499, Number.POSITIVE_INFINITY];

/** Users by the number of their items, from the first class to the last that has any. */
export function activityOf({ offsets, nUsers }: Interactions): RecommendationEvaluation["activity"] {
  const counts = activityEnds.map(() => 0);
  for (let user = 0; user < nUsers; user++) {
    const n = offsets[user + 1]! - offsets[user]!;
    if (n > 0) counts[activityEnds.findIndex((end) => n <= end)]!++;
  }
  const says = activityEnds.map((end, at) => {
    const start = at === 0 ? 1 : activityEnds[at - 1]! + 1;
    if (end === Number.POSITIVE_INFINITY) return `${start}+`;
    return end === start ? String(end) : `${start}–${end}`;
  });
  const isUsed = counts.map((n) => n > 0);
  const classes = counts.map((n, at) => ({ says: says[at]!, nUsers: n }));
  return classes.slice(isUsed.indexOf(true), isUsed.lastIndexOf(true) + 1);
}

const nBars = 40;

/** Counts of events over time by part; null without times. */
export function timelineOf(
  { times }: Events,
  { parts }: EventSplit,
  isInstant: boolean,
): RecommendationEvaluation["timeline"] {
  if (times === null) return null;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    low = Math.min(low, time);
    high = Math.max(high, time);
  }
  if (low === high) return null;
  const counts = [0, 1, 2].map(() => Array.from({ length: nBars }, () => 0));
  times.forEach((time, k) => {
    const bar = Math.min(nBars - 1, Math.floor((nBars * (time - low)) / (high - low)));
    counts[parts[k]!]![bar]!++;
  });
  const scale = isInstant ? 1 : epochScale(low, high);
  return {
    unit: scale === null ? "number" : "instant",
    edges: Array.from({ length: nBars + 1 }, (_, k) => (scale ?? 1) * (low + (k * (high - low)) / nBars)),
    train: counts[partCodes.train]!,
    validation: counts[partCodes.validation]!,
    test: counts[partCodes.test]!,
  };
}

// Milliseconds per unit where numbers look like seconds or milliseconds since 1970, between 1973 and 2286; null where they do not.
function epochScale(low: number, high: number): number | null {
  if (low >= 1e8 && high < 1e10) return 1000;
  return low >= 1e11 && high < 1e13 ? 1 : null;
}

const nExamples = 6;
const exampleLength = 10;

/** Lists of a few users by chance; the users go by a letter. */
export function examplesOf(
  known: readonly Wanted[],
  lists: readonly Int32Array[],
  { offsets }: Interactions,
  itemIds: readonly string[],
  seed: number,
): RecommendationEvaluation["examples"] {
  const picked = permutation(known.length, createRng(seed).fork("examples")).slice(0, nExamples);
  return Array.from(picked, (at, n) => {
    const { user, items } = known[at]!;
    const wanted = new Set(items);
    return {
      user: String.fromCharCode(65 + n),
      nHistory: offsets[user + 1]! - offsets[user]!,
      nWanted: items.length,
      items: Array.from(lists[at]!.subarray(0, exampleLength), (item) => ({
        item: itemIds[item]!,
        isHit: wanted.has(item),
      })),
    };
  });
}
