import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import type { FettleError, Json } from "../../lib/index.ts";
import {
  als,
  type FittedRecommender,
  type Interactions,
  type ItemScores,
  interactionsOf,
  itemNeighbours,
  loadRecommender,
  popularity,
  type RecommenderData,
  topItems,
  transposed,
} from "./index.ts";

interface Golden {
  readonly nUsers: number;
  readonly nItems: number;
  readonly users: number[];
  readonly items: number[];
  readonly weights: number[];
  readonly history: { readonly items: number[]; readonly weights: number[] };
  readonly neighbours: {
    readonly shrinkage: number;
    readonly neighbours: number;
    readonly of: readonly { readonly items: number[]; readonly scores: number[] }[];
    readonly scores: number[];
  };
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/recommenders.json", import.meta.url), "utf8"));

type Pair = readonly [user: number, item: number, weight?: number];
const from = (pairs: readonly Pair[], nUsers: number, nItems: number): Interactions =>
  interactionsOf(
    Int32Array.from(pairs, ([user]) => user),
    Int32Array.from(pairs, ([, item]) => item),
    Float64Array.from(pairs, ([, , weight = 1]) => weight),
    nUsers,
    nItems,
  );
const learners = [popularity(), itemNeighbours(), als({ factors: 5, iterations: 3 })];
const none = Number.NEGATIVE_INFINITY;
const copied = ({ values, basis }: ItemScores) => ({ values: values.slice(), basis });
const listed = ({ items, scores }: { items: Int32Array; scores: Float64Array }) => [[...items], [...scores]];

const anyPairs = fc
  .record({
    nUsers: fc.integer({ min: 1, max: 12 }),
    nItems: fc.integer({ min: 1, max: 15 }),
    pairs: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 4 })), { maxLength: 80 }),
  })
  .map(({ nUsers, nItems, pairs }) => ({
    nUsers,
    nItems,
    pairs: pairs.map(([user, item, weight]): [number, number, number] => [user % nUsers, item % nItems, weight]),
  }));

test("interactionsOf() holds the sum of each pair's weights, ascending, and transposed() the same the other way", () => {
  fc.assert(
    fc.property(anyPairs, ({ nUsers, nItems, pairs }) => {
      const sums = new Map<string, number>();
      for (const [user, item, weight] of pairs)
        sums.set(`${user} ${item}`, (sums.get(`${user} ${item}`) ?? 0) + weight);
      const expected = [...sums].filter(([, weight]) => weight > 0).sort();
      const interactions = from(pairs, nUsers, nItems);
      const other = transposed(interactions);
      for (const [{ offsets, items, weights }, turn] of [
        [interactions, false],
        [other, true],
      ] as const) {
        const found: [string, number][] = [];
        for (let row = 0; row + 1 < offsets.length; row++)
          for (let k = offsets[row]!; k < offsets[row + 1]!; k++) {
            if (k > offsets[row]!) assert.ok(items[k]! > items[k - 1]!);
            found.push([turn ? `${items[k]} ${row}` : `${row} ${items[k]}`, weights[k]!]);
          }
        assert.deepEqual(found.sort(), expected);
      }
      assert.deepEqual(transposed(other), interactions);
    }),
  );
});

const refusals: readonly { readonly says: RegExp; readonly pairs: readonly Pair[] }[] = [
  {
    says: /1 weights are negative or not finite/,
    pairs: [
      [0, 0],
      [1, 1, -1],
    ],
  },
  {
    says: /2 weights are negative or not finite/,
    pairs: [
      [0, 0, Number.NaN],
      [1, 1, Infinity],
    ],
  },
  { says: /a weight lies outside of 1e-100 to 1e\+100/, pairs: [[0, 0, 1e-101]] },
  {
    says: /a weight lies outside of 1e-100 to 1e\+100/,
    pairs: [
      [0, 0, 1e100],
      [0, 0, 1e100],
    ],
  },
  { says: /a user lies outside of 2 users/, pairs: [[2, 0]] },
  { says: /an item lies outside of 2 items/, pairs: [[0, -1]] },
];
for (const { says, pairs } of refusals)
  test(`interactionsOf() refuses: ${says.source}`, () => {
    assert.throws(() => from(pairs, 2, 2), { code: "INTERACTIONS", kind: "invalid-input", message: says });
  });

