import { conformalQuantile, exp, log } from "../stats/index.ts";
import type { Table } from "../table/index.ts";

/*
 * Split conformal prediction (Vovk, Gammerman & Shafer 2005; Papadopoulos et al. 2002; Lei et al. 2018): a score says how badly a value goes with
 * what the model predicts; of rows that had no part in making the model, a quantile of the scores is kept; of a new row, every value conforms
 * whose score is at most that. Where such rows and the new one are exchangeable, the true value conforms with a chance of at least the level,
 * whatever the model is. With a threshold per group (Mondrian) this holds within each group.
 */

/**
 * How badly a value goes with a prediction. Numbers: `absolute` residual; `scaled`, the residual in standard deviations that grow with the mean as
 * the loss assumes (Pearson residual); `quantile`, how far outside of the first and last trained quantile (Romano, Patterson & Candès 2019).
 * Classes: `lac`, 1 minus the class's probability (Sadinle, Lei & Wasserman 2019); `aps`, the probability of all classes that are more probable (the
 * deterministic form of Romano, Sesia & Candès 2020); `raps`, the same and a penalty for each place beyond the first ones (Angelopoulos, Bates, Jordan &
 * Malik 2021).
 */
export type ConformalScore = "absolute" | "scaled" | "quantile" | "lac" | "aps" | "raps";

/** Which rows share a threshold: all; those of one true class; those of one level of a column, with one threshold more for every other value. */
export type ConformalGroups =
  | { readonly kind: "all" }
  | { readonly kind: "class" }
  | { readonly kind: "column"; readonly column: string; readonly levels: readonly string[] };

/** What turns a prediction into an interval or a set of classes. */
export interface ConformalRule {
  /** Chance, at least, that the true value conforms. */
  readonly level: number;
  readonly score: ConformalScore;
  /** `split`: the rows behind the thresholds had no part in the model. `cross`: each was scored by another model that it had no part in. */
  readonly method: "split" | "cross";
  /** Numbers: the outputs between which the prediction lies, the same one twice but for `quantile`. */
  readonly between?: readonly [first: number, last: number];
  /** `scaled`: the variance grows as mean^power. */
  readonly variancePower?: number;
  /** The least value that the target can have, where the loss knows one: intervals do not reach below it. */
  readonly least?: number;
  /** `raps`: what each place after the first `freePlaces` adds to a class's score. */
  readonly penalty?: number;
  readonly freePlaces?: number;
  readonly groups: ConformalGroups;
  /** Greatest score that conforms, one per group; null: too few rows for one, so that every value conforms. */
  readonly thresholds: readonly (number | null)[];
  /** Rows behind each threshold. */
  readonly nRows: readonly number[];
}

/** A rule that still lacks its thresholds. */
export type ConformalDesign = Omit<ConformalRule, "thresholds" | "nRows">;

// Greater than 0 for every mean, also for one that a link has let underflow.
function spreadOf({ score, variancePower = 0 }: ConformalDesign, mean: number): number {
  if (score !== "scaled") return 1;
  return exp((variancePower / 2) * log(Math.max(mean, 1e-300)));
}

/** The score of a number under the outputs at `offset`. */
export function numberScore(design: ConformalDesign, yTrue: number, outputs: Float64Array, offset: number): number {
  const [first, last] = [outputs[offset + design.between![0]]!, outputs[offset + design.between![1]]!];
  if (design.score === "quantile") return Math.max(Math.min(first, last) - yTrue, yTrue - Math.max(first, last));
  return Math.abs(yTrue - first) / spreadOf(design, first);
}

/** The score of a class under the probabilities at `offset`; of two classes the outputs hold the second's alone. */
export function classScore(
  { score, penalty = 0, freePlaces = 0 }: ConformalDesign,
  k: number,
  outputs: Float64Array,
  offset: number,
  nClasses: number,
): number {
  const own = probabilityOf(k, outputs, offset, nClasses);
  if (score === "lac") return 1 - own;
  let mass = 0;
  let place = 1;
  for (let j = 0; j < nClasses; j++) {
    const other = probabilityOf(j, outputs, offset, nClasses);
    if (other <= own) continue;
    mass += other;
    place += 1;
  }
  return score === "raps" ? mass + penalty * Math.max(0, place - freePlaces) : mass;
}

