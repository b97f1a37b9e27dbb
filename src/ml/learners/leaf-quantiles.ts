import { weightedQuantile } from "./baselines.ts";

/**
 * The quantile of the numbers in each leaf, as `weightedQuantile` gives it. Rows are sorted into their leaves by counting; where all
 * weights are equal a leaf's quantile is selected in linear time (Hoare 1961) instead of sorted for.
 * @param weights null: all equal
 * @param leafOfRow −1 for a row in no leaf
 */
export function leafQuantiles(
  values: Float64Array,
  weights: Float64Array | null,
  leafOfRow: Int32Array,
  nLeaves: number,
  level: number,
): number[] {
  const ends = new Int32Array(nLeaves);
  for (const leaf of leafOfRow) if (leaf >= 0) ends[leaf]!++;
  for (let leaf = 1; leaf < nLeaves; leaf++) ends[leaf]! += ends[leaf - 1]!;
  const next = Int32Array.from(ends, (_, leaf) => ends[leaf - 1] ?? 0);
  const sorted = new Float64Array(values.length);
  const sortedWeights = weights === null ? null : new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (leafOfRow[i]! < 0) continue;
    const at = next[leafOfRow[i]!]!++;
    sorted[at] = values[i]!;
    if (sortedWeights !== null) sortedWeights[at] = weights![i]!;
  }
  return Array.from(ends, (end, leaf) => {
    const from = ends[leaf - 1] ?? 0;
    const own = sorted.subarray(from, end);
    if (sortedWeights !== null) return weightedQuantile(own, sortedWeights.subarray(from, end), level);
    return selectedQuantile(own, level);
  });
}

/** `weightedQuantile` of numbers of equal weight; puts `values` into another order. NaN for none. */
export function selectedQuantile(values: Float64Array, level: number): number {
  const n = values.length;
  const place = level * n;
  const k = Math.min(n - 1, Math.floor(place));
  const found = select(values, k);
  if (k !== place || k === 0) return found;
  let below = values[0]!;
  for (let i = 1; i < k; i++) below = Math.max(below, values[i]!);
  return (below + found) / 2;
}

// The number that would stand at place k of the sorted numbers; afterwards none before it is greater.
function select(values: Float64Array, k: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = middleOf(values[low]!, values[(low + high) >>> 1]!, values[high]!);
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const kept = values[i]!;
      values[i++] = values[j]!;
      values[j--] = kept;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k]!;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
