import { type Column, numberColumn } from "../../ml/table/index.ts";
import type { Split } from "../data/index.ts";
import type { LeakageEvidence } from "./finding.ts";
import { namesEntity, namesIdentifier } from "./names.ts";
import type { Sample } from "./sample.ts";
import { scoreColumn } from "./single-column.ts";
import { thresholds } from "./thresholds.ts";

/** An identifier whose order predicts the target, and how well. */
export interface OrderedIdentifier {
  readonly distinctShare: number;
  readonly score: number;
}

/**
 * Whether a column numbers the rows (distinct share of at least 0.95; consecutive integers, or a name or type of identifiers)
 * and the order of its values predicts the target. Null if not.
 */
export function orderedIdentifier(
  name: string,
  type: string | undefined,
  column: Column,
  sample: Sample,
  seed: number,
  nRows: number,
): OrderedIdentifier | null {
  const share = distinctShare(column);
  if (share < thresholds.identifierDistinct) return null;
  const isNamed = type === "id" || namesIdentifier(name);
  if (column.kind === "instant" || !(isNamed || (column.kind === "number" && isConsecutive(column.values, nRows))))
    return null;
  const score = scoreColumn(inOrder(column), sample, seed);
  const least = sample.target.task === "regression" ? thresholds.identifierR2 : thresholds.identifierAuc;
  return score.score >= least && score.score > score.nullHigh() ? { distinctShare: share, score: score.score } : null;
}

/** Whether a column's values are all but all different. */
export function isIdentifier(name: string, type: string | undefined, column: Column, nRows: number): boolean {
  if (type === "id") return true;
  if (distinctShare(column) < thresholds.identifierDistinct) return false;
  return (
    column.kind === "category" ||
    (column.kind === "number" && (namesIdentifier(name) || isConsecutive(column.values, nRows)))
  );
}

type GroupOverlap = Extract<LeakageEvidence, { kind: "group-overlap" }>;

/**
 * Held-out rows of an entity that is in the training part too: a column named after an entity, with 2 to 50 rows a value, parted
 * by single rows. Null where there is none, or where rows are parted by groups or time. Reads no target.
 */
export function groupOverlap(name: string, column: Column, split: Split): GroupOverlap | null {
  const { rule } = split;
  const byRows =
    rule.kind === "random" || (rule.kind === "official" && rule.group === undefined && rule.time === undefined);
  if (!byRows || column.kind === "instant" || !namesEntity(name)) return null;
  const values = column.kind === "category" ? column.codes : column.values;
  const isPresent = (value: number) => (column.kind === "category" ? value >= 0 : value === value);
  const inTrain = distinctAt(values, split.train, isPresent);
  const shared = new Set<number>();
  let nHeld = 0;
  let nShared = 0;
  for (const rows of [split.validation, split.test])
    for (const row of rows) {
      const value = values[row]!;
      if (!isPresent(value)) continue;
      nHeld++;
      if (!inTrain.has(value)) continue;
      nShared++;
      shared.add(value);
    }
  const perGroup = split.train.length / Math.max(1, inTrain.size);
  const isEntity = inTrain.size >= 20 && perGroup >= 1.5 && perGroup <= 50;
  const share = nHeld === 0 ? 0 : nShared / nHeld;
  return isEntity && share >= thresholds.groupShare ? { kind: "group-overlap", nGroups: shared.size, share } : null;
}

function distinctAt(values: ArrayLike<number>, rows: Int32Array, isPresent: (value: number) => boolean): Set<number> {
  const found = new Set<number>();
  for (const row of rows) if (isPresent(values[row]!)) found.add(values[row]!);
  return found;
}

function distinctShare(column: Column): number {
  const values: ArrayLike<number> = column.kind === "category" ? column.codes : column.values;
  return values.length === 0 ? 0 : new Set(Array.from(values)).size / values.length;
}

// Whole numbers that leave few gaps: they span at most four times as many numbers as the table has rows.
function isConsecutive(values: Float64Array, nRows: number): boolean {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isInteger(value)) return false;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return max - min + 1 <= 4 * nRows;
}

// Texts as their place in dictionary order.
function inOrder(column: Column): Column {
  if (column.kind !== "category") return column;
  const order = [...column.dictionary.keys()].sort((a, b) => (column.dictionary[a]! < column.dictionary[b]! ? -1 : 1));
  const place = new Float64Array(order.length);
  order.forEach((code, i) => {
    place[code] = i;
  });
  return numberColumn(Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : place[code]!)));
}
