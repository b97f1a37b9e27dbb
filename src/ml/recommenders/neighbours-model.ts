import { type Interactions, rowOf } from "./interactions.ts";
import { answersFrom } from "./popularity.ts";
import type { FittedRecommender, ItemScores } from "./recommender.ts";
import {
  type ItemNeighboursData,
  interactionsData,
  interactionsFrom,
  numbersOf,
  offsetsOf,
  textOf,
} from "./recommender-data.ts";
import { damagedRecommender } from "./recommender-errors.ts";

/** Per item i its neighbours, best first: places `offsets[i]` … `offsets[i + 1]` of the two arrays. */
export interface Neighbours {
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  readonly similarities: Float64Array;
}

/** A recommender by item-item neighbours. */
export function neighboursModel(interactions: Interactions, neighbours: Neighbours): FittedRecommender {
  const { nUsers, nItems, history, popular, checkItem } = answersFrom(interactions);
  const { offsets, items, similarities } = neighbours;
  const values = new Float64Array(nItems);
  const scoresFrom = (row: ReturnType<typeof history>): ItemScores => {
    values.fill(Number.NEGATIVE_INFINITY);
    let nMet = 0;
    row.items.forEach((item, k) => {
      for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
        const other = items[at]!;
        const part = row.weights[k]! * similarities[at]!;
        if (values[other]! >= 0) values[other]! += part;
        else values[other] = part;
        nMet++;
      }
    });
    return nMet === 0 ? popular() : { values, basis: "history" };
  };
  return {
    kind: "item-neighbours",
    nUsers,
    nItems,
    history,
    scores: (user) => scoresFrom(history(user)),
    scoresOf: (given) => scoresFrom(rowOf(given, nItems)),
    similarItems(item, k) {
      checkItem(item);
      const [from, to] = [offsets[item]!, Math.min(offsets[item]! + k, offsets[item + 1]!)];
      return { items: items.slice(from, to), scores: similarities.slice(from, to) };
    },
    toJSON: () => ({
      kind: "item-neighbours",
      nUsers,
      nItems,
      interactions: interactionsData(interactions),
      offsets: textOf(offsets),
      neighbours: textOf(items),
      similarities: textOf(similarities),
    }),
  };
}

/** A recommender by item-item neighbours from its data. Throws RECOMMENDER_DATA. */
export function loadItemNeighbours(data: ItemNeighboursData): FittedRecommender {
  const interactions = interactionsFrom(data);
  const offsets = offsetsOf(data.offsets, data.nItems, "offsets of neighbours");
  const n = offsets[data.nItems]!;
  const items = numbersOf(Int32Array, data.neighbours, n, "neighbours");
  const similarities = numbersOf(Float64Array, data.similarities, n, "similarities");
  if (!items.every((item) => item >= 0 && item < data.nItems)) throw damagedRecommender("a neighbour is no item");
  if (!similarities.every((value) => value >= 0)) throw damagedRecommender("a similarity is negative");
  return neighboursModel(interactions, { offsets, items, similarities });
}
