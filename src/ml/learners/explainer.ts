import { type SparseRow, sparseRowOf, type Table } from "../table/index.ts";
import type { Link } from "./model-data.ts";

/**
 * What a score is measured in: the target's unit, the logarithm of the odds, a class's score before it becomes a probability, the logarithm of the value, or
 * a share in [0, 1].
 */
export type ScoreScale = "value" | "log-odds" | "class-score" | "log-value" | "share";

/** What the scores before a link are measured in. */
export const scaleOfLink: Readonly<Record<Link, ScoreScale>> = {
  identity: "value",
  logistic: "log-odds",
  softmax: "class-score",
  exp: "log-value",
  shares: "share",
  focal: "class-score",
};

/**
 * Parts a model's score into what each feature contributes: SHAP values. Per output nFeatures + 1 numbers, the contributions in the order
 * of `featureNames`, of which sparse blocks are the last, and then the expected score; they sum to the score, which is what the model's link turns into its output.
 */
export interface Explainer {
  readonly scale: ScoreScale;
  readonly nOutputs: number;
  readonly featureNames: readonly string[];
  /** Score per output that a row is expected to have when none of its features is known. */
  readonly expected: Float64Array;
  /** Writes nOutputs × (nFeatures + 1) numbers to `out`. The row is given as to `predictRow`. */
  explainRow(row: Float64Array, out: Float64Array, sparse?: readonly SparseRow[]): void;
  /** What a value of 1 at a place of a sparse block adds to the score of an output. */
  entryWeight(block: number, index: number, output: number): number;
  /** Explanations of every row of a table that holds the features: row-major, nRows × nOutputs × (nFeatures + 1). */
  explain(features: Table): Float64Array;
}

/** Says why a model cannot be explained. */
export interface NoExplainer {
  readonly reason: string;
}

/** Completes an explainer from the function that writes one row's contributions; the last `nBlocks` features are sparse blocks. */
export function explainerOn(
  scale: ScoreScale,
  featureNames: readonly string[],
  expected: Float64Array,
  contribute: (row: Float64Array, out: Float64Array, sparse: readonly SparseRow[]) => void,
  nBlocks = 0,
  entryWeight: Explainer["entryWeight"] = () => 0,
): Explainer {
  const nOutputs = expected.length;
  const stride = featureNames.length + 1;
  const explainRow: Explainer["explainRow"] = (row, out, sparse = []) => {
    contribute(row, out, sparse);
    for (let k = 0; k < nOutputs; k++) out[k * stride + stride - 1] = expected[k]!;
  };
  return {
    scale,
    nOutputs,
    featureNames,
    expected,
    explainRow,
    entryWeight,
    explain(features) {
      const out = new Float64Array(features.nRows * nOutputs * stride);
      const rowAt = rowReader(features, featureNames.slice(0, featureNames.length - nBlocks));
      for (let i = 0; i < features.nRows; i++) {
        const sparse = features.blocks.map((block) => sparseRowOf(block, i));
        explainRow(rowAt(i), out.subarray(i * nOutputs * stride, (i + 1) * nOutputs * stride), sparse);
      }
      return out;
    },
  };
}

/** Gives rows of a table as a model's `predictRow` takes them; the next call overwrites the last. */
export function rowReader(features: Table, names: readonly string[]): (i: number) => Float64Array {
  const row = new Float64Array(names.length);
  const columns = names.map((name) => {
    const column = features.column(name);
    return column.kind === "category" ? column.codes : column.values;
  });
  return (i) => {
    for (let j = 0; j < columns.length; j++) row[j] = columns[j]![i]!;
    return row;
  };
}
