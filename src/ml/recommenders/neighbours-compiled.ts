import { teamOf } from "../team/index.ts";
import { kernelArena } from "./kernel-arena.ts";
import type { Neighbours } from "./neighbours-model.ts";
import { joined, type NeighbourProblem, pairsBetweenChecks } from "./neighbours-problem.ts";
import { jobOf, type RecommendKernels, recommendJobs } from "./recommend-kernels.ts";
import type { RankedItems } from "./recommender.ts";

/** Pairs of interactions that make up a chunk of items: about half a millisecond. */
const chunkPairs = 250_000;
/** Chunks that are done between two looks at the clock. */
const chunksPerCheck = 32;
/** Most neighbours that the lists of a chunk hold, where those of one item are not more. */
const mostListed = 32_768;

/** Bytes that the fit takes of the kernels' memory, about. */
export function bytesOf({ byUser, byItem, k }: NeighbourProblem, nThreads: number): number {
  const [n, nItems] = [byUser.items.length, byUser.nItems];
  const chunks = 12 * chunksPerCheck * Math.max(mostListed, k);
  return (
    24 * n + 4 * byUser.nUsers + 16 * nItems + 12 * nThreads * (nItems + 16) + chunks + 4 * byItem.nUsers + 2 ** 20
  );
}

/**
 * The neighbours of all items, on all threads of the kernels' team. Items are independent of each other, each on one thread, so nothing depends on who took
 * which. One whose users have more than `mostPairs` pairs, which may pass between two looks at the clock, is counted part by part on the fitting thread.
 */
export function compiledNeighbours(
  kernels: RecommendKernels,
  { byUser, byItem, k, similarity, shrinkage, sizes }: NeighbourProblem,
  report: (share: number) => void,
  mostPairs = pairsBetweenChecks,
): Neighbours {
  const { nItems } = byUser;
  const { memory } = kernels;
  const { take, place } = kernelArena(kernels);
  const team = teamOf(kernels, kernels.nThreads, recommendJobs);
  const itemsPerChunk = Math.max(1, Math.floor(mostListed / k));
  const pairs = pairsOf({ byUser, byItem });
  const starts = chunksOf(pairs, itemsPerChunk, mostPairs);
  const chunks = place(starts);
  const ofItems = [place(byItem.offsets), place(byItem.items), place(byItem.weights)];
  const ofUsers = [place(byUser.offsets), place(byUser.items), place(byUser.weights)];
  const sumsBytes = 64 * Math.ceil((8 * nItems) / 64);
  const scratchBytes = sumsBytes + 64 * Math.ceil((4 * nItems + 4) / 64);
  const scratch = take(team.size * scratchBytes);
  const sizesAt = place(sizes);
  const mostItems = Math.min(nItems, chunksPerCheck * itemsPerChunk);
  const [counts, nearest, values] = [take(4 * mostItems), take(4 * k * mostItems), take(8 * k * mostItems)];
  new Uint8Array(memory.buffer, scratch, team.size * scratchBytes).fill(0);
  team.args.set([0, chunks, ...ofItems, ...ofUsers, scratch, scratchBytes, sumsBytes, k]);
  team.args.set([Number(similarity === "cosine"), shrinkage, sizesAt, 0, counts, nearest, values], 12);
  const lists: RankedItems[] = [];
  const read = (last: number) => {
    const first = lists.length;
    const found = new Int32Array(memory.buffer, counts, last - first);
    const [itemsOf, scoresOf] = [new Int32Array(memory.buffer, nearest), new Float64Array(memory.buffer, values)];
    for (let at = 0; at < found.length; at++) {
      const [from, to] = [at * k, at * k + found[at]!];
      lists.push({ items: itemsOf.slice(from, to), scores: scoresOf.slice(from, to) });
    }
  };
  for (let chunk = 0; chunk + 1 < starts.length; ) {
    report(starts[chunk]! / nItems);
    const item = starts[chunk]!;
    team.args[15] = item;
    if (pairs[item]! >= mostPairs) {
      for (const [at, end] of partsOf(item, { byUser, byItem }, mostPairs)) {
        report(item / nItems);
        team.args.set([item, at, end], 19);
        team.run(jobOf.partOfItem, 1);
      }
      read(starts[++chunk]!);
      continue;
    }
    const from = chunk;
    while (chunk + 1 < starts.length && chunk - from < chunksPerCheck && pairs[starts[chunk]!]! < mostPairs) chunk++;
    team.args[0] = from;
    team.run(jobOf.neighbours, chunk - from);
    read(starts[chunk]!);
  }
  return joined(lists);
}

type BothSides = Pick<NeighbourProblem, "byUser" | "byItem">;

// Of every item the pairs that its users make with it.
function pairsOf({ byUser, byItem }: BothSides): Float64Array {
  const pairs = new Float64Array(byUser.nItems);
  for (let item = 0; item < pairs.length; item++)
    for (let at = byItem.offsets[item]!; at < byItem.offsets[item + 1]!; at++) {
      const user = byItem.items[at]!;
      pairs[item]! += byUser.offsets[user + 1]! - byUser.offsets[user]!;
    }
  return pairs;
}

// Where chunks of items begin, and one more place for the end. An item of too many pairs for one is a chunk of its own.
function chunksOf(pairs: Float64Array, itemsPerChunk: number, mostPairs: number): Int32Array {
  const starts = [0];
  let inChunk = 0;
  for (let item = 0; item < pairs.length; item++) {
    const isAlone = pairs[item]! >= mostPairs;
    if (isAlone && starts.at(-1)! < item) starts.push(item);
    inChunk = isAlone ? chunkPairs : inChunk + pairs[item]!;
    if (inChunk < chunkPairs && item + 1 - starts.at(-1)! < itemsPerChunk && item + 1 < pairs.length) continue;
    starts.push(item + 1);
    inChunk = 0;
  }
  return Int32Array.from(starts);
}

// The users of an item in parts of about as many pairs as pass between two looks at the clock: places in `byItem`.
function* partsOf(
  item: number,
  { byUser, byItem }: BothSides,
  mostPairs: number,
): Generator<readonly [at: number, end: number]> {
  let [at, pairs] = [byItem.offsets[item]!, 0];
  const last = byItem.offsets[item + 1]!;
  for (let end = at + 1; end <= last; end++) {
    const user = byItem.items[end - 1]!;
    pairs += byUser.offsets[user + 1]! - byUser.offsets[user]!;
    if (pairs < mostPairs && end < last) continue;
    yield [at, end];
    [at, pairs] = [end, 0];
  }
}
