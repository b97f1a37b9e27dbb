export type * from "./anomaly-evaluation.ts";
export {
  type BootstrapOptions,
  bootstrapSums,
  differenceOf,
  oneSidedP,
  ratioOf,
  type SumDraws,
  valueWithInterval,
} from "./bootstrap-sums.ts";
export { type CalibrationDecision, type CalibrationInput, chooseCalibration } from "./calibration.ts";
export { calibrationInTheLarge } from "./calibration-in-the-large.ts";
export { type ComparisonInput, compareModels, comparisonOf, verdictOf } from "./compare-models.ts";
export { crossFit } from "./cross-fit.ts";
export { analyseErrors, type ErrorInput } from "./error-analysis.ts";
export { evaluate } from "./evaluate.ts";
export type * from "./evaluation.ts";
export type {
  CostMatrix,
  Costs,
  EvaluationInput,
  ReferenceModel,
  RegressionLoss,
  Resample,
  ScoredPart,
  UnweightedModel,
} from "./evaluation-input.ts";
export { type Fairness, type FairnessInput, fairness } from "./fairness.ts";
export type * from "./forecast-evaluation.ts";
export { meanAbsolute } from "./mean-absolute.ts";
export {
  type MeasuredRows,
  measureMetric,
  measureModel,
  pairedDifference,
  primaryMetric,
  type Scoring,
} from "./model-metrics.ts";
export { noDetails } from "./no-details.ts";
export { type ImportanceInput, permutationImportance } from "./permutation-importance.ts";
export type * from "./ranking-evaluation.ts";
export type * from "./recommendation-evaluation.ts";
export { type Resampled, repeatedEstimate } from "./repeated-estimate.ts";
export { type RowLosses, rowLosses } from "./row-loss.ts";
export { rowsMeeting } from "./segments.ts";
export { type ScoredCandidate, type Selection, selectCandidate } from "./select-candidate.ts";
export { type DiscoveredSlice, type DiscoveryInput, discoverSlices } from "./slice-discovery.ts";
export { slicesByColumn } from "./slices.ts";
export { chooseThreshold, measureThreshold, type Threshold } from "./threshold.ts";
