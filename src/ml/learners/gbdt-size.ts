import { FettleError } from "../../lib/index.ts";
import { mostRows } from "./gbdt-workspace.ts";

/** Bytes that the kernels can address. */
const mostBytes = 2 ** 32;
const gibibyte = 2 ** 30;

/** Bytes that a fit needs at the most: bins in two forms, what goes with each row, and a histogram per leaf. */
export function bytesNeeded(n: number, nFeatures: number, maxLeaves: number): number {
  const perRow = 2 * nFeatures + 16 + 48;
  const perHistogram = 16 * 256 * Math.min(nFeatures, 1000);
  return n * perRow + perHistogram * Math.min(maxLeaves, 64);
}

/** Refuses a table that boosted trees cannot hold: GBDT_TOO_LARGE, with the memory it would need. */
export function checkSize(n: number, nFeatures: number, maxLeaves: number): void {
  const bytes = bytesNeeded(n, nFeatures, maxLeaves);
  if (n <= mostRows && bytes <= mostBytes) return;
  throw new FettleError(
    "too-large",
    "GBDT_TOO_LARGE",
    `Cannot fit trees to ${n} rows × ${nFeatures} features: they would need ${(bytes / gibibyte).toFixed(1)} GiB, at most ${mostBytes / gibibyte} GiB and ${mostRows} rows are possible`,
    { hint: "Train on fewer rows, or leave columns out", facts: { rows: n, features: nFeatures, bytes } },
  );
}
