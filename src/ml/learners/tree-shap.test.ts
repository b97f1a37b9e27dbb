import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadShapKernels } from "../../edge/compute/index.ts";
import { createRng, type Rng } from "../../lib/index.ts";
import { numberColumn, Table } from "../table/index.ts";
import {
  type Explainer,
  explainTrees,
  explainTreesAgainst,
  type GbdtData,
  loadModel,
  type TreeData,
  type TreeExplainer,
} from "./index.ts";

const kernels = loadShapKernels();
const skip = kernels === undefined ? "the kernels are not built: node scripts/build.mjs" : false;

/** Feature 0 is a category of five levels, the others are numbers from 0 to 3. */
const nLevels = 5;

function randomTree(rng: Rng, nFeatures: number, depth: number): TreeData {
  const tree = {
    ...{ feature: [] as number[], threshold: [] as number[], categories: [] as (number[] | null)[] },
    ...{ missingLeft: [] as number[], left: [] as number[], right: [] as number[], value: [] as number[] },
    ...{ gain: [] as number[], cover: [] as number[], leafCover: [] as number[] },
  };
  const grow = (rows: number, level: number): number => {
    if (level === 0 || rng.uniform() < 0.1) {
      tree.value.push(2 * rng.uniform() - 1);
      tree.leafCover.push(rows);
      return ~(tree.value.length - 1);
    }
    const node = tree.feature.length;
    const feature = rng.below(nFeatures);
    const codes = Array.from({ length: nLevels }, (_, code) => code).filter(() => rng.uniform() < 0.5);
    tree.feature.push(feature);
    tree.threshold.push(feature === 0 ? 0 : rng.below(4) - 0.5);
    tree.categories.push(feature === 0 ? codes : null);
    tree.missingLeft.push(rng.below(2));
    tree.gain.push(1);
    tree.cover.push(rows);
    tree.left.push(0);
    tree.right.push(0);
    const toLeft = rng.below(rows + 1); // a side without any row is met too
    tree.left[node] = grow(toLeft, level - 1);
    tree.right[node] = grow(rows - toLeft, level - 1);
    return node;
  };
  grow(100, depth);
  return tree;
}

function randomRow(rng: Rng, nFeatures: number): Float64Array {
  return Float64Array.from({ length: nFeatures }, (_, j) => {
    if (j === 0) return rng.below(nLevels + 2) - 1; // −1 is missing, 5 unseen
    return rng.uniform() < 0.2 ? Number.NaN : rng.below(4);
  });
}

function randomModel(seed: number, nFeatures: number, depth: number, nOutputs = 1): GbdtData {
  const rng = createRng(seed);
  return {
    kind: "gbdt",
    task: nOutputs > 1 ? "multiclass" : "regression",
    loss: "squared",
    link: "identity",
    featureNames: Array.from({ length: nFeatures }, (_, j) => `x${j}`),
    base: Array.from({ length: nOutputs }, () => rng.uniform()),
    trees: Array.from({ length: 3 * nOutputs }, () => randomTree(rng, nFeatures, depth)),
  };
}

function isLeft(tree: TreeData, node: number, row: Float64Array): boolean {
  const x = row[tree.feature[node]!]!;
  const codes = tree.categories[node]!;
  if (codes === null) return Number.isNaN(x) ? tree.missingLeft[node] === 1 : x <= tree.threshold[node]!;
  return x < 0 ? tree.missingLeft[node] === 1 : codes.includes(x);
}

/** The tree's value where the features of `known` are the row's, and the others are averaged by cover. */
function conditional(tree: TreeData, node: number, row: Float64Array, known: number): number {
  if (node < 0) return tree.value[~node]!;
  const sides = [tree.left[node]!, tree.right[node]!] as const;
  if ((known >> tree.feature[node]!) & 1) return conditional(tree, sides[isLeft(tree, node, row) ? 0 : 1], row, known);
  const [left, right] = sides.map((child) => (child < 0 ? tree.leafCover[~child]! : tree.cover[child]!)) as [
    number,
    number,
  ];
  const all = left + right;
  const [a, b] = all > 0 ? [left / all, right / all] : [0.5, 0.5];
  return a * conditional(tree, sides[0], row, known) + b * conditional(tree, sides[1], row, known);
}

function scoreOf(data: GbdtData, row: Float64Array, known: number, output = 0): number {
  const own = data.trees.filter((_, t) => t % data.base.length === output);
  return own.reduce(
    (sum, tree) => sum + conditional(tree, tree.feature.length === 0 ? -1 : 0, row, known),
    data.base[output]!,
  );
}

/** Shapley values by their definition, over all 2^M sets of known features. */
function shapley(nFeatures: number, scoreOf: (known: number) => number): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const values = Array.from({ length: 1 << nFeatures }, (_, known) => scoreOf(known));
  const sizeOf = (known: number) => known.toString(2).replaceAll("0", "").length;
  return Array.from({ length: nFeatures }, (_, i) => {
    let sum = 0;
    for (let known = 0; known < values.length; known++) {
      if ((known >> i) & 1) continue;
      const size = sizeOf(known);
      const weight = (factorial(size) * factorial(nFeatures - size - 1)) / factorial(nFeatures);
      sum += weight * (values[known | (1 << i)]! - values[known]!);
    }
    return sum;
  });
}

