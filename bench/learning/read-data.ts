import { closeSync, openSync, readSync } from "node:fs";
import type { Target } from "../../src/ml/learners/index.ts";
import { type Column, numberColumn, Table } from "../../src/ml/table/index.ts";

/** Features and their labels. */
export interface Labelled {
  readonly table: Table;
  readonly target: Target;
}

/** Reads rows of a file of `data.ts`, a block at a time so that nothing but the table stays behind. */
export function readLabelled(file: string, levels: readonly number[], from: number, n: number): Labelled {
  const width = levels.length + 1;
  const columns = levels.map((nLevels) => (nLevels > 0 ? new Int32Array(n) : new Float64Array(n)));
  const labels = new Float64Array(n);
  const block = new Float32Array(20_000 * width);
  const handle = openSync(file, "r");
  try {
    for (let done = 0; done < n; done += block.length / width) {
      const size = Math.min(block.length / width, n - done);
      readSync(handle, new Uint8Array(block.buffer), 0, size * width * 4, (from + done) * width * 4);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < levels.length; j++) {
          const value = block[i * width + j]!;
          columns[j]![done + i] = levels[j]! > 0 && Number.isNaN(value) ? -1 : value;
        }
        labels[done + i] = block[i * width + levels.length]!;
      }
    }
  } finally {
    closeSync(handle);
  }
  const table = Table.of(columns.map((values, j) => [`f${j}`, columnOf(values, levels[j]!)] as const));
  return { table, target: { task: "binary", values: labels, nClasses: 2 } };
}

function columnOf(values: Int32Array | Float64Array, nLevels: number): Column {
  if (values instanceof Float64Array) return numberColumn(values);
  return { kind: "category", codes: values, dictionary: Array.from({ length: nLevels }, (_, code) => `level ${code}`) };
}
