import type { Neighbours } from "./neighbours-model.ts";
import { joined, type NeighbourProblem, pairsBetweenChecks } from "./neighbours-problem.ts";
import type { RankedItems } from "./recommender.ts";
import { topAmong } from "./top-items.ts";

/**
 * The neighbours of all items in TypeScript alone: the specification of the compiled kernels, which give the same bits. Of an item the products of weights
 * are summed in f64 over its users in ascending order.
 */
export function plainNeighbours(
  { byUser, byItem, k, similarity, shrinkage, sizes }: NeighbourProblem,
  report: (share: number) => void,
): Neighbours {
  const { nItems, offsets: starts, items: itemsOf, weights } = byUser;
  const sums = new Float64Array(nItems);
  const met = new Int32Array(nItems);
  const lists: RankedItems[] = [];
  let sinceCheck = 0;
  for (let i = 0; i < nItems; i++) {
    let n = 0;
    for (let at = byItem.offsets[i]!; at < byItem.offsets[i + 1]!; at++) {
      const user = byItem.items[at]!;
      const weight = byItem.weights[at]!;
      const end = starts[user + 1]!;
      sinceCheck += end - starts[user]!;
      for (let other = starts[user]!; other < end; other++) {
        const j = itemsOf[other]!;
        const sum = sums[j]!;
        if (sum === 0) met[n++] = j;
        sums[j] = sum + weight * weights[other]!;
      }
      if (sinceCheck < pairsBetweenChecks) continue;
      report(i / nItems);
      sinceCheck = 0;
    }
    for (let m = 0; m < n; m++) {
      const j = met[m]!;
      const whole = similarity === "cosine" ? sizes[i]! * sizes[j]! : sizes[i]! + sizes[j]! - sums[j]!;
      sums[j] = sums[j]! / (whole + shrinkage);
    }
    lists.push(topAmong(sums, met, n, k, Int32Array.of(i)));
    for (let m = 0; m < n; m++) sums[met[m]!] = 0;
  }
  return joined(lists);
}
