import { existsSync, readFileSync } from "node:fs";
import type { GbdtKernels } from "../../ml/learners/index.ts";
import { kernelsFile } from "./entries.ts";

interface KernelExports {
  readonly histogram: GbdtKernels["histogram"];
  readonly heapBase: { readonly value: number };
}

// The part of the platform's WebAssembly that is used here.
declare const WebAssembly: {
  readonly Memory: new (options: { initial: number; maximum: number; shared: boolean }) => GbdtKernels["memory"];
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** Pages of 64 KiB that the kernels may use: 4 GiB of addresses, taken as they are needed. */
const mostPages = 65_536;

/**
 * The compiled kernels, in a memory of their own; undefined where they have not been built (a checkout before its first build), and the
 * TypeScript form runs: slower, the same bits.
 */
export function loadKernels(): GbdtKernels | undefined {
  if (!existsSync(kernelsFile)) return undefined;
  const memory = new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true });
  const module = new WebAssembly.Module(readFileSync(kernelsFile));
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory, abort: () => undefined },
  }) as { exports: KernelExports };
  return { memory, heapBase: exports.heapBase.value, histogram: exports.histogram };
}
