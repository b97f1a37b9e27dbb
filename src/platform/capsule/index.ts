export {
  type Capsule,
  type CapsuleManifest,
  capsuleParts,
  type ImportedFile,
  type Lineage,
  loadCapsule,
  manifestOf,
  openCapsule,
  saveCapsule,
} from "./capsule.ts";
export { type ExportedModule, encodingOf, exportModule, requestSchema } from "./export-module.ts";
export { type Golden, recordGolden, replayGolden } from "./golden.ts";
export {
  type Answer,
  answerOf,
  joinPredictor,
  loadPredictor,
  type Predictor,
  type PredictorData,
} from "./predictor.ts";
export { type QuantisationLoss, quantise } from "./quantise.ts";
export {
  type Contribution,
  type Explanation,
  explainedOutput,
  explanationOf,
  type RowExplainer,
  rowExplainer,
  rowExplainerAgainst,
} from "./row-explainer.ts";
export {
  parseInstant,
  parseRow,
  type RowProblem,
  rawRowOf,
  type Signature,
  type SignatureInput,
  tableOfRows,
} from "./signature.ts";
