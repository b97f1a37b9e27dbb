export { mean, median, previousValue, prior, quantile } from "./baselines.ts";
export { applyCalibrator, type CalibrationMap, type Calibrator, fitIsotonic, fitPlatt } from "./calibrator.ts";
export { bestRule, type GbdtParams, gbdt } from "./gbdt.ts";
export type { GbdtLoss } from "./gbdt-loss.ts";
export type { FittedGbdt } from "./gbdt-model.ts";
export type * from "./learner.ts";
export { type LinearParams, linear } from "./linear.ts";
export { loadModel } from "./load-model.ts";
export type { ConstantData, GbdtData, LinearData, ModelData, TreeData } from "./model-data.ts";
