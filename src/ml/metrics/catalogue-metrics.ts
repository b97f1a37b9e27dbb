import { log } from "../stats/index.ts";
import type { Measured } from "./metric.ts";

const ln2 = log(2);

/** Share of the catalogue that stands in at least one list: 0 … 1. Undefined for an empty catalogue. */
export function catalogueCoverage(lists: readonly Int32Array[], nItems: number): Measured {
  const shown = timesShown(lists, nItems);
  return nItems === 0
    ? { undefined: "the catalogue is empty" }
    : shown.reduce((n, times) => n + Number(times > 0), 0) / nItems;
}

/**
 * Gini coefficient of how often each item of the catalogue is shown: 0 where all are shown alike, near 1 where one has it all.
 * Σ (2i − n − 1) x_i / (n Σ x) over the counts in ascending order, i from 1. Undefined where nothing is shown.
 */
export function catalogueConcentration(lists: readonly Int32Array[], nItems: number): Measured {
  const shown = timesShown(lists, nItems).sort();
  const total = shown.reduce((sum, times) => sum + times, 0);
  if (total === 0) return { undefined: "no list shows an item" };
  return shown.reduce((sum, times, k) => sum + (2 * (k + 1) - nItems - 1) * times, 0) / (nItems * total);
}

/**
 * Novelty of each list (Zhou et al. 2010, doi 10.1073/pnas.1000488107): the mean over its items of −log2 of the share of users who have the item, in
 * bits. An item that nobody has counts as one of one user. NaN for an empty list.
 * @param usersPerItem in the training, one number per item
 */
export function listNovelty(lists: readonly Int32Array[], usersPerItem: Int32Array, nUsers: number): Float64Array {
  const bits = Float64Array.from(usersPerItem, (n) => log(nUsers / Math.max(1, n)) / ln2);
  return Float64Array.from(lists, (list) => list.reduce((sum, item) => sum + bits[item]!, 0) / list.length);
}

function timesShown(lists: readonly Int32Array[], nItems: number): Float64Array {
  const times = new Float64Array(nItems);
  for (const list of lists) for (const item of list) times[item]!++;
  return times;
}
