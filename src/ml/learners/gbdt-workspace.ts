/*
 * The memory of one training. Its arrays lie in the compiled kernels' memory where there are kernels, else each by itself; the code that
 * fills and reads them is the same. The kernels only add whole numbers (see `quantise`), so both ways give the same bits.
 */

/** The compiled kernels of boosted trees. Whoever loads them hands them in; one fit at a time uses their memory. */
export interface GbdtKernels {
  /** A shared WebAssembly.Memory: growing it, by pages of 64 KiB, keeps views alive. */
  readonly memory: { readonly buffer: ArrayBufferLike; grow(pages: number): number };
  /** First byte that belongs to no kernel. */
  readonly heapBase: number;
  readonly histogram: (
    bins: number,
    stride: number,
    rows: number,
    from: number,
    to: number,
    pairs: number,
    active: number,
    offsets: number,
    nActive: number,
    out: number,
    scratch: number,
  ) => void;
}

/** A table of bins, row-major; rows are `stride` bytes apart, a multiple of 16. */
export interface BinRows {
  readonly bins: Uint8Array;
  readonly stride: number;
}

/** Features that have a histogram: their indexes, and where each one's bins begin in it, in f64 numbers. */
export interface HistogramLayout {
  readonly active: Int32Array;
  readonly offsets: Int32Array;
  /** Numbers in a histogram. */
  readonly length: number;
}

/** Gives arrays, and builds histograms over them. */
export interface Workspace {
  uint8(n: number): Uint8Array;
  int32(n: number): Int32Array;
  float64(n: number): Float64Array;
  /** Adds gradient, hessian and count of rows `from` … `to` of `rows` to `out`. Every array must be of this workspace. */
  histogram(
    table: BinRows,
    rows: Int32Array,
    from: number,
    to: number,
    pairs: Float64Array,
    layout: HistogramLayout,
    out: Float64Array,
  ): void;
}

/** Numbers per bin: gradient, hessian, rows. */
export const numbersPerBin = 3;

const pageBytes = 65_536;
const blockRows = 256;

/** The memory of one fit. With kernels, arrays of an earlier workspace must no longer be in use. */
export function createWorkspace(kernels?: GbdtKernels): Workspace {
  return kernels === undefined ? plainWorkspace : compiledWorkspace(kernels);
}

const plainWorkspace: Workspace = {
  uint8: (n) => new Uint8Array(n),
  int32: (n) => new Int32Array(n),
  float64: (n) => new Float64Array(n),
  histogram,
};

/** The specification of the compiled kernel of the same name. */
function histogram(
  { bins, stride }: BinRows,
  rows: Int32Array,
  from: number,
  to: number,
  pairs: Float64Array,
  { active, offsets }: HistogramLayout,
  out: Float64Array,
): void {
  const nActive = active.length;
  for (let k = from; k < to; k++) {
    const i = rows[k]!;
    const g = pairs[2 * i]!;
    const h = pairs[2 * i + 1]!;
    const base = i * stride;
    for (let j = 0; j < nActive; j++) {
      const at = offsets[j]! + numbersPerBin * bins[base + active[j]!]!;
      out[at]! += g;
      out[at + 1]! += h;
      out[at + 2]! += 1;
    }
  }
}

function compiledWorkspace(kernels: GbdtKernels): Workspace {
  const { memory } = kernels;
  let next = kernels.heapBase;
  const take = (bytes: number): number => {
    const at = Math.ceil(next / 64) * 64;
    next = at + bytes;
    const missing = next - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    return at;
  };
  let scratch = { at: 0, stride: -1 };
  // The layout in use as the kernel reads it: feature indexes, then offsets in bytes.
  let written: { layout: HistogramLayout | null; at: number; room: number } = { layout: null, at: 0, room: 0 };
  const write = (layout: HistogramLayout): number => {
    if (written.layout === layout) return written.at;
    const n = layout.active.length;
    const { at, room } = written.room >= n ? written : { at: take(8 * n), room: n };
    new Int32Array(memory.buffer, at, n).set(layout.active);
    new Int32Array(memory.buffer, at + 4 * n, n).set(layout.offsets.map((number) => 8 * number));
    written = { layout, at, room };
    return at;
  };
  return {
    // Room is taken before the buffer is asked for: taking may grow it.
    uint8(n) {
      const at = take(n);
      return new Uint8Array(memory.buffer, at, n).fill(0);
    },
    int32(n) {
      const at = take(4 * n);
      return new Int32Array(memory.buffer, at, n).fill(0);
    },
    float64(n) {
      const at = take(8 * n);
      return new Float64Array(memory.buffer, at, n).fill(0);
    },
    histogram({ bins, stride }, rows, from, to, pairs, layout, out) {
      if (scratch.stride !== stride) scratch = { at: take(blockRows * (stride + 16)), stride };
      const nActive = layout.active.length;
      const active = write(layout);
      kernels.histogram(
        bins.byteOffset,
        stride,
        rows.byteOffset,
        from,
        to,
        pairs.byteOffset,
        active,
        active + 4 * nActive,
        nActive,
        out.byteOffset,
        scratch.at,
      );
    },
  };
}
