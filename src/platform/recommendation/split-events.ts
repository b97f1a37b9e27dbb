import { createRng, permutation } from "../../lib/index.ts";
import type { RecommenderDefinition } from "./definition.ts";
import { type Events, placesByCode } from "./events.ts";
import { badSplit } from "./recommender-errors.ts";

/** Parts of the events, as the codes of {@link EventSplit.parts}. */
export const partCodes = { train: 0, validation: 1, test: 2 } as const;

/** How events are parted. */
export interface EventSplit {
  readonly kind: "time" | "latest" | "random" | "official";
  /** In a few words. */
  readonly says: string;
  /** One of {@link partCodes} per event. */
  readonly parts: Uint8Array;
  readonly notes: readonly string[];
}

const defaultShare = 0.1;
/** Events below which nothing of a user is held out. */
const fewestToHold = 3;

/**
 * Parts events by the definition's split. By time, events of the same instant stay in one part. By `latest` and `random`, a user keeps at least one event for
 * the training, one of fewer than 3 all; by `random` the events of one user with one item stay together. Throws RECOMMENDER_SPLIT where a part would be empty.
 * @param firstTestRow where rows of an official test file begin; null without one
 */
export function splitEvents(
  events: Events,
  definition: RecommenderDefinition,
  firstTestRow: number | null,
): EventSplit {
  const { time, split, seed = 1 } = definition;
  const { kind = time === undefined ? "random" : "time", validation = defaultShare } = split ?? {};
  const test = firstTestRow === null ? (split?.test ?? defaultShare) : 0;
  const parts = new Uint8Array(events.users.length);
  if (firstTestRow !== null)
    events.rows.forEach((row, k) => {
      if (row >= firstTestRow) parts[k] = partCodes.test;
    });
  const open = Int32Array.from(parts.keys()).filter((k) => parts[k] === partCodes.train);
  const hold = { events, open, parts, validation, test };
  if (kind === "time") holdByTime(hold);
  else holdByUser(hold, kind === "latest" ? null : seed);
  checkParts(parts, definition);
  const rule = {
    time: `by time along "${time}": trained on the past, tested on the latest events`,
    latest: `of each user the latest events along "${time}"`,
    random: "of each user items at random",
  }[kind];
  return firstTestRow === null
    ? { kind, says: rule, parts, notes: notesOf(kind, time !== undefined) }
    : {
        kind: "official",
        says: `the official test file; validation: ${rule}`,
        parts,
        notes: notesOf(kind, time !== undefined),
      };
}

interface Hold {
  readonly events: Events;
  /** Places of the events that may be held out. */
  readonly open: Int32Array;
  readonly parts: Uint8Array;
  readonly validation: number;
  readonly test: number;
}

function holdByTime({ events, open, parts, validation, test }: Hold): void {
  const times = events.times!;
  const sorted = Float64Array.from(open, (k) => times[k]!).sort();
  const untilValidation = cutOf(sorted, test * sorted.length);
  const before = sorted.filter((time) => time <= untilValidation);
  const untilTrain = cutOf(before, validation * sorted.length);
  for (const k of open) {
    if (times[k]! > untilValidation) parts[k] = partCodes.test;
    else if (times[k]! > untilTrain) parts[k] = partCodes.validation;
  }
}

// The instant after which about so many of the ascending times lie; where they are all the latest one, that before it. Infinity: none lies after it.
function cutOf(sorted: Float64Array, wanted: number): number {
  if (wanted === 0) return Number.POSITIVE_INFINITY;
  const latest = sorted.at(-1);
  const cut = sorted[Math.max(0, sorted.length - 1 - Math.round(wanted))];
  return (cut === latest ? sorted.findLast((time) => time < latest!) : cut) ?? Number.POSITIVE_INFINITY;
}

// Seed null: the latest events of each user; else items at random, each with all its events.
function holdByUser({ events, open, parts, validation, test }: Hold, seed: number | null): void {
  const { users, items, times, userIds } = events;
  const rng = seed === null ? null : createRng(seed).fork("split");
  const openUsers = open.map((k) => users[k]!);
  for (const places of placesByCode(openUsers, userIds.length)) {
    const own = places.map((at) => open[at]!);
    const units =
      rng === null
        ? Array.from(
            own.sort((a, b) => times![a]! - times![b]! || a - b),
            (k) => [k],
          )
        : [...Map.groupBy(own, (k) => items[k]!).values()];
    if (units.length < fewestToHold) continue;
    const order = rng === null ? units : Array.from(permutation(units.length, rng), (at) => units[at]!);
    const held = (share: number) => (share === 0 ? 0 : Math.max(1, Math.round(share * units.length)));
    const nTest = Math.min(held(test), units.length - 2);
    const nValidation = Math.min(held(validation), units.length - 1 - nTest);
    order.forEach((unit, at) => {
      const fromEnd = units.length - 1 - at;
      const part =
        fromEnd < nTest ? partCodes.test : fromEnd < nTest + nValidation ? partCodes.validation : partCodes.train;
      for (const k of unit) parts[k] = part;
    });
  }
}

function checkParts(parts: Uint8Array, { time }: RecommenderDefinition): void {
  for (const [name, code] of Object.entries(partCodes)) {
    if (parts.includes(code)) continue;
    throw badSplit(
      `no event is left for ${name === "train" ? "the training" : `the ${name}`}, some are needed`,
      time === undefined
        ? `Users with at least ${fewestToHold} items are needed`
        : 'Look whether the times differ, or use split: { kind: "random" }',
    );
  }
}

function notesOf(kind: "time" | "latest" | "random", hasTime: boolean): string[] {
  if (kind === "latest")
    return ["the training holds other users' events that are later than the events it is tested on"];
  if (kind === "random" && !hasTime)
    return [
      "there is no column of times, so that items held out may be older than those trained on: leave-out at random",
    ];
  return [];
}
