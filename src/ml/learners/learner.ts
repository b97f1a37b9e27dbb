import type { Json } from "../../lib/index.ts";
import type { SparseRow, Table } from "../table/index.ts";
import type { PredictKernels } from "./gbdt-arena.ts";
import type { GbdtKernels } from "./gbdt-jobs.ts";
import type { CustomLoss } from "./gbdt-loss-custom.ts";
import type { GbdtData, ModelData } from "./model-data.ts";
import type { SparseKernels } from "./sparse-kernels.ts";

/** What is learned: two classes, several classes, a number, or an order of the rows of each query. */
export type Task = "binary" | "multiclass" | "regression" | "ranking";

/** Whether a task's target and outputs are numbers, not classes. */
export function isNumeric(task: Task): boolean {
  return task === "regression" || task === "ranking";
}

/**
 * The truth of a supervised task, aligned with the rows of a table.
 * Classification: `values` holds class indexes 0 … nClasses−1 (for binary, 1 is the positive class). Regression: finite
 * numbers, `nClasses` is 0. Ranking: relevance grades, whole numbers from 0 on, the greater the better; `nClasses` is 0. Length nSamples.
 */
export interface Target {
  readonly task: Task;
  readonly values: Float64Array;
  readonly nClasses: number;
  /** Ranking: a code per row, equal for the rows of one query; they need not lie together. Length nSamples. */
  readonly queries?: Int32Array;
}

/** Options of {@link Learner.fit}. */
export interface FitOptions {
  /** Weight per sample, ≥ 0, length nSamples. Default: all 1. */
  readonly sampleWeight?: Float64Array;
  /** The only source of chance. */
  readonly seed: number;
  /** Held-out rows for early stopping, each with its weight (default 1); the learner never fits to them. */
  readonly validation?: { readonly table: Table; readonly target: Target; readonly sampleWeight?: Float64Array };
  /** A model of the same loss, outputs and features to go on from; boosted trees only. */
  readonly warmStart?: GbdtData;
  /** Told of every round's loss on the validation rows, rounds from 1; false ends the fit there. Boosted trees without drop-out only. */
  readonly onRound?: (round: number, validationLoss: number) => boolean | undefined;
  /** The functions of the loss `custom`. */
  readonly customLoss?: CustomLoss;
  /** Compiled kernels for boosted trees; without them the same bits take longer. */
  readonly kernels?: GbdtKernels;
  /** Compiled kernels for the predictions of boosted trees; without them the same bits take longer. */
  readonly predictKernels?: PredictKernels;
  /** Compiled products of sparse rows for linear models; without them the same bits take longer. */
  readonly sparseKernels?: SparseKernels;
  /** Called now and then with a share in [0, 1] of the work done. */
  readonly onProgress?: (share: number) => void;
  /** Asked at least every 50 ms of work; true ends the fit with FIT_CANCELLED. */
  readonly shouldStop?: () => boolean;
}

/**
 * A model as a learner leaves it: data plus the functions that read it. Outputs:
 * binary → the positive class's probability, nOutputs 1; multiclass → nClasses probabilities that sum to 1;
 * regression → one value, or one per quantile; ranking → one score, which has a meaning only beside those of the same query.
 */
export interface FittedModel {
  /** The learner's family, for example `gbdt`, `linear`, `prior`. */
  readonly kind: string;
  readonly task: Task;
  /** Outputs per row: see above. */
  readonly nOutputs: number;
  /** Names of the feature columns, in the order in which `predictRow` takes them. */
  readonly featureNames: readonly string[];
  /** Predictions for every row of a table that holds the feature columns: row-major, nRows × nOutputs. */
  predict(features: Table): Float64Array;
  /**
   * Predictions for one row given as numbers, one per feature name: a number column's value (NaN missing), or a category
   * column's code (-1 missing or unseen); `sparse` holds the row of each sparse block. Equal to {@link predict} to the bit. Writes nOutputs
   * numbers to `out`.
   */
  predictRow(row: Float64Array, out: Float64Array, sparse?: readonly SparseRow[]): void;
  /** The model as plain data: `loadModel(model.toJSON())` predicts the same bytes. */
  toJSON(): ModelData;
}

/** A learning algorithm with its parameters. Holds nothing learned: `fit` returns a new value. */
export interface Learner {
  /** The family: the `kind` of what `fit` returns. */
  readonly kind: string;
  /** All parameters with their defaults filled in, as plain data. */
  readonly params: Readonly<Record<string, Json>>;
  /**
   * Learns from a table of features: number columns, and category columns whose dictionary is the full list of levels
   * (codes in the table index it; the caller keeps dictionaries equal between fit and predict). Pure: same input, same bytes.
   */
  fit(features: Table, target: Target, options: FitOptions): FittedModel;
}
