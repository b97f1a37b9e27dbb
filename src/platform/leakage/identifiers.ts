import { type Column, numberColumn } from "../../ml/table/index.ts";
import type { ColumnSchema, Split } from "../data/index.ts";
import type { LeakageEvidence } from "./finding.ts";
import { namesEntity, namesIdentifier } from "./names.ts";
import type { Sample } from "./sample.ts";
import { scoreColumn } from "./single-column.ts";
import { thresholds } from "./thresholds.ts";

/**
 * The distinct share of a column that numbers or names its rows: at least 0.95, and consecutive integers, all but unique texts, or
 * a name or type of identifiers. Null for any other column.
 * @param nRows rows of the whole table, where `column` is a sample of it
 */
export function identifierShare({ name, type }: ColumnSchema, column: Column, nRows: number): number | null {
  if (column.kind === "instant") return null;
  const isNamed = type === "id" || namesIdentifier(name);
  if (column.kind === "number" && !isNamed && !isConsecutive(column.values, nRows)) return null;
  return distinctShare(column);
}

/** Whether the order of an identifier's values predicts the target, far above a shuffled one. */
export function orderPredicts(column: Column, sample: Sample, seed: number): boolean {
  const alone = scoreColumn(inOrder(column), sample, seed);
  const least = sample.target.task === "regression" ? thresholds.identifierR2 : thresholds.identifierAuc;
  return alone.score >= least && alone.score > alone.nullHigh();
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

// Null as soon as too many values have come back.
function distinctShare(column: Column): number | null {
  const values = column.kind === "category" ? column.codes : column.values;
  const mostRepeats = (1 - thresholds.identifierDistinct) * values.length;
  const seen = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    seen.add(values[i]!);
    if (i + 1 - seen.size > mostRepeats) return null;
  }
  return values.length === 0 ? null : seen.size / values.length;
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
  return numberColumn(new Float64Array(column.codes).map((code) => (code < 0 ? Number.NaN : place[code]!)));
}
