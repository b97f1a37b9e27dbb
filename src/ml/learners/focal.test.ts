import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { sigmoid } from "../stats/index.ts";
import { numberColumn, Table } from "../table/index.ts";
import { logistic, softmax } from "./gbdt-loss-classes.ts";
import { focal, focalDerivatives, focalLink, focalSoftmax } from "./gbdt-loss-focal.ts";
import { type GbdtData, gbdt, loadModel, reweighted, type Target } from "./index.ts";

type Row = readonly number[];
const golden: Readonly<Record<"binary" | "several" | "chances", readonly Row[]>> = JSON.parse(
  readFileSync(new URL("golden/focal.json", import.meta.url), "utf8"),
);

const near = (actual: number, expected: number, off = 1e-9) =>
  assert.ok(Math.abs(actual - expected) <= off * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);

const derived = (loss: ReturnType<typeof focal>, scores: readonly number[], output: number) => {
  const [gradient, hessian] = [new Float64Array(1), new Float64Array(1)];
  const all = Float64Array.from(scores);
  for (let k = 0; k <= output; k++) loss.derive(all, k, gradient, hessian);
  return { gradient: gradient[0]!, hessian: hessian[0]!, mean: loss.mean(all) };
};

test("focal(): loss and derivatives equal mpmath's; where the second one is small or negative it is bounded from below", () => {
  let nExact = 0;
  for (const [gamma = 0, score = 0, loss = 0, slope = 0, curvature = 0] of golden.binary)
    for (const y of [1, 0]) {
      // A row of class 0 sees the mirrored score.
      const found = derived(focal(Float64Array.of(y), Float64Array.of(1), gamma), [y === 1 ? score : -score], 0);
      near(found.mean, loss);
      near(y === 1 ? found.gradient : -found.gradient, slope);
      const p = sigmoid(score);
      const bound = (1 - p) ** gamma * p * (1 - p);
      near(found.hessian, Math.max(curvature, bound, 1e-16), 1e-9);
      if (curvature > bound) nExact++;
    }
  assert.ok(nExact > 20, "the exact one is in force often enough");
});

test("focalSoftmax(): loss and derivatives equal mpmath's; the second one is twice its diagonal, bounded from below", () => {
  for (const [gamma = 0, a = 0, b = 0, c = 0, truth = 0, k = 0, loss = 0, slope = 0, curvature = 0] of golden.several) {
    const found = derived(focalSoftmax(Float64Array.of(truth), Float64Array.of(1), 3, gamma), [a, b, c], k);
    near(found.mean, loss);
    near(found.gradient, slope);
    const shares = [a, b, c].map(Math.exp);
    const total = shares.reduce((sum, share) => sum + share);
    const [p, own] = [shares[truth]! / total, shares[k]! / total];
    near(found.hessian, 2 * Math.max(curvature, (1 - p) ** gamma * own * (1 - own)));
  }
});

test("focal() without focusing is log loss", () => {
  const [y, weights] = [Float64Array.of(1, 0, 1), Float64Array.of(1, 2, 0.5)];
  const scores = Float64Array.of(0.3, -1, -2);
  const several = Float64Array.of(0.3, -1, -2, 1, 0, 0.2, -0.4, 1, 2);
  const classes = Float64Array.of(0, 2, 1);
  for (const [ours, plain, at] of [
    [focal(y, weights, 0), logistic(y, weights), scores],
    [focalSoftmax(classes, weights, 3, 0), softmax(classes, weights, 3), several],
  ] as const) {
    ours.base.forEach((start, k) => {
      near(start, plain.base[k]!);
    });
    near(ours.mean(at), plain.mean(at));
    const arrays = Array.from({ length: 4 }, () => new Float64Array(3)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let k = 0; k < ours.nOutputs; k++) {
      ours.derive(at, k, arrays[0], arrays[1]);
      plain.derive(at, k, arrays[2], arrays[3]);
      for (let i = 0; i < 3; i++) {
        near(arrays[0][i]!, arrays[2][i]!);
        near(arrays[1][i]!, arrays[3][i]!);
      }
    }
  }
});

