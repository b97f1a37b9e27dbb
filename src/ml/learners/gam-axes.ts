import { sortedPresent } from "../stats/index.ts";
import type { Column, Table } from "../table/index.ts";
import type { GamAxis } from "./model-data.ts";

/** Cells of an axis, the one for what is missing included. */
export function cellsOf(axis: GamAxis): number {
  return axis.kind === "number" ? axis.edges.length + 2 : axis.nCells;
}

/** The cell of a number (NaN missing) or of a level's code (−1 missing). */
export function cellOf(axis: GamAxis, x: number): number {
  if (axis.kind === "category") return axis.cellOfLevel[x] ?? axis.nCells - 1;
  const { edges } = axis;
  if (x !== x) return edges.length + 1;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! >= x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The cell that a row, given as to `predictRow`, falls into on all axes of a term. */
export function cellOfRow(axes: readonly GamAxis[], row: Float64Array): number {
  let cell = 0;
  for (const axis of axes) cell = cell * cellsOf(axis) + cellOf(axis, row[axis.feature]!);
  return cell;
}

/** The cell of every row of a table. */
export function cellColumn(axis: GamAxis, features: Table, name: string): Uint32Array {
  const column = features.column(name);
  const values = column.kind === "category" ? column.codes : column.values;
  const cells = new Uint32Array(values.length);
  for (let i = 0; i < cells.length; i++) cells[i] = cellOf(axis, values[i]!);
  return cells;
}

/** One axis per feature: at most `maxBins` cells of about equal count for a number, one per level for a category, and one for what is missing. */
export function axesOf(features: Table, maxBins: number): GamAxis[] {
  return [...features.entries()].map(([, column], feature) => axisOf(column, feature, maxBins));
}

function axisOf(column: Column, feature: number, maxBins: number): GamAxis {
  if (column.kind !== "category") return { kind: "number", feature, edges: edgesOf(column.values, maxBins) };
  const nLevels = column.dictionary.length;
  return {
    kind: "category",
    feature,
    cellOfLevel: Array.from({ length: nLevels }, (_, code) => code),
    nCells: nLevels + 1,
  };
}

const finite = (x: number) => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, x));

function edgesOf(values: Float64Array, maxBins: number): number[] {
  const sorted = sortedPresent(values).map(finite);
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted)
    if (value === distinct.at(-1)) counts[counts.length - 1]! += 1;
    else {
      distinct.push(value);
      counts.push(1);
    }
  return lastOfGroups(counts, maxBins).map((k) => midpoint(distinct[k]!, distinct[k + 1]!));
}

// The number between two at which `value <= edge` tells them apart.
function midpoint(a: number, b: number): number {
  const middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

/**
 * Parts things in order into at most `most` groups of about equal count: the place of the last thing of every group but the last. One that
 * fills more than its share has a group of its own.
 */
export function lastOfGroups(counts: ArrayLike<number>, most: number): number[] {
  const n = counts.length;
  if (n <= most) return Array.from({ length: Math.max(0, n - 1) }, (_, k) => k);
  let left = 0;
  for (let k = 0; k < n; k++) left += counts[k]!;
  const last: number[] = [];
  let inGroup = 0;
  for (let k = 0; k + 1 < n && last.length < most - 1; k++) {
    inGroup += counts[k]!;
    const goal = left / (most - last.length);
    if (inGroup < goal && !(counts[k + 1]! >= goal && inGroup > 0.5 * goal)) continue;
    last.push(k);
    left -= inGroup;
    inGroup = 0;
  }
  return last;
}

/**
 * An axis of fewer cells, for pairs: neighbours in `order` share one.
 * @param order the cells of the axis but the missing one, in the order in which they may be joined; for a number from left to right
 * @param counts rows per cell
 */
export function coarseAxis(axis: GamAxis, order: readonly number[], counts: Float64Array, most: number): GamAxis {
  const last = lastOfGroups(
    order.map((cell) => counts[cell]!),
    most,
  );
  if (axis.kind === "number") return { ...axis, edges: last.map((k) => axis.edges[k]!) };
  const groupOfCell = new Map<number, number>();
  let group = 0;
  order.forEach((cell, k) => {
    groupOfCell.set(cell, group);
    if (last[group] === k) group += 1;
  });
  const nCells = last.length + 2;
  return { ...axis, cellOfLevel: axis.cellOfLevel.map((cell) => groupOfCell.get(cell) ?? nCells - 1), nCells };
}
