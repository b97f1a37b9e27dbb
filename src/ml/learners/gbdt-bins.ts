import { argsort } from "../stats/index.ts";
import type { Column, Table } from "../table/index.ts";
import { ownColumns, type Sharing, sharedColumns } from "./gbdt-bundles.ts";
import { plainWorkspace } from "./gbdt-plain.ts";
import type { BinnedTable, FeatureBins, Workspace } from "./gbdt-workspace.ts";

/** Most bins with a value; bin `missingBin` of a feature holds what is missing, unseen or too rare. */
const maxValueBins = 254;

/** Columns whose bins are learned between two checks. */
const learnedAtOnce = 16;

const noCheck = () => {};

/**
 * Bins learned from a table. Numbers: at most `mostBins` (254 by default) bins between f32-rounded midpoints and about 3 rows in each, one
 * per distinct value where there are few, of equal count else. Categories: one bin per level; of more than 254 levels the most frequent, the rest count as missing.
 * @param check called between columns; may throw
 */
export function learnBins(
  features: Table,
  mostBins = maxValueBins,
  workspace: Pick<Workspace, "thresholds"> = plainWorkspace,
  check: () => void = noCheck,
): FeatureBins[] {
  const columns = [...features.entries()].map(([, column]) => column);
  const numbers = columns.flatMap((column) => (column.kind === "category" ? [] : [column.values]));
  const learned: Float32Array[] = [];
  // Some columns at a time, so that a wide table borrows little.
  for (let from = 0; from < numbers.length; from += learnedAtOnce) {
    check();
    learned.push(...workspace.thresholds(numbers.slice(from, from + learnedAtOnce), mostBins));
  }
  const thresholds = learned.values();
  return columns.map((column): FeatureBins => {
    if (column.kind === "category") return categoryBins(column.codes, column.dictionary.length);
    const own = thresholds.next().value!;
    return { kind: "number", nBins: own.length + 2, thresholds: own };
  });
}

function categoryBins(codes: Int32Array, nLevels: number): FeatureBins {
  const counts = new Float64Array(nLevels);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const frequent = argsort(counts.map((count) => -count))
    .slice(0, maxValueBins)
    .sort();
  const codeOfBin = nLevels <= maxValueBins ? Int32Array.from({ length: nLevels }, (_, code) => code) : frequent;
  const missing = codeOfBin.length;
  const binOfCode = new Uint8Array(nLevels).fill(missing);
  codeOfBin.forEach((code, bin) => {
    binOfCode[code] = bin;
  });
  return { kind: "category", nBins: missing + 1, codeOfBin, binOfCode };
}

/**
 * A table in the bins of another, in a column of bytes per feature; with `sharing`, features share one where that loses
 * nothing.
 * @param check called between columns; may throw
 */
export function binTable(
  features: Table,
  learned: readonly FeatureBins[],
  workspace: Workspace,
  sharing: Sharing | null = null,
  check: () => void = noCheck,
): BinnedTable {
  const n = features.nRows;
  const byFeature = workspace.uint8(n * learned.length);
  let j = 0;
  for (const [, column] of features.entries()) {
    check();
    binColumn(column, learned[j]!, byFeature.subarray(j * n, (j + 1) * n), workspace);
    j++;
  }
  const layout = sharing ? sharedColumns(byFeature, n, learned, sharing, check) : ownColumns(learned);
  const nColumns = layout.columnBins.length;
  layout.write?.();
  const columns = byFeature.subarray(0, n * nColumns);
  const stride = 16 * Math.ceil(nColumns / 16);
  const rows = workspace.uint8(n * stride);
  workspace.toRows(columns, nColumns, stride, rows);
  const { columnOf, startOf, defaultOf, stepOf, columnBins } = layout;
  return { n, features: learned, columnOf, startOf, defaultOf, stepOf, columnBins, columns, rows, stride };
}

function binColumn(column: Column, feature: FeatureBins, out: Uint8Array, workspace: Workspace): void {
  if (column.kind !== "category" && feature.kind === "number") {
    workspace.binNumbers(column.values, feature.thresholds, out);
    return;
  }
  if (column.kind !== "category" || feature.kind !== "category") return;
  const missing = feature.nBins - 1;
  const { binOfCode } = feature;
  for (let i = 0; i < out.length; i++) {
    const code = column.codes[i]!;
    out[i] = code >= 0 && code < binOfCode.length ? binOfCode[code]! : missing;
  }
}

/** 256 bytes that say which bytes of a feature's column go left, from which of its bins do. */
export function sidesOfColumn(table: BinnedTable, feature: number, goesLeft: Uint8Array): Uint8Array {
  const sides = new Uint8Array(256);
  const byDefault = table.defaultOf[feature]!;
  const step = table.stepOf[feature]!;
  if (step > 0) return sides.map((_, byte) => goesLeft[Math.floor(byte / step) % goesLeft.length]!);
  if (byDefault < 0) {
    sides.set(goesLeft);
    return sides;
  }
  sides.fill(goesLeft[byDefault]!);
  const start = table.startOf[feature]!;
  goesLeft.forEach((side, bin) => {
    if (bin !== byDefault) sides[start + (bin < byDefault ? bin : bin - 1)] = side;
  });
  return sides;
}
