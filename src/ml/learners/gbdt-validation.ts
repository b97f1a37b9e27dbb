import type { Table } from "../table/index.ts";
import type { BoostingLoss } from "./boosting-loss.ts";
import { binTable, sidesOfColumn } from "./gbdt-bins.ts";
import type { GrownTree } from "./gbdt-grow.ts";
import type { FeatureBins, Workspace } from "./gbdt-workspace.ts";

/** The loss on held-out rows, brought up to date one round at a time. */
export type Watch = (round: readonly GrownTree[]) => number;

/**
 * Watches held-out rows in the bins of the training rows. Their columns may be in any order; a bundle is taken apart, since held-out rows may hold
 * together what training rows never did.
 * @param scores start scores, nOutputs × n, of the workspace
 */
export function watchValidation(
  features: Table,
  learned: readonly FeatureBins[],
  workspace: Workspace,
  scores: Float64Array,
  loss: BoostingLoss,
  check: () => void,
): Watch {
  const table = binTable(features, learned, workspace, null, check);
  return (round) => {
    round.forEach(({ splits, binned }, output) => {
      const tables = splits.map(({ feature, goesLeft }) => sidesOfColumn(table, feature, goesLeft));
      const column = splits.map(({ feature }) => feature);
      const own = scores.subarray(output * table.n, (output + 1) * table.n);
      workspace.addTree(table, { ...binned, column, tables }, own);
    });
    return loss.mean(scores);
  };
}
