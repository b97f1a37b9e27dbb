import type { Table } from "../table/index.ts";

/** Scores the rows of a table one after another. */
export function scoreRows(
  features: Table,
  names: readonly string[],
  scoreRow: (row: Float64Array) => number,
): Float64Array {
  const columns = names.map((name) => features.numbers(name).values);
  const row = new Float64Array(columns.length);
  return Float64Array.from({ length: features.nRows }, (_, i) => {
    for (let j = 0; j < columns.length; j++) row[j] = columns[j]![i]!;
    return scoreRow(row);
  });
}
