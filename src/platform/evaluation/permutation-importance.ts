import { createRng, FettleError, permutation, type Rng } from "../../lib/index.ts";
import { rowsByQuery } from "../../ml/stats/index.ts";
import type { Table } from "../../ml/table/index.ts";
import { takeRows } from "../../ml/table/index.ts";
import type { Importance } from "./evaluation.ts";
import type { ScoredPart } from "./evaluation-input.ts";
import { isGreaterBetter, pairedDifference, type Scoring } from "./model-metrics.ts";

/** What {@link permutationImportance} reads. */
export interface ImportanceInput {
  readonly metric: string;
  readonly scoring: Scoring;
  /** Rows that the model was not fitted on. */
  readonly part: ScoredPart;
  /** The whole model, from source columns to predictions. */
  readonly predictWith: (table: Table) => Float64Array;
  /** Columns to shuffle. */
  readonly columns: readonly string[];
  readonly seed: number;
  /** Rows used at most. Default 5,000. */
  readonly maxRows?: number;
  /** Default 200. */
  readonly nResamples?: number;
  readonly onProgress?: (share: number) => void;
  /** Asked once per column; true ends with EVALUATION_CANCELLED. */
  readonly shouldStop?: () => boolean;
}

/** The rows that are predicted again. */
interface Sample {
  readonly part: ScoredPart;
  /** Distinct rows, copies not counted. */
  readonly nRows: number;
}

/**
 * How much the metric loses when one source column is shuffled over the rows (Breiman 2001; Fisher, Rudin & Dominici 2019), with
 * a paired bootstrap interval; positive means that the model leans on the column. At most 5,000 rows, each with one donor;
 * few rows are shuffled up to 3 times, and then a row is resampled together with its copies. Most important first.
 */
export function permutationImportance(input: ImportanceInput): Importance[] {
  const { columns, onProgress, shouldStop } = input;
  const rng = createRng(input.seed).fork("permutation-importance");
  const sample = drawSample(input.part, input.maxRows ?? 5000, rng.fork("rows"));
  const importances = columns.map((column, k) => {
    if (shouldStop?.() === true)
      throw new FettleError(
        "cancelled",
        "EVALUATION_CANCELLED",
        `Cannot finish the evaluation: it was stopped after ${k} of ${columns.length} columns of the importance`,
      );
    const importance = importanceOf(column, sample, input, rng.fork(column));
    onProgress?.((k + 1) / columns.length);
    return importance;
  });
  return importances.sort((a, b) => (b.drop.value ?? 0) - (a.drop.value ?? 0));
}

function importanceOf(column: string, { part, nRows }: Sample, input: ImportanceInput, rng: Rng): Importance {
  const { metric, scoring, seed } = input;
  const shuffled = takeRows(part.table.column(column), permutation(part.yTrue.length, rng));
  const without = input.predictWith(part.table.with(column, shuffled));
  const [a, b] = isGreaterBetter(metric) ? [part.prediction, without] : [without, part.prediction];
  const bootstrap = { seed, resample: part.resample, nResamples: input.nResamples ?? 200 };
  return { column, drop: { ...pairedDifference(metric, scoring, part, a, b, bootstrap), n: nRows } };
}

/** At most `maxRows` rows, ascending; the whole sample up to 3 times where it is small and does not follow time. */
function drawSample(part: ScoredPart, maxRows: number, rng: Rng): Sample {
  const { table, yTrue, prediction, sampleWeight, resample, ranked } = part;
  const n = yTrue.length;
  const nCopies = resample.unit === "block" ? 1 : Math.max(1, Math.min(3, Math.floor(maxRows / n)));
  const once = someRows(part, maxRows, rng);
  const rows = Int32Array.from({ length: once.length * nCopies }, (_, k) => once[k % once.length]!);
  const width = prediction.length / n;
  const groups = resample.unit === "group" ? rows.map((row) => resample.groups[row]!) : rows;
  return {
    nRows: once.length,
    part: {
      table: table.take(rows),
      yTrue: Float64Array.from(rows, (row) => yTrue[row]!),
      prediction: Float64Array.from(
        { length: rows.length * width },
        (_, k) => prediction[rows[Math.floor(k / width)]! * width + (k % width)]!,
      ),
      resample: nCopies > 1 || resample.unit === "group" ? { unit: "group", groups } : resample,
      ...(sampleWeight && { sampleWeight: Float64Array.from(rows, (row) => sampleWeight[row]!) }),
      ...(ranked && { ranked: { ...ranked, queries: copiedQueries(ranked.queries, rows, once.length) } }),
    },
  };
}

// Of a ranking whole queries, at least one: part of a query has another best order.
function someRows({ yTrue, ranked }: ScoredPart, maxRows: number, rng: Rng): Int32Array {
  if (!ranked) return permutation(yTrue.length, rng).slice(0, maxRows).sort();
  const queries = rowsByQuery(ranked.queries);
  const taken: number[] = [];
  for (const q of permutation(queries.length, rng))
    if (taken.length === 0 || taken.length + queries[q]!.length <= maxRows) taken.push(...queries[q]!);
  return Int32Array.from(taken).sort();
}

// A copy of the rows is a copy of the queries, each to be ordered on its own.
function copiedQueries(queries: Int32Array, rows: Int32Array, nOnce: number): Int32Array {
  const nCodes = queries.reduce((most, query) => Math.max(most, query), 0) + 1;
  return rows.map((row, k) => queries[row]! + nCodes * Math.floor(k / nOnce));
}
