export type { Detector, DetectorFitOptions, FittedDetector, ReasonScale } from "./detector.ts";
export type { DetectorData } from "./detector-data.ts";
export { type IsolationForestParams, isolationForest } from "./isolation-forest.ts";
export { loadDetector } from "./load-detector.ts";
export { type RobustCovarianceParams, robustCovariance } from "./robust-covariance.ts";
export { type RobustZScoreParams, robustZScore } from "./robust-z-score.ts";
