export type * from "./run-report.ts";
