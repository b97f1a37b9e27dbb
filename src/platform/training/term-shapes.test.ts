import assert from "node:assert/strict";
import { test } from "node:test";
import { loadFeatures } from "../features/index.ts";
import { sampleInput } from "./sample-input.ts";
import { termShapes } from "./term-shapes.ts";
import { trainModel } from "./train.ts";

const search = { configurations: [{ family: "gam", params: { nBags: 2, nRounds: 40, interactions: 2 } }] } as const;
const { capsule, report } = trainModel(sampleInput({ column: "binary", search }));

test("termShapes() gives cells, levels and shares that fit each other", () => {
  assert.ok(report.terms!.some(({ drawing }) => drawing?.axes.at(0)?.kind === "category"));
  for (const { drawing, name } of report.terms!) {
    const size = drawing!.axes.reduce(
      (product, axis) => product * (axis.kind === "number" ? axis.edges.length + 2 : axis.levels.length + 1),
      1,
    );
    for (const values of [...drawing!.scores, drawing!.shares, ...(drawing!.standardErrors ?? [])])
      assert.equal(values.length, size, name);
    assert.ok(Math.abs(drawing!.shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  }
});

test("termShapes() shows no level of a column that may be personal, and nothing of another family", () => {
  const features = loadFeatures(capsule.features);
  const shapes = termShapes(capsule.model, features, new Set(["level"]))!;
  assert.ok(!JSON.stringify(shapes).includes("level 1"));
  assert.ok(shapes.some(({ name, drawing }) => name.includes("level") && drawing === null));
  const { capsule: linear } = trainModel(sampleInput({ column: "binary" }));
  assert.equal(termShapes(linear.model, features, new Set()), null);
});
