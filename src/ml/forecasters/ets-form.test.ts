import assert from "node:assert/strict";
import { test } from "node:test";
import { type AskedForm, formName, formsFor } from "./ets-form.ts";

const names = (asked: Partial<AskedForm>, isPositive = true) =>
  formsFor({ error: "auto", trend: "auto", season: "auto", ...asked }, isPositive).map(formName);

test("a choice is among 12 forms, 6 of them where a value is not above 0", () => {
  assert.deepEqual(names({}), [
    ...["A,N,N", "A,N,A", "A,A,N", "A,A,A", "A,Ad,N", "A,Ad,A"],
    ...["M,N,N", "M,N,A", "M,N,M", "M,Ad,N", "M,Ad,A", "M,Ad,M"],
  ]);
  assert.deepEqual(names({}, false), ["A,N,N", "A,N,A", "A,A,N", "A,A,A", "A,Ad,N", "A,Ad,A"]);
  assert.deepEqual(names({ season: "none" }), ["A,N,N", "A,A,N", "A,Ad,N", "M,N,N", "M,Ad,N"]);
});

test("what is asked for is tried, though a choice would leave it out", () => {
  assert.deepEqual(names({ trend: "additive", season: "multiplicative" }), ["M,A,M"]);
  assert.deepEqual(names({ error: "multiplicative", season: "none" }), ["M,N,N", "M,A,N", "M,Ad,N"]);
  assert.deepEqual(names({ error: "additive", season: "multiplicative" }), ["A,N,M", "A,A,M", "A,Ad,M"]);
  assert.deepEqual(names({ season: "multiplicative" }), ["M,N,M", "M,Ad,M"]);
  assert.deepEqual(names({ season: "multiplicative" }, false), []);
});
