import { permutation, type Rng } from "../../lib/index.ts";
import type { Target } from "./learner.ts";

/** Rows that one bag is fitted on, and those that it leaves out; both ascending. */
export interface Bag {
  readonly inside: Int32Array;
  readonly outside: Int32Array;
}

/** Share of the rows, of each class, that a bag leaves out. */
const shareOutside = 0.15;

/** Bags drawn without replacement. A sample too small to leave a row out gives one bag of all rows. */
export function drawBags({ task, values, nClasses }: Target, nBags: number, rng: Rng): Bag[] {
  const n = values.length;
  const bags = Array.from({ length: nBags }, () => {
    const isOutside = new Uint8Array(n);
    const seen = new Int32Array(Math.max(1, nClasses));
    for (const row of permutation(n, rng)) {
      const stratum = task === "regression" ? 0 : values[row]!;
      const before = Math.floor(shareOutside * seen[stratum]!);
      seen[stratum]! += 1;
      isOutside[row] = Math.floor(shareOutside * seen[stratum]!) - before;
    }
    const rows = Int32Array.from({ length: n }, (_, row) => row);
    return { inside: rows.filter((row) => isOutside[row] === 0), outside: rows.filter((row) => isOutside[row] === 1) };
  });
  return bags[0]!.outside.length === 0 ? [{ inside: bags[0]!.inside, outside: new Int32Array(0) }] : bags;
}

/** One bag of all rows. */
export function wholeBag(n: number): Bag {
  return { inside: Int32Array.from({ length: n }, (_, row) => row), outside: new Int32Array(0) };
}

/**
 * The mean of what the bags learned, and its standard error by the delete-d jackknife (Shao & Wu 1989): √(n₁/n₂ · Σ(x − mean)²/(bags − 1)), where n₁ rows are
 * inside of a bag and n₂ outside; null of one bag.
 */
export function averageBags(
  values: readonly Float64Array[],
  { inside, outside }: Bag,
): { readonly mean: Float64Array; readonly standardError: Float64Array | null } {
  const nBags = values.length;
  const mean = values[0]!.map((_, j) => values.reduce((sum, bag) => sum + bag[j]!, 0) / nBags);
  if (nBags === 1) return { mean, standardError: null };
  const factor = inside.length / outside.length / (nBags - 1);
  const standardError = mean.map((centre, j) =>
    Math.sqrt(factor * values.reduce((sum, bag) => sum + (bag[j]! - centre) * (bag[j]! - centre), 0)),
  );
  return { mean, standardError };
}
