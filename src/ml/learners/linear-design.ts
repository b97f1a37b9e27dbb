import type { Table } from "../table/index.ts";

/** The columns of a table as a linear model sees them: numbers, and codes that stand for one indicator per level. */
export interface Design {
  readonly n: number;
  /** Weights in all: one per number column, one per level of a category. */
  readonly nWeights: number;
  readonly nLevels: readonly number[];
  readonly columns: readonly (
    | { readonly values: Float64Array; readonly offset: number }
    | { readonly codes: Int32Array; readonly nLevels: number; readonly offset: number }
  )[];
}

/** Levels per column; 0 for numbers. */
export function nLevelsOf(features: Table): number[] {
  return [...features.entries()].map(([, column]) => (column.kind === "category" ? column.dictionary.length : 0));
}

/** Lays a table out; NaN becomes 0, a code outside the levels contributes nothing. */
export function designOf(features: Table, nLevels: readonly number[]): Design {
  let offset = 0;
  const columns = [...features.entries()].map(([, column], j) => {
    const at = offset;
    if (column.kind === "category") {
      offset += Math.max(1, nLevels[j]!);
      return { codes: column.codes, nLevels: nLevels[j]!, offset: at };
    }
    offset += 1;
    return { values: column.values.map((value) => (value === value ? value : 0)), offset: at };
  });
  return { n: features.nRows, nWeights: offset, nLevels, columns };
}

/** Adds each row's product with the weights, column after column: the order in which a single row is summed too. */
export function addMargins({ n, columns }: Design, weights: Float64Array, margins: Float64Array): void {
  for (const column of columns) {
    if ("values" in column) {
      const { values } = column;
      const weight = weights[column.offset]!;
      for (let i = 0; i < n; i++) margins[i]! += weight * values[i]!;
    } else {
      const { codes, offset, nLevels } = column;
      for (let i = 0; i < n; i++) {
        const code = codes[i]!;
        if (code >= 0 && code < nLevels) margins[i]! += weights[offset + code]!;
      }
    }
  }
}

/** Writes the product of the transposed columns (or of their squares) with one number per row. */
export function transposedProduct(
  { n, columns }: Design,
  rows: Float64Array,
  out: Float64Array,
  squared = false,
): void {
  out.fill(0);
  for (const column of columns) {
    if ("values" in column) {
      const { values } = column;
      let sum = 0;
      if (squared) for (let i = 0; i < n; i++) sum += rows[i]! * values[i]! * values[i]!;
      else for (let i = 0; i < n; i++) sum += rows[i]! * values[i]!;
      out[column.offset] = sum;
    } else {
      const { codes, offset, nLevels } = column;
      for (let i = 0; i < n; i++) {
        const code = codes[i]!;
        if (code >= 0 && code < nLevels) out[offset + code]! += rows[i]!;
      }
    }
  }
}
