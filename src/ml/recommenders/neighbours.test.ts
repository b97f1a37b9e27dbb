import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { loadKernelTeam } from "../../edge/compute/index.ts";
import { type Interactions, interactionsOf, itemNeighbours } from "./index.ts";
import { compiledNeighbours } from "./neighbours-compiled.ts";
import { plainNeighbours } from "./neighbours-plain.ts";
import { neighbourProblem } from "./neighbours-problem.ts";

const teams = await Promise.all([1, 3].map((nThreads) => loadKernelTeam("recommend", nThreads)));
const [alone, three] = teams;
const skip = alone === undefined ? "the kernels are not built: node scripts/build.mjs" : false;
after(() => Promise.all(teams.map((team) => team?.stop())));

const anyInteractions = fc
  .record({
    nUsers: fc.integer({ min: 1, max: 30 }),
    nItems: fc.integer({ min: 1, max: 25 }),
    pairs: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(1e-100, 0.1, 1, 1 / 3, 5, 1e97)), { maxLength: 200 }),
  })
  .map(({ nUsers, nItems, pairs }) =>
    interactionsOf(
      Int32Array.from(pairs, ([user]) => user % nUsers),
      Int32Array.from(pairs, ([, item]) => item % nItems),
      Float64Array.from(pairs, ([, , weight]) => weight),
      nUsers,
      nItems,
    ),
  );

test("compiled neighbours are those of TypeScript to the bit, items in one part or many, on any number of threads", {
  skip,
}, () => {
  const anyParams = fc.record({
    neighbours: fc.integer({ min: 1, max: 30 }),
    similarity: fc.constantFrom("cosine" as const, "jaccard" as const),
    shrinkage: fc.constantFrom(0, 0.5, 5),
  });
  fc.assert(
    fc.property(anyInteractions, anyParams, fc.constantFrom(1, 7, 50, 1e9), (interactions, params, mostPairs) => {
      const problem = neighbourProblem(interactions, params);
      const plain = plainNeighbours(problem, () => {});
      for (const { kernels } of [alone!, three!])
        assert.deepEqual(
          compiledNeighbours(kernels, problem, () => {}, mostPairs),
          plain,
        );
    }),
    { numRuns: 100 },
  );
});

// Many chunks, some items far more popular than others.
function manyInteractions(): Interactions {
  const [nUsers, nItems, n] = [9_000, 5_000, 90_000];
  const users = Int32Array.from({ length: n }, (_, k) => (k < 1_500 ? 0 : (k * 7919) % nUsers));
  const items = Int32Array.from({ length: n }, (_, k) => Math.floor(nItems * ((k * 0.618_033) % 1) ** 3));
  return interactionsOf(users, items, null, nUsers, nItems);
}

test("itemNeighbours() is the same with kernels and without, tells how far it is, and ends when it is asked to", {
  skip,
}, () => {
  const interactions = manyInteractions();
  const shares: number[] = [];
  const fit = (options: object) => itemNeighbours().fit(interactions, { seed: 1, ...options });
  const plain = fit({}).toJSON();
  for (const { kernels } of [alone!, three!])
    assert.deepEqual(fit({ kernels, onProgress: (share: number) => shares.push(share) }).toJSON(), plain);
  assert.ok(shares.length >= 2 && shares.every((share) => share >= 0 && share <= 1));
  assert.throws(() => fit({ kernels: three!.kernels, shouldStop: () => true }), { code: "FIT_CANCELLED" });
});
