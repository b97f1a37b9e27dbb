import assert from "node:assert/strict";
import { test } from "node:test";
import { FettleError } from "../../lib/index.ts";
import type { JsonObject, TaskModel } from "../capsule/index.ts";
import { createTaskService } from "./index.ts";

test("a request of a task that reads well but has no answer is named by its row, and nothing is recorded", () => {
  const taskModel = {
    signature: { task: "forecast", request: {}, answer: {}, types: "" },
    example: {},
    read: (row: unknown) => row as JsonObject,
    answer({ value }: JsonObject) {
      if (value === "good") return { value };
      throw new FettleError("invalid-input", "SERIES_NOT_POSITIVE", "Cannot use the method: a value is 0", {
        hint: "Fit anew",
      });
    },
  } as unknown as TaskModel;
  const records: unknown[] = [];
  const service = createTaskService({
    model: "demand",
    version: 1,
    taskModel,
    maxRows: 10,
    now: () => 0,
    ticks: () => 0,
    newId: () => "id",
    log: { ackLevel: "sync", append: (list) => void records.push(...list), close: async () => {} },
  });
  assert.throws(() => service.predict([{ value: "good" }, { value: "bad" }], undefined), {
    code: "SERIES_NOT_POSITIVE",
    message: "Cannot use the method: a value is 0 (row 1)",
    hint: "Fit anew",
    facts: { row: 1 },
  });
  assert.deepEqual(records, []);
  service.predict([{ value: "good" }], undefined);
  assert.equal(records.length, 1);
});
