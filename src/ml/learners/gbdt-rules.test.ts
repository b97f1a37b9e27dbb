import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { createRng } from "../../lib/index.ts";
import { measure, metrics } from "../metrics/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import { binTable, learnBins } from "./gbdt-bins.ts";
import { usualSharing } from "./gbdt-bundles.ts";
import { growTree, layoutOf } from "./gbdt-grow.ts";
import { plainWorkspace } from "./gbdt-plain.ts";
import { nodeRules } from "./gbdt-rules.ts";
import { type GbdtData, type GbdtParams, gbdt, loadModel, type Target, type TreeData } from "./index.ts";

/** Numbers x0 to x3, of x2 and x3 some missing, and a category. The score rises and falls with each of them. */
function rowsOf(n: number, seed: number) {
  const rng = createRng(seed);
  const numbers = Array.from({ length: 4 }, (_, j) =>
    Float64Array.from({ length: n }, () => (j > 1 && rng.uniform() < 0.2 ? Number.NaN : 4 * rng.uniform() - 2)),
  );
  const kind = categoryColumn(Array.from({ length: n }, () => (rng.uniform() < 0.1 ? null : `k${rng.below(6)}`)));
  const score = numbers[0]!.map((x, i) => {
    const more = (numbers[2]![i]! || 0) * x + (kind.codes[i]! % 3);
    return Math.sin(2 * x) + x / 2 + Math.cos(3 * numbers[1]![i]!) + more + 2 * rng.uniform();
  });
  return { table: Table.of([...numbers.map((x, j) => [`x${j}`, numberColumn(x)] as const), ["kind", kind]]), score };
}

const targets: Readonly<Record<string, (score: Float64Array) => Target>> = {
  logistic: (score) => ({ task: "binary", values: score.map((s) => Number(s > 1)), nClasses: 2 }),
  softmax: (score) => ({ task: "multiclass", values: score.map((s) => Number(s > 0) + Number(s > 2)), nClasses: 3 }),
  squared: (score) => ({ task: "regression", values: score, nClasses: 0 }),
  huber: (score) => ({ task: "regression", values: score, nClasses: 0 }),
  poisson: (score) => ({ task: "regression", values: score.map((s) => Math.max(0, Math.floor(s))), nClasses: 0 }),
};

/** The model's scores before its link. */
const scoresOf = (model: { toJSON(): unknown }, table: Table) =>
  loadModel({ ...(model.toJSON() as GbdtData), loss: "squared", link: "identity" }).predict(table);

test("gbdt() keeps every monotone constraint between any two rows that differ in that feature alone", () => {
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.integer(),
        loss: fc.constantFrom(...Object.keys(targets)) as fc.Arbitrary<NonNullable<GbdtParams["loss"]>>,
        params: fc.constantFrom<GbdtParams>(
          {},
          { rowFraction: 0.5 },
          { topFraction: 0.2, rowFraction: 0.3 },
          { featureFraction: 0.6, nodeFeatureFraction: 0.6 },
          { dropRate: 0.4, lambda: 0 },
          { maxDepth: 3, interactions: [["x0", "x2"]] },
        ),
      }),
      ({ seed, loss, params }) => {
        const { table, score } = rowsOf(250, seed);
        const monotone = { x0: 1, x1: -1, x2: 1 };
        const learner = gbdt({ nTrees: 12, learningRate: 0.4, minSamplesLeaf: 3, loss, monotone, ...params });
        const model = learner.fit(table, targets[loss]!(score), { seed });
        const others = rowsOf(250, seed + 1).table;
        for (const [name, sign] of Object.entries(monotone)) {
          const [one, other] = [others.numbers(name).values, table.numbers(name).values];
          const low = one.map((x, i) => Math.min(x, other[i]!));
          const high = one.map((x, i) => Math.max(x, other[i]!));
          const [below, above] = [low, high].map((x) => scoresOf(model, others.with(name, numberColumn(x))));
          const { nOutputs } = model;
          below!.forEach((value, at) => {
            const i = Math.floor(at / nOutputs);
            if (low[i]! < high[i]!) assert.ok(sign * (above![at]! - value) >= 0, `${name}: ${value}, ${above![at]}`);
          });
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("gbdt() refuses monotone constraints that its loss would break", () => {
  for (const loss of ["absolute", "quantile"] as const) {
    assert.throws(() => gbdt({ loss, monotone: { x0: 1 } }), {
      code: "GBDT_PARAMS",
      message: /another loss is needed$/,
    });
    gbdt({ loss, monotone: { x0: 0 } });
  }
});

/** The features of every path from the root to a leaf. */
function pathsOf({ feature, left, right }: TreeData): Set<number>[] {
  const from = (node: number, path: readonly number[]): Set<number>[] =>
    node < 0 ? [new Set(path)] : [left, right].flatMap((side) => from(side[node]!, [...path, feature[node]!]));
  return feature.length === 0 ? [] : from(0, []);
}

/** Sets as they are given, and those in force: with one more of the features that none holds. */
const interactions: readonly (readonly [given: readonly string[][], inForce: readonly string[][]])[] = [
  [
    [["x0", "x1"]],
    [
      ["x0", "x1"],
      ["x2", "x3", "kind"],
    ],
  ],
  [
    [
      ["x0", "kind"],
      ["kind", "x2"],
    ],
    [
      ["x0", "kind"],
      ["kind", "x2"],
      ["x1", "x3"],
    ],
  ],
  [
    [["x0"], ["x1"], ["x2"], ["x3"], ["kind"]],
    [["x0"], ["x1"], ["x2"], ["x3"], ["kind"]],
  ],
];

test("gbdt() lets features meet on a path only where a set holds them all", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.constantFrom(...interactions),
      fc.constantFrom<GbdtParams>({}, { rowFraction: 0.5, nodeFeatureFraction: 0.5 }, { dropRate: 0.3 }),
      (seed, [given, inForce], params) => {
        const { table, score } = rowsOf(300, seed);
        const learner = gbdt({ nTrees: 8, minSamplesLeaf: 3, maxLeaves: 20, interactions: given, ...params });
        const { trees } = learner.fit(table, targets.softmax!(score), { seed }).toJSON() as GbdtData;
        assert.ok(trees.some(({ feature }) => feature.length > 3));
        for (const path of trees.flatMap(pathsOf)) {
          const names = [...path].map((feature) => table.names[feature]!);
          assert.ok(
            inForce.some((set) => names.every((name) => set.includes(name))),
            names.join(" × "),
          );
        }
      },
    ),
    { numRuns: 30 },
  );
});

