import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkScale, keptScores, mostScores, percentileOf } from "./score-scale.ts";

const scaleOf = (scores: readonly number[]) => ({
  scores: keptScores(Float64Array.from(scores)),
  probability: null,
  says: "",
});

test("percentileOf() counts lower scores, and of equal ones half", () => {
  const score = fc.integer({ min: -20, max: 20 });
  fc.assert(
    fc.property(fc.array(score, { minLength: 1, maxLength: 60 }), score, (scores, asked) => {
      const below = scores.filter((other) => other < asked).length;
      const equal = scores.filter((other) => other === asked).length;
      assert.equal(percentileOf(scaleOf(scores), asked), (below + below + equal) / (2 * scores.length));
    }),
  );
});

test("of many scores quantiles are kept, which tell the percentile to a thousandth", () => {
  const scores = Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 50_000);
  const scale = scaleOf(scores);
  assert.equal(scale.scores.length, mostScores);
  for (const asked of [0, 10, 777, 25_000, 49_950])
    assert.ok(Math.abs(percentileOf(scale, asked) - asked / 50_000) < 0.0011);
  assert.equal(percentileOf(scale, 60_000), 1);
});

test("checkScale() refuses a scale without scores and one whose scores do not ascend", () => {
  for (const scores of [[], [2, 1], [Number.NaN]])
    assert.throws(() => checkScale({ scores, probability: null, says: "" }), { code: "ANOMALY_DATA" });
  checkScale({ scores: [1, 1, 2], probability: null, says: "" });
});
