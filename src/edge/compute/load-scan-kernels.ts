import { type ScanKernels, startScanKernels } from "../../ml/recommenders/index.ts";
import { readKernels } from "./read-kernels.ts";

/**
 * The compiled kernels that score all items for a user; undefined where they have not been built, and the TypeScript form runs: slower, the same bits.
 */
export function loadScanKernels(): ScanKernels | undefined {
  const bytes = readKernels("recommend");
  return bytes && startScanKernels(bytes);
}
