import { refused } from "./recommender-errors.ts";

/**
 * Who did something with what, how strongly: rows of users in compressed form. User u's items are `items[offsets[u] … offsets[u + 1])`, ascending and
 * without duplicates; an item that is not among them has weight 0.
 */
export interface Interactions {
  readonly nUsers: number;
  readonly nItems: number;
  /** nUsers + 1 places in `items`. */
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  /** From 1e-100 to 1e100: how often, how long, how much. */
  readonly weights: Float64Array;
}

/** Of a pair, its weights summed: so that products of two are neither 0 nor infinite. */
const leastWeight = 1e-100;
const greatestWeight = 1e100;

/** Items of one user, known or not. Order does not matter, an item that stands twice counts the sum of its weights. */
export interface History {
  readonly items: Int32Array;
  /** One per item, ≥ 0; null: all 1. */
  readonly weights: Float64Array | null;
}

/**
 * Interactions from pairs of user and item in any order. Weights of the same pair are summed in the order given; a pair whose weights sum to 0 is no
 * interaction and is left out. Throws INTERACTIONS for lengths that differ, indexes outside the counts, weights that are negative or not finite, and
 * sums outside of 1e-100 to 1e100.
 * @param weights one per pair; null: all 1
 */
export function interactionsOf(
  users: Int32Array,
  items: Int32Array,
  weights: Float64Array | null,
  nUsers: number,
  nItems: number,
): Interactions {
  checkPairs(users, items, weights, nUsers, nItems);
  // Two passes of counting sort, by item and then by user: stable, so that equal pairs lie together in the order given.
  const order = countingSort(countingSort(null, items, nItems), users, nUsers);
  return inOrder(order, users, items, weights, nUsers, nItems);
}

// Interactions from pairs whose order is known.
function inOrder(
  order: Int32Array,
  users: Int32Array,
  items: Int32Array,
  weights: Float64Array | null,
  nUsers: number,
  nItems: number,
): Interactions {
  const offsets = new Int32Array(nUsers + 1);
  const rowItems = new Int32Array(items.length);
  const rowWeights = new Float64Array(items.length);
  let n = 0;
  for (let k = 0; k < order.length; ) {
    const user = users[order[k]!]!;
    const item = items[order[k]!]!;
    let weight = 0;
    for (; k < order.length && users[order[k]!] === user && items[order[k]!] === item; k++) {
      weight += weights === null ? 1 : weights[order[k]!]!;
    }
    if (weight === 0) continue;
    if (weight < leastWeight || weight > greatestWeight)
      throw refused(
        `a weight lies outside of ${leastWeight} to ${greatestWeight}, numbers whose squares are numbers are needed`,
      );
    rowItems[n] = item;
    rowWeights[n++] = weight;
    offsets[user + 1]!++;
  }
  for (let user = 0; user < nUsers; user++) offsets[user + 1]! += offsets[user]!;
  return { nUsers, nItems, offsets, items: rowItems.slice(0, n), weights: rowWeights.slice(0, n) };
}

/** The same interactions with users and items in each other's place. */
export function transposed({ nUsers, nItems, offsets, items, weights }: Interactions): Interactions {
  const starts = new Int32Array(nItems + 1);
  for (let k = 0; k < items.length; k++) starts[items[k]! + 1]!++;
  for (let item = 0; item < nItems; item++) starts[item + 1]! += starts[item]!;
  const next = starts.slice();
  const users = new Int32Array(items.length);
  const transposedWeights = new Float64Array(items.length);
  for (let user = 0; user < nUsers; user++)
    for (let k = offsets[user]!; k < offsets[user + 1]!; k++) {
      const at = next[items[k]!]!++;
      users[at] = user;
      transposedWeights[at] = weights[k]!;
    }
  return { nUsers: nItems, nItems: nUsers, offsets: starts, items: users, weights: transposedWeights };
}

/** Number of users of each item. */
export function usersPerItem({ nItems, items }: Interactions): Int32Array {
  const counts = new Int32Array(nItems);
  for (let k = 0; k < items.length; k++) counts[items[k]!]!++;
  return counts;
}

/** What a user did: a view. */
export function historyOf(
  { offsets, items, weights }: Interactions,
  user: number,
): { readonly items: Int32Array; readonly weights: Float64Array } {
  const [from, to] = [offsets[user]!, offsets[user + 1]!];
  return { items: items.subarray(from, to), weights: weights.subarray(from, to) };
}

/** A history as a row of interactions: ascending, without duplicates and zeros. Throws INTERACTIONS. */
export function rowOf(
  { items, weights }: History,
  nItems: number,
): { readonly items: Int32Array; readonly weights: Float64Array } {
  const users = new Int32Array(items.length);
  checkPairs(users, items, weights, 1, nItems);
  const order = Int32Array.from(items.keys()).sort((a, b) => items[a]! - items[b]! || a - b);
  return historyOf(inOrder(order, users, items, weights, 1, nItems), 0);
}

function checkPairs(
  users: Int32Array,
  items: Int32Array,
  weights: Float64Array | null,
  nUsers: number,
  nItems: number,
): void {
  if (users.length !== items.length || (weights !== null && weights.length !== items.length))
    throw refused(
      `there are ${users.length} users, ${items.length} items and ${weights?.length ?? items.length} weights, equal numbers are needed`,
    );
  if (!users.every((user) => user >= 0 && user < nUsers))
    throw refused(`an index of a user lies outside of ${nUsers} users`);
  if (!items.every((item) => item >= 0 && item < nItems))
    throw refused(`an index of an item lies outside of ${nItems} items`);
  const nBad = weights?.reduce((n, weight) => n + Number(!(weight >= 0 && Number.isFinite(weight))), 0) ?? 0;
  if (nBad > 0) throw refused(`${nBad} weights are negative or not finite, numbers ≥ 0 are needed`);
}

// Brings `order` (null: 0, 1, …) into ascending order of its keys; stable.
function countingSort(order: Int32Array | null, keys: Int32Array, nKeys: number): Int32Array {
  const starts = new Int32Array(nKeys + 1);
  for (let k = 0; k < keys.length; k++) starts[keys[k]! + 1]!++;
  for (let key = 0; key < nKeys; key++) starts[key + 1]! += starts[key]!;
  const sorted = new Int32Array(keys.length);
  for (let k = 0; k < keys.length; k++) {
    const row = order === null ? k : order[k]!;
    sorted[starts[keys[row]!]!++] = row;
  }
  return sorted;
}
