import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import {
  type FittedModel,
  forest,
  type GbdtData,
  gam,
  gbdt,
  type Learner,
  linear,
  loadModel,
  reweighted,
  type Target,
} from "./index.ts";

/** Rows of 10 % of class 1 (and 20 % of class 2), which a number and a category tell something of. */
function rowsOf(n: number, nClasses: 2 | 3) {
  const rng = createRng(4).fork("weights");
  const rows = Array.from({ length: n }, () => {
    const draw = rng.uniform();
    const y = draw < 0.1 ? 1 : draw < 0.3 && nClasses === 3 ? 2 : 0;
    return { y, x: y + 2.5 * (rng.uniform() - 0.5), level: rng.uniform() < 0.7 ? `l${y}` : `l${rng.below(3)}` };
  });
  const features = Table.of({
    x: numberColumn(rows.map(({ x }) => x)),
    level: categoryColumn(rows.map(({ level }) => level)),
  });
  const task = nClasses === 2 ? "binary" : "multiclass";
  const target: Target = { task, values: Float64Array.from(rows, ({ y }) => y), nClasses };
  return { features, target };
}

const families: readonly { readonly name: string; readonly learner: Learner; readonly isExact: boolean }[] = [
  { name: "linear", learner: linear({ lambda: 0.1 }), isExact: true },
  { name: "gam", learner: gam({ nBags: 2, nRounds: 60, interactions: 0 }), isExact: true },
  { name: "gbdt", learner: gbdt({ nTrees: 40, maxLeaves: 6 }), isExact: true },
  { name: "gbdt focal", learner: gbdt({ nTrees: 40, maxLeaves: 6, loss: "focal" }), isExact: true },
  { name: "forest", learner: forest({ nTrees: 30, minSamplesLeaf: 30 }), isExact: false },
];

const meanOf = (model: FittedModel, features: Table, k: number) => {
  const predicted = model.predict(features);
  const at = (i: number) => predicted[model.nOutputs === 1 ? i : i * model.nOutputs + k]!;
  return Array.from({ length: features.nRows }, (_, i) => at(i)).reduce((sum, p) => sum + p / features.nRows, 0);
};

for (const { name, learner, isExact } of families)
  for (const nClasses of [2, 3] as const) {
    const { features, target } = rowsOf(3000, nClasses);
    const share = (k: number) => target.values.filter((y) => y === k).length / 3000;
    const balanced = reweighted(learner, { classWeights: "balanced", negativeRate: 1 });
    const ofClass = Array.from({ length: nClasses }, (_, k) => 1 / (nClasses * share(k)));
    const sampleWeight = target.values.map((y) => ofClass[y]!);

    test(`reweighted() ${name}: balanced weights leave the mean probability of ${nClasses} classes where it was`, () => {
      const model = balanced.fit(features, target, { seed: 1 });
      const bent = learner.fit(features, target, { seed: 1, sampleWeight });
      const k = 1;
      assert.ok(
        Math.abs(meanOf(model, features, k) - share(k)) < 0.012,
        `${meanOf(model, features, k)} for ${share(k)}`,
      );
      assert.ok(meanOf(bent, features, k) > 1.4 * share(k), "weights without a correction do not");
    });

    // The leaves of a forest of two classes are corrected one by one: see below.
    if (!isExact && nClasses === 2) continue;
    test(`reweighted() ${name}: probabilities of ${nClasses} classes are those of the weighted training, divided by the weights`, () => {
      const model = balanced.fit(features, target, { seed: 1 });
      const bent = learner.fit(features, target, { seed: 1, sampleWeight });
      const [ours, theirs] = [model.predict(features), bent.predict(features)];
      for (let i = 0; i < 200; i++) {
        const p = nClasses === 2 ? [1 - theirs[i]!, theirs[i]!] : [...theirs.subarray(3 * i, 3 * i + 3)];
        const divided = p.map((share, c) => share / ofClass[c]!);
        const total = divided.reduce((sum, part) => sum + part);
        const own = nClasses === 2 ? [1 - ours[i]!, ours[i]!] : [...ours.subarray(3 * i, 3 * i + 3)];
        own.forEach((part, c) => {
          assert.ok(Math.abs(part - divided[c]! / total) < 1e-9, `${part} is not ${divided[c]! / total}`);
        });
      }
      assert.deepEqual(loadModel(model.toJSON()).predict(features), ours);
    });
  }

