export type * from "./learner.ts";