test("interactionsOf() refuses lengths that differ", () => {
  assert.throws(() => interactionsOf(new Int32Array(2), new Int32Array(1), null, 1, 1), { code: "INTERACTIONS" });
});

test("topItems() gives the first of a full sort: ties by index, without −∞, NaN and what is excluded", () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(none, Number.NaN));
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 60 }),
      fc.integer({ min: 0, max: 70 }),
      fc.array(fc.nat({ max: 60 })),
      (values, k, excluded) => {
        const scores = Float64Array.from(values);
        const sorted = [...scores.keys()]
          .filter((item) => scores[item]! > none && !excluded.includes(item))
          .sort((a, b) => scores[b]! - scores[a]! || a - b)
          .slice(0, k);
        const found = topItems(scores, k, Int32Array.from(excluded));
        assert.deepEqual([...found.items], sorted);
        assert.deepEqual(
          [...found.scores],
          sorted.map((item) => scores[item]),
        );
      },
    ),
  );
});

test("item neighbours and their scores equal scipy's", () => {
  const { shrinkage, neighbours, of, scores } = golden.neighbours;
  const interactions = interactionsOf(
    Int32Array.from(golden.users),
    Int32Array.from(golden.items),
    Float64Array.from(golden.weights),
    golden.nUsers,
    golden.nItems,
  );
  const model = itemNeighbours({ shrinkage, neighbours }).fit(interactions, { seed: 0 });
  const near = (found: Float64Array, expected: readonly number[]) => {
    assert.equal(found.length, expected.length);
    expected.forEach((x, k) => {
      assert.ok(Math.abs((found[k] === none ? 0 : found[k]!) - x) < 1e-14, `${found[k]} is not ${x}`);
    });
  };
  of.forEach((expected, item) => {
    const found = model.similarItems(item, 10);
    assert.deepEqual([...found.items], expected.items);
    near(found.scores, expected.scores);
    assert.deepEqual(model.similarItems(item, 1).items, found.items.slice(0, 1));
  });
  const { items, weights } = golden.history;
  const scored = model.scoresOf({ items: Int32Array.from(items), weights: Float64Array.from(weights) });
  near(Float64Array.from(scored.values), scores);
  assert.equal(scored.basis, "history");
});

test("itemNeighbours() counts shared users with jaccard, and asks whether to stop", () => {
  const pairs: Pair[] = [
    [0, 0, 9],
    [0, 1],
    [1, 0],
    [1, 1],
    [2, 1],
    [3, 2],
  ];
  const model = itemNeighbours({ similarity: "jaccard", shrinkage: 0 }).fit(from(pairs, 4, 3), { seed: 0 });
  assert.deepEqual(listed(model.similarItems(1, 5)), [[0], [2 / 3]]);
  const busy = Array.from({ length: 140 * 140 }, (_, k): Pair => [Math.floor(k / 140), k % 140]);
  const interactions = from(busy, 140, 140);
  assert.throws(() => itemNeighbours().fit(interactions, { seed: 0, shouldStop: () => true }), {
    code: "FIT_CANCELLED",
  });
});

test("popularity counts users, not weights", () => {
  const model = popularity().fit(
    from(
      [
        [0, 1, 50],
        [0, 2],
        [1, 2],
      ],
      2,
      4,
    ),
    { seed: 0 },
  );
  assert.deepEqual(model.scores(0), { values: Float64Array.of(none, 1, 2, none), basis: "popularity" });
  assert.deepEqual(listed(model.similarItems(1, 3)), [[], []]);
});