function probabilityOf(k: number, outputs: Float64Array, offset: number, nClasses: number): number {
  if (nClasses > 2) return outputs[offset + k]!;
  return k === 1 ? outputs[offset]! : 1 - outputs[offset]!;
}

/** The group of a row by its value in the column of the groups: the last one for a value without a group of its own. */
export function groupOfLevel(levels: readonly string[], level: string | null): number {
  const at = level === null ? -1 : levels.indexOf(level);
  return at < 0 ? levels.length : at;
}

/** The group of each row of a table, of which `yTrue` holds the classes where each has a group. */
export function groupsOfRows(groups: ConformalGroups, table: Table, yTrue: Float64Array): Int32Array {
  if (groups.kind === "class") return Int32Array.from(yTrue);
  if (groups.kind === "all") return new Int32Array(table.nRows);
  const column = table.column(groups.column);
  if (column.kind !== "category") throw new Error("groups are levels of categories");
  const groupOfCode = column.dictionary.map((level) => groupOfLevel(groups.levels, level));
  return Int32Array.from(column.codes, (code) => groupOfCode[code] ?? groups.levels.length);
}

/** A rule from the scores of calibration rows and the group of each (see {@link groupsOfRows}). */
export function calibrateConformal(
  design: ConformalDesign,
  scores: Float64Array,
  groups: Int32Array,
  nClasses: number,
): ConformalRule {
  const { kind } = design.groups;
  const nGroups = kind === "all" ? 1 : kind === "class" ? nClasses : design.groups.levels.length + 1;
  const parts = Array.from({ length: nGroups }, (_, group) => scores.filter((_, i) => groups[i] === group));
  return {
    ...design,
    thresholds: parts.map((part) => conformalQuantile(part, design.level)),
    nRows: parts.map(({ length }) => length),
  };
}

/** All numbers that conform: from `low` to `high`, null where there is no bound. */
export interface ConformalInterval {
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The interval around the outputs at `offset`. Quantiles that were too far apart are drawn in; where they would cross, the interval is their middle
 * alone, which only adds to what conforms.
 */
export function conformalInterval(
  rule: ConformalRule,
  group: number,
  outputs: Float64Array,
  offset: number,
): ConformalInterval {
  const { between, least = Number.NEGATIVE_INFINITY } = rule;
  const threshold = rule.thresholds[group]!;
  if (threshold === null) return { low: rule.least ?? null, high: null };
  const [first, last] = [outputs[offset + between![0]]!, outputs[offset + between![1]]!];
  const reach = threshold * spreadOf(rule, first);
  const low = Math.min(first, last) - reach;
  const high = Math.max(first, last) + reach;
  const middle = (first + last) / 2;
  return low > high
    ? { low: Math.max(least, middle), high: Math.max(least, middle) }
    : { low: Math.max(least, low), high: Math.max(least, high) };
}

/**
 * Whether each class conforms to the probabilities at `offset`, written to `conforms` as 1 or 0, one per class. The most probable class always
 * does, so that no set is empty: that only adds. `group` is not read where each class has a threshold of its own.
 */
export function conformingClasses(
  rule: ConformalRule,
  group: number,
  outputs: Float64Array,
  offset: number,
  conforms: Uint8Array,
): void {
  const nClasses = conforms.length;
  let best = 0;
  for (let k = 0; k < nClasses; k++) {
    const threshold = rule.thresholds[rule.groups.kind === "class" ? k : group]!;
    conforms[k] = threshold === null || classScore(rule, k, outputs, offset, nClasses) <= threshold ? 1 : 0;
    if (probabilityOf(k, outputs, offset, nClasses) > probabilityOf(best, outputs, offset, nClasses)) best = k;
  }
  conforms[best] = 1;
}