test("reweighted() one tree of two classes: a leaf holds the share of its rows, however they were weighed", () => {
  const { features, target } = rowsOf(2000, 2);
  const tree = forest({ nTrees: 1, bootstrap: false, minSamplesLeaf: 100, nodeFeatureFraction: 1 });
  const model = reweighted(tree, { classWeights: [1, 7], negativeRate: 1 }).fit(features, target, { seed: 1 });
  const predicted = model.predict(features);
  const leaves = Map.groupBy(predicted.keys(), (i) => predicted[i]!.toFixed(9));
  assert.ok(leaves.size > 3);
  for (const [share, rows] of leaves) {
    const found = rows.filter((i) => target.values[i] === 1).length / rows.length;
    assert.ok(Math.abs(found - Number(share)) < 1e-6, `${found} ${share}`);
  }
});

test("reweighted() leaves out negatives and corrects for it as Dal Pozzolo et al. do", () => {
  const { features, target } = rowsOf(3000, 2);
  const learner = linear();
  const model = reweighted(learner, { classWeights: null, negativeRate: 0.2 }).fit(features, target, { seed: 3 });
  assert.deepEqual(
    model.toJSON(),
    reweighted(learner, { classWeights: null, negativeRate: 0.2 }).fit(features, target, { seed: 3 }).toJSON(),
  );
  const nNegative = target.values.filter((y) => y === 0).length;
  const beta = Math.round(0.2 * nNegative) / nNegative;
  // The model before its correction: one of the rows that were kept.
  const data = model.toJSON() as { intercepts: readonly number[] } & ReturnType<typeof model.toJSON>;
  const sampled = loadModel({ ...data, intercepts: [data.intercepts[0]! - Math.log(beta)] } as never);
  const [ours, theirs] = [model.predict(features), sampled.predict(features)];
  for (let i = 0; i < 100; i++) {
    const p = theirs[i]!;
    assert.ok(Math.abs(ours[i]! - (beta * p) / (beta * p - p + 1)) < 1e-12);
  }
  assert.ok(Math.abs(meanOf(model, features, 1) - 0.1) < 0.02);
  assert.ok(meanOf(sampled, features, 1) > 0.15);
});

test("reweighted() goes on from a corrected model and stays corrected", () => {
  const { features, target } = rowsOf(2000, 2);
  for (const loss of ["logistic", "focal"] as const) {
    const learner = (nTrees: number) =>
      reweighted(gbdt({ nTrees, loss, maxLeaves: 6 }), { classWeights: [1, 5], negativeRate: 1 });
    const first = learner(10).fit(features, target, { seed: 1 });
    const further = learner(10).fit(features, target, { seed: 1, warmStart: first.toJSON() as GbdtData });
    const once = learner(20).fit(features, target, { seed: 1 });
    const [a, b] = [further.predict(features), once.predict(features)];
    // Rows are weighed by the same numbers, so the rounds are the same but for rounding.
    a.forEach((p, i) => {
      assert.ok(Math.abs(p - b[i]!) < 1e-6, `${p} ${b[i]}`);
    });
  }
});

test("reweighted() ends a fit early by the weighted loss of held-out rows", () => {
  const { features, target } = rowsOf(2000, 2);
  const held = rowsOf(2000, 2);
  const learner = gbdt({ nTrees: 200, earlyStoppingRounds: 10, maxLeaves: 6, minSamplesLeaf: 5 });
  const fit = (rates: readonly number[]) =>
    reweighted(learner, { classWeights: rates, negativeRate: 1 }).fit(features, target, {
      seed: 1,
      validation: { table: held.features, target: held.target },
    });
  const weighed = learner.fit(features, target, {
    seed: 1,
    sampleWeight: target.values.map((y) => (y === 1 ? 9 : 1)),
    validation: {
      table: held.features,
      target: held.target,
      sampleWeight: held.target.values.map((y) => (y === 1 ? 9 : 1)),
    },
  });
  assert.equal((fit([1, 9]).toJSON() as GbdtData).trees.length, (weighed.toJSON() as GbdtData).trees.length);
});
