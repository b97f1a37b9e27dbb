// AssemblyScript. The specification of each kernel is the TypeScript in als-solve.ts and neighbours-plain.ts; property tests hold them together. All arguments
// are byte offsets into the one memory, or counts. Rows of factors have `stride` f32 numbers, a multiple of 4.

/** First byte of the memory that is free. */
export const heapBase: usize = __heap_base;

/** Rows whose products are summed as f32: as in als-solve.ts. */
const gramBlock: u32 = 256;

// Partners are far apart in memory. A tight loop asks for some of them at once, so that their cache misses overlap, as they would not among the sums.
const touchedRows: u32 = 64;
/** Partners of so many bytes stay near from one step to the next. */
const nearBytes: usize = 262_144;
let unread: u32 = 0;

export function readI32(at: usize): i32 {
  return load<i32>(at);
}

export function writeI32(at: usize, value: i32): void {
  store<i32>(at, value);
}

/**
 * Improves the factors of rows `from` … `to` by at most nSteps of conjugate gradients; a row without partners becomes 0.
 * scratch: 3 × stride f32.
 */
export function solveRows(
  offsets: usize,
  partners: usize,
  confidences: usize,
  from: u32,
  to: u32,
  gram: usize,
  fixed: usize,
  factors: usize,
  stride: u32,
  nSteps: u32,
  scratch: usize,
): void {
  const bytes = <usize>stride << 2;
  const product = scratch;
  const residual = product + bytes;
  const direction = residual + bytes;
  for (let row = from; row < to; row++) {
    const first = load<u32>(offsets + (<usize>row << 2));
    const last = load<u32>(offsets + (<usize>row << 2), 4);
    const x = factors + <usize>row * bytes;
    if (first == last) {
      memory.fill(x, 0, bytes);
      continue;
    }
    const isFar = <usize>(last - first) * bytes > nearBytes;
    timesGram(residual, x, -1, gram, bytes);
    addPartners(residual, x, true, true, partners, confidences, first, last, fixed, bytes);
    memory.copy(direction, residual, bytes);
    let length = dot(residual, residual, bytes);
    for (let step: u32 = 0; step < nSteps && length > 1e-20; step++) {
      timesGram(product, direction, 1, gram, bytes);
      addPartners(product, direction, false, isFar, partners, confidences, first, last, fixed, bytes);
      const curvature = dot(product, direction, bytes);
      if (!(curvature > 0)) break;
      const along = length / curvature;
      addTimes(x, along, direction, bytes);
      addTimes(residual, -along, product, bytes);
      const next = dot(residual, residual, bytes);
      const turn = f32x4.splat(next / length);
      for (let k: usize = 0; k < bytes; k += 16)
        v128.store(
          direction + k,
          f32x4.add(v128.load(residual + k), f32x4.mul(turn, v128.load(direction + k))),
        );
      length = next;
    }
  }
}

// Four sums that end as (s0 + s2) + (s1 + s3).
// @ts-expect-error: a decorator of AssemblyScript
@inline
function total(sums: v128): f32 {
  const halves = f32x4.add(sums, v128.shuffle<f32>(sums, sums, 2, 3, 0, 1));
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
}

function dot(a: usize, b: usize, bytes: usize): f32 {
  let sums = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(a + k), v128.load(b + k)));
  return total(sums);
}

function addTimes(out: usize, factor: f32, a: usize, bytes: usize): void {
  const factors = f32x4.splat(factor);
  for (let k: usize = 0; k < bytes; k += 16)
    v128.store(out + k, f32x4.add(v128.load(out + k), f32x4.mul(factors, v128.load(a + k))));
}

