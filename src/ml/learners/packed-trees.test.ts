import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import { greatestFloat32 } from "./gbdt-thresholds.ts";
import { type GbdtData, packTrees, type TreeData, unpackTrees } from "./index.ts";

const rng = createRng(4);

// A chain: each node sends a side to a leaf, the other on.
function chainOf(nNodes: number, threshold: (node: number) => number, value: () => number): TreeData {
  const nodes = Array.from({ length: nNodes }, (_, node) => node);
  return {
    feature: nodes.map((node) => node % 3),
    threshold: nodes.map((node) => (node % 3 === 2 ? 0 : threshold(node))),
    categories: nodes.map((node) => (node % 3 === 2 ? [1, 7, 300].slice(0, node % 4) : null)),
    missingLeft: nodes.map(() => rng.below(2)),
    left: nodes.map((node) => ~node),
    right: nodes.map((node) => (node === nNodes - 1 ? ~nNodes : node + 1)),
    value: Array.from({ length: nNodes + 1 }, value),
    gain: [],
    cover: [],
    leafCover: [],
  };
}

const modelOf = (trees: TreeData[]): GbdtData => ({
  kind: "forest",
  task: "regression",
  loss: "squared",
  link: "identity",
  featureNames: ["a", "b", "c"],
  base: [0.25],
  trees,
});

const float = () => Math.fround(rng.uniform() - 0.5);

test("unpackTrees(packTrees()) in f32 gives back trees whose leaves are f32 numbers", () => {
  const data = modelOf([
    chainOf(0, float, float),
    chainOf(400, (node) => (node === 4 ? greatestFloat32 : float()), float),
    chainOf(7, float, float),
  ]);
  assert.deepEqual(unpackTrees(packTrees(data, "float32")), data);
});

test("packTrees() keeps every threshold while a feature has no more than the precision tells apart", () => {
  const trees = [chainOf(300, float, () => rng.uniform() - 0.5)];
  for (const precision of ["int16", "int8"] as const) {
    const [unpacked] = unpackTrees(packTrees(modelOf(trees), precision)).trees;
    assert.deepEqual({ ...unpacked, value: trees[0]!.value }, trees[0]);
    const greatest = Math.max(...trees[0]!.value.map(Math.abs));
    const step = greatest / { int16: 32_767, int8: 127 }[precision];
    unpacked!.value.forEach((value, leaf) => {
      assert.ok(Math.abs(value - trees[0]!.value[leaf]!) <= 0.5001 * step);
    });
  }
});

test("packTrees() in int8 moves thresholds beyond 256 to near ones and never into missing or not", () => {
  const trees = [chainOf(3000, (node) => (node === 0 ? greatestFloat32 : float()), float)];
  const [unpacked] = unpackTrees(packTrees(modelOf(trees), "int8")).trees;
  assert.equal(unpacked!.threshold[0], greatestFloat32);
  const distinct = new Set(unpacked!.threshold.filter((_, node) => node % 3 === 0));
  assert.ok(distinct.size <= 256);
  for (let node = 1; node < 3000; node++)
    assert.ok(Math.abs(unpacked!.threshold[node]! - trees[0]!.threshold[node]!) < 0.02);
});
