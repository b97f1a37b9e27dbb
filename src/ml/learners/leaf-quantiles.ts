/**
 * The quantile of the numbers in each leaf, linear between order statistics (type 7 of Hyndman & Fan 1996): what is tried out on new rows errs less
 * with it than with a jump at each row. Rows are sorted into their leaves by counting; where all weights are equal a leaf's
 * quantile is selected in linear time (Hoare 1961) instead of sorted for.
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
  const byLeaf = new Float64Array(values.length);
  const weightsByLeaf = weights === null ? null : new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (leafOfRow[i]! < 0) continue;
    const at = next[leafOfRow[i]!]!++;
    byLeaf[at] = values[i]!;
    if (weightsByLeaf !== null) weightsByLeaf[at] = weights![i]!;
  }
  return Array.from(ends, (end, leaf) => {
    const from = ends[leaf - 1] ?? 0;
    const own = byLeaf.subarray(from, end);
    if (weightsByLeaf === null) return selectedQuantile(own, level);
    return interpolatedQuantile(own, weightsByLeaf.subarray(from, end), level);
  });
}

/** Type-7 quantile of numbers of equal weight; puts `values` into another order. */
function selectedQuantile(values: Float64Array, level: number): number {
  const at = level * (values.length - 1);
  const k = Math.floor(at);
  const low = select(values, k);
  if (k === at) return low;
  let high = Number.POSITIVE_INFINITY;
  for (let i = k + 1; i < values.length; i++) high = Math.min(high, values[i]!);
  return low + (at - k) * (high - low);
}

/**
 * The same with weights: number k of n (from 0, ascending) stands at the share (C + k/(n−1)·w) / W of the way, C being the weight before it, w its
 * own and W the sum. Equal weights give type 7. Numbers of weight 0 do not count; where all do, the answer is 0.
 */
function interpolatedQuantile(values: Float64Array, weights: Float64Array, level: number): number {
  const order = Int32Array.from(values.keys())
    .filter((i) => weights[i]! > 0)
    .sort((a, b) => values[a]! - values[b]! || weights[a]! - weights[b]!);
  let total = 0;
  for (const i of order) total += weights[i]!;
  let before = 0;
  let last = 0;
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!;
    const place = before + (k === 0 ? 0 : (k / (order.length - 1)) * weights[i]!);
    const goal = level * total;
    if (k > 0 && place >= goal) {
      const low = values[order[k - 1]!]!;
      return low + ((goal - last) / (place - last)) * (values[i]! - low);
    }
    before += weights[i]!;
    last = place;
  }
  return order.length === 0 ? 0 : values[order.at(-1)!]!;
}

// The number that would stand at place k of the sorted numbers; afterwards none before it is greater and none behind it smaller.
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
