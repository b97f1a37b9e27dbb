/*
 * Sorting of numbers by index. Keys are the bits of the number, turned so that unsigned order is numeric order, in five radix
 * passes of 13 bits: linear, stable, and no comparison function in the loop. NaN comes last.
 */

const radixBits = 13;
const radix = 1 << radixBits;

/** Indexes that bring `values` into ascending order; stable, NaN last. */
export function argsort(values: Float64Array): Int32Array {
  const n = values.length;
  let order = Int32Array.from({ length: n }, (_, i) => i);
  if (n < 512) return order.sort((a, b) => compare(values[a]!, values[b]!) || a - b);
  const words = new Uint32Array(Float64Array.from(values, (x) => (x === 0 ? 0 : x)).buffer);
  const low = new Uint32Array(n);
  const high = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const isMissing = values[i]! !== values[i]!;
    const h = words[2 * i + 1]!;
    const mask = h >>> 31 === 1 ? 0xffffffff : 0;
    low[i] = isMissing ? 0xffffffff : (words[2 * i]! ^ mask) >>> 0;
    high[i] = isMissing ? 0xffffffff : (h ^ (mask | 0x80000000)) >>> 0;
  }
  let next = new Int32Array(n);
  for (let pass = 0; pass < 5; pass++) {
    const counts = new Int32Array(radix + 1);
    const digit = (i: number) => digitOf(low[i]!, high[i]!, pass);
    for (let i = 0; i < n; i++) counts[digit(i) + 1]!++;
    for (let d = 0; d < radix; d++) counts[d + 1]! += counts[d]!;
    for (let k = 0; k < n; k++) next[counts[digit(order[k]!)]!++] = order[k]!;
    [order, next] = [next, order];
  }
  return order;
}

function digitOf(low: number, high: number, pass: number): number {
  switch (pass) {
    case 0:
      return low & 0x1fff;
    case 1:
      return (low >>> 13) & 0x1fff;
    case 2:
      return ((low >>> 26) | (high << 6)) & 0x1fff;
    case 3:
      return (high >>> 7) & 0x1fff;
    default:
      return high >>> 20;
  }
}

function compare(a: number, b: number): number {
  if (a !== a) return b !== b ? 0 : 1;
  if (b !== b) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Quantile q of ascending values without NaN (type 7, linear between order statistics); NaN for none. */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const rest = at - low;
  const a = sorted[low]!;
  return rest === 0 ? a : a + rest * (sorted[low + 1]! - a);
}

/** The values that are not NaN, ascending. */
export function sortedPresent(values: Float64Array): Float64Array {
  const present = values.filter((x) => x === x);
  return present.sort();
}

/** f32 numbers without NaN in ascending order: three radix passes of 11 bits over their turned bits. A new array. */
export function sortedFloat32(values: Float32Array): Float32Array {
  const n = values.length;
  if (n < 2048) return values.slice().sort();
  let keys = new Uint32Array(values.slice().buffer);
  for (let i = 0; i < n; i++) keys[i]! ^= keys[i]! >>> 31 === 1 ? 0xffffffff : 0x80000000;
  let next = new Uint32Array(n);
  for (const shift of [0, 11, 22]) {
    const places = new Uint32Array(2049);
    for (let i = 0; i < n; i++) places[((keys[i]! >>> shift) & 2047) + 1]!++;
    for (let digit = 0; digit < 2048; digit++) places[digit + 1]! += places[digit]!;
    for (let i = 0; i < n; i++) next[places[(keys[i]! >>> shift) & 2047]!++] = keys[i]!;
    [keys, next] = [next, keys];
  }
  for (let i = 0; i < n; i++) keys[i]! ^= keys[i]! >>> 31 === 1 ? 0x80000000 : 0xffffffff;
  return new Float32Array(keys.buffer);
}

/** Ranks from 1 on, ties share their mean rank; NaN is not allowed. */
export function ranks(values: Float64Array): Float64Array {
  const order = argsort(values);
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let k = from; k < to; k++) out[order[k]!] = (from + to + 1) / 2;
    from = to;
  }
  return out;
}
