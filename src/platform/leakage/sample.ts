import { createRng, permutation, type Rng } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { Split } from "../data/index.ts";

const maxTrain = 60_000;
const maxValidation = 20_000;

/** The rows that detectors look at: training rows first, then validation rows; of long tables a seeded sample. */
export interface Sample {
  readonly table: Table;
  readonly target: Target;
  /** Rows [0, nTrain) are training rows. */
  readonly nTrain: number;
}

/** A sample of the training and validation rows of a split. */
export function sampleOf(table: Table, target: Target, split: Split, seed: number): Sample {
  const rng = createRng(seed).fork("leakage");
  const train = sampleRows(split.train, maxTrain, rng.fork("train"));
  const validation = sampleRows(split.validation, maxValidation, rng.fork("validation"));
  const rows = new Int32Array(train.length + validation.length);
  rows.set(train);
  rows.set(validation, train.length);
  return { table: table.take(rows), target: takeTarget(target, rows), nTrain: train.length };
}

/** At most `limit` of these rows, evenly at random, in their order. */
export function sampleRows(rows: Int32Array, limit: number, rng: Rng): Int32Array {
  if (rows.length <= limit) return rows;
  return permutation(rows.length, rng)
    .subarray(0, limit)
    .sort()
    .map((i) => rows[i]!);
}

/** The target of some rows. */
export function takeTarget(target: Target, rows: Int32Array): Target {
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = target.values[rows[i]!]!;
  const { queries } = target;
  return { ...target, values, ...(queries && { queries: rows.map((row) => queries[row]!) }) };
}
