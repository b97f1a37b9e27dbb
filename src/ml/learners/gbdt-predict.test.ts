import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { loadPredictKernels } from "../../edge/compute/index.ts";
import { createRng, type Rng } from "../../lib/index.ts";
import { type CategoryColumn, type Column, numberColumn, Table } from "../table/index.ts";
import { gbdtModel } from "./gbdt-model.ts";
import { greatestFloat32 } from "./gbdt-thresholds.ts";
import { type GbdtData, type PredictKernels, startPredictKernels, type TreeData } from "./index.ts";

const predictKernelsFile = new URL("../../../dist/predict.wasm", import.meta.url);
const kernels = loadPredictKernels();
const skip = kernels === undefined ? "the kernels are not built: node scripts/build.mjs" : false;

interface Shape {
  readonly nTrees: number;
  readonly nLeaves: number;
  readonly nNumbers: number;
  readonly nCategories: number;
  readonly nThresholds: number;
  readonly nLevels: number;
  readonly nOutputs: number;
  readonly nRows: number;
  /** Share of cells that are missing. */
  readonly missing: number;
  /** Whether every node splits the leaf that the last one made: a tree as deep as it can be. */
  readonly isDeep: boolean;
  readonly seed: number;
}

const pick = <T>(rng: Rng, values: ArrayLike<T>) => values[rng.below(values.length)]!;

// Thresholds that meet values exactly, lie next to each other, or are infinite in effect.
function thresholdsOf(rng: Rng, n: number): number[] {
  const odd = [0, -0, 1e-45, greatestFloat32, -greatestFloat32, Number.NEGATIVE_INFINITY];
  return Array.from({ length: n }, () => (rng.below(10) === 0 ? pick(rng, odd) : Math.fround(rng.uniform() * 8 - 4)));
}

function treeOf(rng: Rng, shape: Shape, grids: readonly number[][]): TreeData {
  const tree = { feature: [], threshold: [], categories: [], missingLeft: [], left: [], right: [] } as {
    [K in "feature" | "threshold" | "missingLeft" | "left" | "right"]: number[];
  } & { categories: (number[] | null)[] };
  const open: [node: number, side: "left" | "right"][] = [[-1, "left"]];
  while (open.length < shape.nLeaves) {
    const at = shape.isDeep ? open.length - 1 : rng.below(open.length);
    const [parent, side] = open.splice(at, 1)[0]!;
    const node = tree.feature.length;
    if (parent >= 0) tree[side][parent] = node;
    const feature = rng.below(shape.nNumbers + shape.nCategories);
    const isCategory = feature >= shape.nNumbers;
    tree.feature.push(feature);
    tree.threshold.push(isCategory ? 0 : pick(rng, grids[feature]!));
    tree.categories.push(
      isCategory ? Array.from({ length: shape.nLevels }, (_, c) => c).filter(() => rng.below(2) === 1) : null,
    );
    tree.missingLeft.push(rng.below(2));
    open.push([node, "left"], [node, "right"]);
  }
  open.forEach(([parent, side], leaf) => {
    if (parent >= 0) tree[side][parent] = ~leaf;
  });
  const value = open.map(() => rng.uniform() - 0.5);
  return { ...tree, value, gain: [], cover: [], leafCover: [] };
}

function sampleOf(shape: Shape): { data: GbdtData; table: Table } {
  const rng = createRng(shape.seed);
  const grids = Array.from({ length: shape.nNumbers }, () => thresholdsOf(rng, shape.nThresholds));
  const isMissing = () => rng.uniform() < shape.missing;
  const numbers = grids.map((grid): Column => {
    const odd = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e39, -1e39, 1e-50, -0];
    const cell = () =>
      rng.below(4) === 0 ? pick(rng, odd) : rng.below(2) === 0 ? pick(rng, grid) : rng.uniform() * 10 - 5;
    return numberColumn(Float64Array.from({ length: shape.nRows }, () => (isMissing() ? Number.NaN : cell())));
  });
  const categories = Array.from({ length: shape.nCategories }, (): CategoryColumn => {
    const codes = Int32Array.from({ length: shape.nRows }, () => (isMissing() ? -1 : rng.below(shape.nLevels + 3)));
    return { kind: "category", codes, dictionary: [] };
  });
  const columns = [...numbers, ...categories].map((column, j) => [`f${j}`, column] as const);
  const data: GbdtData = {
    kind: "gbdt",
    task: "regression",
    loss: "squared",
    link: "identity",
    featureNames: columns.map(([name]) => name),
    base: Array.from({ length: shape.nOutputs }, () => rng.uniform()),
    trees: Array.from({ length: shape.nTrees * shape.nOutputs }, () => treeOf(rng, shape, grids)),
  };
  return { data, table: Table.of(columns, shape.nRows) };
}

