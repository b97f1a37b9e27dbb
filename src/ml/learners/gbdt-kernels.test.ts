import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { loadKernels } from "../../edge/compute/index.ts";
import { createRng, permutation } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import { binTable, learnBins } from "./gbdt-bins.ts";
import { compiledWorkspace } from "./gbdt-compiled.ts";
import { growTree, layoutOf } from "./gbdt-grow.ts";
import { plainWorkspace } from "./gbdt-plain.ts";
import { nodeRules } from "./gbdt-rules.ts";
import { pairScale, type Workspace } from "./gbdt-workspace.ts";
import { type GbdtParams, gbdt, type Target } from "./index.ts";
import { arraysIn, queryArrays } from "./lambda-gradients.ts";

const kernels = loadKernels();
const skip = kernels === undefined ? "the kernels are not built: node scripts/build.mjs" : false;
const workspaces = (): Workspace[] => [plainWorkspace, compiledWorkspace(kernels!, false)];

function copied(workspace: Workspace, values: Float64Array): Float64Array {
  const copy = workspace.float64(values.length);
  copy.set(values);
  return copy;
}

/** Numbers, some missing, some few-valued, and categories; mostly-zero columns where there are many. */
function tableOf(n: number, nNumbers: number, nCategories: number, seed: number): Table {
  const rng = createRng(seed);
  const number = (j: number) =>
    Float64Array.from({ length: n }, () => {
      if (nNumbers > 32 && rng.uniform() < 0.97) return 0;
      if (j % 3 === 1 && rng.uniform() < 0.2) return Number.NaN;
      return j % 4 === 2 ? rng.below(5) : rng.uniform() - 0.5;
    });
  const category = () =>
    categoryColumn(Array.from({ length: n }, () => (rng.uniform() < 0.1 ? null : `k${rng.below(40)}`)));
  return Table.of([
    ...Array.from({ length: nNumbers }, (_, j) => [`x${j}`, numberColumn(number(j))] as const),
    ...Array.from({ length: nCategories }, (_, j) => [`c${j}`, category()] as const),
  ]);
}

test("bins, and their row-major form, are the same compiled and plain", { skip }, () => {
  const table = tableOf(1000, 7, 3, 5);
  const learned = learnBins(table);
  const [plain, compiled] = workspaces().map((workspace) => binTable(table, learned, workspace, { crossFrom: 0 }));
  assert.deepEqual([...compiled!.columns], [...plain!.columns]);
  assert.deepEqual([...compiled!.rows], [...plain!.rows]);
});

test("thresholds are the same compiled and plain", { skip }, () => {
  const numbers = fc.constantFrom<(x: number) => number>(
    (x) => x,
    (x) => Math.floor(20 * x),
    (x) => (x < 0.3 ? Number.NaN : x - 0.6),
    (x) => (x < 0.5 ? 0 : -1 / (x - 0.4)),
    (x) => (x < 0.1 ? Number.POSITIVE_INFINITY : 1e300 * (x - 0.5)),
    () => Number.NaN,
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6000 }),
      numbers,
      fc.integer(),
      fc.constantFrom(2, 63, 254),
      (n, of, seed, most) => {
        const rng = createRng(seed);
        const values = Float64Array.from({ length: n }, () => of(rng.uniform()));
        const [plain, compiled] = workspaces().map((workspace) =>
          workspace.thresholds([values, values.toReversed()], most),
        );
        assert.deepEqual(compiled, plain);
      },
    ),
    { numRuns: 60 },
  );
});

test("rows come into another order alike, compiled and plain", { skip }, () => {
  const features = tableOf(777, 5, 2, 9);
  const order = permutation(777, createRng(3));
  const [plain, compiled] = workspaces().map((workspace) => {
    const table = binTable(features, learnBins(features), workspace);
    const beside = workspace.float64(777);
    for (let i = 0; i < 777; i++) beside[i] = i;
    const places = workspace.int32(777);
    places.set(order);
    workspace.reorder(places, workspace.int32(2 * 777), table, [beside]);
    return [[...beside], [...table.columns], [...table.rows]];
  });
  assert.deepEqual(plain![0], [...order]);
  assert.deepEqual(compiled, plain);
});

