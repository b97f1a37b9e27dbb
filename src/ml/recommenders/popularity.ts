import { historyOf, type Interactions, rowOf, usersPerItem } from "./interactions.ts";
import type { FittedRecommender, ItemScores, RankedItems, RecommenderLearner } from "./recommender.ts";
import { interactionsData, interactionsFrom, type PopularityData } from "./recommender-data.ts";
import { noInteractions, refused, unknownUser } from "./recommender-errors.ts";

/** The baseline: the same order for everyone, by the number of users an item has. It has no parameters. */
export function popularity(_params: Readonly<Record<string, never>> = {}): RecommenderLearner {
  return {
    kind: "popularity",
    params: {},
    fit(interactions) {
      if (interactions.items.length === 0) throw noInteractions();
      return popularityModel(interactions);
    },
  };
}

const noItems: RankedItems = { items: new Int32Array(0), scores: new Float64Array(0) };

/** What all recommenders answer alike, from the interactions of their fit. */
export function answersFrom(interactions: Interactions): Pick<FittedRecommender, "nUsers" | "nItems" | "history"> & {
  readonly popular: () => ItemScores;
  checkItem(item: number): void;
} {
  const { nUsers, nItems } = interactions;
  // The number of users of each item.
  const values = Float64Array.from(usersPerItem(interactions), (n) => (n > 0 ? n : Number.NEGATIVE_INFINITY));
  return {
    nUsers,
    nItems,
    popular: () => ({ values, basis: "popularity" }),
    history(user) {
      if (!(Number.isInteger(user) && user >= 0 && user < nUsers)) throw unknownUser(user, nUsers);
      return historyOf(interactions, user);
    },
    checkItem(item) {
      if (!(Number.isInteger(item) && item >= 0 && item < nItems))
        throw refused(`an index of an item lies outside of ${nItems} items`);
    },
  };
}

function popularityModel(interactions: Interactions): FittedRecommender {
  const { nUsers, nItems, history, popular, checkItem } = answersFrom(interactions);
  return {
    kind: "popularity",
    nUsers,
    nItems,
    history,
    scores(user) {
      history(user);
      return popular();
    },
    scoresOf(given) {
      rowOf(given, nItems);
      return popular();
    },
    similarItems(item) {
      checkItem(item);
      return noItems;
    },
    toJSON: () => ({ kind: "popularity", nUsers, nItems, interactions: interactionsData(interactions) }),
  };
}

/** A popularity model from its data. Throws RECOMMENDER_DATA. */
export function loadPopularity(data: PopularityData): FittedRecommender {
  return popularityModel(interactionsFrom(data));
}
