// AssemblyScript. Scores rows with a plan, which gbdt-plan.ts lays out and explains. A plan holds no addresses, only offsets from its
// first byte, so it may lie anywhere. The specification is the flat form in gbdt-flat.ts; a property test holds the two together.
// Rows come in groups of 64: plane p of a group is 64 bytes, one code per row, at `codes + (p << 6)`.

/** First byte of the memory that is free. */
export const heapBase: usize = __heap_base;

const groupRows: u32 = 64;

/**
 * Codes of one number column for `nGroups` groups of rows.
 * values: f64; column: its record in the plan; codes: of the first group, groups `groupBytes` apart; ranks: 64 i32 of scratch.
 */
export function encodeNumbers(
  values: usize,
  plan: usize,
  column: usize,
  codes: usize,
  groupBytes: usize,
  nGroups: u32,
  ranks: usize,
): void {
  const thresholds = plan + load<u32>(column, 4);
  const half = load<u32>(column, 8);
  const nPlanes = load<u32>(column, 12);
  for (let g: u32 = 0; g < nGroups; g++) {
    for (let r: u32 = 0; r < groupRows; r++)
      store<i32>(ranks + (<usize>r << 2), rankOf(<f32>load<f64>(values + (<usize>r << 3)), thresholds, half));
    for (let p: u32 = 0; p < nPlanes; p++) {
      const record = column + 20 + <usize>p * 12;
      const from = i32x4.splat(load<i32>(record));
      const missing = v128.load8_splat(record + 4);
      const out = codes + (<usize>load<u32>(record, 8) << 6);
      for (let r: usize = 0; r < 64; r += 16) {
        const at = ranks + (r << 2);
        const r0 = v128.load(at);
        const r1 = v128.load(at, 16);
        const r2 = v128.load(at, 32);
        const r3 = v128.load(at, 48);
        // Saturating: below the segment 0, above it 65535, then cut to 0 … 254.
        const low = i16x8.narrow_i32x4_s(i32x4.sub(r0, from), i32x4.sub(r1, from));
        const high = i16x8.narrow_i32x4_s(i32x4.sub(r2, from), i32x4.sub(r3, from));
        const places = i8x16.min_u(i8x16.narrow_i16x8_u(low, high), i8x16.splat(<i8>254));
        const isMissing = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(r0, r1), i16x8.narrow_i32x4_s(r2, r3));
        const code = i8x16.sub(places, i8x16.splat(127));
        v128.store(out + r, v128.bitselect(missing, code, i8x16.shr_s(isMissing, 7)));
      }
    }
    values += groupRows << 3;
    codes += groupBytes;
  }
}

/** Codes of one category column: as {@link encodeNumbers}, two planes, a symbol's byte in a set and its bit there. */
export function encodeCategories(
  values: usize,
  plan: usize,
  column: usize,
  codes: usize,
  groupBytes: usize,
  nGroups: u32,
): void {
  const plane = load<u32>(column, 16);
  for (let g: u32 = 0; g < nGroups; g++) {
    const out = codes + (<usize>plane << 6);
    for (let r: usize = 0; r < 64; r++) {
      const symbol = symbolOf(<f32>load<f64>(values + (r << 3)), plan, column);
      store<u8>(out + r, symbol >> 3);
      store<u8>(out + r, <u8>(<u32>1 << (symbol & 7)), 64);
    }
    values += groupRows << 3;
    codes += groupBytes;
  }
}

