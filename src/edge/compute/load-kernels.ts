import { type GbdtKernels, type KernelFunctions, teamBytes } from "../../ml/learners/index.ts";
import { readKernels } from "./read-kernels.ts";

type KernelExports = KernelFunctions & { readonly heapBase: { readonly value: number } };

// The part of the platform's WebAssembly that is used here.
declare const WebAssembly: {
  readonly Memory: new (options: { initial: number; maximum: number; shared: boolean }) => GbdtKernels["memory"];
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** Pages of 64 KiB that the kernels may use: 4 GiB of addresses, taken as they are needed. */
const mostPages = 65_536;

/** The kernels as they cross into another thread of their team. */
export interface SharedKernels {
  readonly module: object;
  readonly memory: GbdtKernels["memory"];
  readonly nThreads: number;
}

/** The compiled kernels and a memory for them; undefined where they have not been built. Throws KERNELS_STALE. */
export function prepareKernels(nThreads: number): SharedKernels | undefined {
  const bytes = readKernels("kernels");
  if (bytes === undefined) return undefined;
  const memory = new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true });
  return { module: new WebAssembly.Module(bytes), memory, nThreads };
}

/** An instance of the kernels for this thread. */
export function instantiateKernels({ module, memory, nThreads }: SharedKernels): GbdtKernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort: () => undefined } }) as {
    exports: KernelExports;
  };
  const teamAt = 64 * Math.ceil(exports.heapBase.value / 64);
  return { memory, teamAt, heapBase: teamAt + teamBytes, nThreads, functions: exports };
}

/**
 * The compiled kernels, in a memory of their own, for one thread; undefined where they have not been built (a checkout before its first build), and the
 * TypeScript form runs: slower, the same bits.
 */
export function loadKernels(): GbdtKernels | undefined {
  const prepared = prepareKernels(1);
  return prepared && instantiateKernels(prepared);
}
