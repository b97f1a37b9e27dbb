import { type Interactions, interactionsOf } from "../../ml/recommenders/index.ts";
import { type Events, placesByCode } from "./events.ts";
import { type EventSplit, partCodes } from "./split-events.ts";

/**
 * Events under codes in which the users and items of training and validation come first, in order of appearance: a model holds no trace of those that only the
 * test has. Codes from `nUsers` and `nItems` on are new in the test.
 */
export interface CodedEvents {
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly weights: Float64Array | null;
  /** Ids by code. */
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  /** How many training and validation have. */
  readonly nUsers: number;
  readonly nItems: number;
  /** One of `partCodes` per event. */
  readonly parts: Uint8Array;
}

/** Codes the events of a split. */
export function codeEvents({ users, items, userIds, itemIds, weights }: Events, { parts }: EventSplit): CodedEvents {
  const isKnown = (k: number) => parts[k] !== partCodes.test;
  const user = codesOf(users, isKnown);
  const item = codesOf(items, isKnown);
  return {
    users: user.codes,
    items: item.codes,
    weights,
    userIds: user.order.map((value) => userIds[value]!),
    itemIds: item.order.map((value) => itemIds[value]!),
    nUsers: user.nKnown,
    nItems: item.nKnown,
    parts,
  };
}

// Codes of values, of the known ones first; `order` holds the values by code.
function codesOf(values: Int32Array, isKnown: (k: number) => boolean) {
  const codeOf = new Map<number, number>();
  const add = (value: number) => {
    if (!codeOf.has(value)) codeOf.set(value, codeOf.size);
  };
  values.forEach((value, k) => {
    if (isKnown(k)) add(value);
  });
  const nKnown = codeOf.size;
  for (const value of values) add(value);
  return { codes: values.map((value) => codeOf.get(value)!), order: [...codeOf.keys()], nKnown };
}

/** What users did in some parts, over all known users and items. */
export function interactionsIn(
  { users, items, weights, nUsers, nItems, parts }: CodedEvents,
  ...wanted: readonly (keyof typeof partCodes)[]
): Interactions {
  const codes = wanted.map((name) => partCodes[name] as number);
  const places = Int32Array.from(parts.keys()).filter((k) => codes.includes(parts[k]!));
  return interactionsOf(
    places.map((k) => users[k]!),
    places.map((k) => items[k]!),
    weights && Float64Array.from(places, (k) => weights[k]!),
    nUsers,
    nItems,
  );
}

/** A user with the items that they took up in a part that was held out. */
export interface Wanted {
  readonly user: number;
  /** Codes, ascending; those from the number of known items on cannot be recommended and count as missed. */
  readonly items: Int32Array;
}

/** What a part that was held out asks of a model. */
export interface HeldOut {
  /** Users with a history, in the order of their codes. */
  readonly known: readonly Wanted[];
  /** Users without one: they can be recommended what is popular. */
  readonly unknown: readonly Wanted[];
  /** Pairs of user and item that repeat the user's history; they are not wanted unless `includeSeen`. */
  readonly nRepeats: number;
  /** Wanted pairs, and those of them whose item nobody had before. */
  readonly nWanted: number;
  readonly nNewItems: number;
}

/** What each user of a part wanted, given what was done before. */
export function heldOutOf(
  { users, items, userIds, parts }: CodedEvents,
  part: "validation" | "test",
  history: Interactions,
  includeSeen: boolean,
): HeldOut {
  const places = Int32Array.from(parts.keys()).filter((k) => parts[k] === partCodes[part]);
  const isSeen = new Uint8Array(history.nItems);
  for (const item of history.items) isSeen[item] = 1;
  const found = { known: [] as Wanted[], unknown: [] as Wanted[], nRepeats: 0, nWanted: 0, nNewItems: 0 };
  const placeUsers = places.map((k) => users[k]!);
  for (const [user, own] of placesByCode(placeUsers, userIds.length).entries()) {
    const row = user < history.nUsers ? history.items.subarray(history.offsets[user], history.offsets[user + 1]) : none;
    const had = new Set(row);
    const all = [...new Set(own.map((at) => items[places[at]!]!))].sort((a, b) => a - b);
    const wanted = includeSeen ? all : all.filter((item) => !had.has(item));
    found.nRepeats += all.filter((item) => had.has(item)).length;
    found.nWanted += wanted.length;
    found.nNewItems += wanted.filter((item) => isSeen[item] !== 1).length;
    if (wanted.length === 0) continue;
    (row.length > 0 ? found.known : found.unknown).push({ user, items: Int32Array.from(wanted) });
  }
  return found;
}

const none = new Int32Array(0);
