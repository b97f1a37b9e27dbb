import { loadPredictor, type Signature } from "../capsule/index.ts";
import { storageOf } from "../data/index.ts";
import type { FeatureFamily } from "../features/index.ts";
import { familyTraits } from "./families.ts";
import type { Part } from "./part.ts";
import type { FamilyFeatures, Trial } from "./search.ts";
import type { TrainInput } from "./train-input.ts";

/** A part with predictions for it, as an evaluation takes it. */
export function scored(part: Part, prediction: Float64Array) {
  return {
    yTrue: part.target.values,
    prediction,
    table: part.table,
    resample: part.resample,
    ...(part.sampleWeight === null ? {} : { sampleWeight: part.sampleWeight }),
    ...(part.rowCost === null ? {} : { rowCost: part.rowCost }),
    ...(part.ranked === null ? {} : { ranked: part.ranked }),
  };
}

/** Test predictions of a baseline. */
export function baselinePrediction(
  features: Partial<Record<FeatureFamily, FamilyFeatures>>,
  baseline: Trial,
  test: Part,
): Float64Array {
  return baseline.model.predict(features[familyTraits[baseline.family].features]!.fitted.transform(test.table));
}

/** Test predictions of the champion, where the table still has its columns and it answers the same question. */
export function championPrediction({ champion }: TrainInput, signature: Signature, test: Part) {
  if (champion === null) return {};
  const { inputs, ...theirs } = champion.data.signature;
  const canBeAsked = inputs.every(
    ({ name, type }) => test.table.has(name) && test.table.column(name).kind === storageOf[type],
  );
  const question = ({ task, classes, outputs }: Omit<Signature, "inputs">) => JSON.stringify([task, classes, outputs]);
  if (!canBeAsked || question(theirs) !== question(signature)) return {};
  return { champion: { name: champion.name, prediction: loadPredictor(champion.data).predict(test.table) } };
}
