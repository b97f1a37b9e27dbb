import type { Plan } from "./gbdt-plan.ts";

type Call<N extends readonly string[], R = void> = (...args: { [K in keyof N]: number }) => R;

/** The functions of the compiled kernels; assembly/predict.ts says what each does. */
interface PredictExports {
  readonly heapBase: { readonly value: number };
  readonly encodeNumbers: Call<["values", "plan", "column", "codes", "groupBytes", "nGroups", "ranks"]>;
  readonly encodeCategories: Call<["values", "plan", "column", "codes", "groupBytes", "nGroups"]>;
  /** 1 where a number is missing. */
  readonly encodeRow: Call<["row", "plan", "columns", "nColumns", "codes"], number>;
  readonly scoreMasks: Call<
    ["plan", "stream", "nTrees", "nOutputs", "codes", "groupBytes", "nGroups", "scores", "leaves"]
  >;
  readonly walkGroups: Call<
    ["plan", "roots", "nTrees", "nOutputs", "nodes", "sets", "values", "codes", "groupBytes", "nGroups", "scores"]
  >;
  readonly scoreRowMasks: Call<["plan", "stream", "nTrees", "nOutputs", "codes", "nVectors", "scores", "scratch"]>;
  readonly walkRow: Call<["plan", "roots", "nTrees", "nOutputs", "nodes", "sets", "values", "codes", "scores"]>;
}

/** The compiled kernels that score rows, with the one memory that all models of a thread share. */
export interface PredictKernels {
  readonly calls: PredictExports;
  /** All of the memory; another array after it has grown. */
  readonly numbers: () => Float64Array;
  /**
   * The address of a plan in memory, where it is copied unless it lies there already; scratch of at least `scratchBytes` lies at
   * `scratchAt`. Both hold until the next call.
   */
  readonly place: (plan: Plan, scratchBytes: number) => number;
  readonly scratchAt: number;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

// The part of the platform's WebAssembly that is used here.
declare const WebAssembly:
  | {
      readonly Memory: new (options: { initial: number; maximum: number }) => WasmMemory;
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
    }
  | undefined;

const pageBytes = 65_536;

/** Pages that the kernels may use: 4 GiB of addresses, taken as they are needed. */
const mostPages = 65_536;

/**
 * Starts the kernels from their compiled bytes; undefined where the runtime has no WebAssembly, forbids it or lacks its vectors.
 * @param mostPlanBytes of plans that stay in memory, default 64 MiB; when the next one does not fit, all are dropped, and each is copied anew when it is
 *   next used
 */
export function startPredictKernels(bytes: Uint8Array, mostPlanBytes = 64 * 2 ** 20): PredictKernels | undefined {
  if (typeof WebAssembly === "undefined") return undefined;
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages });
    const module = new WebAssembly.Module(bytes);
    const instance = new WebAssembly.Instance(module, { env: { memory, abort: () => undefined } });
    return arenaOf(memory, instance.exports as PredictExports, mostPlanBytes);
  } catch {
    return undefined;
  }
}

// Memory: the kernels' own, scratch, then the plans one after another.
function arenaOf(memory: WasmMemory, calls: PredictExports, mostPlanBytes: number): PredictKernels {
  const scratchAt = aligned(calls.heapBase.value);
  let plansAt = scratchAt;
  let next = plansAt;
  let placed = new WeakMap<Plan, number>();
  let numbers = new Float64Array(memory.buffer);

  const reserve = (end: number) => {
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    if (numbers.buffer !== memory.buffer) numbers = new Float64Array(memory.buffer);
  };
  const restart = (from: number) => {
    plansAt = from;
    next = from;
    placed = new WeakMap();
  };
  return {
    calls,
    scratchAt,
    numbers: () => numbers,
    place(plan, scratchBytes) {
      if (scratchAt + scratchBytes > plansAt) restart(aligned(scratchAt + scratchBytes));
      const known = placed.get(plan);
      if (known !== undefined) return known;
      const size = aligned(plan.bytes.length);
      if (next > plansAt && next + size > plansAt + mostPlanBytes) restart(plansAt);
      reserve(next + size);
      new Uint8Array(memory.buffer).set(plan.bytes, next);
      placed.set(plan, next);
      next += size;
      return next - size;
    },
  };
}

const aligned = (n: number): number => 64 * Math.ceil(n / 64);
