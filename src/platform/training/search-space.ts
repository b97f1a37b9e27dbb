import { createRng, type Rng } from "../../lib/index.ts";
import type { Configuration, Family } from "./definition.ts";

/**
 * The configurations to try, in order: the defaults of each family first, then draws from the space below, families taking
 * turns (two boosted trees for one linear model). A longer list starts with the shorter one.
 * @param nTrials how many
 */
export function proposeConfigurations(families: readonly Family[], nTrials: number, seed: number): Configuration[] {
  const rng = createRng(seed).fork("search");
  const seen = new Set<string>();
  const proposals: Configuration[] = [];
  const turns: Family[] = families.length === 1 ? [families[0]!] : ["linear", "gbdt", "gbdt", "gbdt", "linear", "gbdt"];
  for (let turn = 0; proposals.length < nTrials && turn < 50 * nTrials; turn++) {
    const family = turns[turn % turns.length]!;
    const isFirst = !proposals.some((proposal) => proposal.family === family);
    const proposal: Configuration = { family, params: isFirst ? {} : draw[family](rng) };
    const key = JSON.stringify(proposal);
    if (seen.has(key)) continue;
    seen.add(key);
    proposals.push(proposal);
  }
  return proposals;
}

const pick = <T>(rng: Rng, values: readonly T[]): T => values[rng.below(values.length)]!;

const draw: Record<Family, (rng: Rng) => Configuration["params"]> = {
  linear: (rng) => ({ lambda: pick(rng, [0.01, 0.1, 10, 30, 100, 300]) }),
  gbdt: (rng) => ({
    learningRate: pick(rng, [0.03, 0.05, 0.08, 0.15]),
    maxLeaves: pick(rng, [8, 15, 31, 63]),
    minSamplesLeaf: pick(rng, [5, 20, 50, 100]),
    lambda: pick(rng, [0.1, 1, 10]),
    featureFraction: pick(rng, [0.5, 0.8, 1]),
  }),
};