for (const learner of learners) {
  const { kind } = learner;
  const cases = { seed: 4 };

  test(`${kind}: an item that nobody was seen with is never recommended, a user without interactions gets what is popular`, () => {
    const interactions = from(
      [
        [0, 0],
        [0, 1],
        [2, 1],
        [2, 2],
        [3, 0],
        [3, 1],
      ],
      4,
      5,
    );
    const model = learner.fit(interactions, cases);
    for (const user of [0, 2, 3]) {
      const { values, basis } = model.scores(user);
      assert.equal(basis, kind === "popularity" ? "popularity" : "history");
      assert.deepEqual([values[3], values[4]], [none, none]);
    }
    const popular = { values: Float64Array.of(2, 3, 1, none, none), basis: "popularity" };
    assert.deepEqual(model.scores(1), popular);
    for (const items of [[], [3], [4, 3]])
      assert.deepEqual(model.scoresOf({ items: Int32Array.from(items), weights: null }), popular);
    assert.deepEqual(listed(model.similarItems(4, 3)), [[], []]);
    assert.ok(!model.similarItems(0, 9).items.includes(3));
    assert.deepEqual(model.history(1), { items: new Int32Array(0), weights: new Float64Array(0) });
    assert.deepEqual(model.history(2), { items: Int32Array.of(1, 2), weights: Float64Array.of(1, 1) });
  });

  test(`${kind}: one user, one item, one interaction`, () => {
    const model = learner.fit(from([[0, 0, 2.5]], 1, 1), cases);
    const { values } = model.scores(0);
    assert.equal(values.length, 1);
    assert.ok(values[0]! > none);
    assert.deepEqual(listed(topItems(values, 5, model.history(0).items)), [[], []]);
    assert.deepEqual(listed(model.similarItems(0, 5)), [[], []]);
  });

  test(`${kind}: an answer does not depend on what was asked before`, () => {
    const pairs = Array.from({ length: 60 }, (_, k): Pair => [k % 7, (k * k + 3 * k) % 11]);
    const fit = () => learner.fit(from(pairs, 8, 12), cases);
    const asks = [
      ...Array.from({ length: 8 }, (_, user) => (model: FittedRecommender) => model.scores(user)),
      ...[[1, 2], [], [11], [4]].map(
        (items) => (model: FittedRecommender) => model.scoresOf({ items: Int32Array.from(items), weights: null }),
      ),
    ];
    const alone = asks.map((ask) => copied(ask(fit())));
    const used = fit();
    for (const order of [asks.map((_, k) => k), asks.map((_, k) => (5 * k) % asks.length)])
      for (const k of order) assert.deepEqual(copied(asks[k]!(used)), alone[k]);
  });

  test(`${kind}: a history counts in any order, and duplicates by their sum`, () => {
    const model = learner.fit(
      from(
        [
          [0, 0],
          [0, 1],
          [1, 1],
          [1, 2],
          [2, 0],
          [2, 2, 3],
        ],
        3,
        3,
      ),
      cases,
    );
    const scores = (items: number[], weights: number[] | null) =>
      copied(model.scoresOf({ items: Int32Array.from(items), weights: weights && Float64Array.from(weights) }));
    assert.deepEqual(scores([2, 0, 2], [1, 1, 2]), scores([0, 2], [1, 3]));
    assert.deepEqual(scores([1, 0], null), scores([0, 1], [1, 1]));
    assert.deepEqual(scores([1, 0], [0, 1]), scores([0], null));
    for (const weights of [[-1], [Number.NaN]])
      assert.throws(() => scores([0], weights), { code: "INTERACTIONS", message: /negative or not finite/ });
    for (const item of [-1, 3]) {
      assert.throws(() => scores([item], null), { code: "INTERACTIONS" });
      assert.throws(() => model.similarItems(item, 1), { code: "INTERACTIONS" });
    }
    for (const user of [-1, 3, 0.5])
      assert.throws(() => model.scores(user), { code: "RECOMMENDER_USER", kind: "invalid-input" });
  });

  test(`${kind}: nothing but zeros is refused`, () => {
    for (const pairs of [[], [[0, 0, 0]]] as Pair[][])
      assert.throws(() => learner.fit(from(pairs, 2, 2), cases), { code: "RECOMMENDER_EMPTY", kind: "invalid-input" });
  });

  test(`${kind}: the same seed gives the same model, and its data the same bits`, () => {
    fc.assert(
      fc.property(anyPairs, fc.nat(), ({ nUsers, nItems, pairs }, seed) => {
        const interactions = from(pairs, nUsers, nItems);
        fc.pre(interactions.items.length > 0);
        const model = learner.fit(interactions, { seed });
        const text = JSON.stringify(model.toJSON());
        assert.equal(JSON.stringify(learner.fit(interactions, { seed }).toJSON()), text);
        assertAlike(loadRecommender(JSON.parse(text)), model);
      }),
      { numRuns: 30 },
    );
  });

  test(`${kind}: damaged data is refused`, () => {
    const data = learner
      .fit(
        from(
          [
            [0, 0],
            [0, 1],
            [1, 1, 2],
            [1, 2],
          ],
          3,
          4,
        ),
        cases,
      )
      .toJSON();
    for (const change of changesOf(JSON.parse(JSON.stringify(data)))) {
      let code = "none";
      try {
        loadRecommender(change as unknown as RecommenderData);
      } catch (error) {
        code = (error as FettleError).code;
      }
      assert.equal(code, "RECOMMENDER_DATA", JSON.stringify(change));
    }
  });
}