// out = sign · Σ_k p_k · gram[k, …], 32 columns at a time in registers.
function timesGram(out: usize, p: usize, sign: f32, gram: usize, bytes: usize): void {
  let column: usize = 0;
  const end = p + bytes;
  for (; column + 128 <= bytes; column += 128) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let s4 = f32x4.splat(0);
    let s5 = f32x4.splat(0);
    let s6 = f32x4.splat(0);
    let s7 = f32x4.splat(0);
    let row = gram + column;
    for (let k = p; k < end; k += 4) {
      const factor = f32x4.splat(sign * load<f32>(k));
      s0 = f32x4.add(s0, f32x4.mul(factor, v128.load(row)));
      s1 = f32x4.add(s1, f32x4.mul(factor, v128.load(row, 16)));
      s2 = f32x4.add(s2, f32x4.mul(factor, v128.load(row, 32)));
      s3 = f32x4.add(s3, f32x4.mul(factor, v128.load(row, 48)));
      s4 = f32x4.add(s4, f32x4.mul(factor, v128.load(row, 64)));
      s5 = f32x4.add(s5, f32x4.mul(factor, v128.load(row, 80)));
      s6 = f32x4.add(s6, f32x4.mul(factor, v128.load(row, 96)));
      s7 = f32x4.add(s7, f32x4.mul(factor, v128.load(row, 112)));
      row += bytes;
    }
    v128.store(out + column, s0);
    v128.store(out + column, s1, 16);
    v128.store(out + column, s2, 32);
    v128.store(out + column, s3, 48);
    v128.store(out + column, s4, 64);
    v128.store(out + column, s5, 80);
    v128.store(out + column, s6, 96);
    v128.store(out + column, s7, 112);
  }
  for (; column < bytes; column += 16) {
    let sum = f32x4.splat(0);
    let row = gram + column;
    for (let k = p; k < end; k += 4) {
      sum = f32x4.add(sum, f32x4.mul(f32x4.splat(sign * load<f32>(k)), v128.load(row)));
      row += bytes;
    }
    v128.store(out + column, sum);
  }
}

// out += Σ coefficient · y over the partners, where the coefficient is c · (y·p), or 1 + c − c · (y·p) of a residual. Four partners at a time: what is
// read of p and out serves all four, and their sums do not wait for each other. Each number of `out` still gains them one after another.
function addPartners(
  out: usize,
  p: usize,
  isResidual: bool,
  isFar: bool,
  partners: usize,
  confidences: usize,
  first: u32,
  last: u32,
  fixed: usize,
  bytes: usize,
): void {
  let at = first;
  let touched = first;
  for (; at + 4 <= last; at += 4) {
    if (isFar && at == touched) {
      touched = min(last, at + touchedRows);
      touch(partners, at, touched, fixed, bytes);
    }
    const list = partners + (<usize>at << 2);
    const y0 = fixed + <usize>load<u32>(list) * bytes;
    const y1 = fixed + <usize>load<u32>(list, 4) * bytes;
    const y2 = fixed + <usize>load<u32>(list, 8) * bytes;
    const y3 = fixed + <usize>load<u32>(list, 12) * bytes;
    let d0 = f32x4.splat(0);
    let d1 = f32x4.splat(0);
    let d2 = f32x4.splat(0);
    let d3 = f32x4.splat(0);
    let k: usize = 0;
    for (; k + 64 <= bytes; k += 64) {
      let q = v128.load(p + k);
      d0 = f32x4.add(d0, f32x4.mul(v128.load(y0 + k), q));
      d1 = f32x4.add(d1, f32x4.mul(v128.load(y1 + k), q));
      d2 = f32x4.add(d2, f32x4.mul(v128.load(y2 + k), q));
      d3 = f32x4.add(d3, f32x4.mul(v128.load(y3 + k), q));
      q = v128.load(p + k, 16);
      d0 = f32x4.add(d0, f32x4.mul(v128.load(y0 + k, 16), q));
      d1 = f32x4.add(d1, f32x4.mul(v128.load(y1 + k, 16), q));
      d2 = f32x4.add(d2, f32x4.mul(v128.load(y2 + k, 16), q));
      d3 = f32x4.add(d3, f32x4.mul(v128.load(y3 + k, 16), q));
      q = v128.load(p + k, 32);
      d0 = f32x4.add(d0, f32x4.mul(v128.load(y0 + k, 32), q));
      d1 = f32x4.add(d1, f32x4.mul(v128.load(y1 + k, 32), q));
      d2 = f32x4.add(d2, f32x4.mul(v128.load(y2 + k, 32), q));
      d3 = f32x4.add(d3, f32x4.mul(v128.load(y3 + k, 32), q));
      q = v128.load(p + k, 48);
      d0 = f32x4.add(d0, f32x4.mul(v128.load(y0 + k, 48), q));
      d1 = f32x4.add(d1, f32x4.mul(v128.load(y1 + k, 48), q));
      d2 = f32x4.add(d2, f32x4.mul(v128.load(y2 + k, 48), q));
      d3 = f32x4.add(d3, f32x4.mul(v128.load(y3 + k, 48), q));
    }
    for (; k < bytes; k += 16) {
      const q = v128.load(p + k);
      d0 = f32x4.add(d0, f32x4.mul(v128.load(y0 + k), q));
      d1 = f32x4.add(d1, f32x4.mul(v128.load(y1 + k), q));
      d2 = f32x4.add(d2, f32x4.mul(v128.load(y2 + k), q));
      d3 = f32x4.add(d3, f32x4.mul(v128.load(y3 + k), q));
    }
    const c = v128.load(confidences + (<usize>at << 2));
    let e = f32x4.mul(c, totals(d0, d1, d2, d3));
    if (isResidual) e = f32x4.sub(f32x4.add(f32x4.splat(1), c), e);
    const e0 = v128.shuffle<f32>(e, e, 0, 0, 0, 0);
    const e1 = v128.shuffle<f32>(e, e, 1, 1, 1, 1);
    const e2 = v128.shuffle<f32>(e, e, 2, 2, 2, 2);
    const e3 = v128.shuffle<f32>(e, e, 3, 3, 3, 3);
    k = 0;
    for (; k + 64 <= bytes; k += 64) {
      let a = v128.load(out + k);
      let b = v128.load(out + k, 16);
      let c = v128.load(out + k, 32);
      let d = v128.load(out + k, 48);
      a = f32x4.add(a, f32x4.mul(e0, v128.load(y0 + k)));
      b = f32x4.add(b, f32x4.mul(e0, v128.load(y0 + k, 16)));
      c = f32x4.add(c, f32x4.mul(e0, v128.load(y0 + k, 32)));
      d = f32x4.add(d, f32x4.mul(e0, v128.load(y0 + k, 48)));
      a = f32x4.add(a, f32x4.mul(e1, v128.load(y1 + k)));
      b = f32x4.add(b, f32x4.mul(e1, v128.load(y1 + k, 16)));
      c = f32x4.add(c, f32x4.mul(e1, v128.load(y1 + k, 32)));
      d = f32x4.add(d, f32x4.mul(e1, v128.load(y1 + k, 48)));
      a = f32x4.add(a, f32x4.mul(e2, v128.load(y2 + k)));
      b = f32x4.add(b, f32x4.mul(e2, v128.load(y2 + k, 16)));
      c = f32x4.add(c, f32x4.mul(e2, v128.load(y2 + k, 32)));
      d = f32x4.add(d, f32x4.mul(e2, v128.load(y2 + k, 48)));
      a = f32x4.add(a, f32x4.mul(e3, v128.load(y3 + k)));
      b = f32x4.add(b, f32x4.mul(e3, v128.load(y3 + k, 16)));
      c = f32x4.add(c, f32x4.mul(e3, v128.load(y3 + k, 32)));
      d = f32x4.add(d, f32x4.mul(e3, v128.load(y3 + k, 48)));
      v128.store(out + k, a);
      v128.store(out + k, b, 16);
      v128.store(out + k, c, 32);
      v128.store(out + k, d, 48);
    }
    for (; k < bytes; k += 16) {
      let a = v128.load(out + k);
      a = f32x4.add(a, f32x4.mul(e0, v128.load(y0 + k)));
      a = f32x4.add(a, f32x4.mul(e1, v128.load(y1 + k)));
      a = f32x4.add(a, f32x4.mul(e2, v128.load(y2 + k)));
      a = f32x4.add(a, f32x4.mul(e3, v128.load(y3 + k)));
      v128.store(out + k, a);
    }
  }
  for (; at < last; at++) {
    const y = fixed + <usize>load<u32>(partners + (<usize>at << 2)) * bytes;
    const c = load<f32>(confidences + (<usize>at << 2));
    let e = c * dot(y, p, bytes);
    if (isResidual) e = <f32>1 + c - e;
    addTimes(out, e, y, bytes);
  }
}

