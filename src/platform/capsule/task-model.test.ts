import assert from "node:assert/strict";
import { test } from "node:test";
import { openTaskModel, recordTaskGolden, replayTaskGolden, type TaskModel } from "./task-model.ts";

// Doubles a number: the smallest task there is.
const signature = { task: "forecast", request: {}, answer: {}, types: "" } as const;
const doubling: TaskModel = {
  signature,
  example: { value: 1 },
  read: (request) => request as { value: number },
  answer: ({ value }) => ({ value: 2 * Number(value) }),
  inputTypes: { value: "number" },
  async *score() {},
};

test("replayTaskGolden() accepts the model that recorded the answers and refuses one that answers a bit differently", () => {
  const golden = recordTaskGolden(doubling, [{ value: 1 }, { value: 0.1 }]);
  assert.deepEqual(golden.answers, [{ value: 2 }, { value: 0.2 }]);
  replayTaskGolden(doubling, golden);
  const other: TaskModel = { ...doubling, answer: ({ value }) => ({ value: 2 * Number(value) + 2 ** -52 }) };
  assert.throws(() => replayTaskGolden(other, golden), { code: "CAPSULE_GOLDEN_MISMATCH", kind: "damaged" });
});

test("openTaskModel() refuses a model of a kind that it does not know", () => {
  const data = { features: null, calibrator: null, model: { kind: "telepathy" as "forecast" }, signature };
  assert.throws(() => openTaskModel(data), { code: "CAPSULE_TASK", kind: "damaged" });
});
