import { compiledWorkspace } from "./gbdt-compiled.ts";
import type { GbdtKernels } from "./gbdt-jobs.ts";
import { plainWorkspace } from "./gbdt-plain.ts";
import type { Workspace } from "./gbdt-workspace.ts";

/** Numbers in a table (rows × features) from which more than one thread is worth it. */
const fewestToShare = 500_000;

/** The memory of one fit of a table of `n` × `nFeatures`: the kernels' where there are kernels. */
export function createWorkspace(kernels: GbdtKernels | undefined, n: number, nFeatures: number): Workspace {
  return kernels === undefined ? plainWorkspace : compiledWorkspace(kernels, n * nFeatures >= fewestToShare);
}
