import { fromBase64, toBase64 } from "../../lib/index.ts";
import type { Interactions } from "./interactions.ts";
import { damagedRecommender } from "./recommender-errors.ts";

/** Interactions as plain data. Base64 of little-endian Int32Array and Float64Array; weights null: all 1. */
export interface InteractionsData {
  readonly offsets: string;
  readonly items: string;
  readonly weights: string | null;
}

/** What every recommender keeps. */
interface CommonData {
  readonly nUsers: number;
  readonly nItems: number;
  readonly interactions: InteractionsData;
}

/** Recommends by how many users an item has. */
export interface PopularityData extends CommonData {
  readonly kind: "popularity";
}

/** Item-item neighbours: per item those whose similarity is greatest, best first. Base64 as in {@link InteractionsData}. */
export interface ItemNeighboursData extends CommonData {
  readonly kind: "item-neighbours";
  /** nItems + 1 places. */
  readonly offsets: string;
  readonly neighbours: string;
  readonly similarities: string;
}

/** A factorisation: base64 of Float32Array, row-major nUsers × nFactors and nItems × nFactors. */
export interface AlsData extends CommonData {
  readonly kind: "als";
  readonly nFactors: number;
  readonly lambda: number;
  readonly alpha: number;
  readonly userFactors: string;
  readonly itemFactors: string;
  /** Base64 of Float64Array, nFactors × nFactors: Σ y yᵀ over all items, for histories of others. */
  readonly gram: string;
}

/** Any recommender as plain data. */
export type RecommenderData = PopularityData | ItemNeighboursData | AlsData;

type Numbers = Int32Array | Float32Array | Float64Array;

/** An array as base64 of its bytes, which lie lowest first on every machine that runs this. */
export function textOf(values: Numbers): string {
  return toBase64(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** An array of so many numbers from text. Throws RECOMMENDER_DATA. */
export function numbersOf<A extends Numbers>(
  form: { new (buffer: ArrayBuffer): A; readonly BYTES_PER_ELEMENT: number },
  text: unknown,
  length: number,
  name: string,
): A {
  if (typeof text !== "string") throw damagedRecommender(`"${name}" is no text`);
  const bytes = fromBase64(text);
  if (bytes.length !== form.BYTES_PER_ELEMENT * length)
    throw damagedRecommender(`"${name}" has ${bytes.length} bytes, ${form.BYTES_PER_ELEMENT * length} are needed`);
  const numbers = new form(bytes.slice().buffer);
  if (!numbers.every((x) => Number.isFinite(x)))
    throw damagedRecommender(`"${name}" holds a number that is not finite`);
  return numbers;
}

/** Places of rows: from 0 on, never falling. Throws RECOMMENDER_DATA. */
export function offsetsOf(text: unknown, nRows: number, name: string): Int32Array {
  const offsets = numbersOf(Int32Array, text, nRows + 1, name);
  if (offsets[0] !== 0 || !offsets.every((x, k) => k === 0 || x >= offsets[k - 1]!))
    throw damagedRecommender(`"${name}" does not ascend from 0`);
  return offsets;
}

/** Interactions as data. */
export function interactionsData({ offsets, items, weights }: Interactions): InteractionsData {
  return {
    offsets: textOf(offsets),
    items: textOf(items),
    weights: weights.every((weight) => weight === 1) ? null : textOf(weights),
  };
}

/** Interactions from their data, checked. Throws RECOMMENDER_DATA. */
export function interactionsFrom({ nUsers, nItems, interactions }: CommonData): Interactions {
  if (!isCount(nUsers) || !isCount(nItems)) throw damagedRecommender("its numbers of users and items are no counts");
  const offsets = offsetsOf(interactions?.offsets, nUsers, "offsets");
  const n = offsets[nUsers]!;
  const items = numbersOf(Int32Array, interactions.items, n, "items");
  const weights =
    interactions.weights === null
      ? new Float64Array(n).fill(1)
      : numbersOf(Float64Array, interactions.weights, n, "weights");
  for (let user = 0; user < nUsers; user++)
    for (let k = offsets[user]!; k < offsets[user + 1]!; k++) {
      const least = k === offsets[user] ? 0 : items[k - 1]! + 1;
      if (items[k]! < least || items[k]! >= nItems || !(weights[k]! > 0))
        throw damagedRecommender("its interactions are out of order");
    }
  return { nUsers, nItems, offsets, items, weights };
}

const isCount = (n: unknown) => Number.isInteger(n) && (n as number) >= 0;
