import {
  applyCalibrator,
  type Calibrator,
  type FittedModel,
  loadModel,
  type ModelData,
  type PredictKernels,
} from "../../ml/learners/index.ts";
import { cheapestClass, likeliestClass } from "../../ml/stats/index.ts";
import { sparseRowOf, type Table } from "../../ml/table/index.ts";
import { type FittedFeatures, type FittedFeaturesData, loadFeatures, type RawRow } from "../features/index.ts";
import { type ConformalAnswer, conformalAnswer } from "./conformal-answer.ts";
import type { Signature } from "./signature.ts";

/** What prediction needs, as plain data. */
export interface PredictorData {
  readonly features: FittedFeaturesData;
  readonly model: ModelData;
  readonly calibrator: Calibrator | null;
  readonly signature: Signature;
}

/** A trained model ready to answer: raw inputs in, calibrated outputs out. Batch and one-row forms are equal to the bit. */
export interface Predictor {
  readonly signature: Signature;
  /** Outputs per row: 1 for binary (the positive class's probability), nClasses, or one per regression output. */
  readonly nOutputs: number;
  /**
   * Outputs of one row, given in signature order; writes nOutputs numbers to `out`. Gives the text columns in which the model knows no term: its answer
   * does not read them.
   */
  predictRow(row: RawRow, out: Float64Array): readonly string[];
  /**
   * Outputs of every row of a table that holds the input columns: row-major, nRows × nOutputs.
   * @param onUnread told of the text columns of a row in which the model knows no term, where there are any
   */
  predict(table: Table, onUnread?: (row: number, columns: readonly string[]) => void): Float64Array;
}

/** Joins fitted features, model and calibrator. */
export function joinPredictor(
  features: FittedFeatures,
  model: FittedModel,
  calibrator: Calibrator | null,
  signature: Signature,
): Predictor {
  const encode = features.compileRow();
  const encoded = new Float64Array(features.outputs.length);
  const calibrate = (outputs: Float64Array) =>
    calibrator === null ? outputs : applyCalibrator(calibrator, outputs, model.nOutputs);
  const single = new Float64Array(model.nOutputs);
  return {
    signature,
    nOutputs: model.nOutputs,
    predictRow(row, out) {
      const sparse = encode(row, encoded);
      model.predictRow(encoded, single, sparse);
      out.set(calibrate(single));
      return features.unread(sparse);
    },
    predict(table, onUnread) {
      const transformed = features.transform(table);
      for (let i = 0; onUnread !== undefined && transformed.blocks.length > 0 && i < table.nRows; i++) {
        const columns = features.unread(transformed.blocks.map((block) => sparseRowOf(block, i)));
        if (columns.length > 0) onUnread(i, columns);
      }
      return calibrate(model.predict(transformed));
    },
  };
}

/** A predictor from its data; with compiled kernels it is faster, to the same bits. Throws a `damaged` error where the data cannot be a model. */
export function loadPredictor(data: PredictorData, kernels?: PredictKernels): Predictor {
  return joinPredictor(loadFeatures(data.features), loadModel(data.model, kernels), data.calibrator, data.signature);
}

/** The answer for one row, as every transport gives it. */
export type Answer = {
  /** Text columns in which the model knows no term, where there are any: the answer is that to an empty text. */
  readonly unread?: readonly string[];
} & ConformalAnswer &
  (
    | { readonly label: string; readonly probability: number; readonly probabilities: Readonly<Record<string, number>> }
    | { readonly value: number; readonly quantiles?: Readonly<Record<string, number>> }
  );

/**
 * Words for the outputs of one row: `outputs` holds nOutputs numbers from `offset` on. `row` is needed where intervals or sets differ by the level
 * of a column; `unread` is what {@link Predictor.predictRow} gave.
 */
export function answerOf(
  signature: Signature,
  outputs: Float64Array,
  offset = 0,
  row?: RawRow,
  unread: readonly string[] = [],
): Answer {
  return {
    ...decidedAnswer(signature, outputs, offset),
    ...conformalAnswer(signature, outputs, offset, row),
    ...(unread.length === 0 ? {} : { unread }),
  };
}

/** The answer without what conformal prediction adds. */
export function decidedAnswer(signature: Signature, outputs: Float64Array, offset = 0): Answer {
  const { task, classes, threshold } = signature;
  if (task === "binary") {
    const positive = outputs[offset]!;
    const isPositive = positive >= (threshold ?? 0.5);
    return {
      label: classes[isPositive ? 1 : 0]!,
      probability: positive,
      probabilities: { [classes[0]!]: 1 - positive, [classes[1]!]: positive },
    };
  }
  if (task === "multiclass") {
    const best = answeredClass(signature, outputs, offset);
    const probabilities = Object.fromEntries(classes.map((name, k) => [name, outputs[offset + k]!]));
    return { label: classes[best]!, probability: outputs[offset + best]!, probabilities };
  }
  if (signature.outputs.length === 1) return { value: outputs[offset]! };
  const quantiles = Object.fromEntries(signature.outputs.map((name, k) => [name, outputs[offset + k]!]));
  return { value: outputs[offset + medianOutput(signature.outputs)]!, quantiles };
}

/** The class that is answered of several: the most probable one, or where costs are given that of least expected cost. */
export function answeredClass({ classes, costs }: Signature, outputs: Float64Array, offset = 0): number {
  return costs === undefined ? likeliestClass(outputs, offset, classes.length) : cheapestClass(costs, outputs, offset);
}

/** The first of the quantiles named `q0.5` … that is nearest to the median: the value that the evaluation measures too; 0 of one output. */
export function medianOutput(outputs: readonly string[]): number {
  if (outputs.length === 1) return 0;
  const distances = outputs.map((name) => Math.abs(Number(name.slice(1)) - 0.5));
  return distances.indexOf(Math.min(...distances));
}
