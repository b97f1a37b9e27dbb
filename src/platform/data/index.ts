export type * from "./contract.ts";
export * from "./schema.ts";
export type * from "./snapshot.ts";
export type * from "./source.ts";
export type * from "./split.ts";
export type * from './ports.ts';
