import { mostBalanceRounds, plainSparse, type SparseKernels } from "../../ml/learners/index.ts";
import { readKernels } from "./read-kernels.ts";

type Product = (indexes: number, values: number, n: number, weights: number, width: number, row: number) => void;

interface RowsExports {
  readonly gather: Product;
  readonly scatter: Product;
  readonly balance: (
    n: number,
    q: number,
    margins: number,
    logs: number,
    shares: number,
    before: number,
    goals: number,
    rounds: number,
  ) => number;
  readonly heapBase: { readonly value: number };
}

type Eight = [number, number, number, number, number, number, number, number];

// The part of the platform's WebAssembly that is used here.
declare const WebAssembly: {
  readonly Memory: new (options: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const pageBytes = 65_536;
const mostPages = 65_536;

/**
 * The compiled products of sparse rows; each fit gets a memory of its own, as large as it needs, and beyond 4 GiB the TypeScript form. Undefined
 * where they have not been built, and the TypeScript form runs: slower, the same bits.
 */
export function loadSparseKernels(): SparseKernels | undefined {
  const bytes = readKernels("rows");
  if (bytes === undefined) return undefined;
  const module = new WebAssembly.Module(bytes);
  return (nEntries, nWeights, stride) => {
    const perRow = 8 * stride;
    const sizes = [nWeights * perRow, 8 * nEntries, 4 * nEntries, perRow, perRow, perRow, perRow, perRow].map(
      (size) => 64 * Math.ceil(size / 64),
    );
    const pages = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / pageBytes) + 2;
    if (pages > mostPages) return plainSparse(nEntries, nWeights, stride);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { gather, scatter, balance, heapBase } = new WebAssembly.Instance(module, {
      env: { memory, abort: () => undefined },
    }).exports as RowsExports;
    let next = 64 * Math.ceil(heapBase.value / 64);
    const place = (size: number) => {
      next += size;
      return next - size;
    };
    const [weights, values, indexes, row, logs, shares, before, goals] = sizes.map(place) as Eight;
    const { buffer } = memory;
    return {
      weights: new Float64Array(buffer, weights, nWeights * stride),
      row: new Float64Array(buffer, row, stride),
      logs: new Float64Array(buffer, logs, stride),
      shares: new Float64Array(buffer, shares, stride),
      before: new Float64Array(buffer, before, stride),
      goals: new Float64Array(buffer, goals, stride),
      values: new Float64Array(buffer, values, nEntries),
      indexes: new Int32Array(buffer, indexes, nEntries),
      gather: (from, to) => gather(indexes + 4 * from, values + 8 * from, to - from, weights, stride, row),
      balance: (n, q) => balance(n, q, row, logs, shares, before, goals, mostBalanceRounds),
      scatter: (from, to) => scatter(indexes + 4 * from, values + 8 * from, to - from, weights, stride, row),
    };
  };
}
