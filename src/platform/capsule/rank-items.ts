import { FettleError } from "../../lib/index.ts";
import { bestFirst } from "../../ml/stats/index.ts";
import type { AnyTask } from "../evaluation/index.ts";
import type { RawRow } from "../features/index.ts";
import type { Predictor } from "./predictor.ts";
import { parseRow, type RowProblem, type Signature, valueClass } from "./signature.ts";

/** One item of a ranked list. */
export interface RankedItem {
  /** 1 is the best. */
  readonly rank: number;
  /** Place in the request's `items`, from 0. */
  readonly index: number;
  readonly score: number;
}

/** A request for a ranked list, read: the items as a model's inputs, and how many to list. */
export interface RankRequest {
  readonly items: readonly RawRow[];
  readonly k: number;
}

const refused = (what: string) =>
  new FettleError("invalid-input", "RANK_REQUEST", `Cannot rank the items: ${what}`, {
    hint: 'Send {"query": {fields of all items}, "items": [{fields of one}, …], "k": 10}; "query" and "k" may be left out',
  });

/** What is said to a request for a ranked list where the model's task is another. */
export function notARanking(task: AnyTask): FettleError {
  return refused(`the model's task is ${task}, a ranking is needed`);
}

/**
 * Reads `{query, items, k}`: every item has the fields of `query` beside its own, which count where both have one. Without `k`, or with one greater than
 * the list, all items are listed. Problems of single fields are added to `problems`, their row is the item's place. Throws RANK_REQUEST.
 */
export function readRankRequest(
  signature: Signature,
  { query, items, k }: { readonly query?: unknown; readonly items?: unknown; readonly k?: unknown },
  problems: RowProblem[],
): RankRequest {
  if (signature.task !== "ranking") throw notARanking(signature.task);
  if (!Array.isArray(items)) throw refused(`"items" is ${valueClass(items)}, a list of objects is needed`);
  if (query !== undefined && query !== null && !isObject(query))
    throw refused(`"query" is ${valueClass(query)}, an object of fields is needed`);
  if (k !== undefined && k !== null && !(Number.isInteger(k) && (k as number) >= 1))
    throw refused('"k" is no whole number ≥ 1, one is needed');
  return {
    items: items.map((item, i) => parseRow(signature, isObject(item) ? { ...query, ...item } : item, i, problems)),
    k: typeof k === "number" ? Math.min(k, items.length) : items.length,
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The k items of the greatest scores, the best first; equal scores in the order of the items. */
export function rankItems(predictor: Predictor, { items, k }: RankRequest): RankedItem[] {
  const out = new Float64Array(1);
  const scores = Float64Array.from(items, (item) => {
    predictor.predictRow(item, out);
    return out[0]!;
  });
  return Array.from(bestFirst(scores).subarray(0, k), (index, at) => ({ rank: at + 1, index, score: scores[index]! }));
}
