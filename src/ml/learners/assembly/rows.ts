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
