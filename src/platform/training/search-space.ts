import { createRng } from "../../lib/index.ts";
import type { Configuration, Family } from "./definition.ts";
import { familyTraits } from "./families.ts";

/**
 * The configurations to try, in order: the defaults of each family first, then draws from the space below, families taking
 * turns (a more complex family has more of them). A longer list starts with the shorter one.
 * @param nTrials how many
 */
export function proposeConfigurations(families: readonly Family[], nTrials: number, seed: number): Configuration[] {
  const rng = createRng(seed).fork("search");
  const seen = new Set<string>();
  const proposals: Configuration[] = [];
  const more = (family: Family) => Array<Family>(Math.ceil(familyTraits[family].complexity) - 1).fill(family);
  const turns = [...families, ...families.flatMap(more)];
  for (let turn = 0; proposals.length < nTrials && turn < 50 * nTrials; turn++) {
    const family = turns[turn % turns.length]!;
    const isFirst = !proposals.some((proposal) => proposal.family === family);
    const proposal: Configuration = { family, params: isFirst ? {} : familyTraits[family].draw(rng) };
    const key = JSON.stringify(proposal);
    if (seen.has(key)) continue;
    seen.add(key);
    proposals.push(proposal);
  }
  return proposals;
}
