import type { RankedItems } from "./recommender.ts";

/**
 * The k items of greatest score, best first, equal scores by index; fewer where fewer have one: −∞ and NaN are no scores. One pass with a heap of the k
 * best so far, whose root is the worst of them.
 * @param excluded items that are not wanted, in any order
 */
export function topItems(
  scores: Float64Array | Float32Array,
  k: number,
  excluded: Int32Array | null = null,
): RankedItems {
  return topAmong(scores, null, scores.length, k, excluded === null ? new Int32Array(0) : excluded.slice().sort());
}

/** {@link topItems} among the first n of some items, in any order; null: among items 0 … n − 1. */
export function topAmong(
  scores: Float64Array | Float32Array,
  candidates: Int32Array | null,
  n: number,
  k: number,
  unwanted: Int32Array,
): RankedItems {
  const most = Math.min(k, n);
  const heap = new Int32Array(most);
  // Whether item a stands behind item b.
  const isBehind = (a: number, b: number) => scores[a]! < scores[b]! || (scores[a] === scores[b] && a > b);
  let size = 0;
  let bar = -Number.MAX_VALUE;
  for (let c = 0; c < n; c++) {
    const item = candidates === null ? c : candidates[c]!;
    if (!(scores[item]! >= bar) || (size === most && isBehind(item, heap[0]!))) continue;
    if (unwanted.length > 0 && includes(unwanted, item)) continue;
    if (size < most) siftUp(heap, size++, item, isBehind);
    else siftDown(heap, size, item, isBehind);
    if (size === most) bar = scores[heap[0]!]!;
  }
  const items = heap.slice(0, size).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return { items, scores: Float64Array.from(items, (item) => scores[item]!) };
}

function siftUp(heap: Int32Array, place: number, item: number, isBehind: (a: number, b: number) => boolean): void {
  let at = place;
  while (at > 0 && isBehind(item, heap[(at - 1) >> 1]!)) {
    heap[at] = heap[(at - 1) >> 1]!;
    at = (at - 1) >> 1;
  }
  heap[at] = item;
}

// Puts an item in place of the root.
function siftDown(heap: Int32Array, size: number, item: number, isBehind: (a: number, b: number) => boolean): void {
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && isBehind(heap[child + 1]!, heap[child]!)) child++;
    if (!isBehind(heap[child]!, item)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = item;
}

function includes(ascending: Int32Array, item: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < item) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === item;
}