function explainerFor(data: GbdtData, compiled = false): TreeExplainer {
  const explainer = explainTrees(data, compiled ? kernels : undefined);
  assert.ok("explainRow" in explainer);
  return explainer;
}

function explained(explainer: Explainer, row: Float64Array): Float64Array {
  const out = new Float64Array(explainer.nOutputs * (explainer.featureNames.length + 1));
  explainer.explainRow(row, out);
  return out;
}

const near = (found: number, expected: number, tolerance = 1e-10) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

test("explainTrees() equals Shapley's definition over every set of known features", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 }), (seed, m, depth) => {
      const data = randomModel(seed, m, depth);
      const row = randomRow(createRng(seed + 1), m);
      const found = explained(explainerFor(data), row);
      for (const [j, phi] of shapley(m, (known) => scoreOf(data, row, known)).entries()) near(found[j]!, phi);
      near(found[m]!, scoreOf(data, row, 0));
    }),
    { numRuns: 60 },
  );
});

test("explainTrees() adds up to the score, however deep the trees and for every output", () => {
  for (const [seed, m, depth, nOutputs] of [
    [1, 4, 8, 3],
    [2, 25, 9, 1],
    [3, 40, 10, 2],
  ] as const) {
    const data = randomModel(seed, m, depth, nOutputs);
    const model = loadModel(data);
    const explainer = explainerFor(data);
    const rng = createRng(seed);
    for (let i = 0; i < 5; i++) {
      const row = randomRow(rng, m);
      const scores = new Float64Array(nOutputs);
      model.predictRow(row, scores);
      const found = explained(explainer, row);
      for (let k = 0; k < nOutputs; k++)
        near(
          found.subarray(k * (m + 1), (k + 1) * (m + 1)).reduce((sum, part) => sum + part),
          scores[k]!,
        );
    }
  }
});

test("interactRow() equals its definition, and its rows sum to the SHAP values", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 2, max: 5 }), (seed, m) => {
      const data = randomModel(seed, m, 5);
      const row = randomRow(createRng(seed + 1), m);
      const explainer = explainerFor(data);
      const found = new Float64Array(m * m);
      explainer.interactRow(row, found);
      const shap = explained(explainer, row);
      for (let i = 0; i < m; i++) {
        near(
          found.subarray(i * m, (i + 1) * m).reduce((sum, part) => sum + part),
          shap[i]!,
        );
        // φ_j where i is known, less φ_j where it is not, among the other features: twice Φ_ij.
        const others = Array.from({ length: m }, (_, j) => j).filter((j) => j !== i);
        const withOthers = (known: number) => others.reduce((set, j, k) => set | (((known >> k) & 1) << j), 0);
        const given = shapley(m - 1, (known) => scoreOf(data, row, withOthers(known) | (1 << i)));
        const without = shapley(m - 1, (known) => scoreOf(data, row, withOthers(known)));
        for (const [k, j] of others.entries()) near(found[i * m + j]!, (given[k]! - without[k]!) / 2);
      }
    }),
    { numRuns: 40 },
  );
});

test("explainTreesAgainst() equals Shapley's definition with unknown features taken from the background", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 5 }), (seed, m) => {
      const data = randomModel(seed, m, 6);
      const model = loadModel(data);
      const rng = createRng(seed + 1);
      const row = randomRow(rng, m);
      const background = Array.from({ length: 3 }, () => randomRow(rng, m));
      const columns = data.featureNames.map((name, j) => [name, numberColumn(background.map((b) => b[j]!))] as const);
      const found = explained(explainTreesAgainst(data, Table.of(columns)), row);
      const score = (known: number) =>
        background.reduce((sum, other) => {
          const out = new Float64Array(1);
          model.predictRow(
            row.map((x, j) => ((known >> j) & 1 ? x : other[j]!)),
            out,
          );
          return sum + out[0]! / background.length;
        }, 0);
      for (const [j, phi] of shapley(m, score).entries()) near(found[j]!, phi);
      near(found[m]!, score(0));
    }),
    { numRuns: 40 },
  );
});

test("the compiled addShapValues equals its specification to the bit", { skip }, () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 1, max: 3 }),
      (seed, m, depth, nOutputs) => {
        const data = randomModel(seed, m, depth, nOutputs);
        const [plain, compiled] = [explainerFor(data), explainerFor(data, true)];
        const rng = createRng(seed);
        for (let i = 0; i < 3; i++) {
          const row = randomRow(rng, m);
          assert.deepEqual(explained(compiled, row), explained(plain, row));
        }
      },
    ),
    { numRuns: 40 },
  );
});

test("explainTrees() says why trees without cover cannot be explained", () => {
  const data = randomModel(1, 3, 3);
  const bare = { ...data, trees: data.trees.map((tree) => ({ ...tree, cover: [] })) };
  assert.deepEqual(explainTrees(bare), { reason: "its trees do not say how many rows reached each node" });
});