function assertAlike(a: FittedRecommender, b: FittedRecommender): void {
  assert.deepEqual(a.toJSON(), b.toJSON());
  for (let user = 0; user < a.nUsers; user++) assert.deepEqual(a.scores(user), b.scores(user));
  for (let item = 0; item < a.nItems; item++) assert.deepEqual(a.similarItems(item, 4), b.similarItems(item, 4));
  const history = { items: Int32Array.of(0), weights: Float64Array.of(2) };
  assert.deepEqual(a.scoresOf(history), b.scoresOf(history));
}

// The data with each field left out, of another type, or cut.
function* changesOf(data: { [name: string]: Json }): Generator<Json> {
  for (const [name, value] of Object.entries(data)) {
    const { [name]: _, ...rest } = data;
    yield rest;
    yield { ...data, [name]: null };
    yield { ...data, [name]: -1 };
    if (typeof value === "string") yield { ...data, [name]: value.slice(4) };
    if (name === "interactions")
      for (const inner of changesOf(value as { [name: string]: Json }))
        if ((inner as { weights: Json }).weights !== null) yield { ...data, [name]: inner };
  }
}

const badParameters = [
  () => als({ factors: 0 }),
  () => als({ factors: 2000 }),
  () => als({ lambda: 0 }),
  () => als({ lambda: Infinity }),
  () => als({ alpha: -1 }),
  () => als({ alpha: 1e300 }),
  () => als({ iterations: 1.5 }),
  () => als({ steps: 0 }),
  () => itemNeighbours({ neighbours: 0 }),
  () => itemNeighbours({ shrinkage: -1 }),
  () => itemNeighbours({ similarity: "euclid" as "cosine" }),
];
test("parameters out of their range are refused by name", () => {
  for (const make of badParameters) assert.throws(make, { code: "RECOMMENDER_PARAMS", kind: "invalid-input" });
});

test("als() refuses weights beyond what f32 sums bear", () => {
  assert.throws(() => als().fit(from([[0, 0, 1e10]], 1, 1), { seed: 1 }), { code: "INTERACTIONS" });
});
