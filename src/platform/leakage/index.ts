export { findLeakage, type LeakageInput } from "./find-leakage.ts";
export type * from "./finding.ts";