test("pairs of the logistic and the squared loss are the same compiled and plain", { skip }, () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer(), fc.boolean(), (n, seed, isWeighted) => {
      const [plain, compiled] = workspaces().map((workspace) => {
        const rng = createRng(seed);
        const fill = (value: () => number) => {
          const values = workspace.float64(n);
          for (let i = 0; i < n; i++) values[i] = value();
          return values;
        };
        const scores = fill(() => (rng.uniform() - 0.5) * 10 ** rng.below(5));
        const labels = fill(() => rng.below(2));
        const weights = isWeighted ? fill(() => 3 * rng.uniform()) : null;
        const pairs = workspace.int32(2 * n + 2).subarray(0, 2 * n);
        workspace.logisticPairs({ scores, labels, weights }, pairScale(n, 3, 0.75), pairs);
        const logistic = [...pairs];
        const gradients = workspace.float64(n);
        const most = workspace.squaredGradients({ scores, labels, weights }, gradients);
        workspace.roundPairs(gradients, weights ?? 1, pairScale(n, most, 3), pairs);
        return [logistic, most, [...gradients], [...pairs]];
      });
      assert.deepEqual(compiled, plain);
    }),
    { numRuns: 60 },
  );
});

test("gradients of LambdaMART are the same compiled and plain, round after round", { skip }, () => {
  const sizes = fc.array(fc.constantFrom(1, 2, 3, 7, 31, 33, 64, 65, 130, 500), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      sizes,
      fc.integer(),
      fc.boolean(),
      fc.constantFrom(1, 5, 30, 1000),
      fc.constantFrom(0, 0.3, 3, 2000),
      (of, seed, isWeighted, truncation, spread) => {
        const rng = createRng(seed);
        const codes = of.flatMap((size, query) => new Array<number>(size).fill(query));
        const n = codes.length;
        const queries = Int32Array.from(permutation(n, rng), (place) => codes[place]!);
        const numbers = (value: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => value(i));
        const gains = numbers((i) => (queries[i] === 2 ? 1 : 2 ** rng.below(5) - 1));
        const weights = isWeighted ? numbers(() => 3 * rng.uniform()) : null;
        const [plain, compiled] = workspaces().map((workspace) => ({
          workspace,
          derive: workspace.lambdaGradients(arraysIn(workspace, queryArrays(queries, gains, weights, truncation))),
        }));
        for (let round = 0; round < 3; round++) {
          const scores = numbers(() => (rng.below(4) === 0 ? 0 : spread * (rng.uniform() - 0.5)));
          const [expected, found] = [plain!, compiled!].map(({ workspace, derive }) => {
            const [own, gradients, hessians] = [scores, scores, scores].map((values) => copied(workspace, values));
            derive(own!, gradients!, hessians!);
            return [[...gradients!], [...hessians!]];
          });
          assert.deepEqual(found, expected);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("one tree is the same compiled and plain, under every rule", { skip }, () => {
  fc.assert(
    fc.property(
      fc.record({
        n: fc.integer({ min: 2, max: 700 }),
        nNumbers: fc.constantFrom(1, 3, 17, 40),
        nCategories: fc.integer({ min: 0, max: 3 }),
        seed: fc.integer(),
        minRows: fc.constantFrom(1, 5, 20),
        maxLeaves: fc.constantFrom(2, 16, Number.POSITIVE_INFINITY),
        isMonotone: fc.boolean(),
        isRandom: fc.boolean(),
        isSampled: fc.boolean(),
        nodeFraction: fc.constantFrom(0.4, 1),
        crossFrom: fc.constantFrom(0, 1000, null),
      }),
      ({
        crossFrom,
        n,
        nNumbers,
        nCategories,
        seed,
        minRows,
        maxLeaves,
        isMonotone,
        isRandom,
        isSampled,
        nodeFraction,
      }) => {
        const features = tableOf(n, nNumbers, nCategories, seed);
        const [plain, compiled] = workspaces().map((workspace) => {
          const rng = createRng(seed);
          const table = binTable(features, learnBins(features), workspace, crossFrom === null ? null : { crossFrom });
          const space = workspace.space(table);
          for (let i = 0; i < n; i++) {
            space.pairs[2 * i] = rng.below(2 ** 20) - 2 ** 19;
            space.pairs[2 * i + 1] = rng.below(2 ** 18);
          }
          const settings = { lambda: 10, minHessian: 3, minRows, minLevelRows: 2, minGain: 0, categorySmoothing: 5 };
          const monotone = isMonotone ? Int32Array.from(table.features, (_, j) => (j % 3) - 1) : null;
          const rules = nodeRules({ monotone, interactions: null, nodeFraction, isRandom, rng });
          const params = { settings, maxLeaves, maxDepth: 9, rules, shouldStop: () => false };
          let sample: number | null = null;
          if (isSampled) {
            sample = 0;
            for (let i = 0; i < n; i++) if (rng.uniform() < 0.7 || i === 0) space.rows[sample++] = i;
          }
          const active = Int32Array.from(table.features.keys()).filter((j) => nNumbers < 17 || j % 5 !== 3);
          const grown = growTree(table, space, layoutOf(table, active), params, sample);
          const scores = workspace.float64(n);
          space.addLeaves(scores, grown.leaves, grown.tree.value);
          const walked = workspace.float64(n);
          workspace.addTree(table, grown.binned, walked);
          if (sample === null) assert.deepEqual([...walked], [...scores]);
          return [grown.tree, grown.leaves.map(({ from, to }) => [from, to]), [...space.rows], [...walked]];
        });
        assert.deepEqual(compiled, plain);
      },
    ),
    { numRuns: 150 },
  );
});

test("one tree is the same compiled and plain where a leaf has only middle values and missing ones", { skip }, () => {
  for (let seed = 0; seed < 100; seed++) {
    const trees = workspaces().map((workspace) => {
      const rng = createRng(seed);
      const n = 120;
      const group = Float64Array.from({ length: n }, (_, i) => i % 2);
      const x = group.map((side) => (rng.below(3) === 0 ? Number.NaN : side === 0 ? rng.below(10) : 4 + rng.below(2)));
      const features = Table.of({ group: numberColumn(group), x: numberColumn(x) });
      const table = binTable(features, learnBins(features), workspace);
      const space = workspace.space(table);
      // The group matters most, then whether x is there.
      for (let i = 0; i < n; i++) {
        space.pairs[2 * i] = (group[i] === 0 ? -4e6 : 4e6) + (Number.isNaN(x[i]!) ? 5e5 : 0) + rng.below(2 ** 16);
        space.pairs[2 * i + 1] = 1 + rng.below(2 ** 18);
      }
      const settings = { lambda: 10.37, minHessian: 3, minRows: 2, minLevelRows: 2, minGain: 0, categorySmoothing: 5 };
      const rules = nodeRules({ monotone: null, interactions: null, nodeFraction: 1, isRandom: false, rng });
      const params = { settings, maxLeaves: 4, maxDepth: 9, rules, shouldStop: () => false };
      return growTree(table, space, layoutOf(table, Int32Array.of(0, 1)), params, null).tree;
    });
    assert.deepEqual(trees[1], trees[0], `seed ${seed}`);
  }
});

test("one tree is the same whether or not features share columns", () => {
  for (const seed of [1, 2, 3]) {
    const features = tableOf(500, seed === 3 ? 40 : 6, 3, seed);
    const trees = [null, { crossFrom: 1000 }, { crossFrom: 0 }].map((sharing) => {
      const rng = createRng(seed);
      const table = binTable(features, learnBins(features), plainWorkspace, sharing);
      const space = plainWorkspace.space(table);
      for (let i = 0; i < 1000; i++)
        space.pairs[i] = i % 2 === 0 ? rng.below(2 ** 20) - 2 ** 19 : 1 + rng.below(2 ** 18);
      const settings = { lambda: 10, minHessian: 3, minRows: 5, minLevelRows: 2, minGain: 0, categorySmoothing: 5 };
      const rules = nodeRules({ monotone: null, interactions: null, nodeFraction: 1, isRandom: false, rng });
      const params = { settings, maxLeaves: 31, maxDepth: 9, rules, shouldStop: () => false };
      const { tree } = growTree(table, space, layoutOf(table, Int32Array.from(table.features.keys())), params, null);
      return { ...tree, nColumns: table.columnBins.length };
    });
    const [own, bundled, crossed] = trees.map(({ nColumns }) => nColumns);
    assert.ok(crossed! < own! && (seed === 3 ? bundled! < own! : bundled === own));
    const [first, ...others] = trees.map(({ nColumns: _, ...tree }) => tree);
    for (const other of others) assert.deepEqual(other, first);
  }
});

test("every feature of a cross can be read back, whichever of them has the fewest bins", () => {
  const nLevels = [40, 6, 5, 30, 2, 9, 2, 3];
  const rng = createRng(11);
  const features = Table.of(
    nLevels.map((m, j) => [`x${j}`, numberColumn(Float64Array.from({ length: 400 }, () => rng.below(m)))] as const),
  );
  const learned = learnBins(features);
  const own = binTable(features, learned, plainWorkspace);
  const shared = binTable(features, learned, plainWorkspace, { crossFrom: 0 });
  const { n, columns, columnOf, stepOf } = shared;
  learned.forEach(({ nBins }, j) => {
    const bytes = columns.subarray(columnOf[j]! * n, (columnOf[j]! + 1) * n);
    const bins = stepOf[j] === 0 ? bytes : bytes.map((byte) => Math.floor(byte / stepOf[j]!) % nBins);
    assert.deepEqual([...bins], [...own.columns.subarray(j * n, (j + 1) * n)], `feature ${j}`);
  });
});

test("gbdt() gives the same model with and without compiled kernels", { skip }, () => {
  const n = 1500;
  const table = tableOf(n, 5, 2, 7);
  const rng = createRng(7);
  const x = table.numbers("x0").values;
  const values = Float64Array.from(x, (v) => Math.floor(2.9 * Math.min(0.999, Math.max(0, v + rng.uniform()))));
  const targets: Target[] = [
    { task: "multiclass", values, nClasses: 3 },
    { task: "binary", values: values.map((y) => (y > 0 ? 1 : 0)), nClasses: 2 },
    { task: "regression", values: values.map((y, i) => y + x[i]!), nClasses: 0 },
  ];
  const variants: GbdtParams[] = [
    {},
    { featureFraction: 0.5, maxLeaves: 7, rowFraction: 0.6 },
    { minSamplesLeaf: 1, maxLeaves: 63, topFraction: 0.2, rowFraction: 0.2 },
    { dropRate: 0.3, nodeFeatureFraction: 0.5, maxDepth: 3, monotone: { x0: 1 }, interactions: [["x0", "c0"]] },
  ];
  const validation = { table: table.take(Int32Array.from({ length: 300 }, (_, i) => 5 * i)) };
  for (const target of targets)
    for (const params of variants) {
      const held = { ...target, values: target.values.filter((_, i) => i % 5 === 0) };
      const learner = gbdt({ nTrees: 8, ...params });
      const sampleWeight = Float64Array.from({ length: n }, (_, i) => 1 + (i % 3));
      const options = { seed: 3, sampleWeight, validation: { ...validation, target: held } };
      const compiled = learner.fit(table, target, { ...options, ...(kernels && { kernels }) });
      assert.deepEqual(compiled.toJSON(), learner.fit(table, target, options).toJSON());
    }
});
