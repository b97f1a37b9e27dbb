import { FettleError } from "../../lib/index.ts";
import { type ModelData, type PackedTrees, type Precision, packTrees, unpackTrees } from "../../ml/learners/index.ts";
import type { Capsule } from "./capsule.ts";
import { decidedAnswer, loadPredictor } from "./predictor.ts";

/** How far a quantised model answers from the one it was made of, on the capsule's golden rows. A capsule holds no labels. */
export interface QuantisationLoss {
  readonly precision: Precision;
  readonly nRows: number;
  /** Of all outputs of all rows. */
  readonly greatestDifference: number;
  readonly meanDifference: number;
  /** Rows whose class is another one; null for numbers. */
  readonly nClassChanged: number | null;
}

/** Packs a capsule's trees and measures what that loses. Throws QUANTISE_TREES where the model has none. */
export function quantise(
  capsule: Capsule,
  precision: Precision,
): { readonly model: PackedTrees; readonly loss: QuantisationLoss } {
  const model = packTrees(treesOf(capsule.model), precision);
  const predictor = loadPredictor({ ...capsule, model: unpackTrees(model) });
  const { rows, outputs } = capsule.golden;
  const out = new Float64Array(predictor.nOutputs);
  let greatestDifference = 0;
  let sum = 0;
  let nClassChanged = 0;
  rows.forEach((row, i) => {
    predictor.predictRow(row, out);
    outputs[i]!.forEach((output, k) => {
      const difference = Math.abs(output - out[k]!);
      greatestDifference = Math.max(greatestDifference, difference);
      sum += difference;
    });
    if (labelOf(capsule, out) !== labelOf(capsule, Float64Array.from(outputs[i]!))) nClassChanged += 1;
  });
  const loss = {
    precision,
    nRows: rows.length,
    greatestDifference,
    meanDifference: sum / (rows.length * predictor.nOutputs),
    nClassChanged: capsule.signature.classes.length === 0 ? null : nClassChanged,
  };
  return { model, loss };
}

function treesOf(model: ModelData) {
  if (model.kind === "gbdt" || model.kind === "forest") return model;
  throw new FettleError(
    "invalid-input",
    "QUANTISE_TREES",
    `Cannot quantise the model: its kind is "${model.kind}", boosted trees or a forest are needed`,
    { hint: "Leave out --quantise: such a model is small as it is" },
  );
}

function labelOf({ signature }: Capsule, outputs: Float64Array): string | null {
  const answer = decidedAnswer(signature, outputs);
  return "label" in answer ? answer.label : null;
}
