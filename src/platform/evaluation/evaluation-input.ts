import { FettleError } from "../../lib/index.ts";
import type { ConformalRule } from "../../ml/conformal/index.ts";
import type { CustomLoss, Task } from "../../ml/learners/index.ts";
import type { Ranked } from "../../ml/metrics/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { Schema, Split } from "../data/index.ts";
import type { Calibration } from "./evaluation.ts";

/** Which unit a bootstrap resamples: rows, whole groups (a code per row of the part), or blocks in time. */
export type Resample = Split["resample"];

/** A part of the data with a model's predictions for it. All arrays are aligned with the rows of `table`. */
export interface ScoredPart {
  /** Class indexes, numbers for regression, grades for ranking: nSamples. */
  readonly yTrue: Float64Array;
  /** Row-major, nSamples × nOutputs, as a fitted model gives them. */
  readonly prediction: Float64Array;
  /** Source columns, before features, without the target. */
  readonly table: Table;
  readonly resample: Resample;
  /** Weight per row, ≥ 0. Default: all 1. */
  readonly sampleWeight?: Float64Array;
  /** Ranking: which rows belong to one query. */
  readonly ranked?: Ranked;
  /** What a mistake on each row costs, in units of the costs of the kinds of mistakes, ≥ 0. Default: all 1. */
  readonly rowCost?: Float64Array;
}

/** The loss that a model was trained for where its task leaves a choice: of numbers it decides the primary metric and the loss per row. */
export interface RegressionLoss {
  readonly kind:
    | "squared"
    | "absolute"
    | "quantile"
    | "huber"
    | "poisson"
    | "tweedie"
    | "gamma"
    | "focal"
    | "lambdarank"
    | "xendcg"
    | "custom";
  /** Levels in (0, 1), one per output; `quantile` only. Default 0.5 alone. */
  readonly quantiles?: readonly number[];
  /** Where the loss turns linear; `huber` only. Default 1. */
  readonly delta?: number;
  /** Between 1 and 2; `tweedie` only. Default 1.5. */
  readonly variancePower?: number;
  /** Exponent of the loss; `focal` only. Default 2. */
  readonly focusing?: number;
  /** Places from the top whose pairs count; `lambdarank` only. Default 30. */
  readonly truncation?: number;
  /** Gain of each grade; ranking only. Default 2^grade − 1. */
  readonly gains?: readonly number[];
  /** The user's functions; `custom` only. */
  readonly custom?: CustomLoss;
}

/** Predictions of another model for the test part. */
export interface ReferenceModel {
  readonly name: string;
  readonly prediction: Float64Array;
}

/** The same configuration trained on all rows alike. */
export interface UnweightedModel {
  /** How the model's own training counted rows, in words. */
  readonly says: string;
  /** For the test part. */
  readonly prediction: Float64Array;
  /** Binary: where it decides, chosen on validation as the model's own threshold is. */
  readonly threshold?: number;
}

