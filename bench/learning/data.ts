/*
 * Synthetic tables that ours and the peers read from one file: f32, row-major, each row the features and then the label; missing is
 * NaN, a category is its code. The first `nTest` rows are held out. One seed: a shorter table is the beginning of a longer one.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createRng, type Rng } from "../../src/lib/index.ts";
import { root } from "../support.ts";

/** A file of rows and what both sides must know to read it. */
export interface DataFile {
  readonly kind: DataKind;
  readonly file: string;
  readonly rows: number;
  readonly nTest: number;
  /** Levels of each feature; 0: a number. */
  readonly levels: readonly number[];
}

/** `numeric`: 28 numbers as of a particle collider. `mixed`: 20 numbers and 10 categories, 10 % missing. */
export type DataKind = "numeric" | "mixed";

/** Rows held out for the quality beside each time. */
export const nTest = 100_000;

type WriteRow = (row: Float32Array) => void;

const kinds: Readonly<Record<DataKind, { levels: readonly number[]; writer: (rng: Rng) => WriteRow }>> = {
  numeric: { levels: Array<number>(28).fill(0), writer: colliderRows },
  mixed: { levels: [...Array<number>(20).fill(0), 3, 4, 5, 8, 10, 15, 20, 30, 50, 100], writer: mixedRows },
};

/** Features by name, for a message: `28 numbers`. */
export const shapeOf = (kind: DataKind): string => (kind === "numeric" ? "28" : "(20 + 10)");

/** The file with so many training rows; written on first use under `.cache/bench-data`. */
export function dataFile(kind: DataKind, rows: number): DataFile {
  const { levels, writer } = kinds[kind];
  const folder = join(root, ".cache/bench-data");
  const file = join(folder, `${kind}-${rows}-2.f32`); // the 2 counts changes of the generator
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    writeRows(`${file}.part`, nTest + rows, levels.length + 1, writer(createRng(28).fork(kind)));
    renameSync(`${file}.part`, file);
  }
  return { kind, file, rows, nTest, levels };
}

function writeRows(file: string, n: number, width: number, write: WriteRow): void {
  const blockRows = 50_000;
  const block = new Float32Array(blockRows * width);
  const handle = openSync(file, "w");
  try {
    for (let from = 0; from < n; from += blockRows) {
      const size = Math.min(blockRows, n - from);
      for (let i = 0; i < size; i++) write(block.subarray(i * width, (i + 1) * width));
      writeSync(handle, new Uint8Array(block.buffer, 0, size * width * 4));
    }
  } finally {
    closeSync(handle);
  }
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const normal = (rng: Rng) => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

// A lepton, missing energy and four jets (21 numbers), seven masses made of them; the label follows the masses.
function colliderRows(rng: Rng): WriteRow {
  const momentum = () => Math.exp(0.5 * normal(rng));
  const angle = () => 3.5 * (rng.uniform() - 0.5);
  const mass = (row: Float32Array, a: number, b: number) =>
    Math.sqrt(2 * row[a]! * row[b]! * (Math.cosh(row[a + 1]! - row[b + 1]!) - Math.cos(row[a + 2]! - row[b + 2]!)));
  return (row) => {
    for (const at of [0, 5, 9, 13, 17]) row.set([momentum(), normal(rng), angle()], at);
    row.set([momentum(), angle()], 3);
    for (const at of [8, 12, 16, 20]) row[at] = rng.uniform() < 0.5 ? 0 : rng.uniform() < 0.5 ? 1.1 : 2.2;
    const smear = () => 1 + 0.1 * normal(rng);
    const [ab, cd, bc] = [mass(row, 5, 9) * smear(), mass(row, 13, 17) * smear(), mass(row, 9, 13) * smear()];
    const lepton = mass(row, 0, 5) * smear();
    const transverse = Math.sqrt(2 * row[0]! * row[3]! * (1 - Math.cos(row[2]! - row[4]!)));
    row.set([ab, cd, lepton, transverse, bc, Math.sqrt(ab * cd) * smear(), (ab + cd + lepton) * smear()], 21);
    const peak = (value: number, at: number, width: number) => Math.exp(-(((value - at) / width) ** 2));
    const tagged = row[8]! + row[12]! > 2 ? 1 : 0;
    const score =
      1.6 * peak(ab, 1.3, 0.7) * (0.4 + tagged) -
      1.1 * peak(cd, 2.5, 1.2) +
      0.9 * peak(transverse, 1, 0.6) * Math.tanh(row[3]! - 0.8) -
      0.5 * Math.log(row[5]! * row[9]!) +
      0.4 * Math.sin(2 * row[18]!) * row[6]! -
      0.2;
    row[28] = rng.uniform() < sigmoid(1.5 * score) ? 1 : 0;
  };
}

// Skewed numbers and categories of uneven frequency, whose effects cross; what is missing says a little by itself. Whatever takes part in a cross
// has an effect of its own too: a pure one is found by chance, and chance would decide which side looks better.
function mixedRows(rng: Rng): WriteRow {
  const { levels } = kinds.mixed;
  const effect = levels.map((n) => Float64Array.from({ length: n }, () => 0.5 * normal(rng)));
  return (row) => {
    let score = -0.3;
    for (let j = 0; j < 20; j++) row[j] = j % 4 === 0 ? Math.exp(normal(rng)) : normal(rng);
    for (let j = 20; j < 30; j++) row[j] = Math.floor(levels[j]! * rng.uniform() ** 1.7);
    score += 0.5 * Math.log(row[0]!) + 0.4 * (row[1]! + row[2]!) + 0.4 * row[1]! * row[2]! - 0.4 * Math.abs(row[3]!) + 0.5 * Math.sin(2 * row[5]!);
    for (let j = 20; j < 30; j++) score += effect[j]![row[j]!]! * (j % 3 === 0 ? 0.6 + 0.6 * row[j - 10]! : 1);
    for (let j = 0; j < 30; j++)
      if (rng.uniform() < 0.1) {
        row[j] = Number.NaN;
        if (j % 10 === 6) score += 0.5;
      }
    row[30] = rng.uniform() < sigmoid(score) ? 1 : 0;
  };
}