// Reads one byte of every cache line of some partners, so that they wait in the cache; nobody reads what it leaves.
function touch(partners: usize, from: u32, to: u32, fixed: usize, bytes: usize): void {
  let all: u32 = 0;
  for (let at = from; at < to; at++) {
    const y = fixed + <usize>load<u32>(partners + (<usize>at << 2)) * bytes;
    for (let k: usize = 0; k < bytes; k += 64) all |= load<u8>(y + k);
  }
  unread = all;
}

// The totals of four sums.
// @ts-expect-error: a decorator of AssemblyScript
@inline
function totals(d0: v128, d1: v128, d2: v128, d3: v128): v128 {
  const a = f32x4.add(v128.shuffle<f32>(d0, d1, 0, 4, 1, 5), v128.shuffle<f32>(d0, d1, 2, 6, 3, 7));
  const b = f32x4.add(v128.shuffle<f32>(d2, d3, 0, 4, 1, 5), v128.shuffle<f32>(d2, d3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
}

/** Σ y yᵀ over rows `from` … `to`: the upper triangle of stride × stride f64. scratch: stride × stride f32. */
export function addGram(factors: usize, from: u32, to: u32, stride: u32, sum: usize, scratch: usize): void {
  const bytes = <usize>stride << 2;
  memory.fill(sum, 0, (<usize>stride * <usize>stride) << 3);
  for (let start = from; start < to; start += gramBlock) {
    const first = factors + <usize>start * bytes;
    const last = factors + <usize>min(to, start + gramBlock) * bytes;
    for (let i: usize = 0; i < bytes; i += 16) {
      let j = i;
      for (; j + 32 <= bytes; j += 32) tileOfTwo(first, last, i, j, bytes, scratch);
      for (; j < bytes; j += 16) tileOfOne(first, last, i, j, bytes, scratch);
    }
    for (let i: usize = 0; i < <usize>stride; i++)
      for (let j = i & ~3; j < <usize>stride; j += 4) {
        const part = v128.load(scratch + i * bytes + (j << 2));
        const at = sum + ((i * <usize>stride + j) << 3);
        v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(part)));
        const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(part, part, 2, 3, 2, 3));
        v128.store(at, f64x2.add(v128.load(at, 16), high), 16);
      }
  }
}

