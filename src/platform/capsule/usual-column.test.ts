import assert from "node:assert/strict";
import { test } from "node:test";
import { categoryColumn, numberColumn } from "../../ml/table/index.ts";
import { unusualInWords, usualColumn } from "./usual-column.ts";

const hundred = usualColumn(numberColumn(Array.from({ length: 101 }, (_, i) => i)), 101);
const gaps = usualColumn(numberColumn([1, null, 3, 4]), 4);
const empty = usualColumn(numberColumn([null, null]), 2);
const levels = usualColumn(categoryColumn(["a", "a", "a", "b", null]), 5);
const many = usualColumn(categoryColumn(Array.from({ length: 600 }, (_, i) => `v${i}`)), 600);

for (const [usual, value, says] of [
  [hundred, 101, "greater than in every training row"],
  [hundred, -1, "less than in every training row"],
  [hundred, 99.5, "greater than in 99 % of the training rows"],
  [hundred, 91, "greater than in 90 % of the training rows"],
  [hundred, 0.5, "less than in 99 % of the training rows"],
  [hundred, 50, "usual by itself, not beside the other columns"],
  [hundred, null, "missing, as in no training row"],
  [gaps, null, "missing, as in 25 % of the training rows"],
  [empty, 1, "known, as in no training row"],
  [levels, "a", "a level of 60 % of the training rows"],
  [levels, "c", "a level of no training row"],
  [levels, "toString", "a level of no training row"],
  [levels, null, "missing, as in 20 % of the training rows"],
  [many, "other", "a rare level"],
] as const)
  test(`unusualInWords() says "${says}"`, () => {
    assert.equal(unusualInWords(usual, value), says);
  });