/** Codes of one row, one byte a plane; whether a number is missing. row: f64 by feature; columns: the plan's first record. */
export function encodeRow(row: usize, plan: usize, columns: usize, nColumns: u32, codes: usize): bool {
  let column = columns;
  let sign = 0;
  for (let j: u32 = 0; j < nColumns; j++) {
    const value = <f32>load<f64>(row + (<usize>load<u32>(column) << 3));
    const nPlanes = load<u32>(column, 12);
    if (nPlanes === 0) {
      const out = codes + load<u32>(column, 16);
      const symbol = symbolOf(value, plan, column);
      store<u8>(out, symbol >> 3);
      store<u8>(out, <u8>(<u32>1 << (symbol & 7)), 1);
      column += 20;
      continue;
    }
    const rank = rankOf(value, plan + load<u32>(column, 4), load<u32>(column, 8));
    column += 20;
    sign |= rank;
    for (let p: u32 = 0; p < nPlanes; p++) {
      const place = min(max(rank - load<i32>(column), 0), 254) - 127;
      store<i8>(codes + load<u32>(column, 8), <i8>select<i32>(load<i32>(column, 4), place, rank < 0));
      column += 12;
    }
  }
  return sign < 0;
}

// How many thresholds lie below x, −1 for missing. They come in blocks of 16, filled up with infinities, after the last one of each block,
// of which there are 16 (half is 0), or 2 × half − 1 and one more.
// @ts-ignore: a decorator of AssemblyScript
@inline
function rankOf(x: f32, lasts: usize, half: u32): i32 {
  const value = f32x4.splat(x);
  let block: u32 = 0;
  let blocks = lasts + 64;
  if (half === 0) block = countBelow(value, lasts);
  else {
    blocks = lasts + (<usize>half << 3);
    for (let step = half; step > 0; step >>= 1)
      block += step & (0 - u32(x > load<f32>(lasts - 4 + (<usize>(block + step) << 2))));
  }
  const rank = (block << 4) + countBelow(value, blocks + (<usize>block << 6));
  return rank | (0 - u32(x != x));
}

// How many of 16 numbers lie below a value.
// @ts-ignore: a decorator of AssemblyScript
@inline
function countBelow(value: v128, numbers: usize): u32 {
  const a = i16x8.narrow_i32x4_s(f32x4.gt(value, v128.load(numbers)), f32x4.gt(value, v128.load(numbers, 16)));
  const b = i16x8.narrow_i32x4_s(f32x4.gt(value, v128.load(numbers, 32)), f32x4.gt(value, v128.load(numbers, 48)));
  return popcnt<u32>(i8x16.bitmask(i8x16.narrow_i16x8_s(a, b)));
}

// A category's symbol: 0 for what is missing, 1 for a code of no set, then those that some set has.
// @ts-ignore: a decorator of AssemblyScript
@inline
function symbolOf(x: f32, plan: usize, column: usize): u32 {
  if (!(x >= 0)) return 0;
  if (x >= <f32>load<u32>(column, 8) || x != floor<f32>(x)) return 1;
  return load<u8>(plan + load<u32>(column, 4) + <u32>x);
}

/**
 * Scores of `nGroups` groups by leaf masks (QuickScorer, Lucchese et al. 2015, eight leaves at a time and 64 rows abreast).
 * stream: the trees; scores: 64 f64 per output and group, which hold the start scores.
 */
