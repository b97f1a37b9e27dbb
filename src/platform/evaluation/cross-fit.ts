import { createRng, permutation } from "../../lib/index.ts";
import { clustersOf } from "./clusters.ts";
import type { Resample } from "./evaluation-input.ts";

/**
 * Parts rows into 5 folds (groups and blocks stay whole) and calls `use` once per fold with the rows to fit on and the
 * rows held out: each row is held out once.
 */
export function crossFit(
  nRows: number,
  resample: Resample,
  seed: number,
  use: (fitted: Int32Array, held: Int32Array) => void,
): void {
  const nFolds = 5;
  const { codes, nClusters } = clustersOf(nRows, resample);
  const order = permutation(nClusters, createRng(seed).fork("cross-fit"));
  const foldOf = new Uint8Array(nClusters);
  for (let k = 0; k < nClusters; k++) foldOf[order[k]!] = k % nFolds;
  const rows = Int32Array.from({ length: nRows }, (_, i) => i);
  for (let fold = 0; fold < nFolds; fold++) {
    const held = rows.filter((i) => foldOf[codes[i]!] === fold);
    if (held.length > 0 && held.length < nRows)
      use(
        rows.filter((i) => foldOf[codes[i]!] !== fold),
        held,
      );
  }
}
