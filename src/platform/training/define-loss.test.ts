import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomLoss } from "../../ml/learners/index.ts";
import { defineLoss } from "./index.ts";

const loss = (score: number, y: number) => (score - y) ** 2;
const derivatives = { gradient: loss, hessian: loss };

const wrong: readonly (readonly [says: RegExp, loss: object])[] = [
  [/loss: must be a function/, derivatives],
  [/either gradient and hessian, or derive is needed/, { loss }],
  [/either gradient and hessian, or derive is needed/, { loss, gradient: loss }],
  [/either gradient and hessian, or derive is needed/, { loss, ...derivatives, derive: loss }],
  [/link: must be "identity", "logistic" or "exp"/, { loss, ...derivatives, link: "log" }],
  [/base: must be a function/, { loss, ...derivatives, base: 0 }],
  [/grad/, { loss, ...derivatives, grad: loss }],
];

for (const [says, asked] of wrong)
  test(`defineLoss() refuses ${Object.keys(asked).join(", ")}: ${says.source}`, () => {
    assert.throws(() => defineLoss(asked as CustomLoss), { code: "LOSS_INVALID", message: says });
  });

test("defineLoss() keeps the functions, frozen", () => {
  const defined = defineLoss({ loss, ...derivatives });
  assert.equal(defined.loss, loss);
  assert.ok(Object.isFrozen(defined));
});
