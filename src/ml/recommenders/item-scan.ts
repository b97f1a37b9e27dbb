import { dot } from "./als-solve.ts";
import type { RecommendFunctions } from "./recommend-kernels.ts";

/** A memory with the compiled kernels that read it. */
export interface ScanRuntime {
  readonly buffer: ArrayBufferLike;
  /** First byte that is free, a multiple of 16. */
  readonly start: number;
  readonly scan: RecommendFunctions["scan"];
}

/** Gives a memory of at least so many bytes, each model has its own; undefined where it cannot be had. */
export type ScanKernels = (nBytes: number) => ScanRuntime | undefined;

// The part of the platform's WebAssembly that is used here.
declare const WebAssembly:
  | {
      readonly Memory: new (options: {
        initial: number;
        maximum: number;
        shared: boolean;
      }) => {
        readonly buffer: ArrayBufferLike;
      };
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
    }
  | undefined;

const pageBytes = 65_536;
const mostPages = 65_536;

/**
 * The kernels that score all items for a user, from the compiled bytes of `assembly/recommend.ts`; undefined where the runtime has no WebAssembly, forbids
 * it or lacks its vectors.
 */
export function startScanKernels(bytes: Uint8Array): ScanKernels | undefined {
  if (typeof WebAssembly === "undefined") return undefined;
  const { Memory, Module, Instance } = WebAssembly;
  // Undefined where the machine or the runtime does not give it: a page that is not isolated may have no shared memory.
  const memoryOf = (initial: number) => {
    try {
      return new Memory({ initial, maximum: mostPages, shared: true });
    } catch {
      return undefined;
    }
  };
  try {
    const module = new Module(bytes);
    return (nBytes) => {
      const initial = 1 + Math.ceil(nBytes / pageBytes);
      const memory = initial > mostPages ? undefined : memoryOf(initial);
      if (memory === undefined) return undefined;
      const { exports } = new Instance(module, { env: { memory, abort: () => undefined } }) as {
        exports: RecommendFunctions & { readonly heapBase: { readonly value: number } };
      };
      return { buffer: memory.buffer, start: 64 * Math.ceil(exports.heapBase.value / 64), scan: exports.scan };
    };
  } catch {
    return undefined;
  }
}

/** Rows of items and what scores them. */
export interface ItemScan {
  /** The rows that were given, where the scan reads them. */
  readonly items: Float32Array;
  /** Dot products of some factors with every item, in f32; overwritten by the next call. */
  scan(factors: Float32Array): Float32Array;
}

/** A scan of rows of `stride` numbers: by compiled kernels, in a memory that holds the rows, or in TypeScript, to the same bits. */
export function itemScan(items: Float32Array, stride: number, kernels: ScanKernels | undefined): ItemScan {
  const nItems = items.length / stride;
  const runtime = kernels?.(4 * (items.length + nItems + stride + 16));
  if (runtime === undefined) {
    const out = new Float32Array(nItems);
    return {
      items,
      scan(factors) {
        for (let item = 0; item < nItems; item++) out[item] = dot(items, item * stride, factors, stride);
        return out;
      },
    };
  }
  const { buffer, start, scan } = runtime;
  const placed = new Float32Array(buffer, start, items.length);
  placed.set(items);
  const user = new Float32Array(buffer, start + items.byteLength, stride);
  const out = new Float32Array(buffer, user.byteOffset + 4 * stride, nItems);
  return {
    items: placed,
    scan(factors) {
      user.set(factors);
      scan(start, user.byteOffset, 0, nItems, stride, out.byteOffset);
      return out;
    },
  };
}
