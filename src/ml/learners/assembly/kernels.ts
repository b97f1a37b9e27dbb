// AssemblyScript. The specification of each kernel is the TypeScript of the same name in gbdt-plain.ts; a property test holds the two
// together. All arguments are byte offsets into the one memory, or counts.
//
// A pair is a row's gradient and hessian as whole i32 numbers. A bin is two i64: the sum of gradients; and the sum of hessians in the low
// `hessianBits`, with the number of rows above them. One vector addition updates all three, exactly.

// Rows that are gathered into a small buffer before their bins are counted: the copies are independent of each other, so their cache
// misses overlap, which those of read-modify-write would not.
const blockRows: u32 = 256;

/** First byte of the memory that is free. */
export const heapBase: usize = __heap_base;

/**
 * Adds rows to the histogram of the active columns: rows `from` … `to` of `rows`, or rows `from` … `to` themselves where `rows` is 0.
 * bins: n × stride bytes, row-major, stride a multiple of 16; active: column indexes; offsets: byte offset of each one's bins in `out`.
 * `nQuads`: the first 4 · nQuads active columns come in runs of four neighbours. scratch: blockRows × (stride + 16) bytes.
 */
export function histogram(
  bins: usize,
  stride: usize,
  rows: usize,
  from: u32,
  to: u32,
  pairs: usize,
  hessianBits: u32,
  active: usize,
  offsets: usize,
  nActive: u32,
  nQuads: u32,
  out: usize,
  scratch: usize,
): void {
  const buffer = scratch + blockRows * 16;
  for (let start = from; start < to; start += blockRows) {
    const n = min(blockRows, to - start);
    let block = buffer;
    if (rows == 0) {
      block = bins + <usize>start * stride;
      for (let r: u32 = 0; r < n; r++) widen(pairs + ((<usize>start + r) << 3), scratch + (<usize>r << 4), hessianBits);
    } else {
      const list = rows + (<usize>start << 2);
      for (let r: u32 = 0; r < n; r++) {
        const row = <usize>load<u32>(list + (<usize>r << 2));
        widen(pairs + (row << 3), scratch + (<usize>r << 4), hessianBits);
        const source = bins + row * stride;
        const target = buffer + <usize>r * stride;
        for (let byte: usize = 0; byte < stride; byte += 16) v128.store(target + byte, v128.load(source + byte));
      }
    }
    const end = scratch + (<usize>n << 4);
    let j: u32 = 0;
    for (; j < nQuads << 2; j += 4) {
      const slot = <usize>j << 2;
      const o0 = out + load<u32>(offsets + slot);
      const o1 = out + load<u32>(offsets + slot, 4);
      const o2 = out + load<u32>(offsets + slot, 8);
      const o3 = out + load<u32>(offsets + slot, 12);
      let at = block + load<u32>(active + slot);
      for (let pair = scratch; pair < end; pair += 16) {
        const gh = v128.load(pair);
        const four = <usize>load<u32>(at);
        add(o0 + ((four << 4) & 0xff0), gh);
        add(o1 + ((four >> 4) & 0xff0), gh);
        add(o2 + ((four >> 12) & 0xff0), gh);
        add(o3 + ((four >> 20) & 0xff0), gh);
        at += stride;
      }
    }
    for (; j < nActive; j++) {
      let at = block + load<u32>(active + (<usize>j << 2));
      const base = out + load<u32>(offsets + (<usize>j << 2));
      for (let pair = scratch; pair < end; pair += 16) {
        add(base + (<usize>load<u8>(at) << 4), v128.load(pair));
        at += stride;
      }
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function widen(pair: usize, target: usize, hessianBits: u32): void {
  store<i64>(target, <i64>load<i32>(pair));
  store<i64>(target, (<i64>1 << hessianBits) + <i64>load<i32>(pair, 4), 8);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function add(bin: usize, gh: v128): void {
  v128.store(bin, v128.add<i64>(v128.load(bin), gh));
}

/** Takes one histogram from another, bin by bin: parent −= child over `bytes` bytes, a multiple of 16. */
export function subtract(parent: usize, child: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(parent + at, v128.sub<i64>(v128.load(parent + at), v128.load(child + at)));
}

/** Adds one histogram to another and clears it: sum += part, part = 0, over `bytes` bytes, a multiple of 16. */
export function merge(sum: usize, part: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(sum + at, v128.add<i64>(v128.load(sum + at), v128.load(part + at)));
    v128.store(part + at, i64x2.splat(0));
  }
}

/** An i32 of the memory. */
export function readI32(at: usize): i32 {
  return load<i32>(at);
}

/** Writes an i32. */
export function writeI32(at: usize, value: i32): void {
  store<i32>(at, value);
}

/** An f64 of the memory. */
export function readF64(at: usize): f64 {
  return load<f64>(at);
}

/** Fills with zero bytes. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

// A whole number below 2^51 either way, as f64: added to the bits of 1.5 · 2^52 it stands in the low bits of the sum.
// Those bits, and that number.
const wholeConstants = memory.data<u64>([0x4338000000000000, 0x4338000000000000]);

// What a scan reads of a feature, and what it writes: see `scanItem` and `splitRecord` in gbdt-compiled.ts.
const itemBytes: usize = 24;
const recordBytes: usize = 96;

/**
 * Best split of each listed feature in one leaf.
 * items: per feature u32 offset of its bins in `bins`, u32 nBins, u32 kind (0 number, 1 category), i32 default bin in a bundle or −1, u32 step in a
 * cross or 0, u32 bins of its column;
 * list: which items, from `first` to `last`; g, h, n: sums of the leaf; least: the score to beat; settings: see `ScanSettings`;
 * monotone, draws: per item i32 and f64 of a `SplitRule`, or 0 where there is none; records: per item the split found. scratch: 256 × 16 bytes for an unbundled histogram and 256 × 12 for a category's order.
 */
export function scan(
  bins: usize,
  items: usize,
  list: usize,
  first: u32,
  last: u32,
  g: f64,
  h: f64,
  n: i32,
  settings: usize,
  hessianBits: u32,
  monotone: usize,
  draws: usize,
  records: usize,
  scratch: usize,
): void {
  for (let k = first; k < last; k++) {
    const index = <usize>load<u32>(list + (<usize>k << 2));
    const item = items + index * itemBytes;
    const record = records + index * recordBytes;
    const nBins = load<u32>(item, 4);
    let part = bins + load<u32>(item);
    const byDefault = load<i32>(item, 12);
    const step = load<u32>(item, 16);
    if (step > 0) {
      uncross(part, load<u32>(item, 20), step, nBins, scratch);
      part = scratch;
    }
    if (byDefault >= 0) {
      unbundle(part, nBins, byDefault, g, h, n, hessianBits, scratch);
      part = scratch;
    }
    store<i32>(record, -1, 28);
    if (load<u32>(item, 8) == 1) scanCategory(part, nBins, g, h, n, settings, hessianBits, record, scratch + 4096);
    else if (monotone == 0) scanNumber(part, nBins, g, h, n, settings, hessianBits, record);
    else {
      const sign = <f64>load<i32>(monotone + (index << 2));
      scanRuled(part, nBins, g, h, n, settings, hessianBits, sign, load<f64>(draws + (index << 3)), record);
    }
  }
}

// The bins of one feature of a cross: the sums of all bytes that have it.
function uncross(part: usize, columnBins: u32, step: u32, nBins: u32, target: usize): void {
  memory.fill(target, 0, <usize>nBins << 4);
  const end = part + (<usize>columnBins << 4);
  const runBytes = <usize>step << 4;
  for (let bin: u32 = 0, run = part; run < end; run += runBytes) {
    let sums = i64x2.splat(0);
    for (let at = run; at < run + runBytes; at += 16) sums = v128.add<i64>(sums, v128.load(at));
    const to = target + (<usize>bin << 4);
    v128.store(to, v128.add<i64>(v128.load(to), sums));
    bin = bin + 1 == nBins ? 0 : bin + 1;
  }
}

// The bins of one feature of a bundle: its default bin holds what the others do not.
function unbundle(
  part: usize,
  nBins: u32,
  byDefault: i32,
  g: f64,
  h: f64,
  n: i32,
  hessianBits: u32,
  target: usize,
): void {
  let rest = i64x2.replace_lane(i64x2.splat(<i64>g), 1, ((<i64>n) << hessianBits) + <i64>h);
  let source = part;
  for (let bin: u32 = 0; bin < nBins; bin++) {
    if (bin == <u32>byDefault) continue;
    const sums = v128.load(source);
    v128.store(target + (<usize>bin << 4), sums);
    rest = v128.sub<i64>(rest, sums);
    source += 16;
  }
  v128.store(target + (<usize>byDefault << 4), rest);
}

// The threshold of greatest score, two bins at a time; missing on the right first, then on the left. The left side grows and the right side
// shrinks from bin to bin, so the allowed thresholds are one run: its two ends are found first. It begins at a bin that has rows.
function scanNumber(part: usize, nBins: u32, g: f64, h: f64, n: i32, settings: usize, hessianBits: u32, record: usize): void {
  const lambda = load<f64>(settings);
  const minHessian = load<f64>(settings, 8);
  const fewest = <i64>load<i32>(settings, 16) << hessianBits;
  const missing = nBins - 1;
  const missingSums = v128.load(part + (<usize>missing << 4));
  const missingPacked = i64x2.extract_lane(missingSums, 1);
  const mask = (<i64>1 << hessianBits) - 1;
  const hasMissing = missingPacked >> hessianBits > 0;

  const both2 = f64x2.splat(h + 2 * lambda);
  const g2 = f64x2.splat(g);
  const lambda2 = f64x2.splat(lambda);
  const mask2 = i64x2.splat(mask);
  // Out of the memory, or they would be made anew in every step.
  const bits2 = v128.load_splat<u64>(wholeConstants);
  const base2 = v128.load_splat<u64>(wholeConstants, 8);
  let score = leastScore(g, h, lambda, load<f64>(settings, 24));
  let bin = -1;
  let missingLeft = 0;
  const nSides: u32 = hasMissing ? 2 : 1;
  for (let side: u32 = 0; side < nSides; side++) {
    let sums = side == 1 ? missingSums : i64x2.splat(0);
    let at = part;
    let last = part + (<usize>(missing - 1) << 4);
    let right = side == 1 ? 0 : missingPacked;
    if (side == 1 || !hasMissing) {
      right += load<i64>(last, 8);
      last -= 16;
    }
    for (; last >= at; last -= 16) {
      if (right >= fewest && <f64>(right & mask) >= minHessian) break;
      right += load<i64>(last, 8);
    }
    const alone = i64x2.extract_lane(sums, 1);
    for (let left = alone; at <= last; at += 16) {
      left += load<i64>(at, 8);
      if (left != alone && left >= fewest && <f64>(left & mask) >= minHessian) break;
      sums = v128.add<i64>(sums, v128.load(at));
    }
    // Of the last pair, the second may be none.
    const lastPair = last - ((last - at) & 16);
    let best = f64x2.splat(score);
    let bestAt = i64x2.splat(0);
    for (; at <= lastPair; at += 32) {
      const x0 = v128.load(at);
      const x1 = v128.load(at, 16);
      // Where both bins are empty, these thresholds part the rows as the one before.
      if (!v128.any_true(v128.or(x0, x1))) continue;
      const one = v128.add<i64>(sums, x0);
      sums = v128.add<i64>(one, x1);
      const gl = v128.sub<f64>(v128.add<i64>(v128.shuffle<i64>(one, sums, 0, 2), bits2), base2);
      const hl = v128.sub<f64>(v128.add<i64>(v128.and(v128.shuffle<i64>(one, sums, 1, 3), mask2), bits2), base2);
      const a = v128.add<f64>(hl, lambda2);
      const d = v128.sub<f64>(v128.mul<f64>(gl, both2), v128.mul<f64>(g2, a));
      const value = v128.div<f64>(v128.mul<f64>(d, d), v128.mul<f64>(a, v128.sub<f64>(both2, a)));
      let isBetter = v128.gt<f64>(value, best);
      if (at == last) isBetter = v128.and(isBetter, i64x2.replace_lane(i64x2.splat(0), 0, -1));
      best = v128.bitselect(value, best, isBetter);
      bestAt = v128.bitselect(i64x2.splat(<i64>at), bestAt, isBetter);
    }
    const evenAt = <usize>i64x2.extract_lane(bestAt, 0);
    const oddPair = <usize>i64x2.extract_lane(bestAt, 1);
    const oddAt: usize = oddPair == 0 ? 0 : oddPair + 16;
    // Of equal scores the first bin counts.
    const even = f64x2.extract_lane(best, 0);
    const odd = f64x2.extract_lane(best, 1);
    const isOdd = oddAt != 0 && (evenAt == 0 || odd > even || (odd == even && oddAt < evenAt));
    const foundAt = isOdd ? oddAt : evenAt;
    if (foundAt == 0) continue;
    score = isOdd ? odd : even;
    bin = <i32>((foundAt - part) >> 4);
    missingLeft = side;
  }
  if (bin < 0) return;
  writeNumberSplit(part, bin, missingLeft, missingSums, gainOf(score, g, h, lambda), hessianBits, record);
}

function writeNumberSplit(
  part: usize,
  bin: i32,
  missingLeft: i32,
  missingSums: v128,
  gain: f64,
  hessianBits: u32,
  record: usize,
): void {
  let left = missingLeft == 1 ? missingSums : i64x2.splat(0);
  for (let b = 0; b <= bin; b++) left = v128.add<i64>(left, v128.load(part + (<usize>b << 4)));
  writeSides(record, left, gain, hessianBits);
  store<i32>(record, bin, 28);
  store<i32>(record, missingLeft, 32);
  store<i32>(record, <i32>(i64x2.extract_lane(missingSums, 1) >> hessianBits), 36);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function writeSides(record: usize, left: v128, gain: f64, hessianBits: u32): void {
  const packed = i64x2.extract_lane(left, 1);
  store<f64>(record, gain);
  store<f64>(record, <f64>i64x2.extract_lane(left, 0), 8);
  store<f64>(record, <f64>(packed & ((<i64>1 << hessianBits) - 1)), 16);
  store<i32>(record, <i32>(packed >> hessianBits), 24);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function leastScore(g: f64, h: f64, lambda: f64, minGain: f64): f64 {
  return (h + 2 * lambda) * (((g * g) / (h + lambda)) * (1 + 1e-10) + minGain) - g * g;
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function gainOf(score: f64, g: f64, h: f64, lambda: f64): f64 {
  return (score + g * g) / (h + 2 * lambda) - (g * g) / (h + lambda);
}

// Levels by ascending smoothed mean gradient, cut where the score is greatest (Fisher 1958), from either end; missing is one more level,
// rare levels go right.
function scanCategory(
  part: usize,
  nBins: u32,
  g: f64,
  h: f64,
  n: i32,
  settings: usize,
  hessianBits: u32,
  record: usize,
  scratch: usize,
): void {
  const smoothing = load<f64>(settings, 32);
  const lambda = load<f64>(settings) + smoothing;
  const minHessian = load<f64>(settings, 8);
  const minRows = load<i32>(settings, 16);
  const fewest = <i64>load<i32>(settings, 20);
  const mask = (<i64>1 << hessianBits) - 1;
  const means = scratch; // f64 each
  const order = scratch + 2048; // u32 each
  let m: i32 = 0;
  for (let bin: u32 = 0; bin < nBins; bin++) {
    const at = part + (<usize>bin << 4);
    const packed = load<i64>(at, 8);
    if (packed >> hessianBits < fewest) continue;
    const mean = <f64>load<i64>(at) / (<f64>(packed & mask) + smoothing);
    // Insertion keeps equal means in the order of their bins.
    let k = m++;
    while (k > 0 && load<f64>(means + (<usize>(k - 1) << 3)) > mean) {
      store<f64>(means + (<usize>k << 3), load<f64>(means + (<usize>(k - 1) << 3)));
      store<u32>(order + (<usize>k << 2), load<u32>(order + (<usize>(k - 1) << 2)));
      k--;
    }
    store<f64>(means + (<usize>k << 3), mean);
    store<u32>(order + (<usize>k << 2), bin);
  }
  const both = h + 2 * lambda;
  let score = leastScore(g, h, lambda, load<f64>(settings, 24));
  let length = 0;
  let fromEnd = 0;
  for (let side = 0; side < 2; side++) {
    let sumG: i64 = 0;
    let sumPacked: i64 = 0;
    for (let k = 0; k < m; k++) {
      const bin = load<u32>(order + (<usize>(side == 1 ? m - 1 - k : k) << 2));
      const at = part + (<usize>bin << 4);
      sumG += load<i64>(at);
      sumPacked += load<i64>(at, 8);
      const nl = <i32>(sumPacked >> hessianBits);
      const hl = <f64>(sumPacked & mask);
      if (nl < minRows || hl < minHessian) continue;
      if (n - nl < minRows || h - hl < minHessian) break;
      const a = hl + lambda;
      const d = <f64>sumG * both - g * a;
      const value = (d * d) / (a * (both - a));
      if (value > score) {
        score = value;
        length = k + 1;
        fromEnd = side;
      }
    }
  }
  if (length == 0) return;
  memory.fill(record + 48, 0, 32);
  let left = i64x2.splat(0);
  for (let k = 0; k < length; k++) {
    const bin = load<u32>(order + (<usize>(fromEnd == 1 ? m - 1 - k : k) << 2));
    left = v128.add<i64>(left, v128.load(part + (<usize>bin << 4)));
    const byte = record + 48 + (bin >> 3);
    store<u8>(byte, load<u8>(byte) | (<u8>1 << <u8>(bin & 7)));
  }
  writeSides(record, left, gainOf(score, g, h, lambda), hessianBits);
  store<i32>(record, 0, 28);
}

// Like scanNumber, with bounded and monotone values, or one threshold drawn by chance.
function scanRuled(
  part: usize,
  nBins: u32,
  g: f64,
  h: f64,
  n: i32,
  settings: usize,
  hessianBits: u32,
  sign: f64,
  draw: f64,
  record: usize,
): void {
  const lambda = load<f64>(settings);
  const minHessian = load<f64>(settings, 8);
  const minRows = load<i32>(settings, 16);
  const low = load<f64>(settings, 40);
  const high = load<f64>(settings, 48);
  const missing = nBins - 1;
  const missingSums = v128.load(part + (<usize>missing << 4));
  const mask = (<i64>1 << hessianBits) - 1;
  const nMissing = i64x2.extract_lane(missingSums, 1) >> hessianBits;
  const own = scoreAt(g, h, lambda, boundedValue(g, h, lambda, low, high));
  let score = own + abs(own) * 1e-10 + load<f64>(settings, 24);
  let bin = -1;
  let missingLeft = 0;
  for (let side = 0; side < (nMissing > 0 ? 2 : 1); side++) {
    let sumG: i64 = side == 1 ? i64x2.extract_lane(missingSums, 0) : 0;
    let sumPacked: i64 = side == 1 ? i64x2.extract_lane(missingSums, 1) : 0;
    const last = <i32>(side == 1 || nMissing == 0 ? missing - 1 : missing);
    const only = draw < 0 ? -1 : drawnBin(part, last, draw);
    for (let b = 0; b < last; b++) {
      const at = part + (<usize>b << 4);
      sumG += load<i64>(at);
      sumPacked += load<i64>(at, 8);
      if (only >= 0 && b != only) continue;
      const nl = <i32>(sumPacked >> hessianBits);
      const hl = <f64>(sumPacked & mask);
      const hr = h - hl;
      if (nl < minRows || hl < minHessian || n - nl < minRows || hr < minHessian) continue;
      const gl = <f64>sumG;
      const gr = g - gl;
      const wl = boundedValue(gl, hl, lambda, low, high);
      const wr = boundedValue(gr, hr, lambda, low, high);
      if (sign * (wr - wl) < 0) continue;
      const value = scoreAt(gl, hl, lambda, wl) + scoreAt(gr, hr, lambda, wr);
      if (value > score) {
        score = value;
        bin = b;
        missingLeft = side;
      }
    }
  }
  if (bin < 0) return;
  writeNumberSplit(part, bin, missingLeft, missingSums, score - own, hessianBits, record);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function boundedValue(g: f64, h: f64, lambda: f64, low: f64, high: f64): f64 {
  return min(high, max(low, -g / (h + lambda)));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function scoreAt(g: f64, h: f64, lambda: f64, value: f64): f64 {
  return -(2 * g * value + (h + lambda) * value * value);
}

// One of the thresholds that part the rows: between the first bin that has rows and the last.
function drawnBin(part: usize, last: i32, draw: f64): i32 {
  let first = 0;
  while (first <= last && load<i64>(part + (<usize>first << 4), 8) == 0) first++;
  let end = last;
  while (end >= first && load<i64>(part + (<usize>end << 4), 8) == 0) end--;
  return first + <i32>floor(draw * <f64>max(1, end - first));
}

/**
 * Brings the rows of a leaf that go left to the front of `left`, the others to `right`, both in their old order; returns how many go left.
 * column: a byte per row of the table; table: 256 bytes, 1 where a bin goes left; `left` may be where the rows stand.
 */
export function partition(column: usize, rows: usize, n: u32, table: usize, left: usize, right: usize): u32 {
  let toLeft = left;
  let toRight = right;
  const end = rows + (<usize>n << 2);
  for (let at = rows; at < end; at += 4) {
    const row = load<u32>(at);
    const goes = <usize>load<u8>(table + load<u8>(column + row)) << 2;
    store<u32>(toLeft, row);
    store<u32>(toRight, row);
    toLeft += goes;
    toRight += 4 - goes;
  }
  return <u32>((toLeft - left) >> 2);
}

/** Copies bytes. */
export function copy(target: usize, source: usize, bytes: usize): void {
  memory.copy(target, source, bytes);
}

/** target[i] = source[places[i]] for i from `from` to `to`, bytes. */
export function gatherBytes(source: usize, places: usize, from: u32, to: u32, target: usize): void {
  for (let i = from; i < to; i++) store<u8>(target + i, load<u8>(source + load<u32>(places + (<usize>i << 2))));
}

/** target[i] = source[places[i]] for i from `from` to `to`, f64. */
export function gatherNumbers(source: usize, places: usize, from: u32, to: u32, target: usize): void {
  for (let i = from; i < to; i++)
    store<f64>(target + (<usize>i << 3), load<f64>(source + (<usize>load<u32>(places + (<usize>i << 2)) << 3)));
}

/** Numbers the rows from `from` to `to`: rows[i] = i. */
export function number(rows: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) store<u32>(rows + (<usize>i << 2), i);
}

/** Adds a value to the scores of n listed rows. */
export function addToRows(scores: usize, rows: usize, n: u32, value: f64): void {
  const end = rows + (<usize>n << 2);
  for (let at = rows; at < end; at += 4) {
    const score = scores + (<usize>load<u32>(at) << 3);
    store<f64>(score, load<f64>(score) + value);
  }
}

/**
 * Adds a tree to the scores of rows `from` … `to`, by their bins. nodes: per inner node u32 byte of its column in a row, i32 left and right child
 * (`~leaf` below 0), u32 unused; tables: 256 bytes per node, 1 where a bin goes left; values: f64 per leaf.
 */
export function addTree(
  bins: usize,
  stride: usize,
  from: u32,
  to: u32,
  nodes: usize,
  tables: usize,
  values: usize,
  scores: usize,
): void {
  for (let row = from; row < to; row++) {
    const bytes = bins + <usize>row * stride;
    let node: i32 = 0;
    while (node >= 0) {
      const at = nodes + (<usize>node << 4);
      const goes = load<u8>(tables + (<usize>node << 8) + load<u8>(bytes + load<u32>(at)));
      node = load<i32>(at + 8 - (<usize>goes << 2));
    }
    const score = scores + (<usize>row << 3);
    store<f64>(score, load<f64>(score) + load<f64>(values + (<usize>~node << 3)));
  }
}

// Constants of the logistic loss, out of the memory, or they would be made anew for every two rows.
const logisticConstants = memory.data<f64>([
  -708, 1.442695040888963387, 0.5, 6.9314718036912381649e-1, 1.90821492927058770002e-10, 4.13813679705723846039e-8,
  -1.6533902205465251539e-6, 6.61375632143793436117e-5, -2.77777777770155933842e-3, 1.66666666666666019037e-1, 1, 2,
  6755399441056767.0, 6755399441055744.0, 1e-16,
]);

// @ts-ignore: a decorator of AssemblyScript
@inline
function constant(index: usize): v128 {
  return v128.load_splat<u64>(logisticConstants + (index << 3));
}

// e^x of two numbers ≤ 0, the twin of exp() in ml/stats down to −708; below it gives e^−708, which no later rounding tells from 0.
// @ts-ignore: a decorator of AssemblyScript
@inline
function expNegative(x: v128): v128 {
  const bounded = f64x2.pmax(x, constant(0));
  const k = v128.floor<f64>(v128.add<f64>(v128.mul<f64>(constant(1), bounded), constant(2)));
  const high = v128.sub<f64>(bounded, v128.mul<f64>(k, constant(3)));
  const low = v128.mul<f64>(k, constant(4));
  const r = v128.sub<f64>(high, low);
  const t = v128.mul<f64>(r, r);
  let p = v128.add<f64>(constant(6), v128.mul<f64>(t, constant(5)));
  p = v128.add<f64>(constant(7), v128.mul<f64>(t, p));
  p = v128.add<f64>(constant(8), v128.mul<f64>(t, p));
  p = v128.add<f64>(constant(9), v128.mul<f64>(t, p));
  const c = v128.sub<f64>(r, v128.mul<f64>(t, p));
  const quotient = v128.div<f64>(v128.mul<f64>(r, c), v128.sub<f64>(constant(11), c));
  const y = v128.sub<f64>(constant(10), v128.sub<f64>(v128.sub<f64>(low, quotient), high));
  // k + 1023 in the low bits, moved to where an f64 has its exponent.
  return v128.mul<f64>(y, i64x2.shl(v128.add<f64>(k, constant(12)), 52));
}

// The nearest whole numbers of values × factors, below 2^31 either way, in the low half of each lane.
// @ts-ignore: a decorator of AssemblyScript
@inline
function whole(values: v128, factor: v128): v128 {
  return v128.add<f64>(v128.mul<f64>(values, factor), constant(13));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function storePairs(target: usize, gradient: v128, hessian: v128): void {
  v128.store(target, v128.shuffle<i32>(gradient, hessian, 0, 4, 2, 6));
}

/**
 * Pairs of the logistic loss for rows `from` … `to`, both even or to the end of arrays padded to an even length. weights: f64 per row, or 0.
 */
export function logisticPairs(
  scores: usize,
  labels: usize,
  weights: usize,
  from: u32,
  to: u32,
  perGradient: f64,
  perHessian: f64,
  pairs: usize,
): void {
  const zero = f64x2.splat(0);
  const fg = f64x2.splat(perGradient);
  const fh = f64x2.splat(perHessian);
  for (let i = from; i < to; i += 2) {
    const at = <usize>i << 3;
    const x = v128.load(scores + at);
    const one = constant(10);
    const e = expNegative(v128.sub<f64>(zero, v128.abs<f64>(x)));
    const p = v128.div<f64>(v128.bitselect(one, e, v128.ge<f64>(x, zero)), v128.add<f64>(one, e));
    let gradient = v128.sub<f64>(p, v128.load(labels + at));
    let hessian = f64x2.pmax(v128.mul<f64>(p, v128.sub<f64>(one, p)), constant(14));
    if (weights != 0) {
      const w = v128.load(weights + at);
      gradient = v128.mul<f64>(w, gradient);
      hessian = v128.mul<f64>(w, hessian);
    }
    storePairs(pairs + at, whole(gradient, fg), whole(hessian, fh));
  }
}

/** Gradients of the squared loss, weights × (score − label), for rows `from` … `to`; returns the greatest magnitude. */
export function squaredGradients(scores: usize, labels: usize, weights: usize, from: u32, to: u32, gradients: usize): f64 {
  let most = f64x2.splat(0);
  for (let i = from; i < to; i += 2) {
    const at = <usize>i << 3;
    let gradient = v128.sub<f64>(v128.load(scores + at), v128.load(labels + at));
    if (weights != 0) gradient = v128.mul<f64>(v128.load(weights + at), gradient);
    v128.store(gradients + at, gradient);
    most = f64x2.pmax(most, v128.abs<f64>(gradient));
  }
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

// The natural logarithm, the twin of log() in ml/stats for normal numbers ≥ 1.
function log(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let head = <i32>(bits >> 32);
  let k = (head >> 20) - 1023;
  head &= 0xfffff;
  const i = (head + 0x95f64) & 0x100000;
  head |= i ^ 0x3ff00000;
  k += i >> 20;
  const f = reinterpret<f64>(((<u64>head) << 32) | (bits & 0xffffffff)) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const even =
    z *
    (6.66666666666673513e-1 + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const half = 0.5 * f * f;
  const high = 6.9314718036912381649e-1;
  const low = 1.90821492927058770002e-10;
  return <f64>k * high - (half - (s * (half + odd + even) + <f64>k * low) - f);
}

// What a query's derivatives are multiplied by: log2(1 + sum) / sum.
function damping(sum: f64): f64 {
  if (!(sum > 0)) return 1;
  const u = 1 + sum;
  const log1p = u == 1 ? sum : (log(u) * sum) / (u - 1);
  return log1p / (log(2) * sum);
}

// Numbers in descending order, each with its position; of equal ones the lower position first. Runs are sorted by insertion and merged where
// they are not in order already, as most are from round to round. Spares hold as many as the longest run that is merged.
const runLength: u32 = 32;

function sortDescending(keys: usize, positions: usize, n: u32, spareKeys: usize, sparePositions: usize): void {
  for (let from: u32 = 0; from < n; from += runLength) {
    const to = min(from + runLength, n);
    for (let i = from + 1; i < to; i++) {
      const key = load<f64>(keys + (<usize>i << 3));
      const position = load<u32>(positions + (<usize>i << 2));
      let k = i;
      while (k > from && comesBefore(key, position, keys, positions, k - 1)) {
        store<f64>(keys + (<usize>k << 3), load<f64>(keys + (<usize>(k - 1) << 3)));
        store<u32>(positions + (<usize>k << 2), load<u32>(positions + (<usize>(k - 1) << 2)));
        k--;
      }
      store<f64>(keys + (<usize>k << 3), key);
      store<u32>(positions + (<usize>k << 2), position);
    }
  }
  for (let length = runLength; length < n; length <<= 1) {
    for (let from: u32 = 0; from + length < n; from += 2 * length) {
      const middle = from + length;
      const to = min(middle + length, n);
      const first = load<f64>(keys + (<usize>middle << 3));
      if (!comesBefore(first, load<u32>(positions + (<usize>middle << 2)), keys, positions, middle - 1)) continue;
      memory.copy(spareKeys, keys + (<usize>from << 3), <usize>length << 3);
      memory.copy(sparePositions, positions + (<usize>from << 2), <usize>length << 2);
      let left: u32 = 0;
      let right = middle;
      for (let k = from; left < length; k++) {
        let isRight = false;
        if (right < to) {
          const position = load<u32>(positions + (<usize>right << 2));
          isRight = comesBefore(load<f64>(keys + (<usize>right << 3)), position, spareKeys, sparePositions, left);
        }
        const fromKeys = isRight ? keys + (<usize>right << 3) : spareKeys + (<usize>left << 3);
        const fromPositions = isRight ? positions + (<usize>right << 2) : sparePositions + (<usize>left << 2);
        store<f64>(keys + (<usize>k << 3), load<f64>(fromKeys));
        store<u32>(positions + (<usize>k << 2), load<u32>(fromPositions));
        if (isRight) right++;
        else left++;
      }
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function comesBefore(key: f64, position: u32, keys: usize, positions: usize, other: u32): bool {
  const otherKey = load<f64>(keys + (<usize>other << 3));
  return key > otherKey || (key == otherKey && position < load<u32>(positions + (<usize>other << 2)));
}

/**
 * Gradients and hessians of LambdaMART for queries `from` … `to`; the specification is in lambda-gradients.ts.
 * queries: u32 addresses of its arrays (starts, rows, order, gains, perBest, discounts, weights or 0), truncation, rows of the longest query.
 * scratch: six f64 and two u32 per row of the longest query, and two more.
 */
export function lambdaGradients(
  queries: usize,
  from: u32,
  to: u32,
  scores: usize,
  gradients: usize,
  hessians: usize,
  scratch: usize,
): void {
  const starts = <usize>load<u32>(queries);
  const rows = <usize>load<u32>(queries, 4);
  const orders = <usize>load<u32>(queries, 8);
  const gains = <usize>load<u32>(queries, 12);
  const perBest = <usize>load<u32>(queries, 16);
  const discounts = <usize>load<u32>(queries, 20);
  const weights = <usize>load<u32>(queries, 24);
  const truncation = load<u32>(queries, 28);
  const bytes = <usize>(load<u32>(queries, 32) + 2) << 3;
  const score = scratch;
  const gain = score + bytes;
  const share = gain + bytes;
  const pull = share + bytes;
  const curve = pull + bytes;
  const spareKeys = curve + bytes;
  const sparePositions = spareKeys + bytes;
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  for (let query = from; query < to; query++) {
    const start = load<u32>(starts + (<usize>query << 2));
    const m = load<u32>(starts + (<usize>query << 2), 4) - start;
    const places = rows + (<usize>start << 2);
    const order = orders + (<usize>start << 2);
    for (let k: u32 = 0; k < m; k++) {
      const row = load<u32>(places + (<usize>load<u32>(order + (<usize>k << 2)) << 2));
      store<f64>(score + (<usize>k << 3), load<f64>(scores + (<usize>row << 3)));
    }
    sortDescending(score, order, m, spareKeys, sparePositions);
    const best = load<f64>(perBest + (<usize>query << 3));
    for (let k: u32 = 0; k < m; k++) {
      const position = load<u32>(order + (<usize>k << 2));
      store<f64>(gain + (<usize>k << 3), load<f64>(gains + (<usize>(start + position) << 3)));
    }
    // One more row, like the last, for the second lane.
    const end = <usize>m << 3;
    store<f64>(score + end, load<f64>(score + end - 8));
    store<f64>(gain + end, load<f64>(gain + end - 8));
    memory.fill(pull, 0, end + 8);
    memory.fill(curve, 0, end + 8);
    const top = f64x2.splat(load<f64>(score));
    for (let at: usize = 0; at < end; at += 16)
      v128.store(share + at, expNegative(f64x2.pmax(v128.sub<f64>(v128.load(score + at), top), f64x2.splat(-700))));
    if ((m & 1) == 0) store<f64>(share + end, load<f64>(share + end - 8));
    const least = f64x2.splat(load<f64>(score) == load<f64>(score + end - 8) ? 1 : 0.01);
    const best2 = f64x2.splat(best);
    let sums = zero;
    const last = min(truncation, m);
    for (let a: u32 = 0; a < last; a++) {
      const atA = <usize>a << 3;
      const gainA = v128.load_splat<u64>(gain + atA);
      const scoreA = v128.load_splat<u64>(score + atA);
      const discountA = v128.load_splat<u64>(discounts + atA);
      const perShare = v128.div<f64>(one, v128.load_splat<u64>(share + atA));
      let pulls = zero;
      let curves = zero;
      for (let b = atA + 8; b < end; b += 16) {
        let difference = v128.sub<f64>(gainA, v128.load(gain + b));
        if (b + 8 == end) difference = f64x2.replace_lane(difference, 1, 0);
        if (!v128.any_true(v128.ne<f64>(difference, zero))) continue;
        const isBetter = v128.gt<f64>(difference, zero);
        const distance = v128.add<f64>(least, v128.sub<f64>(scoreA, v128.load(score + b)));
        const odds = v128.mul<f64>(v128.load(share + b), perShare);
        const per = v128.div<f64>(one, v128.mul<f64>(distance, v128.add<f64>(one, odds)));
        const apart = v128.sub<f64>(discountA, v128.load(discounts + b));
        const swap = v128.mul<f64>(v128.mul<f64>(v128.abs<f64>(difference), apart), best2);
        const strength = v128.mul<f64>(v128.mul<f64>(swap, per), v128.bitselect(odds, one, isBetter));
        const bend = v128.mul<f64>(
          v128.mul<f64>(strength, v128.bitselect(one, odds, isBetter)),
          v128.mul<f64>(per, distance),
        );
        const signed = v128.bitselect(strength, v128.neg<f64>(strength), isBetter);
        pulls = v128.add<f64>(pulls, signed);
        curves = v128.add<f64>(curves, bend);
        sums = v128.add<f64>(sums, strength);
        v128.store(pull + b, v128.add<f64>(v128.load(pull + b), signed));
        v128.store(curve + b, v128.add<f64>(v128.load(curve + b), bend));
      }
      store<f64>(pull + atA, load<f64>(pull + atA) - bothLanes(pulls));
      store<f64>(curve + atA, load<f64>(curve + atA) + bothLanes(curves));
    }
    const factor = damping(2 * bothLanes(sums));
    for (let k: u32 = 0; k < m; k++) {
      const at = <usize>k << 3;
      const row = <usize>load<u32>(places + (<usize>load<u32>(order + (<usize>k << 2)) << 2)) << 3;
      const weight = weights == 0 ? 1 : load<f64>(weights + row);
      store<f64>(gradients + row, weight * (load<f64>(pull + at) * factor));
      store<f64>(hessians + row, weight * max(load<f64>(curve + at) * factor, 1e-16));
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function bothLanes(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Rounds gradients and hessians to pairs. hessians 0: every hessian is `constant`. */
export function roundPairs(
  gradients: usize,
  hessians: usize,
  constant: f64,
  from: u32,
  to: u32,
  perGradient: f64,
  perHessian: f64,
  pairs: usize,
): void {
  const fg = f64x2.splat(perGradient);
  const fh = f64x2.splat(perHessian);
  const constants = f64x2.splat(constant);
  for (let i = from; i < to; i += 2) {
    const at = <usize>i << 3;
    const hessian = hessians == 0 ? constants : v128.load(hessians + at);
    storePairs(pairs + at, whole(v128.load(gradients + at), fg), whole(hessian, fh));
  }
}

/**
 * Bins of n numbers: the index of the first threshold that is not below the number as f32, `missing` for NaN. thresholds: 256 f32, padded
 * with +Infinity, which stands for no threshold: `nThresholds` is the greatest answer.
 */
export function binNumbers(values: usize, n: u32, thresholds: usize, nThresholds: u32, missing: u32, out: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    const value = <f32>load<f64>(values + (<usize>i << 3));
    let at = thresholds;
    at += select<usize>(512, 0, load<f32>(at, 508) < value);
    at += select<usize>(256, 0, load<f32>(at, 252) < value);
    at += select<usize>(128, 0, load<f32>(at, 124) < value);
    at += select<usize>(64, 0, load<f32>(at, 60) < value);
    at += select<usize>(32, 0, load<f32>(at, 28) < value);
    at += select<usize>(16, 0, load<f32>(at, 12) < value);
    at += select<usize>(8, 0, load<f32>(at, 4) < value);
    at += select<usize>(4, 0, load<f32>(at) < value);
    const bin = min(<u32>((at - thresholds) >> 2), nThresholds);
    store<u8>(out + i, value != value ? missing : bin);
  }
}

/** Rows `from` … `to` of a row-major copy of nColumns columns of n bytes; `stride` bytes a row, the rest of a row stays as it is. */
export function toRows(columns: usize, n: u32, nColumns: u32, from: u32, to: u32, stride: usize, rows: usize): void {
  for (let start = from; start < to; start += 64) {
    const end = min(start + 64, to);
    for (let j: u32 = 0; j < nColumns; j++) {
      const column = columns + <usize>j * n;
      let target = rows + <usize>start * stride + j;
      for (let i = start; i < end; i++) {
        store<u8>(target, load<u8>(column + i));
        target += stride;
      }
    }
  }
}

// A number whose unsigned order is that of the f32 with these bits, and back.
// @ts-ignore: a decorator of AssemblyScript
@inline
function keyOf(bits: u32): u32 {
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function bitsOf(key: u32): u32 {
  return key ^ (<u32>(<i32>~key >> 31) | 0x80000000);
}

// Sorts n keys by three radix passes of 11 bits; the result stands in `spare`. counts: 3 × 2048 u32.
function sortKeys(keys: usize, n: u32, spare: usize, counts: usize): void {
  memory.fill(counts, 0, 24_576);
  for (let i: u32 = 0; i < n; i++) {
    const key = load<u32>(keys + (<usize>i << 2));
    bump(counts + (<usize>(key & 2047) << 2));
    bump(counts + 8192 + (<usize>((key >> 11) & 2047) << 2));
    bump(counts + 16_384 + (<usize>(key >> 22) << 2));
  }
  for (let pass: u32 = 0; pass < 3; pass++) {
    const places = counts + <usize>pass * 8192;
    let sum: u32 = 0;
    for (let digit: u32 = 0; digit < 2048; digit++) {
      const count = load<u32>(places + (<usize>digit << 2));
      store<u32>(places + (<usize>digit << 2), sum);
      sum += count;
    }
    const source = pass == 1 ? spare : keys;
    const target = pass == 1 ? keys : spare;
    for (let i: u32 = 0; i < n; i++) {
      const key = load<u32>(source + (<usize>i << 2));
      const place = places + (<usize>((key >> (11 * pass)) & 2047) << 2);
      const at = load<u32>(place);
      store<u32>(place, at + 1);
      store<u32>(target + (<usize>at << 2), key);
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function bump(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
}

/**
 * Thresholds between at most `mostBins` bins of n numbers, f32 without NaN, which are lost; returns how many. scratch: 4n bytes and 24,576.
 */
export function learnThresholds(values: usize, n: u32, mostBins: u32, scratch: usize, out: usize): u32 {
  if (n == 0) return 0;
  for (let i: u32 = 0; i < n; i++) {
    const at = values + (<usize>i << 2);
    store<u32>(at, keyOf(load<u32>(at)));
  }
  const counts = scratch;
  const sorted = scratch + 24_576;
  sortKeys(values, n, sorted, counts);
  // Distinct numbers take the place of the sorted ones, their counts that of the values.
  let m: u32 = 0;
  let last: f32 = NaN;
  for (let i: u32 = 0; i < n; i++) {
    const value = reinterpret<f32>(bitsOf(load<u32>(sorted + (<usize>i << 2))));
    if (value != last) {
      store<f32>(sorted + (<usize>m << 2), value);
      store<u32>(values + (<usize>m << 2), 0);
      m++;
      last = value;
    }
    bump(values + (<usize>(m - 1) << 2));
  }
  let cuts: u32 = 0;
  if (m <= mostBins) {
    for (; cuts + 1 < m; cuts++) store<f32>(out + (<usize>cuts << 2), midpoint(sorted + (<usize>cuts << 2)));
    return cuts;
  }
  let left = <f64>n;
  let room = <f64>mostBins;
  let inBin: f64 = 0;
  for (let k: u32 = 0; k + 1 < m && cuts < mostBins - 1; k++) {
    const at = <usize>k << 2;
    inBin += <f64>load<u32>(values + at);
    const goal = left / room;
    if (inBin < goal && !(<f64>load<u32>(values + at, 4) >= goal && inBin > 0.5 * goal)) continue;
    store<f32>(out + (<usize>cuts << 2), midpoint(sorted + at));
    cuts++;
    left -= inBin;
    room -= 1;
    inBin = 0;
  }
  return cuts;
}

// The f32 number between two neighbours at which `value <= cut` tells them apart.
function midpoint(pair: usize): f32 {
  const a = load<f32>(pair);
  const b = load<f32>(pair, 4);
  const middle = <f32>(<f64>a / 2 + <f64>b / 2);
  return middle >= a && middle < b ? middle : a;
}