test("focalLink() gives the chance for which a score is best, equals mpmath's, and one score is two that differ by it", () => {
  for (const [focusing = 0, score = 0, chance = 0] of golden.chances) {
    const out = Float64Array.of(score);
    focalLink(out, 0, 1, { focusing, rates: [1, 1] });
    near(out[0]!, chance);
    const pair = Float64Array.of(7, 0.4, 0.4 + score);
    focalLink(pair, 1, 2, { focusing, rates: [1, 1] });
    near(pair[2]!, chance);
    near(pair[1]! + pair[2]!, 1);
    const weighted = Float64Array.of(score);
    focalLink(weighted, 0, 1, { focusing, rates: [1, 4] });
    near(weighted[0]! / (1 - weighted[0]!), chance / (1 - chance) / 4, 1e-9);
  }
  assert.deepEqual(
    focalDerivatives(0.3, 0).map((x) => Number(x.toFixed(12))),
    [-0.7, 0.21],
  );
});

/** Rows of a rare class, whose chance is known. */
function rareRows(n: number, nClasses: 2 | 3) {
  const rng = createRng(9).fork("rare");
  const rows = Array.from({ length: n }, () => {
    const x = 4 * rng.uniform() - 2;
    const odds = nClasses === 2 ? [1, Math.exp(1.5 * x - 3)] : [1, Math.exp(1.5 * x - 3), Math.exp(-x - 2)];
    const total = odds.reduce((sum, odd) => sum + odd);
    let draw = rng.uniform() * total;
    const y = odds.findIndex((odd) => {
      draw -= odd;
      return draw < 0;
    });
    return { x, y, chances: odds.map((odd) => odd / total) };
  });
  const task = nClasses === 2 ? "binary" : "multiclass";
  const target: Target = { task, values: Float64Array.from(rows, ({ y }) => y), nClasses };
  return { features: Table.of({ x: numberColumn(rows.map(({ x }) => x)) }), target, rows };
}

const simple = { nTrees: 60, maxLeaves: 6, minSamplesLeaf: 100, lambda: 5 } as const;

for (const nClasses of [2, 3] as const)
  for (const classWeights of [null, "balanced"] as const)
    test(`trees on focal loss give the chances of ${nClasses} classes${classWeights ? ", with balanced weights too" : ""}, where their softmax would not`, () => {
      const { features, target, rows } = rareRows(12_000, nClasses);
      const learner = gbdt({ ...simple, loss: "focal", focusing: 2 });
      const model = reweighted(learner, { classWeights, negativeRate: 1 }).fit(features, target, { seed: 1 });
      const predicted = model.predict(features);
      const k = nClasses === 2 ? 1 : 2;
      const at = (i: number) => predicted[nClasses === 2 ? i : i * 3 + k]!;
      const meanOf = (value: (i: number) => number) => rows.reduce((sum, _, i) => sum + value(i) / rows.length, 0);
      const rate = meanOf((i) => Number(target.values[i] === k));
      assert.ok(Math.abs(meanOf(at) - rate) < 0.1 * rate, `mean ${meanOf(at)}, ${rate} is right`);
      const off = meanOf((i) => Math.abs(at(i) - rows[i]!.chances[k]!));
      assert.ok(off < 0.015, `chances are off by ${off}`);
      const { focal: _, ...data } = model.toJSON() as GbdtData;
      const unlinked = loadModel({ ...data, link: nClasses === 2 ? "logistic" : "softmax" }).predict(features);
      const before = meanOf((i) => Math.abs(unlinked[nClasses === 2 ? i : i * 3 + k]! - rows[i]!.chances[k]!));
      assert.ok(before > 3 * off, `without its link they are off by ${before}, with it by ${off}`);
    });
