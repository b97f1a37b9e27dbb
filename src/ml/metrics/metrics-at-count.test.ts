import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { metricAtCount, precisionAt, recallAt } from "./index.ts";

const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 1,
  maxLength: 30,
});

/** Mean over every order of tied rows of the hits among the first k: what counting in part means. */
function expectedHits(list: readonly (readonly [number, number])[], k: number): number {
  let hits = 0;
  let room = k;
  for (const score of [...new Set(list.map(([s]) => s))].sort((a, b) => b - a)) {
    const tied = list.filter(([s]) => s === score);
    const taken = Math.min(room, tied.length);
    hits += (taken / tied.length) * tied.reduce((sum, [, y]) => sum + y, 0);
    room -= taken;
  }
  return hits;
}

test("precisionAt() and recallAt() count the first k rows, ties in part; a weight counts as that many rows", () => {
  fc.assert(
    fc.property(
      rows,
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.nat(3), { minLength: 30, maxLength: 30 }),
      (list, k, times) => {
        const yTrue = Float64Array.from(list, ([, y]) => y);
        const scores = Float64Array.from(list, ([score]) => score);
        const weight = Float64Array.from(list, (_, i) => times[i]!);
        const repeated = list.flatMap((row, i) => new Array<readonly [number, number]>(times[i]!).fill(row));
        const positives = repeated.reduce((sum, [, y]) => sum + y, 0);
        const precision = precisionAt(k).prepare(yTrue, scores)(weight);
        const recall = recallAt(k).prepare(yTrue, scores)(weight);
        if (repeated.length === 0) assert.deepEqual(precision, { undefined: "no row has weight" });
        else assert.ok(Math.abs(Number(precision) - expectedHits(repeated, k) / Math.min(k, repeated.length)) < 1e-12);
        if (positives === 0) assert.deepEqual(recall, { undefined: "no positive row is present" });
        else assert.ok(Math.abs(Number(recall) - expectedHits(repeated, k) / positives) < 1e-12);
      },
    ),
  );
});

test("metricAtCount() knows the names of both and no other", () => {
  assert.equal(metricAtCount("precision@10")!.name, "precision@10");
  assert.equal(metricAtCount("recall@250")!.name, "recall@250");
  for (const name of ["recall@0", "recall", "ndcg@10", "precision@x"]) assert.equal(metricAtCount(name), undefined);
});