/** Holds the batch and the row form on `compiled` kernels against the flat batch form. */
function checkEqual({ data, table }: { data: GbdtData; table: Table }, compiled: PredictKernels): void {
  const expected = gbdtModel(data).predict(table);
  const model = gbdtModel(data, compiled);
  assert.deepEqual(model.predict(table), expected);
  const flat = gbdtModel(data);
  const nOutputs = data.base.length;
  const out = new Float64Array(nOutputs);
  const columns = data.featureNames.map((name) => table.column(name));
  for (let i = 0; i < table.nRows; i++) {
    const row = Float64Array.from(columns, (column) => (column.kind === "category" ? column.codes : column.values)[i]!);
    for (const one of [model, flat]) {
      one.predictRow(row, out);
      assert.deepEqual(out, expected.slice(i * nOutputs, (i + 1) * nOutputs));
    }
  }
}

const shape: fc.Arbitrary<Shape> = fc.record({
  nTrees: fc.integer({ min: 0, max: 40 }),
  nLeaves: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 2, 8, 9, 31, 32, 33, 64, 65, 130)),
  nNumbers: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(16, 17, 33, 70)),
  nCategories: fc.integer({ min: 0, max: 4 }),
  nThresholds: fc.constantFrom(1, 3, 15, 16, 17, 60),
  nLevels: fc.constantFrom(1, 5, 40, 254),
  nOutputs: fc.constantFrom(1, 1, 2, 3),
  nRows: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(64, 65, 200)),
  missing: fc.constantFrom(0, 0, 0.1, 1),
  isDeep: fc.boolean(),
  seed: fc.integer(),
});

test("compiled predictions equal the flat form to the bit", { skip }, () => {
  fc.assert(
    fc.property(shape, (asked) => checkEqual(sampleOf(asked), kernels!)),
    { numRuns: 60 },
  );
});

const usual: Shape = {
  nTrees: 6,
  nLeaves: 31,
  nNumbers: 5,
  nCategories: 0,
  nThresholds: 60,
  nLevels: 5,
  nOutputs: 1,
  nRows: 70,
  missing: 0.1,
  isDeep: false,
  seed: 1,
};

const cases: readonly { readonly name: string; readonly shape: Partial<Shape> }[] = [
  { name: "253 thresholds, all that a plane holds", shape: { nTrees: 60, nNumbers: 1, nThresholds: 253 } },
  { name: "more thresholds than a plane holds", shape: { nTrees: 100, nNumbers: 1, nThresholds: 2000 } },
  { name: "thousands of leaves", shape: { nTrees: 2, nLeaves: 3000, nThresholds: 5000 } },
  { name: "thousands of leaves and categories", shape: { nTrees: 2, nLeaves: 3000, nCategories: 4, nLevels: 100 } },
  { name: "256 leaves, one more than masks hold", shape: { nLeaves: 256, isDeep: true } },
  { name: "more categories than the kernels hold", shape: { nCategories: 2, nLevels: 600 } },
  { name: "only categories", shape: { nNumbers: 0, nCategories: 3 } },
  { name: "rows of several blocks", shape: { nRows: 1100, nOutputs: 2 } },
];

for (const { name, shape: given } of cases)
  test(`compiled predictions equal the flat form to the bit: ${name}`, { skip }, () => {
    checkEqual(sampleOf({ ...usual, ...given }), kernels!);
  });

for (const mostPlanBytes of [64 * 2 ** 20, 20_000])
  test(`models that share a memory for ${mostPlanBytes} bytes of plans do not disturb each other`, { skip }, () => {
    const shared = startPredictKernels(readFileSync(predictKernelsFile), mostPlanBytes)!;
    const samples = Array.from({ length: 8 }, (_, seed) => sampleOf({ ...usual, seed, nNumbers: 1 + 20 * (seed % 3) }));
    const expected = samples.map(({ data, table }) => gbdtModel(data).predict(table));
    const models = samples.map(({ data }) => gbdtModel(data, shared));
    for (const k of [0, 1, 2, 0, 7, 6, 5, 4, 3, 2, 1, 0])
      assert.deepEqual(models[k]!.predict(samples[k]!.table), expected[k]);
  });

test("startPredictKernels() gives undefined for bytes that are no module", () => {
  assert.equal(startPredictKernels(new Uint8Array([1, 2, 3])), undefined);
});
