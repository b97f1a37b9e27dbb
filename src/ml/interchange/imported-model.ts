import type { GbdtData } from "../learners/index.ts";

/** One feature of an imported model, in the order of the model's columns. */
export interface ImportedFeature {
  readonly name: string;
  readonly kind: "number" | "category";
  /** Categories: level names by code where the file holds them, else null. Numbers: null. */
  readonly levels: readonly string[] | null;
  /** Whether the levels are numbers, so that the data hold numbers too. */
  readonly levelsAreNumbers: boolean;
  /** Categories: the least number of levels with which every code in the model has a name. Numbers: 0. */
  readonly nCodes: number;
  /** Numbers: 0 counts as missing (LightGBM's `zero_as_missing`); the data see it as NaN. */
  readonly zeroIsMissing: boolean;
}

/** A model that another library trained. */
export interface ImportedModel {
  /** Trees for `loadModel`: category features are codes, a 0 that counts as missing is NaN. */
  readonly data: GbdtData;
  readonly features: readonly ImportedFeature[];
  /** Names of the outputs of a regression or ranking: `value`, or one per quantile such as `q0.9`; empty for classes. */
  readonly outputs: readonly string[];
  /** How many classes the model tells apart; 0 for a regression or ranking. */
  readonly nClasses: number;
  /** Facts a user should know, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * A softmax of two scores as one log-odds, the second minus the first: the same probabilities, and two classes are `binary` here.
 * Other models come back as they are.
 */
export function withTwoClassesAsOne(data: GbdtData): GbdtData {
  const [first, second, ...more] = data.base;
  if (data.link !== "softmax" || first === undefined || second === undefined || more.length > 0) return data;
  const trees = data.trees.map((tree, t) =>
    t % 2 === 1 ? tree : { ...tree, value: tree.value.map((leaf) => 0 - leaf) },
  );
  return { ...data, task: "binary", link: "logistic", base: [second - first], trees };
}

/** What one import may take up; more is refused before it is allocated. */
export const limits = {
  bytes: 2 ** 28,
  features: 100_000,
  outputs: 1000,
  trees: 100_000,
  /** Over all trees. */
  nodes: 8_000_000,
  /** Levels of splits in one tree. */
  depth: 1000,
  /** Levels of one category. */
  levels: 65_536,
  /** Words of 32 bits in LightGBM's sets of codes. */
  categoryWords: 2 ** 26,
  /** Sum over category nodes of their greatest code: each becomes a bit set of that length. */
  categoryBits: 2 ** 25,
} as const;
