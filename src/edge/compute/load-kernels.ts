import type { GbdtKernels } from "../../ml/learners/index.ts";
import type { RecommendKernels } from "../../ml/recommenders/index.ts";
import { type TeamKernels, teamBytes } from "../../ml/team/index.ts";
import { readKernels } from "./read-kernels.ts";

/** Kernels that a team works with, by name. */
export interface TeamKernelsOf {
  readonly kernels: GbdtKernels;
  readonly recommend: RecommendKernels;
}

/** Names of {@link TeamKernelsOf}. */
export type TeamName = keyof TeamKernelsOf;

// The part of the platform's WebAssembly that is used here.
declare const WebAssembly: {
  readonly Memory: new (options: { initial: number; maximum: number; shared: boolean }) => TeamKernels["memory"];
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** Pages of 64 KiB that the kernels may use: 4 GiB of addresses, taken as they are needed. */
const mostPages = 65_536;

/** The kernels as they cross into another thread of their team. */
export interface SharedKernels<Name extends TeamName = TeamName> {
  readonly name: Name;
  readonly module: object;
  readonly memory: TeamKernels["memory"];
  readonly nThreads: number;
}

/** Whether shared kernels are those of a name. */
export function isSharedOf<Name extends TeamName>(shared: SharedKernels, name: Name): shared is SharedKernels<Name> {
  return shared.name === name;
}

/** The compiled kernels and a memory for them; undefined where they have not been built. Throws KERNELS_STALE. */
export function prepareKernels<Name extends TeamName>(name: Name, nThreads: number): SharedKernels<Name> | undefined {
  const bytes = readKernels(name);
  if (bytes === undefined) return undefined;
  const memory = new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true });
  return { name, module: new WebAssembly.Module(bytes), memory, nThreads };
}

/** An instance of the kernels for this thread. */
export function instantiateKernels<Name extends TeamName>({
  module,
  memory,
  nThreads,
}: SharedKernels<Name>): TeamKernelsOf[Name] {
  const { exports: functions } = new WebAssembly.Instance(module, { env: { memory, abort: () => undefined } }) as {
    exports: TeamKernelsOf[Name]["functions"] & { readonly heapBase: { readonly value: number } };
  };
  const teamAt = 64 * Math.ceil(functions.heapBase.value / 64);
  const kernels: TeamKernels & { readonly functions: object } = {
    memory,
    teamAt,
    heapBase: teamAt + teamBytes,
    nThreads,
    functions,
  };
  return kernels as TeamKernelsOf[Name];
}

/**
 * The compiled kernels of boosted trees, in a memory of their own, for one thread; undefined where they have not been built (a checkout before its first
 * build), and the TypeScript form runs: slower, the same bits.
 */
export function loadKernels(): GbdtKernels | undefined {
  const prepared = prepareKernels("kernels", 1);
  return prepared && instantiateKernels(prepared);
}