/** Everything that one evaluation reads. Choices are made on `validation`; `test` only confirms. */
export interface EvaluationInput {
  readonly task: Task;
  /** Names of the classes by index; empty for regression and ranking. */
  readonly classes: readonly string[];
  /** Default squared. */
  readonly loss?: RegressionLoss;
  readonly test: ScoredPart;
  /** Predictions of a model that was not fitted on these rows. */
  readonly validation: ScoredPart;
  readonly baseline: ReferenceModel;
  readonly champion?: ReferenceModel;
  /** How the predictions were calibrated before they came here (see `chooseCalibration`). Default none. */
  readonly calibration?: Calibration["method"];
  readonly schema: Schema;
  /** Columns whose values must not be shown. */
  readonly personalData?: readonly string[];
  /** Columns whose levels (or quartiles) are reported as slices. */
  readonly slices?: readonly string[];
  /** Columns for group fairness. */
  readonly protectedColumns?: readonly string[];
  /** Cost of one wrong positive and one wrong negative; binary only. */
  readonly costs?: Costs;
  /** Costs of decisions; several classes only. */
  readonly costMatrix?: CostMatrix;
  /** The model without class weights or left-out negatives, to say what they did. */
  readonly unweighted?: UnweightedModel;
  /** What makes intervals or sets out of the predictions: their coverage is measured. */
  readonly conformal?: ConformalRule;
  /** The column of queries, which a ranking's report names them by. */
  readonly queryColumn?: string;
  /** The column of times, where rows follow each other in time: coverage is shown along it. */
  readonly timeColumn?: string;
  /** The whole model, from source columns to predictions: needed for permutation importance. */
  readonly predictWith?: (table: Table) => Float64Array;
  /** Columns to shuffle. Default: all of the test table. */
  readonly importanceColumns?: readonly string[];
  /** Default rocAuc, logLoss, ndcg@10, or by the loss of a regression: rmse, mae, pinball … */
  readonly primary?: string;
  readonly seed: number;
  /** Default 1000. */
  readonly nResamples?: number;
  readonly onProgress?: (share: number) => void;
  /** Asked between the parts of the work and once per shuffled column; true ends with EVALUATION_CANCELLED. */
  readonly shouldStop?: () => boolean;
}

/** What one wrong decision of each kind costs, in any one unit; both ≥ 0, not both 0. */
export interface Costs {
  readonly falsePositive: number;
  readonly falseNegative: number;
}

/** `costs[t][k]`: what deciding for class k costs where t is true, in any one unit; ≥ 0. */
export type CostMatrix = readonly (readonly number[])[];

/** Refuses input that cannot be measured: EVALUATION_EMPTY, EVALUATION_LENGTHS_UNEQUAL, EVALUATION_CLASSES_MISSING. */
export function checkInput(input: EvaluationInput): void {
  checkPart("test", input.test, input);
  checkPart("validation", input.validation, input);
  for (const model of [input.baseline, ...(input.champion ? [input.champion] : [])])
    checkMultiple(`the prediction of "${model.name}"`, model.prediction.length, input.test.yTrue.length);
}

function checkPart(name: string, part: ScoredPart, { task, classes }: EvaluationInput): void {
  const n = part.yTrue.length;
  if (n === 0)
    throw new FettleError(
      "invalid-input",
      "EVALUATION_EMPTY",
      `Cannot evaluate the model: the ${name} part has 0 rows, at least 1 is needed`,
    );
  checkEqual(`the ${name} table`, part.table.nRows, n);
  checkMultiple(`the ${name} prediction`, part.prediction.length, n);
  if (part.rowCost) checkEqual(`the ${name} cost of a row`, part.rowCost.length, n);
  if (part.sampleWeight) checkEqual(`the ${name} sample weight`, part.sampleWeight.length, n);
  if (part.resample.unit === "group") checkEqual(`the ${name} group code`, part.resample.groups.length, n);
  if (task === "ranking") checkEqual(`the ${name} query code`, part.ranked?.queries.length ?? 0, n);
  const needed = { binary: 2, multiclass: Math.max(3, part.prediction.length / n), regression: 0, ranking: 0 }[task];
  if (classes.length !== needed)
    throw new FettleError(
      "invalid-input",
      "EVALUATION_CLASSES_MISSING",
      `Cannot evaluate a ${task} model: it comes with ${classes.length} class names, ${needed} are needed`,
    );
}

function checkEqual(what: string, length: number, n: number): void {
  if (length !== n) throw unequal(what, length, n);
}

function checkMultiple(what: string, length: number, n: number): void {
  if (length === 0 || length % n !== 0) throw unequal(what, length, n);
}

function unequal(what: string, length: number, n: number): FettleError {
  return new FettleError(
    "invalid-input",
    "EVALUATION_LENGTHS_UNEQUAL",
    `Cannot evaluate the model: ${what} has ${length} values, one per row is needed and there are ${n} rows`,
    { facts: { length, nRows: n } },
  );
}