// Products of four factors from byte i on with eight from byte j on, over all rows.
function tileOfTwo(first: usize, last: usize, i: usize, j: usize, bytes: usize, part: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let e0 = f32x4.splat(0);
  let e1 = f32x4.splat(0);
  for (let row = first; row < last; row += bytes) {
    const low = v128.load(row + j);
    const high = v128.load(row + j, 16);
    let y = v128.load32_splat(row + i);
    a0 = f32x4.add(a0, f32x4.mul(y, low));
    a1 = f32x4.add(a1, f32x4.mul(y, high));
    y = v128.load32_splat(row + i, 4);
    b0 = f32x4.add(b0, f32x4.mul(y, low));
    b1 = f32x4.add(b1, f32x4.mul(y, high));
    y = v128.load32_splat(row + i, 8);
    c0 = f32x4.add(c0, f32x4.mul(y, low));
    c1 = f32x4.add(c1, f32x4.mul(y, high));
    y = v128.load32_splat(row + i, 12);
    e0 = f32x4.add(e0, f32x4.mul(y, low));
    e1 = f32x4.add(e1, f32x4.mul(y, high));
  }
  let at = part + (i >> 2) * bytes + j;
  v128.store(at, a0);
  v128.store(at, a1, 16);
  at += bytes;
  v128.store(at, b0);
  v128.store(at, b1, 16);
  at += bytes;
  v128.store(at, c0);
  v128.store(at, c1, 16);
  at += bytes;
  v128.store(at, e0);
  v128.store(at, e1, 16);
}

function tileOfOne(first: usize, last: usize, i: usize, j: usize, bytes: usize, part: usize): void {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let e = f32x4.splat(0);
  for (let row = first; row < last; row += bytes) {
    const y = v128.load(row + j);
    a = f32x4.add(a, f32x4.mul(v128.load32_splat(row + i), y));
    b = f32x4.add(b, f32x4.mul(v128.load32_splat(row + i, 4), y));
    c = f32x4.add(c, f32x4.mul(v128.load32_splat(row + i, 8), y));
    e = f32x4.add(e, f32x4.mul(v128.load32_splat(row + i, 12), y));
  }
  let at = part + (i >> 2) * bytes + j;
  v128.store(at, a);
  v128.store((at += bytes), b);
  v128.store((at += bytes), c);
  v128.store((at += bytes), e);
}

/** Dot products of `user` with rows `from` … `to` of items: one f32 each, to `out`, which begins at row 0. */
export function scan(items: usize, user: usize, from: u32, to: u32, stride: u32, out: usize): void {
  const bytes = <usize>stride << 2;
  let item = from;
  for (; item + 4 <= to; item += 4) {
    const y0 = items + <usize>item * bytes;
    const y1 = y0 + bytes;
    const y2 = y1 + bytes;
    const y3 = y2 + bytes;
    let d0 = f32x4.splat(0);
    let d1 = f32x4.splat(0);
    let d2 = f32x4.splat(0);
    let d3 = f32x4.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) {
      const q = v128.load(user + k);
      d0 = f32x4.add(d0, f32x4.mul(v128.load(y0 + k), q));
      d1 = f32x4.add(d1, f32x4.mul(v128.load(y1 + k), q));
      d2 = f32x4.add(d2, f32x4.mul(v128.load(y2 + k), q));
      d3 = f32x4.add(d3, f32x4.mul(v128.load(y3 + k), q));
    }
    v128.store(out + (<usize>item << 2), totals(d0, d1, d2, d3));
  }
  for (; item < to; item++) store<f32>(out + (<usize>item << 2), dot(items + <usize>item * bytes, user, bytes));
}