test("gbdt() with drop-out scales each round left out by k / (k + η), and its model is the sum of its trees", () => {
  const { table, score } = rowsOf(300, 3);
  const target = targets.softmax!(score);
  const [dropRate, learningRate] = [0.5, 0.3];
  const modelOf = (nTrees: number) =>
    gbdt({ nTrees, dropRate, learningRate, minSamplesLeaf: 5 }).fit(table, target, { seed: 1 });
  for (let nRounds = 1; nRounds < 7; nRounds++) {
    const before = (modelOf(nRounds).toJSON() as GbdtData).trees;
    const after = (modelOf(nRounds + 1).toJSON() as GbdtData).trees;
    const isDropped = before.map((tree, t) => tree.value.some((value, leaf) => value !== after[t]!.value[leaf]));
    const nDropped = isDropped.filter(Boolean).length / 3;
    before.forEach((tree, t) => {
      const factor = isDropped[t] ? nDropped / (nDropped + learningRate) : 1;
      tree.value.forEach((value, leaf) => {
        assert.ok(Math.abs(factor * value - after[t]!.value[leaf]!) < 1e-12);
      });
    });
  }
  const model = modelOf(7);
  const { trees, base } = model.toJSON() as GbdtData;
  const scores = scoresOf(model, table);
  const own = trees.map((tree) =>
    scoresOf({ toJSON: () => ({ ...(model.toJSON() as GbdtData), base: [0], trees: [tree] }) }, table),
  );
  for (let at = 0; at < scores.length; at++) {
    const [row, output] = [Math.floor(at / 3), at % 3];
    const sum = own.reduce((total, values, t) => (t % 3 === output ? total + values[row]! : total), base[output]!);
    assert.ok(Math.abs(sum - scores[at]!) < 1e-9);
  }
});

test("gbdt() that draws by gradient is as good as without drawing where all rows are kept, and nearly so with half of them", () => {
  const train = rowsOf(2000, 5);
  const held = rowsOf(2000, 6);
  const yTrue = targets.logistic!(held.score).values;
  const aucOf = (params: GbdtParams) => {
    const model = gbdt({ nTrees: 40, ...params }).fit(train.table, targets.logistic!(train.score), { seed: 1 });
    return measure(metrics.rocAuc!, yTrue, model.predict(held.table)) as number;
  };
  const plain = aucOf({});
  assert.ok(plain > 0.8, `${plain}`);
  for (const topFraction of [0.1, 0.3, 0.5])
    assert.ok(Math.abs(aucOf({ topFraction, rowFraction: 1 - topFraction }) - plain) < 0.005);
  assert.ok(plain - aucOf({ topFraction: 0.2, rowFraction: 0.3 }) < 0.02);
});

test("one tree of 200 exclusive indicators is the same bundled into a few columns, of which histograms then have few bins", () => {
  const n = 2000;
  const rng = createRng(9);
  const which = Int32Array.from({ length: n }, () => rng.below(200));
  const indicators = Array.from({ length: 200 }, (_, j) => Float64Array.from(which, (k) => Number(k === j)));
  const features = Table.of(indicators.map((x, j) => [`is${j}`, numberColumn(x)] as const));
  const learned = learnBins(features);
  const grown = [null, usualSharing].map((sharing) => {
    const table = binTable(features, learned, plainWorkspace, sharing);
    const space = plainWorkspace.space(table);
    for (let i = 0; i < n; i++) space.pairs.set([(which[i]! % 7) * 1000 - 3000 + (i % 13), 500], 2 * i);
    const settings = { lambda: 10, minHessian: 1, minRows: 1, minLevelRows: 1, minGain: 0, categorySmoothing: 0 };
    const rules = nodeRules({ monotone: null, interactions: null, nodeFraction: 1, isRandom: false, rng });
    const shape = { settings, maxLeaves: 60, maxDepth: 60, rules, shouldStop: () => false };
    const layout = layoutOf(table, Int32Array.from(table.features.keys()));
    return { tree: growTree(table, space, layout, shape, null).tree, nColumns: table.columnBins.length };
  });
  assert.deepEqual(grown[1]!.tree, grown[0]!.tree);
  assert.equal(grown[0]!.tree.value.length, 60);
  assert.deepEqual([grown[0]!.nColumns, grown[1]!.nColumns], [200, 2]);
});
