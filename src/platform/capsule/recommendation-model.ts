import { FettleError } from "../../lib/index.ts";
import { loadRecommender, type RecommenderData } from "../../ml/recommenders/index.ts";
import { listRanker } from "./list-ranker.ts";
import { scoreUsers } from "./recommendation-batch.ts";
import { type RecommendationRequest, readRecommendationRequest } from "./recommendation-request.ts";
import type { JsonObject, TaskKernels, TaskModel, TaskModelData, TaskSignature } from "./task-model.ts";

/** A recommender with the names of its users and items. */
export interface RecommendationData extends TaskModelData {
  readonly kind: "recommendation";
  /** Items in an answer unless a request says otherwise. */
  readonly k: number;
  /** Whether items that a user had may be recommended again, unless a request says otherwise. */
  readonly includeSeen: boolean;
  /** Names of the columns in files to score. */
  readonly columns: { readonly user: string; readonly item: string };
  /** Ids by index. */
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** Names of the items by index, null where one has none; absent: answers hold ids alone. */
  readonly names?: readonly (string | null)[];
  readonly recommender: RecommenderData;
}

/** A recommender ready to answer. Throws CAPSULE_RECOMMENDER where its names do not fit, RECOMMENDER_DATA. */
export function openRecommendation(
  data: TaskModelData,
  signature: TaskSignature,
  kernels: TaskKernels = {},
): TaskModel {
  const { k, includeSeen, columns, users, items, names, recommender } = data as RecommendationData;
  const fitted = loadRecommender(recommender, kernels.scan);
  const userOf = indexOf(users, fitted.nUsers, "users");
  const itemOf = indexOf(items, fitted.nItems, "items");
  if (names !== undefined) checkNames(names, fitted.nItems);
  const nameOf = (item: number | null) => names && { name: item === null ? null : names[item]! };
  const rank = listRanker(fitted);
  const known = (ids: readonly string[] = []) => Int32Array.from(ids.flatMap((id) => itemOf.get(id) ?? []));

  const answer = (request: RecommendationRequest) => {
    const { user = null, history, exclude, items: among } = request;
    const list = rank({
      user: user === null ? null : (userOf.get(user) ?? null),
      history: known(history),
      excluded: known(exclude),
      includeSeen: request.includeSeen ?? includeSeen,
      among: among === undefined ? null : known(among),
      k: request.k ?? among?.length ?? k,
    });
    const listed = Array.from(list.items, (item, place) => ({
      item: items[item]!,
      ...nameOf(item),
      rank: place + 1,
      score: Number.isNaN(list.scores[place]!) ? null : list.scores[place]!,
    }));
    return { user, items: [...listed, ...neverSeen(request, listed.length)], basis: list.basis };
  };
  // Items to rank that no training saw: after all others, in the order given.
  const neverSeen = (
    { items: among = [], exclude = [], k: most = Number.POSITIVE_INFINITY }: RecommendationRequest,
    n: number,
  ) =>
    [...new Set(among)]
      .filter((id) => !itemOf.has(id) && !exclude.includes(id))
      .slice(0, Math.max(0, most - n))
      .map((item, place) => ({ item, ...nameOf(null), rank: n + place + 1, score: null }));

  return {
    signature,
    example: { user: users[0] ?? null, k: Math.min(k, 5) },
    read: readRecommendationRequest,
    answer: (request) => answer(request as RecommendationRequest) as JsonObject,
    inputTypes: { [columns.user]: "id", k: "integer" },
    score: (batches, onNote) =>
      scoreUsers({
        batches,
        onNote,
        columns,
        k,
        hasNames: names !== undefined,
        answer,
        keyOf: (user) => userOf.get(user) ?? user,
      }),
  };
}

function indexOf(ids: unknown, n: number, name: string): ReadonlyMap<string, number> {
  const isList = Array.isArray(ids) && ids.length === n && ids.every((id) => typeof id === "string");
  const index = new Map(isList ? (ids as string[]).map((id, k) => [id, k]) : []);
  if (isList && index.size === n) return index;
  throw badNames(`the names of its ${name} are no list of ${n} different texts`);
}

function checkNames(names: unknown, n: number): void {
  const isName = (name: unknown) => name === null || typeof name === "string";
  if (!(Array.isArray(names) && names.length === n && names.every(isName)))
    throw badNames(`what its items are called is no list of ${n} texts and nulls`);
}

function badNames(what: string): FettleError {
  return new FettleError("damaged", "CAPSULE_RECOMMENDER", `Cannot read the capsule: ${what}`, {
    hint: "Use the version of fettle that made it",
  });
}
