import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { interactionsOf, itemNeighbours, popularity } from "../../ml/recommenders/index.ts";
import { listRanker } from "./list-ranker.ts";

const nUsers = 12;
const nItems = 9;
const anyPairs = fc.array(fc.tuple(fc.nat(nUsers - 1), fc.nat(nItems - 1)), { minLength: 5, maxLength: 60 });
const anyItems = fc.array(fc.nat(nItems - 1), { maxLength: 4 }).map((items) => Int32Array.from(items));
const anyRequest = fc.record({
  user: fc.option(fc.nat(nUsers - 1)),
  history: anyItems,
  excluded: anyItems,
  includeSeen: fc.boolean(),
  among: fc.option(anyItems),
  k: fc.integer({ min: 1, max: 12 }),
});
const fit = (pairs: readonly (readonly [number, number])[], learner: ReturnType<typeof popularity>) =>
  learner.fit(
    interactionsOf(
      Int32Array.from(pairs, ([user]) => user),
      Int32Array.from(pairs, ([, item]) => item),
      null,
      nUsers,
      nItems,
    ),
    { seed: 1 },
  );

for (const learner of [popularity(), itemNeighbours({ neighbours: 2 })])
  test(`listRanker() of ${learner.kind} lists what may be listed, each once, and is short only where the catalogue is`, () => {
    fc.assert(
      fc.property(anyPairs, anyRequest, (pairs, request) => {
        const model = fit(pairs, learner);
        const { items, scores, basis } = listRanker(model)(request);
        const own = request.user === null ? [] : [...model.history(request.user).items];
        const unwanted = new Set([...request.excluded, ...(request.includeSeen ? [] : [...own, ...request.history])]);
        const known = new Set(pairs.map(([, item]) => item));
        const possible = [...known].filter(
          (item) => !unwanted.has(item) && (request.among === null || request.among.includes(item)),
        );
        assert.equal(new Set(items).size, items.length);
        assert.ok(items.every((item) => possible.includes(item)));
        assert.equal(items.length, Math.min(request.k, possible.length));
        const scored = [...scores].filter((score) => !Number.isNaN(score));
        assert.deepEqual(
          scored,
          [...scored].sort((a, b) => b - a),
        );
        assert.deepEqual([...scores].slice(0, scored.length), scored);
        if (own.length + request.history.length === 0) assert.equal(basis, "popularity");
        if (learner.kind === "popularity") assert.equal(basis, "popularity");
        else if (basis === "user") assert.ok(own.length > 0);
      }),
    );
  });

test("listRanker() fills a list with what is popular where the recommender has too few scores", () => {
  // Items 0 and 1 go together; 2 is popular, 3 less so.
  const pairs = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [2, 0],
    [3, 2],
    [4, 2],
    [5, 2],
    [6, 3],
    [7, 3],
  ] as const;
  const rank = listRanker(fit(pairs, itemNeighbours()));
  const none = new Int32Array(0);
  const asked = { history: none, excluded: none, includeSeen: false, among: null, k: 3 };
  const { items, scores, basis } = rank({ ...asked, user: 2 });
  assert.deepEqual([[...items], basis], [[1, 2, 3], "user"]);
  assert.ok(scores[0]! > 0 && Number.isNaN(scores[1]) && Number.isNaN(scores[2]));
  assert.deepEqual([...rank({ ...asked, user: 2, among: Int32Array.of(3, 1, 2) }).items], [1, 2, 3]);
  const anyone = rank({ ...asked, user: null });
  assert.deepEqual([[...anyone.items], [...anyone.scores], anyone.basis], [[0, 2, 1], [3, 3, 2], "popularity"]);
  const withHistory = rank({ ...asked, user: null, history: Int32Array.of(1) });
  assert.deepEqual([[...withHistory.items], withHistory.basis], [[0, 2, 3], "history"]);
});
