export { compareVersions, type Difference, type ReportedVersion } from "./compare-versions.ts";
export type { PipelinePorts, WorkOptions } from "./ports.ts";
export { type TrainedVersion, trainRun } from "./train-run.ts";
export { type Verification, type VerifiedPart, verifyRun } from "./verify-run.ts";
