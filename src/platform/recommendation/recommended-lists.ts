import { createRng, permutation } from "../../lib/index.ts";
import { listMetrics, perUser, type UserList } from "../../ml/metrics/index.ts";
import type { FittedRecommender } from "../../ml/recommenders/index.ts";
import { listRanker } from "../capsule/index.ts";
import type { Wanted } from "./coded-events.ts";

/** At most so many users, drawn by the seed, in the order given. */
export function sampleUsers(users: readonly Wanted[], most: number, seed: number): readonly Wanted[] {
  if (users.length <= most) return users;
  const picked = permutation(users.length, createRng(seed).fork("users")).slice(0, most).sort();
  return Array.from(picked, (at) => users[at]!);
}

/** Users between two questions whether to stop. */
const usersBetweenChecks = 64;

/**
 * The list that each user gets from a recommender, as serving would give it: without what the user had, unless `includeSeen`.
 * @param known whether the users are those of the recommender; else each is anyone
 */
export function listsOf(
  recommender: FittedRecommender,
  users: readonly Wanted[],
  { k, includeSeen, known = true, check }: { k: number; includeSeen: boolean; known?: boolean; check: () => void },
): Int32Array[] {
  const rank = listRanker(recommender);
  return users.map(({ user }, at) => {
    if (at % usersBetweenChecks === 0) check();
    const request = { user: known ? user : null, history: none, excluded: none, includeSeen, among: null, k };
    return rank(request).items;
  });
}

const none = new Int32Array(0);

/** A metric of each user's list, cut at `at` places; NaN where the user wants nothing that the metric could judge. */
export function measureLists(
  metric: string,
  at: number,
  lists: readonly Int32Array[],
  wanted: readonly Pick<Wanted, "items">[],
): Float64Array {
  const name = `${metric}@${at}`;
  const found = listMetrics({ at }).find((candidate) => candidate.name === name)!;
  return perUser(
    found,
    lists.map((items, k): UserList => ({ items, relevant: wanted[k]!.items, gains: null })),
  );
}
