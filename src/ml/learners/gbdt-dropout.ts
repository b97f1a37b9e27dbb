import type { Rng } from "../../lib/index.ts";
import type { GrownTree } from "./gbdt-grow.ts";
import type { BinnedTable, Workspace } from "./gbdt-workspace.ts";
import type { TreeData } from "./model-data.ts";

/** Earlier rounds that a new one is fitted without; `share` scales the new round's step. */
export interface Dropped {
  readonly rounds: readonly number[];
  readonly share: number;
}

/** Leaves earlier rounds out while a new one is fitted, and brings them back smaller. */
export interface Dropout {
  begin(scores: Float64Array): Dropped;
  /** `trees` are those of this fit, round after round; the last round is the new one. Changes dropped trees in place. */
  end(dropped: Dropped, scores: Float64Array, trees: TreeData[], from: number, round: readonly GrownTree[]): void;
}

/**
 * DART (Rashmi and Gilad-Bachrach 2015): each earlier round is left out with a chance. With k left out and learning rate η, the new round weighs
 * η/(k+η) and each one left out k/(k+η) of what it did, so that together they step as far as before.
 */
export function createDropout(
  rate: number,
  learningRate: number,
  table: BinnedTable,
  workspace: Workspace,
  rng: Rng,
): Dropout {
  const rounds: GrownTree[][] = [];
  const { n } = table;
  const add = (round: readonly GrownTree[], scores: Float64Array, factor: number) => {
    round.forEach(({ binned }, output) => {
      const value = binned.value.map((x) => factor * x);
      workspace.addTree(table, { ...binned, value }, scores.subarray(output * n, (output + 1) * n));
    });
  };
  if (rate === 0) return { begin: () => ({ rounds: [], share: 1 }), end: () => {} };
  return {
    begin(scores) {
      const dropped = [...rounds.keys()].filter(() => rng.uniform() < rate);
      for (const k of dropped) add(rounds[k]!, scores, -1);
      return { rounds: dropped, share: dropped.length === 0 ? 1 : 1 / (dropped.length + learningRate) };
    },
    end({ rounds: dropped }, scores, trees, from, round) {
      const factor = dropped.length / (dropped.length + learningRate);
      for (const k of dropped) {
        rounds[k] = rounds[k]!.map((tree) => scaled(tree, factor));
        add(rounds[k], scores, 1);
        rounds[k].forEach(({ binned }, output) => {
          const at = from + k * round.length + output;
          trees[at] = { ...trees[at]!, value: binned.value };
        });
      }
      rounds.push([...round]);
    },
  };
}

function scaled(tree: GrownTree, factor: number): GrownTree {
  const value = tree.binned.value.map((x) => factor * x);
  return { ...tree, binned: { ...tree.binned, value } };
}
