/** The families of learners that a search may try. */
export type Family = (typeof familyNames)[number];

/** Every family; its traits stand in `families.ts`. */
export const familyNames = ["linear", "gam", "gbdt", "forest", "extra-trees"] as const;

/** The losses that have a name. */
export type LossName = (typeof lossNames)[number];

/** Every one of them. */
export const lossNames = [
  "squared",
  "absolute",
  "quantile",
  "huber",
  "poisson",
  "tweedie",
  "gamma",
  "focal",
  "lambdarank",
  "xendcg",
] as const;
