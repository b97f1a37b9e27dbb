import { type FittedRecommender, type ItemScores, topItems } from "../../ml/recommenders/index.ts";

/** What a list is asked for; users and items are indexes of the recommender. */
export interface ListRequest {
  /** Null: nobody that the recommender knows. */
  readonly user: number | null;
  /** What was done beside, or instead of, what the recommender knows of the user. */
  readonly history: Int32Array;
  /** Items that are not wanted. */
  readonly excluded: Int32Array;
  /** Whether items of the user's history may be listed. */
  readonly includeSeen: boolean;
  /** Only these may be listed; null: any item. */
  readonly among: Int32Array | null;
  readonly k: number;
}

/** Items, the best first. */
export interface RankedList {
  readonly items: Int32Array;
  /** NaN: the recommender has no score for the item, which stands where its popularity puts it among those. */
  readonly scores: Float64Array;
  /** What the order rests on: what is known of the user, the history that came along, or nothing of either. */
  readonly basis: "user" | "history" | "popularity";
}

/**
 * Lists out of a recommender's scores: at most k items without those seen or excluded. Where fewer have a score, the most popular of the rest follow, so that
 * a list is short only where the catalogue is. The same function ranks in the evaluation and behind every transport.
 */
export function listRanker(recommender: FittedRecommender): (request: ListRequest) => RankedList {
  const popularity = recommender.scoresOf({ items: new Int32Array(0), weights: null }).values.slice();
  const byPopularity = topItems(popularity, popularity.length).items;
  return ({ user, history, excluded, includeSeen, among, k }) => {
    const own = user === null ? noHistory : recommender.history(user);
    const known = scoresOf(recommender, user, own, history);
    const unwanted = new Set(excluded);
    if (!includeSeen) for (const items of [own.items, history]) for (const item of items) unwanted.add(item);
    const wanted = among === null ? null : new Set(among);
    const scores = known?.basis === "history" ? known.values : popularity;
    const best =
      wanted === null
        ? topItems(scores, k, Int32Array.from(unwanted))
        : bestOf(
            scores,
            k,
            [...wanted].filter((item) => !unwanted.has(item)),
          );
    const list = best.items.length < k ? filled(best, k, byPopularity, unwanted, wanted) : best;
    const basis = scores === popularity ? "popularity" : own.items.length > 0 ? "user" : "history";
    return { ...list, basis };
  };
}

const noHistory = { items: new Int32Array(0), weights: new Float64Array(0) };

// Null: nothing is known that could be scored.
function scoresOf(
  recommender: FittedRecommender,
  user: number | null,
  own: { readonly items: Int32Array; readonly weights: Float64Array },
  history: Int32Array,
): ItemScores | null {
  if (history.length === 0) return user === null ? null : recommender.scores(user);
  const items = new Int32Array(own.items.length + history.length);
  const weights = new Float64Array(items.length).fill(1);
  items.set(own.items);
  items.set(history, own.items.length);
  weights.set(own.weights);
  return recommender.scoresOf({ items, weights });
}

function bestOf(scores: ItemScores["values"], k: number, among: readonly number[]) {
  const scored = among.filter((item) => scores[item]! > Number.NEGATIVE_INFINITY);
  const items = Int32Array.from(scored.sort((a, b) => scores[b]! - scores[a]! || a - b)).subarray(0, k);
  return { items, scores: Float64Array.from(items, (item) => scores[item]!) };
}

function filled(
  best: Pick<RankedList, "items" | "scores">,
  k: number,
  byPopularity: Int32Array,
  unwanted: ReadonlySet<number>,
  wanted: ReadonlySet<number> | null,
): Pick<RankedList, "items" | "scores"> {
  const listed = new Set(best.items);
  const items = [...best.items];
  for (let place = 0; place < byPopularity.length && items.length < k; place++) {
    const item = byPopularity[place]!;
    if (!listed.has(item) && !unwanted.has(item) && (wanted?.has(item) ?? true)) items.push(item);
  }
  const scores = new Float64Array(items.length).fill(Number.NaN);
  scores.set(best.scores);
  return { items: Int32Array.from(items), scores };
}
