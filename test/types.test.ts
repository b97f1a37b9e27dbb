import assert from "node:assert/strict";
import test from "node:test";
import { defineContract, defineModel } from "../src/index.ts";

// Checked by the type gate: an unused @ts-expect-error is an error there.
test("column names come from the contract", () => {
  const contract = defineContract({ columns: { age: { type: "integer" }, churn: { type: "category" } } });
  const model = defineModel({
    name: "churn",
    data: { files: ["a.csv"] },
    contract,
    target: { column: "churn" },
    ignore: ["age"],
  });
  assert.equal(model.target.column, "churn");
  // @ts-expect-error the contract has no such column
  defineModel({ name: "churn", data: { files: ["a.csv"] }, contract, target: { column: "chrun" } });
  // @ts-expect-error nor this one
  defineModel({ name: "churn", data: { files: ["a.csv"] }, contract, target: { column: "churn" }, weight: "ages" });
  // Without a contract any name goes.
  defineModel({ name: "churn", data: { files: ["a.csv"] }, target: { column: "anything" } });
});
