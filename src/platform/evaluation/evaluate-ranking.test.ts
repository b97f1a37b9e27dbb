import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRng } from "../../lib/index.ts";
import { measure, ndcg } from "../../ml/metrics/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { evaluateRanking } from "./evaluate-ranking.ts";
import type { EvaluationInput } from "./evaluation-input.ts";

function inputOf(sizes: readonly number[], seed: number, more: Partial<EvaluationInput> = {}): EvaluationInput {
  const rng = createRng(seed);
  const queries = Int32Array.from(sizes.flatMap((size, q) => new Array<number>(size).fill(q)));
  const yTrue = Float64Array.from(queries, (q) => (q % 5 === 4 ? 0 : rng.below(4)));
  const test = {
    yTrue,
    prediction: yTrue.map((y) => y + 4 * rng.uniform()),
    table: Table.of({
      q: categoryColumn(Array.from(queries, (q) => `query ${q}`)),
      x: numberColumn(yTrue.map(() => rng.uniform())),
      mail: categoryColumn(Array.from(queries, () => "a@b.c")),
    }),
    resample: { unit: "group", groups: queries } as const,
    sampleWeight: Float64Array.from(queries, (q) => 1 + (q % 3)),
    ranked: { queries, gains: null },
  };
  const baseline = { name: "best single feature", prediction: yTrue.map(() => rng.uniform()) };
  const options = { classes: [], schema: [], seed: 1, nResamples: 200, queryColumn: "q", personalData: ["mail"] };
  return { task: "ranking", test, validation: test, baseline, ...options, ...more };
}

test("evaluateRanking() gives the metrics' own NDCG at every length, of the model and of the baselines", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 3, maxLength: 20 }), fc.nat(), (sizes, seed) => {
      const input = inputOf(sizes, seed);
      const { yTrue, prediction, ranked, sampleWeight } = input.test;
      const ranking = evaluateRanking(input, ["x"]);
      assert.deepEqual(ranking.baselines, ["random order", "best single feature"]);
      for (const { at, ndcg: found, baselines } of ranking.byLength) {
        const scores = [prediction, new Float64Array(yTrue.length), input.baseline.prediction];
        const expected = scores.map((of) => measure(ndcg(at), yTrue, of, sampleWeight, ranked));
        for (const [k, value] of [found.value, ...baselines].entries()) {
          const wanted = expected[k]!;
          if (typeof wanted !== "number") assert.equal(value, null);
          else assert.ok(Math.abs(value! - wanted) < 1e-12, `${value} ${wanted}`);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test("evaluateRanking() counts each query with a gain once, and shares of grades sum to 1", () => {
  const { queries, distribution, places, grades, byLength } = evaluateRanking(
    inputOf([1, 3, 12, 5, 6, 7, 8, 2], 3),
    [],
  );
  assert.deepEqual([queries.n, queries.nSingle, queries.mostRows], [8, 1, 12]);
  assert.equal(
    distribution.counts.reduce((sum, n) => sum + n, 0),
    queries.n - queries.nEmpty,
  );
  assert.deepEqual(
    byLength.map(({ at }) => at),
    [1, 2, 3, 4, 5, 6, 8, 10],
  );
  assert.equal(places.length, 10);
  for (const { shares, best } of places)
    for (const part of [shares, best]) assert.ok(Math.abs(part.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
  assert.equal(places[0]!.best.length, grades.length);
});

test("evaluateRanking() lists the worst queries, the worst first, without what may be personal", () => {
  const sizes = new Array<number>(30).fill(9);
  const { worst } = evaluateRanking(inputOf(sizes, 8), ["mail", "x"]);
  assert.equal(worst.length, 5);
  assert.ok(worst.every(({ ndcg }, k) => k === 0 || ndcg >= worst[k - 1]!.ndcg));
  for (const { name, list, nRows } of worst) {
    assert.match(name!, /^query \d+$/);
    assert.equal(nRows, 9);
    assert.ok(list.every(({ score }, k) => k === 0 || score <= list[k - 1]!.score));
    assert.ok(list.every(({ best }, k) => k === 0 || best <= list[k - 1]!.best));
    assert.deepEqual([...list.map(({ grade }) => grade)].sort(), [...list.map(({ best }) => best)].sort());
    assert.deepEqual(Object.keys(list[0]!.cells), ["x"]);
  }
  const hidden = evaluateRanking(inputOf(sizes, 8, { personalData: ["q"] }), ["q", "x"]).worst[0]!;
  assert.deepEqual([hidden.name, Object.keys(hidden.list[0]!.cells)], [null, ["x"]]);
});
