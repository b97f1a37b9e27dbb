export { type AnomalyDefinition, defineDetector } from "./definition.ts";
export { detectorToSource } from "./definition-source.ts";
export { readLabel } from "./read-label.ts";
export { trainAnomaly } from "./train-anomaly.ts";
export { openAnomalyTrials } from "./tune-detector.ts";