/**
 * Adds to the sums of an item what its users from place `at` to `end` add: for each item j of a user, the product of the two weights. `met` holds a count,
 * then the items whose sum is no longer 0.
 */
export function addPairs(
  users: usize,
  userWeights: usize,
  at: u32,
  end: u32,
  offsets: usize,
  items: usize,
  weights: usize,
  sums: usize,
  met: usize,
): void {
  let n = load<u32>(met);
  const list = met + 4;
  for (let k = at; k < end; k++) {
    const row = offsets + (<usize>load<u32>(users + (<usize>k << 2)) << 2);
    const weight = load<f64>(userWeights + (<usize>k << 3));
    const last = load<u32>(row, 4);
    for (let other = load<u32>(row); other < last; other++) {
      const j = load<u32>(items + (<usize>other << 2));
      const place = sums + (<usize>j << 3);
      const sum = load<f64>(place);
      if (sum == 0) {
        store<u32>(list + (<usize>n << 2), j);
        n++;
      }
      store<f64>(place, sum + weight * load<f64>(weights + (<usize>other << 3)));
    }
  }
  store<u32>(met, n);
}

/**
 * Of the items that addPairs met, the k of greatest similarity to item i, best first, equal ones by index, without itself: their number, and them and their
 * similarities in two lists. Leaves all sums 0 and no item met. `sizes`: norms where isCosine, else squares.
 */
export function nearestOf(
  i: u32,
  k: u32,
  isCosine: bool,
  shrinkage: f64,
  sizes: usize,
  sums: usize,
  met: usize,
  nearest: usize,
  similarities: usize,
): u32 {
  const n = load<u32>(met);
  const list = met + 4;
  const size = load<f64>(sizes + (<usize>i << 3));
  let found: u32 = 0;
  for (let m: u32 = 0; m < n; m++) {
    const j = load<u32>(list + (<usize>m << 2));
    const place = sums + (<usize>j << 3);
    const sum = load<f64>(place);
    const other = load<f64>(sizes + (<usize>j << 3));
    store<f64>(place, sum / ((isCosine ? size * other : size + other - sum) + shrinkage));
    if (j == i) continue;
    if (found < k) siftUp(nearest, found++, j, sums);
    else if (isBehind(load<u32>(nearest), j, sums)) siftDown(nearest, found, j, sums);
  }
  // The root is the worst of the heap: it goes behind all that are left.
  for (let left = found; left > 1; left--) {
    const worst = load<u32>(nearest);
    siftDown(nearest, left - 1, load<u32>(nearest + (<usize>(left - 1) << 2)), sums);
    store<u32>(nearest + (<usize>(left - 1) << 2), worst);
  }
  for (let m: u32 = 0; m < found; m++) {
    const j = load<u32>(nearest + (<usize>m << 2));
    store<f64>(similarities + (<usize>m << 3), load<f64>(sums + (<usize>j << 3)));
  }
  for (let m: u32 = 0; m < n; m++) store<f64>(sums + (<usize>load<u32>(list + (<usize>m << 2)) << 3), 0);
  store<u32>(met, 0);
  return found;
}

// Whether item a stands behind item b.
// @ts-expect-error: a decorator of AssemblyScript
@inline
function isBehind(a: u32, b: u32, scores: usize): bool {
  const x = load<f64>(scores + (<usize>a << 3));
  const y = load<f64>(scores + (<usize>b << 3));
  return x < y || (x == y && a > b);
}

function siftUp(heap: usize, place: u32, item: u32, scores: usize): void {
  let at = place;
  while (at > 0) {
    const parent = load<u32>(heap + (<usize>((at - 1) >> 1) << 2));
    if (!isBehind(item, parent, scores)) break;
    store<u32>(heap + (<usize>at << 2), parent);
    at = (at - 1) >> 1;
  }
  store<u32>(heap + (<usize>at << 2), item);
}

// Puts an item in place of the root.
function siftDown(heap: usize, size: u32, item: u32, scores: usize): void {
  let at: u32 = 0;
  for (let child: u32 = 1; child < size; child = 2 * at + 1) {
    const near = load<u32>(heap + (<usize>child << 2));
    let next = near;
    if (child + 1 < size) {
      const far = load<u32>(heap + (<usize>(child + 1) << 2));
      if (isBehind(far, near, scores)) {
        child++;
        next = far;
      }
    }
    if (!isBehind(next, item, scores)) break;
    store<u32>(heap + (<usize>at << 2), next);
    at = child;
  }
  store<u32>(heap + (<usize>at << 2), item);
}
