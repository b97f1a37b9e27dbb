export { checkModelName, type ModelReference, parseModelReference } from "./model-reference.ts";
export type { AuditRow, Ledger, ModelVersion, NewVersion, Resources, RunEnd, RunRecord, RunStart } from "./records.ts";
export { championOf, findVersion } from "./registry.ts";
