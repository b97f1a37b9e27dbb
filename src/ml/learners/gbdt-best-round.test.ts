import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { roundJudge } from "./gbdt-best-round.ts";

test("roundJudge() of one round keeps the first round of least loss and waits for so many after it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 8 }),
      (losses, patience) => {
        const judge = roundJudge(1, patience);
        const end = losses.findIndex((loss) => !judge.goesOn(loss));
        const seen = losses.slice(0, end < 0 ? losses.length : end + 1);
        const best = seen.indexOf(Math.min(...seen)) + 1;
        assert.equal(judge.best(), best);
        assert.equal(end >= 0, seen.length - best >= patience);
      },
    ),
  );
});

test("roundJudge() of several rounds is led by their mean, and never ends before there is one", () => {
  const judge = roundJudge(3, 3);
  const losses = [0.1, 0.9, 0.9, 0.6, 0.5, 0.4, 0.9, 0.9, 0.9];
  assert.deepEqual(
    losses.map((loss) => judge.goesOn(loss)),
    [true, true, true, true, true, true, true, true, false],
  );
  assert.equal(judge.best(), 6);
  const short = roundJudge(10, 2);
  assert.ok([0.5, 0.4, 0.6, 0.7].every((loss) => short.goesOn(loss)));
  assert.equal(short.best(), 4);
});
