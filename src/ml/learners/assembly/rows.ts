// AssemblyScript. Products of one sparse row with weights that lie entry after entry, the numbers of one entry together. The specification is
// the TypeScript of the same name in sparse-kernels.ts, whose sums have the same order. All arguments are byte offsets, or counts.

/** First byte of the memory that is free. */
export const heapBase: usize = __heap_base;

/** Adds Σ value · weights[index] to `out`. indexes: u32; values: f64; width: numbers of one entry, a multiple of 8. */
export function gather(indexes: usize, values: usize, n: u32, weights: usize, width: u32, out: usize): void {
  const bytes = <usize>width << 3;
  const end = values + (<usize>n << 3);
  // 8 numbers of `out` stay in registers while all entries pass.
  for (let k: usize = 0; k < bytes; k += 64) {
    const at = out + k;
    let a = v128.load(at);
    let b = v128.load(at, 16);
    let c = v128.load(at, 32);
    let d = v128.load(at, 48);
    let index = indexes;
    for (let value = values; value < end; value += 8) {
      const x = v128.load64_splat(value);
      const row = weights + <usize>load<u32>(index) * bytes + k;
      a = f64x2.add(a, f64x2.mul(x, v128.load(row)));
      b = f64x2.add(b, f64x2.mul(x, v128.load(row, 16)));
      c = f64x2.add(c, f64x2.mul(x, v128.load(row, 32)));
      d = f64x2.add(d, f64x2.mul(x, v128.load(row, 48)));
      index += 4;
    }
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
  }
}

/** Adds value · push to weights[index], for each entry. */
export function scatter(indexes: usize, values: usize, n: u32, weights: usize, width: u32, push: usize): void {
  const bytes = <usize>width << 3;
  const end = values + (<usize>n << 3);
  for (let value = values; value < end; value += 8) {
    const x = v128.load64_splat(value);
    const row = weights + <usize>load<u32>(indexes) * bytes;
    for (let k: usize = 0; k < bytes; k += 64) {
      const at = row + k;
      const from = push + k;
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(x, v128.load(from))));
      v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(x, v128.load(from, 16))), 16);
      v128.store(at, f64x2.add(v128.load(at, 32), f64x2.mul(x, v128.load(from, 32))), 32);
      v128.store(at, f64x2.add(v128.load(at, 48), f64x2.mul(x, v128.load(from, 48))), 48);
    }
    indexes += 4;
  }
}

// Constants out of the memory, or they would be made anew for every two numbers.
const constants = memory.data<f64>([
  1.442695040888963387, 0.5, 6.9314718036912381649e-1, 1.90821492927058770002e-10, 4.13813679705723846039e-8,
  -1.6533902205465251539e-6, 6.61375632143793436117e-5, -2.77777777770155933842e-3, 1.66666666666666019037e-1, 1, 2,
  6755399441056767.0, -700, 0,
]);

// @ts-ignore: a decorator of AssemblyScript
@inline
function constant(index: usize): v128 {
  return v128.load64_splat(constants + (index << 3));
}

// e^x of two numbers from −700 to 0, the twin of exp() in ml/stats.
// @ts-ignore: a decorator of AssemblyScript
@inline
function expNegative(x: v128): v128 {
  const k = v128.floor<f64>(v128.add<f64>(v128.mul<f64>(constant(0), x), constant(1)));
  const high = v128.sub<f64>(x, v128.mul<f64>(k, constant(2)));
  const low = v128.mul<f64>(k, constant(3));
  const r = v128.sub<f64>(high, low);
  const t = v128.mul<f64>(r, r);
  let p = v128.add<f64>(constant(5), v128.mul<f64>(t, constant(4)));
  p = v128.add<f64>(constant(6), v128.mul<f64>(t, p));
  p = v128.add<f64>(constant(7), v128.mul<f64>(t, p));
  p = v128.add<f64>(constant(8), v128.mul<f64>(t, p));
  const c = v128.sub<f64>(r, v128.mul<f64>(t, p));
  const quotient = v128.div<f64>(v128.mul<f64>(r, c), v128.sub<f64>(constant(10), c));
  const y = v128.sub<f64>(constant(9), v128.sub<f64>(v128.sub<f64>(low, quotient), high));
  // k + 1023 in the low bits, moved to where an f64 has its exponent.
  return v128.mul<f64>(y, i64x2.shl(v128.add<f64>(k, constant(11)), 52));
}

/** Solves for one row's distribution; see `balance` in sparse-kernels.ts. Arrays of f64, `n` an even number of them. */
export function balance(n: u32, q: f64, margins: usize, logs: usize, shares: usize, before: usize, goals: usize, rounds: u32): f64 {
  const bytes = <usize>n << 3;
  const qs = f64x2.splat(q);
  const one = f64x2.splat(1);
  let sums = f64x2.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const a = expNegative(v128.load(logs + k));
    v128.store(shares + k, a);
    v128.store(before + k, a);
    v128.store(goals + k, v128.add<f64>(v128.load(margins + k), v128.mul<f64>(qs, a)));
    sums = v128.add<f64>(sums, a);
  }
  let total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  let moved: f64 = 1;
  for (let round: u32 = 0; round < rounds && moved > 1e-3; round++) {
    let slopes = f64x2.splat(0);
    let lefts = f64x2.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) {
      const a = v128.load(shares + k);
      const pull = v128.mul<f64>(qs, a);
      const share = v128.div<f64>(a, v128.add<f64>(one, pull));
      const miss = v128.sub<f64>(v128.sub<f64>(v128.load(goals + k), v128.load(logs + k)), pull);
      slopes = v128.add<f64>(slopes, share);
      lefts = v128.add<f64>(lefts, v128.mul<f64>(share, miss));
    }
    const slope = f64x2.extract_lane(slopes, 0) + f64x2.extract_lane(slopes, 1);
    const left = f64x2.extract_lane(lefts, 0) + f64x2.extract_lane(lefts, 1);
    const nu = f64x2.splat((1 - total - left) / slope);
    sums = f64x2.splat(0);
    let moves = f64x2.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) {
      const a = v128.load(shares + k);
      const z = v128.load(logs + k);
      const pull = v128.mul<f64>(qs, a);
      const miss = v128.sub<f64>(v128.sub<f64>(v128.add<f64>(v128.load(goals + k), nu), z), pull);
      const moved = v128.add<f64>(z, v128.div<f64>(miss, v128.add<f64>(one, pull)));
      const next = f64x2.pmax(constant(12), f64x2.pmin(constant(13), moved));
      const b = expNegative(next);
      v128.store(logs + k, next);
      v128.store(shares + k, b);
      sums = v128.add<f64>(sums, b);
      moves = v128.add<f64>(moves, v128.abs<f64>(v128.sub<f64>(b, a)));
    }
    total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    moved = f64x2.extract_lane(moves, 0) + f64x2.extract_lane(moves, 1);
  }
  return total;
}
