// The one place of the benches that knows how the learning engine is opened.
import { loadKernelTeam, loadPredictKernels } from "../src/edge/compute/index.ts";
import type { GbdtKernels, PredictKernels } from "../src/ml/learners/index.ts";

/** What the engine of this checkout cannot do: the bench gives no figure and this reason. */
export class EngineUnavailable extends Error {}

/** Kernels that train with so many threads. */
export interface Engine {
  readonly kernels: GbdtKernels;
  readonly predictKernels: PredictKernels;
}

/** Opens the compiled engine. Throws {@link EngineUnavailable} where it is not built. */
export async function openEngine(threads: number): Promise<Engine> {
  const team = await loadKernelTeam("kernels", threads);
  if (team === undefined) throw new EngineUnavailable("the kernels are not built");
  const predictKernels = loadPredictKernels();
  if (predictKernels === undefined) throw new EngineUnavailable("the kernels that predict are not built");
  return { kernels: team.kernels, predictKernels };
}
