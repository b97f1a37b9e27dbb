export type * from "./metric-value.ts";
