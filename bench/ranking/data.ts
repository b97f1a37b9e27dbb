/*
 * LightGBM's example of a ranking (201 queries, 3,005 rows of 300 sparse numbers) repeated until there are enough rows. Every copy has queries of its
 * own; its numbers that are not 0 move by up to 0.005 either way, so that they do not repeat. Files are f32, row-major: the numbers of a row, then its
 * grade; beside them a file with the size of each query, one a line.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRng } from "../../src/lib/index.ts";
import { root } from "../support.ts";

/** Numbers of a row. */
export const nFeatures = 300;
const width = nFeatures + 1;

/** Rows of a ranking and the sizes of their queries. */
export interface QueryFile {
  readonly file: string;
  readonly sizes: string;
}

interface Queries {
  readonly rows: readonly Float32Array[];
  readonly sizes: readonly number[];
}

/** Training rows, at least so many, the test rows, and once the training rows with the test rows behind them; written on first use under `.cache/bench-data`. */
export function rankingFiles(
  reference: string,
  rows: number,
): { readonly train: QueryFile; readonly test: QueryFile; readonly all: QueryFile } {
  const folder = join(root, ".cache/bench-data");
  mkdirSync(folder, { recursive: true });
  const one = readQueries(join(reference, "lightgbm-examples/rank.train"));
  const test = () => readQueries(join(reference, "lightgbm-examples/rank.test"));
  const copies = Math.max(1, Math.floor(rows / one.rows.length));
  return {
    train: written(join(folder, `ranking-${copies}`), () => repeated(one, copies)),
    test: written(join(folder, "ranking-test"), test),
    all: written(join(folder, "ranking-all"), () => joined(one, test())),
  };
}

function readQueries(path: string): Queries {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const sizes = readFileSync(`${path}.query`, "utf8").trim().split("\n").map(Number);
  const rows = lines.map((line) => {
    const row = new Float32Array(width);
    const [grade, ...cells] = line.trim().split(/\s+/);
    for (const cell of cells) {
      const [feature, value] = cell.split(":").map(Number);
      row[feature! - 1] = value!;
    }
    row[nFeatures] = Number(grade);
    return row;
  });
  return { rows, sizes };
}

const joined = (a: Queries, b: Queries): Queries => ({ rows: [...a.rows, ...b.rows], sizes: [...a.sizes, ...b.sizes] });

function repeated({ rows, sizes }: Queries, copies: number): Queries {
  const rng = createRng(300).fork("ranking");
  const moved = (value: number, j: number) =>
    j === nFeatures || value === 0 ? value : value + 0.01 * (rng.uniform() - 0.5);
  const all = Array.from({ length: copies }, () => rows.map((row) => row.map(moved)));
  return { rows: all.flat(), sizes: Array.from({ length: copies }, () => sizes).flat() };
}

function written(path: string, make: () => Queries): QueryFile {
  const [file, sizes] = [`${path}.f32`, `${path}.sizes`];
  if (!existsSync(file)) {
    const { rows, sizes: found } = make();
    const flat = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      flat.set(row, i * width);
    });
    writeFileSync(sizes, found.join("\n"));
    writeFileSync(`${file}.part`, new Uint8Array(flat.buffer));
    renameSync(`${file}.part`, file);
  }
  return { file, sizes };
}
