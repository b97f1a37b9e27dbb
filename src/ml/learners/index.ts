export { mean, median, previousValue, prior, quantile } from "./baselines.ts";
export { bestFeature } from "./best-feature.ts";
export { applyCalibrator, type CalibrationMap, type Calibrator, type TemperatureCalibrator } from "./calibrator.ts";
export { fitBeta } from "./calibrator-beta.ts";
export { fitIsotonic } from "./calibrator-isotonic.ts";
export { fitPlatt } from "./calibrator-platt.ts";
export { fitTemperature } from "./calibrator-temperature.ts";
export { type Reweighting, reweighted } from "./class-weights.ts";
export { explainerOf } from "./explain-model.ts";
export type { Explainer, NoExplainer, ScoreScale } from "./explainer.ts";
export { type ForestParams, forest } from "./forest.ts";
export { type FittedGam, type GamParams, gam } from "./gam.ts";
export { cellsOf } from "./gam-axes.ts";
export { bestRule, gbdt } from "./gbdt.ts";
export { type PredictKernels, startPredictKernels } from "./gbdt-arena.ts";
export { type GbdtKernels, gbdtJobs, type KernelFunctions } from "./gbdt-jobs.ts";
export { checkLabels, type GbdtLoss } from "./gbdt-loss.ts";
export { type CustomLoss, nameOfCustomLoss, scoreOf } from "./gbdt-loss-custom.ts";
export { defaultDelta } from "./gbdt-loss-residuals.ts";
export type { FittedGbdt } from "./gbdt-model.ts";
export type { GbdtParams } from "./gbdt-params.ts";
export { scorerOf } from "./gbdt-predict.ts";
export * from "./learner.ts";
export { greatestGrade, stopCheck } from "./learner-errors.ts";
export { type LinearParams, linear } from "./linear.ts";
export { loadModel } from "./load-model.ts";
export type {
  ConstantData,
  GamAxis,
  GamData,
  GamTerm,
  GbdtData,
  LinearData,
  Link,
  ModelData,
  StackData,
  TreeData,
} from "./model-data.ts";
export { naiveBayes } from "./naive-bayes.ts";
export { type PackedTrees, type Precision, packTrees, precisions, unpackTrees } from "./packed-trees.ts";
export { mostBalanceRounds, plainSparse, type SparseKernels } from "./sparse-kernels.ts";
export { joinPredictions } from "./stack-model.ts";
export { fitStack, type StackWeights } from "./stack-weights.ts";
export { explainTrees, explainTreesAgainst, type TreeExplainer } from "./tree-explainer.ts";
export type { ShapKernels, ShapRuntime } from "./tree-shap-memory.ts";
