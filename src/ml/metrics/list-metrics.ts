import { discountAt } from "../stats/index.ts";

/** What a user was shown, and what they are known to have wanted. */
export interface UserList {
  /** Items shown, the best first, without duplicates. */
  readonly items: Int32Array;
  /** Relevant items, without duplicates: mostly those held out of the training. */
  readonly relevant: Int32Array;
  /** Gain of each relevant item, ≥ 0; null: all 1. Only NDCG reads it. */
  readonly gains: Float64Array | null;
}

/** A metric of one user's list. */
export interface ListMetric {
  readonly name: string;
  readonly direction: "maximise";
  readonly range: readonly [number, number];
  /** The convention chosen, in one sentence. */
  readonly definition: string;
  /** Null where the user has no relevant item (NDCG: none with a gain), for every list is as good as any other then. */
  readonly measure: (list: UserList) => number | null;
}

/** What an item counts at a place, 1 being the first: 1/log2(place + 1) by default, or 1/max(log2 place, 1) as LensKit for Java has it. */
export type ListDiscount = "log2(place+1)" | "max(log2(place),1)";

/** Options of {@link listMetrics}. */
export interface ListMetricOptions {
  /** Places from the top that count, above 0; Infinity: all that were shown. */
  readonly at: number;
  readonly discount?: ListDiscount;
}

/** The metrics of lists of recommendations. */
export function listMetrics({ at, discount = "log2(place+1)" }: ListMetricOptions): readonly ListMetric[] {
  const suffix = at === Number.POSITIVE_INFINITY ? "" : `@${at}`;
  const where = suffix === "" ? "the items shown" : `the first ${at} items shown`;
  const metric = (
    name: string,
    definition: string,
    judge: (hits: Hits, list: UserList) => number | null,
  ): ListMetric => ({
    name: `${name}${suffix}`,
    direction: "maximise",
    range: [0, 1],
    definition: `${definition}; a user without a relevant item is left out.`,
    measure: (list) => (list.relevant.length === 0 ? null : judge(hitsOf(list, at), list)),
  });
  const places = ({ items }: UserList) => (at === Number.POSITIVE_INFINITY ? items.length : at);
  return [
    metric(
      "precision",
      `Relevant ones of ${where}, divided by ${suffix === "" ? "their number" : `${at}, also where fewer were shown`}`,
      (hits, list) => (places(list) === 0 ? 0 : hits.length / places(list)),
    ),
    metric(
      "recall",
      `Relevant ones of ${where}, divided by all relevant items`,
      (hits, { relevant }) => hits.length / relevant.length,
    ),
    metric("hit-rate", `1 where one of ${where} is relevant, else 0`, (hits) => Math.min(1, hits.length)),
    metric(
      "ndcg",
      `Sum of gain × discount over ${where}, divided by that of the best list; the discount is 1/${discount === "log2(place+1)" ? "log2(place + 1)" : "max(log2 place, 1)"}`,
      (hits, list) => ndcgOf(hits, list, at, discount),
    ),
    metric("mrr", `1 over the place of the first relevant one of ${where}, 0 without`, ([first]) =>
      first === undefined ? 0 : 1 / first.place,
    ),
    metric(
      "map",
      `Sum over the relevant ones of ${where} of the precision up to their place, divided by the most that could be${suffix === "" ? "" : ` in ${at} places`}`,
      (hits, { relevant }) =>
        hits.reduce((sum, { place }, k) => sum + (k + 1) / place, 0) / Math.min(relevant.length, at),
    ),
  ];
}

/** A metric's value per list, NaN where it is undefined: the mean of what is left is the metric, and users are what a bootstrap draws. */
export function perUser({ measure }: ListMetric, lists: readonly UserList[]): Float64Array {
  return Float64Array.from(lists, (list) => measure(list) ?? Number.NaN);
}

/** Relevant items that were shown, by place, which counts from 1. */
type Hits = readonly { readonly place: number; readonly gain: number }[];

function hitsOf({ items, relevant, gains }: UserList, at: number): Hits {
  const gainOf = new Map<number, number>();
  relevant.forEach((item, k) => void gainOf.set(item, gains?.[k] ?? 1));
  const hits: { place: number; gain: number }[] = [];
  for (let k = 0; k < Math.min(at, items.length); k++) {
    const gain = gainOf.get(items[k]!);
    if (gain !== undefined) hits.push({ place: k + 1, gain });
  }
  return hits;
}

function ndcgOf(hits: Hits, { relevant, gains }: UserList, at: number, discount: ListDiscount): number | null {
  // discountAt counts places from 0 on: at place − 2 it is 1/log2(place).
  const worth = (place: number) =>
    discount === "log2(place+1)" ? discountAt(place - 1) : place <= 2 ? 1 : discountAt(place - 2);
  const best = (gains ?? new Float64Array(relevant.length).fill(1)).slice().sort().reverse();
  let ideal = 0;
  for (let k = 0; k < Math.min(at, best.length); k++) ideal += best[k]! * worth(k + 1);
  if (ideal === 0) return null;
  return hits.reduce((sum, { place, gain }) => sum + gain * worth(place), 0) / ideal;
}
