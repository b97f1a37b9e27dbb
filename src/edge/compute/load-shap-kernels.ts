import type { ShapKernels, ShapRuntime } from "../../ml/learners/index.ts";
import { readKernels } from "./read-kernels.ts";

interface KernelExports {
  readonly addShapValues: ShapRuntime["addShapValues"];
  readonly heapBase: { readonly value: number };
}

// The part of the platform's WebAssembly that is used here.
declare const WebAssembly: {
  readonly Memory: new (options: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const pageBytes = 65_536;

/**
 * The compiled kernels of TreeSHAP; each model that is explained gets a memory of its own, as large as it needs. Undefined where they have not
 * been built, and the TypeScript form runs: slower, the same bits.
 */
export function loadShapKernels(): ShapKernels | undefined {
  const bytes = readKernels("shap");
  if (bytes === undefined) return undefined;
  const module = new WebAssembly.Module(bytes);
  return (nBytes) => {
    const pages = Math.ceil(nBytes / pageBytes) + 1;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const { exports } = new WebAssembly.Instance(module, {
      env: { memory, abort: () => undefined },
    }) as { exports: KernelExports };
    const start = 16 * Math.ceil(exports.heapBase.value / 16);
    return { buffer: memory.buffer, start, addShapValues: exports.addShapValues };
  };
}
