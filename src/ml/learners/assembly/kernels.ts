// AssemblyScript. The specification of each kernel is the TypeScript function of the same name in gbdt-workspace.ts; a property test
// holds the two together. All arguments are byte offsets into the one memory, or counts.

// Rows that are gathered into a small buffer before their bins are counted: the copies are independent of each other, so their cache
// misses overlap, which those of read-modify-write would not.
const blockRows: u32 = 256;
/** First byte of the memory that is free. */
export const heapBase: usize = __heap_base;
const bytesPerBin: usize = 24; // gradient, hessian, rows: three f64

/**
 * Adds rows `from` … `to` of `rows` to the histogram of the active features.
 * bins: n × stride bytes, row-major, stride a multiple of 16; pairs: n × (gradient, hessian) f64; offsets: byte offset of each active
 * feature's bins; scratch: blockRows × (stride + 16) bytes.
 */
export function histogram(
  bins: usize,
  stride: usize,
  rows: usize,
  from: u32,
  to: u32,
  pairs: usize,
  active: usize,
  offsets: usize,
  nActive: u32,
  out: usize,
  scratch: usize,
): void {
  const rowBuffer = scratch + blockRows * 16;
  for (let start = from; start < to; start += blockRows) {
    const n = min(blockRows, to - start);
    for (let r: u32 = 0; r < n; r++) {
      const row = <usize>load<u32>(rows + ((<usize>start + r) << 2));
      v128.store(scratch + (<usize>r << 4), v128.load(pairs + (row << 4)));
      const source = bins + row * stride;
      const target = rowBuffer + <usize>r * stride;
      for (let byte: usize = 0; byte < stride; byte += 16) v128.store(target + byte, v128.load(source + byte));
    }
    let j: u32 = 0;
    for (; j + 4 <= nActive; j += 4) {
      const slot = <usize>j << 2;
      const a0 = rowBuffer + load<u32>(active + slot);
      const a1 = rowBuffer + load<u32>(active + slot, 4);
      const a2 = rowBuffer + load<u32>(active + slot, 8);
      const a3 = rowBuffer + load<u32>(active + slot, 12);
      const o0 = out + load<u32>(offsets + slot);
      const o1 = out + load<u32>(offsets + slot, 4);
      const o2 = out + load<u32>(offsets + slot, 8);
      const o3 = out + load<u32>(offsets + slot, 12);
      let at: usize = 0;
      let pair = scratch;
      for (let r: u32 = 0; r < n; r++) {
        const gh = v128.load(pair);
        add(o0 + <usize>load<u8>(a0 + at) * bytesPerBin, gh);
        add(o1 + <usize>load<u8>(a1 + at) * bytesPerBin, gh);
        add(o2 + <usize>load<u8>(a2 + at) * bytesPerBin, gh);
        add(o3 + <usize>load<u8>(a3 + at) * bytesPerBin, gh);
        at += stride;
        pair += 16;
      }
    }
    for (; j < nActive; j++) {
      const feature = rowBuffer + load<u32>(active + (<usize>j << 2));
      const base = out + load<u32>(offsets + (<usize>j << 2));
      for (let r: u32 = 0; r < n; r++)
        add(base + <usize>load<u8>(feature + <usize>r * stride) * bytesPerBin, v128.load(scratch + (<usize>r << 4)));
    }
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function add(bin: usize, gh: v128): void {
  v128.store(bin, f64x2.add(v128.load(bin), gh));
  store<f64>(bin, load<f64>(bin, 16) + 1, 16);
}
