import { als, itemNeighbours, popularity, type RecommenderLearner } from "../../ml/recommenders/index.ts";
import type { AnyConfiguration } from "../training/index.ts";
import { pointAt, type SearchSpace, startPlace } from "../tuning/index.ts";

/** Every family of recommenders, the simplest first. */
export const familyNames = ["popularity", "item-neighbours", "als"] as const;

/** A kind of recommender that a search may try. */
export type RecommenderFamily = (typeof familyNames)[number];

/** Those that a search tries unless told. */
export const defaultFamilies: readonly RecommenderFamily[] = ["item-neighbours", "als"];

interface FamilyTraits {
  readonly title: string;
  /** Smaller is simpler: among equals the simplest is chosen. */
  readonly complexity: number;
  readonly space: SearchSpace;
  readonly learner: (params: AnyConfiguration["params"]) => RecommenderLearner;
}

/** What a search has to know of each family. */
export const familyTraits: Readonly<Record<RecommenderFamily, FamilyTraits>> = {
  popularity: { title: "popularity", complexity: 1, space: [], learner: () => popularity() },
  "item-neighbours": {
    title: "item-item neighbours",
    complexity: 2,
    space: [
      { name: "neighbours", kind: "integer", low: 10, high: 300, scale: "log" },
      { name: "similarity", kind: "choice", values: ["cosine", "jaccard"] },
      { name: "shrinkage", kind: "real", low: 0, high: 100 },
    ],
    learner: itemNeighbours,
  },
  als: {
    title: "ALS",
    complexity: 3,
    space: [
      { name: "factors", kind: "integer", low: 8, high: 128, scale: "log" },
      { name: "lambda", kind: "real", low: 0.001, high: 100, scale: "log" },
      { name: "alpha", kind: "real", low: 0.02, high: 10, scale: "log" },
    ],
    learner: als,
  },
};

/**
 * The configurations to try, in order: the defaults of each family first, then places that fill its space evenly, families taking turns. A longer list starts
 * with the shorter one; a family without parameters is tried once.
 */
export function proposeConfigurations(
  families: readonly RecommenderFamily[],
  nTrials: number,
  seed: number,
): AnyConfiguration[] {
  const proposals: AnyConfiguration[] = [];
  for (let turn = 0; proposals.length < nTrials && turn < 2 * families.length * nTrials; turn++) {
    const family = families[turn % families.length]!;
    const { space } = familyTraits[family];
    const isFirst = turn < families.length;
    if (isFirst || space.length > 0)
      proposals.push({ family, params: isFirst ? {} : pointAt(space, startPlace(turn, space.length, seed)) });
  }
  return proposals;
}

/** A trial's learner, with all parameters filled in. */
export function learnerOf({ family, params }: AnyConfiguration): RecommenderLearner {
  return familyTraits[family as RecommenderFamily].learner(params);
}

/** A trial's name among those before it. */
export function trialName({ family }: AnyConfiguration, before: readonly AnyConfiguration[]): string {
  const n = before.filter((other) => other.family === family).length;
  return `${familyTraits[family as RecommenderFamily].title}${n === 0 ? "" : ` ${n + 1}`}`;
}