export function scoreMasks(
  plan: usize,
  stream: usize,
  nTrees: u32,
  nOutputs: u32,
  codes: usize,
  groupBytes: usize,
  nGroups: u32,
  scores: usize,
  leaves: usize,
): void {
  for (let g: u32 = 0; g < nGroups; g++) {
    let p = stream;
    let out = scores;
    const end = scores + (<usize>nOutputs << 9);
    for (let t: u32 = 0; t < nTrees; t++) {
      let first = <i32>load<u32>(p);
      const values = plan + load<u32>(p, 4);
      p += 8;
      let s0 = i8x16.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let b0 = s0;
      let b1 = s0;
      let b2 = s0;
      let b3 = s0;
      for (; first >= 0; first -= 8) {
        const numbersEnd = p + 4 + (<usize>load<u16>(p) << 2);
        const setsEnd = numbersEnd + (<usize>load<u16>(p, 2) << 3);
        let c0 = i8x16.splat(0);
        let c1 = c0;
        let c2 = c0;
        let c3 = c0;
        for (p += 4; p < numbersEnd; p += 4) {
          const at = codes + (<usize>load<u16>(p) << 6);
          const threshold = v128.load8_splat(p + 2);
          const mask = v128.load8_splat(p + 3);
          c0 = v128.or(c0, v128.and(i8x16.gt_s(v128.load(at), threshold), mask));
          c1 = v128.or(c1, v128.and(i8x16.gt_s(v128.load(at, 16), threshold), mask));
          c2 = v128.or(c2, v128.and(i8x16.gt_s(v128.load(at, 32), threshold), mask));
          c3 = v128.or(c3, v128.and(i8x16.gt_s(v128.load(at, 48), threshold), mask));
        }
        for (; p < setsEnd; p += 8) {
          const at = codes + (<usize>load<u16>(p) << 6);
          const mask = v128.load8_splat(p + 2);
          const set = plan + load<u32>(p, 4);
          const low = v128.load(set);
          const high = v128.load(set, 16);
          c0 = v128.or(c0, v128.and(isOutside(low, high, v128.load(at), v128.load(at, 64)), mask));
          c1 = v128.or(c1, v128.and(isOutside(low, high, v128.load(at, 16), v128.load(at, 80)), mask));
          c2 = v128.or(c2, v128.and(isOutside(low, high, v128.load(at, 32), v128.load(at, 96)), mask));
          c3 = v128.or(c3, v128.and(isOutside(low, high, v128.load(at, 48), v128.load(at, 112)), mask));
        }
        const all = i8x16.splat(-1);
        const base = i8x16.splat(<i8>first);
        let none = i8x16.eq(c0, all);
        s0 = v128.bitselect(s0, c0, none);
        b0 = v128.bitselect(b0, base, none);
        none = i8x16.eq(c1, all);
        s1 = v128.bitselect(s1, c1, none);
        b1 = v128.bitselect(b1, base, none);
        none = i8x16.eq(c2, all);
        s2 = v128.bitselect(s2, c2, none);
        b2 = v128.bitselect(b2, base, none);
        none = i8x16.eq(c3, all);
        s3 = v128.bitselect(s3, c3, none);
        b3 = v128.bitselect(b3, base, none);
      }
      v128.store(leaves, i8x16.add(b0, lowestFree(s0)));
      v128.store(leaves, i8x16.add(b1, lowestFree(s1)), 16);
      v128.store(leaves, i8x16.add(b2, lowestFree(s2)), 32);
      v128.store(leaves, i8x16.add(b3, lowestFree(s3)), 48);
      for (let r: usize = 0; r < 64; r += 4) {
        const leaf = leaves + r;
        const at = out + (r << 3);
        v128.store(at, f64x2.add(v128.load(at), pairOf(values, load<u8>(leaf), load<u8>(leaf, 1))));
        v128.store(at, f64x2.add(v128.load(at, 16), pairOf(values, load<u8>(leaf, 2), load<u8>(leaf, 3))), 16);
      }
      out += 512;
      if (out === end) out = scores;
    }
    codes += groupBytes;
    scores = end;
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function pairOf(values: usize, a: u32, b: u32): v128 {
  return v128.load64_lane(values + (<usize>b << 3), v128.load64_zero(values + (<usize>a << 3)), 1);
}

// Which symbols are not in a set of 256 bits.
// @ts-ignore: a decorator of AssemblyScript
@inline
function isOutside(low: v128, high: v128, byte: v128, bit: v128): v128 {
  const bits = v128.or(i8x16.swizzle(low, byte), i8x16.swizzle(high, i8x16.sub(byte, i8x16.splat(16))));
  return i8x16.eq(v128.and(bits, bit), i8x16.splat(0));
}

// The place of the lowest 0 in each byte.
// @ts-ignore: a decorator of AssemblyScript
@inline
function lowestFree(bytes: v128): v128 {
  return i8x16.popcnt(v128.andnot(bytes, i8x16.add(bytes, i8x16.splat(1))));
}

/**
 * Scores of one row by leaf masks, 16 trees abreast. stream: see the plan; nVectors: of 16 codes; scores: the nOutputs start scores; scratch: 16
 * bytes.
 */
export function scoreRowMasks(
  plan: usize,
  stream: usize,
  nTrees: u32,
  nOutputs: u32,
  codes: usize,
  nVectors: u32,
  scores: usize,
  scratch: usize,
): void {
  const codes0 = v128.load(codes);
  const codes1 = v128.load(codes, 16);
  const end = scores + (<usize>nOutputs << 3);
  let out = scores;
  let p = stream;
  for (let t: u32 = 0; t < nTrees; t += 16) {
    const values = p;
    let first = <i32>load<u32>(p, 64);
    p += 80;
    let chosen = i8x16.splat(0);
    let base = chosen;
    for (; first >= 0; first -= 8) {
      const nTables = load<u16>(p, 2);
      const stepsEnd = p + 16 + <usize>load<u16>(p) * 48;
      let forbidden = i8x16.splat(0);
      p += 16;
      if (nVectors === 1)
        for (; p < stepsEnd; p += 48) forbidden = forbid(forbidden, p, i8x16.swizzle(codes0, v128.load(p)));
      else if (nVectors === 2)
        for (; p < stepsEnd; p += 48) {
          const plane = v128.load(p);
          const code = v128.or(i8x16.swizzle(codes0, plane), i8x16.swizzle(codes1, i8x16.sub(plane, i8x16.splat(16))));
          forbidden = forbid(forbidden, p, code);
        }
      else
        for (; p < stepsEnd; p += 48) {
          let plane = v128.load(p);
          let code = i8x16.splat(0);
          for (let v: u32 = 0; v < nVectors; v++) {
            code = v128.or(code, i8x16.swizzle(v128.load(codes + (<usize>v << 4)), plane));
            plane = i8x16.sub(plane, i8x16.splat(16));
          }
          forbidden = forbid(forbidden, p, code);
        }
      for (let k: u32 = 0; k < nTables; k++) {
        const code = codes + <usize>load<u16>(p);
        const symbol = (<usize>load<u8>(code) << 3) + <usize>ctz<u32>(load<u8>(code, 1));
        forbidden = v128.or(forbidden, v128.load(p + 16 + (symbol << 4)));
        p += 16 + (<usize>load<u16>(p, 2) << 4);
      }
      const none = i8x16.eq(forbidden, i8x16.splat(-1));
      chosen = v128.bitselect(chosen, forbidden, none);
      base = v128.bitselect(base, i8x16.splat(<i8>first), none);
    }
    v128.store(scratch, i8x16.add(base, lowestFree(chosen)));
    const nHere = min<u32>(16, nTrees - t);
    for (let lane: usize = 0; lane < nHere; lane++) {
      const value = load<f64>(plan + load<u32>(values + (lane << 2)) + (<usize>load<u8>(scratch + lane) << 3));
      store<f64>(out, load<f64>(out) + value);
      out += 8;
      if (out === end) out = scores;
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function forbid(forbidden: v128, step: usize, code: v128): v128 {
  return v128.or(forbidden, v128.and(i8x16.gt_s(code, v128.load(step, 16)), v128.load(step, 32)));
}

/**
 * Scores of `nGroups` groups by walking each tree with eight rows at a time: for trees of many leaves.
 * roots: u32 per tree; nodes: see the plan; sets: u32 per node, or 0 where no node asks for a category; values: f64 per node.
 */
export function walkGroups(
  plan: usize,
  roots: usize,
  nTrees: u32,
  nOutputs: u32,
  nodes: usize,
  sets: usize,
  values: usize,
  codes: usize,
  groupBytes: usize,
  nGroups: u32,
  scores: usize,
): void {
  const groupScores = <usize>nOutputs << 9;
  let first = scores;
  const end = scores + groupScores;
  for (let t: u32 = 0; t < nTrees; t++) {
    const root = load<u32>(roots + (<usize>t << 2));
    let row = codes;
    let out = first;
    for (let g: u32 = 0; g < nGroups; g++) {
      for (let r: usize = 0; r < 64; r += 8) {
        const at = out + (r << 3);
        const from = row + r;
        if (sets === 0) walkEight(plan, nodes, 0, root, root, root, root, root, root, root, root, from, 1, 6);
        else walkEight(plan, nodes, sets, root, root, root, root, root, root, root, root, from, 1, 6);
        v128.store(at, f64x2.add(v128.load(at), pairOf(values, leaf0, leaf1)));
        v128.store(at, f64x2.add(v128.load(at, 16), pairOf(values, leaf2, leaf3)), 16);
        v128.store(at, f64x2.add(v128.load(at, 32), pairOf(values, leaf4, leaf5)), 32);
        v128.store(at, f64x2.add(v128.load(at, 48), pairOf(values, leaf6, leaf7)), 48);
      }
      row += groupBytes;
      out += groupScores;
    }
    first += 512;
    if (first === end) first = scores;
  }
}

/** Scores of one row, eight trees abreast: `scores` holds the nOutputs start scores. Arguments as in {@link walkGroups}. */
export function walkRow(
  plan: usize,
  roots: usize,
  nTrees: u32,
  nOutputs: u32,
  nodes: usize,
  sets: usize,
  values: usize,
  codes: usize,
  scores: usize,
): void {
  const end = scores + (<usize>nOutputs << 3);
  let at = scores;
  for (let t: u32 = 0; t < nTrees; t += 8) {
    const last = nTrees - 1;
    const r0 = rootOf(roots, t, last);
    const r1 = rootOf(roots, t + 1, last);
    const r2 = rootOf(roots, t + 2, last);
    const r3 = rootOf(roots, t + 3, last);
    const r4 = rootOf(roots, t + 4, last);
    const r5 = rootOf(roots, t + 5, last);
    const r6 = rootOf(roots, t + 6, last);
    const r7 = rootOf(roots, t + 7, last);
    if (sets === 0) walkEight(plan, nodes, 0, r0, r1, r2, r3, r4, r5, r6, r7, codes, 0, 0);
    else walkEight(plan, nodes, sets, r0, r1, r2, r3, r4, r5, r6, r7, codes, 0, 0);
    at = addLeaf(values, leaf0, at, end, scores);
    if (t + 1 < nTrees) at = addLeaf(values, leaf1, at, end, scores);
    if (t + 2 < nTrees) at = addLeaf(values, leaf2, at, end, scores);
    if (t + 3 < nTrees) at = addLeaf(values, leaf3, at, end, scores);
    if (t + 4 < nTrees) at = addLeaf(values, leaf4, at, end, scores);
    if (t + 5 < nTrees) at = addLeaf(values, leaf5, at, end, scores);
    if (t + 6 < nTrees) at = addLeaf(values, leaf6, at, end, scores);
    if (t + 7 < nTrees) at = addLeaf(values, leaf7, at, end, scores);
  }
}

// The root of a tree; beyond the last tree that of the last.
// @ts-ignore: a decorator of AssemblyScript
@inline
function rootOf(roots: usize, tree: u32, last: u32): u32 {
  return load<u32>(roots + (<usize>min(tree, last) << 2));
}

// Where the last eight walks ended.
let leaf0: u32 = 0;
let leaf1: u32 = 0;
let leaf2: u32 = 0;
let leaf3: u32 = 0;
let leaf4: u32 = 0;
let leaf5: u32 = 0;
let leaf6: u32 = 0;
let leaf7: u32 = 0;

// Eight walks side by side, so that each waits for memory while the others go on; their rows lie `apart` bytes from each other. A walk
// stays at its leaf until all have ended.
// @ts-ignore: a decorator of AssemblyScript
@inline
function walkEight(
  plan: usize,
  nodes: usize,
  sets: usize,
  r0: u32,
  r1: u32,
  r2: u32,
  r3: u32,
  r4: u32,
  r5: u32,
  r6: u32,
  r7: u32,
  row: usize,
  apart: usize,
  shift: usize,
): void {
  let n0 = r0;
  let n1 = r1;
  let n2 = r2;
  let n3 = r3;
  let n4 = r4;
  let n5 = r5;
  let n6 = r6;
  let n7 = r7;
  let moved: u32;
  do {
    n0 = next(plan, nodes, sets, n0, row, shift);
    n1 = next(plan, nodes, sets, n1, row + apart, shift);
    n2 = next(plan, nodes, sets, n2, row + 2 * apart, shift);
    n3 = next(plan, nodes, sets, n3, row + 3 * apart, shift);
    n4 = next(plan, nodes, sets, n4, row + 4 * apart, shift);
    n5 = next(plan, nodes, sets, n5, row + 5 * apart, shift);
    n6 = next(plan, nodes, sets, n6, row + 6 * apart, shift);
    n7 = next(plan, nodes, sets, n7, row + 7 * apart, shift);
    const m0 = next(plan, nodes, sets, n0, row, shift);
    const m1 = next(plan, nodes, sets, n1, row + apart, shift);
    const m2 = next(plan, nodes, sets, n2, row + 2 * apart, shift);
    const m3 = next(plan, nodes, sets, n3, row + 3 * apart, shift);
    const m4 = next(plan, nodes, sets, n4, row + 4 * apart, shift);
    const m5 = next(plan, nodes, sets, n5, row + 5 * apart, shift);
    const m6 = next(plan, nodes, sets, n6, row + 6 * apart, shift);
    const m7 = next(plan, nodes, sets, n7, row + 7 * apart, shift);
    moved = (n0 ^ m0) | (n1 ^ m1) | (n2 ^ m2) | (n3 ^ m3) | (n4 ^ m4) | (n5 ^ m5) | (n6 ^ m6) | (n7 ^ m7);
    n0 = m0;
    n1 = m1;
    n2 = m2;
    n3 = m3;
    n4 = m4;
    n5 = m5;
    n6 = m6;
    n7 = m7;
  } while (moved);
  leaf0 = n0;
  leaf1 = n1;
  leaf2 = n2;
  leaf3 = n3;
  leaf4 = n4;
  leaf5 = n5;
  leaf6 = n6;
  leaf7 = n7;
}

// The child of a node to which a row goes. A leaf is its own left child, and no code is beyond its threshold. Without branches: which kind
// of node comes next cannot be foreseen.
// @ts-ignore: a decorator of AssemblyScript
@inline
function next(plan: usize, nodes: usize, sets: usize, node: u32, row: usize, shift: usize): u32 {
  const at = nodes + (<usize>node << 3);
  const code = row + (<usize>load<u16>(at, 4) << shift);
  const isBeyond = u32(<i32>load<i8>(code) > <i32>load<i8>(at, 6));
  if (sets === 0) return load<u32>(at) + isBeyond;
  const set = load<u32>(sets + (<usize>node << 2));
  const isOut = u32((load<u8>(plan + set + load<u8>(code)) & load<u8>(code + (<usize>1 << shift))) === 0);
  const asksSet = 0 - u32(set !== 0);
  return load<u32>(at) + ((isOut & asksSet) | (isBeyond & ~asksSet));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function addLeaf(values: usize, leaf: u32, at: usize, end: usize, scores: usize): usize {
  store<f64>(at, load<f64>(at) + load<f64>(values + (<usize>leaf << 3)));
  return at + 8 === end ? scores : at + 8;
}
