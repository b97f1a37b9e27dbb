import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng, type Rng } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { categoryColumn, Table } from "../../ml/table/index.ts";
import type { Split } from "../data/index.ts";
import { namedLabels } from "./named-labels.ts";
import { repeatedTexts } from "./repeated-texts.ts";

const words = [
  "the",
  "order",
  "lamp",
  "came",
  "soon",
  "broken",
  "table",
  "please",
  "again",
  "colour",
  "invoice",
  "paid",
  "wrong",
  "size",
];
const sentence = (rng: Rng, n: number) => Array.from({ length: n }, () => words[rng.below(words.length)]).join(" ");

/** The first 300 texts are training rows, the others held out. */
function repeatedIn(texts: readonly string[]) {
  const part = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  const split: Split = {
    rule: { kind: "random", validation: 0.2, test: 0.2 },
    train: part(0, 300),
    validation: part(300, 350),
    test: part(350, 400),
    resample: { unit: "row" },
    notes: [],
  };
  return repeatedTexts(categoryColumn(texts), split, 1);
}

test("repeatedTexts() counts texts that are equal but for case, digits and punctuation, and those with a word mended", () => {
  const rng = createRng(1);
  const texts = Array.from({ length: 400 }, () => sentence(rng, 12));
  assert.equal(repeatedIn(texts), null);
  for (let i = 0; i < 12; i++) {
    texts[i] = `${texts[i]} number ${i}`;
    texts[300 + i] = `${texts[i]!.toUpperCase().replace(/\d+/, "7")}!!`;
    texts[330 + i] = `${sentence(rng, 8)} ${sentence(rng, 8)} and so on for a while`;
    texts[100 + i] = texts[330 + i]!.replace(" so ", " sso ");
  }
  const found = repeatedIn(texts)!;
  assert.ok(found.nEqual >= 12 && found.nEqual <= 13, `${found.nEqual}`);
  assert.ok(found.nNear >= 11 && found.nNear <= 13, `${found.nNear}`);
  assert.equal(found.share, (found.nEqual + found.nNear) / 100);
});

test("repeatedTexts() leaves greetings alone, and missing texts", () => {
  assert.equal(repeatedIn(Array.from({ length: 400 }, (_, i) => ["thank you", "ok", "hello there", ""][i % 4]!)), null);
  assert.equal(repeatedIn(new Array<string>(400)), null);
});

function labelsIn(texts: readonly string[], values: readonly number[], classes: readonly string[]) {
  const target: Target = { task: "multiclass", values: Float64Array.from(values), nClasses: classes.length };
  const table = Table.of({ text: categoryColumn(texts) });
  return namedLabels(table.categories("text"), { table, target, nTrain: texts.length }, classes);
}

test("namedLabels() finds texts that say their label, not texts on its subject", () => {
  const rng = createRng(2);
  const classes = ["late_delivery", "refund", "no"];
  const y = Array.from({ length: 300 }, (_, i) => i % 3);
  const said = y.map((k) => `${sentence(rng, 5)} [${["Late delivery", "REFUND", "?"][k]}]`);
  assert.deepEqual(labelsIn(said, y, classes)?.kind, "label-in-text");
  const aboutIt = y.map((k) => `${sentence(rng, 5)} ${rng.uniform() < 0.3 ? classes[k] : ""}`);
  assert.equal(labelsIn(aboutIt, y, classes), null);
  const mixed = y.map(() => `${sentence(rng, 5)} refund or late delivery`);
  assert.equal(labelsIn(mixed, y, classes), null);
});
