import type { Interactions } from "../../ml/recommenders/index.ts";
import { openTaskModel, type TaskKernels, type TaskPredictorData } from "../capsule/index.ts";
import type { CodedEvents, Wanted } from "./coded-events.ts";

/** A code that no item has. */
const nobodys = 2 ** 31 - 1;

/**
 * Lists of an earlier version for the same users, through its own requests: it too leaves out what this run knows that a user had. Items that only the earlier
 * version has count as places without a hit.
 */
export function championLists(
  data: TaskPredictorData,
  known: readonly Wanted[],
  { userIds, itemIds }: CodedEvents,
  { offsets, items }: Interactions,
  { k, includeSeen, check, kernels }: { k: number; includeSeen: boolean; check: () => void; kernels: TaskKernels },
): Int32Array[] {
  const champion = openTaskModel(data, kernels);
  const codeOf = new Map(itemIds.map((id, code) => [id, code]));
  return known.map(({ user }) => {
    check();
    const had = Array.from(items.subarray(offsets[user], offsets[user + 1]), (item) => itemIds[item]!);
    const exclude = includeSeen ? [] : had;
    const answer = champion.answer({ user: userIds[user]!, k, includeSeen, exclude });
    const listed = answer.items as readonly { readonly item: string }[];
    return Int32Array.from(listed, ({ item }) => codeOf.get(item) ?? nobodys);
  });
}
