import assert from "node:assert/strict";
import { test } from "node:test";
import { aftermathTerm, namesEntity, namesIdentifier, wordsOf } from "./names.ts";

test("wordsOf() cuts snake case, camel case, signs and digits", () => {
  assert.deepEqual(wordsOf("Cost Total $"), ["cost", "total"]);
  assert.deepEqual(wordsOf("refundAmount_EUR2"), ["refund", "amount", "eur", "2"]);
  assert.deepEqual(wordsOf("HTTPStatus"), ["http", "status"]);
});

test("aftermathTerm() reads whole words, runs of words and the target's own name", () => {
  const cases = [
    { name: "Cost Repair", target: "damage", term: "cost" },
    { name: "cancellation_date", target: "y", term: "cancellation" },
    { name: "write_off", target: "y", term: "write off" },
    { name: "churnReason", target: "Churn", term: "reason" },
    { name: "churned_on", target: "label", term: "churned" },
    { name: "damages_eur", target: "Effect Amount of damage", term: "damages" },
    { name: "fraud_score", target: "is_fraud", term: "fraud" },
    { name: "costume", target: "y", term: null },
    { name: "postcode", target: "y", term: null },
    { name: "median_income", target: "median_house_value", term: null },
    { name: "Total Amount", target: "Effect Amount of damage", term: null },
    { name: "capital-gain", target: "income", term: null },
  ];
  for (const { name, target, term } of cases) assert.equal(aftermathTerm(name, target), term, name);
});

test("namesEntity() and namesIdentifier() read words, not letters", () => {
  assert.ok(namesEntity("patient_id"));
  assert.ok(namesEntity("customerID"));
  assert.ok(!namesEntity("Aircraft Make Model"));
  assert.ok(namesIdentifier("PassengerId"));
  assert.ok(namesIdentifier("userid"));
  assert.ok(!namesIdentifier("paid"));
  assert.ok(!namesIdentifier("valid"));
});
