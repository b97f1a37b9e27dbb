import { FettleError } from "../../lib/index.ts";
import { mostRows } from "./gbdt-workspace.ts";

/** Bytes that the kernels can address. */
const mostBytes = 2 ** 32;

/** What decides how much memory a fit takes. */
export interface FitSize {
  readonly rows: number;
  /** Rows of validation, in bins beside the others. */
  readonly heldRows: number;
  readonly features: number;
  /** Features that one tree looks at. */
  readonly active: number;
  /** Leaves at a time whose histograms are kept. */
  readonly openLeaves: number;
}

/** About the bytes that a fit takes: bins in two forms, what goes with each row, and histograms of the leaves that may still be split. */
export function bytesNeeded({ rows, heldRows, features, active, openLeaves }: FitSize): number {
  const perRow = features + 16 * Math.ceil(features / 16) + 48;
  const mostBins = Math.min(256, Math.ceil(rows / 3) + 2);
  return (rows + heldRows) * perRow + 16 * mostBins * active * openLeaves;
}

/** Refuses a table that trees cannot hold: GBDT_TOO_LARGE, with the memory it would need. Nothing is taken before. */
export function checkSize(size: FitSize): void {
  const bytes = bytesNeeded(size);
  if (size.rows <= mostRows && bytes <= mostBytes) return;
  const { rows, features } = size;
  throw new FettleError(
    "too-large",
    "GBDT_TOO_LARGE",
    `Cannot fit trees to ${rows} rows × ${features} features: they would need ${inGiB(bytes)} GiB, at most ${inGiB(mostBytes)} GiB and ${mostRows} rows are possible`,
    { hint, facts: { rows, features, bytes } },
  );
}

/** The kernels' memory could not grow: what {@link checkSize} cannot foresee. */
export function outOfMemory(bytes: number): FettleError {
  return new FettleError(
    "too-large",
    "GBDT_TOO_LARGE",
    `Cannot fit trees: they need ${inGiB(bytes)} GiB, which this machine or the limit of ${inGiB(mostBytes)} GiB does not give`,
    { hint, facts: { bytes } },
  );
}

const hint = "Train on fewer rows, leave columns out, or take fewer leaves";

const inGiB = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
