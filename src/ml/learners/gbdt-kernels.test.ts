import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { loadKernels } from "../../edge/compute/index.ts";
import { createRng } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../table/index.ts";
import { createWorkspace, numbersPerBin, type Workspace } from "./gbdt-workspace.ts";
import { gbdt, type Target } from "./index.ts";

const kernels = loadKernels();
const skip = kernels === undefined ? "the kernels are not built: node scripts/build.mjs" : false;

// A histogram of random bins, rows and whole-number pairs, built in one workspace.
function histogramIn(workspace: Workspace, n: number, nFeatures: number, nActive: number, seed: number): number[] {
  const rng = createRng(seed);
  const stride = 16 * Math.ceil(nFeatures / 16);
  const bins = workspace.uint8(n * stride);
  for (let i = 0; i < n; i++) for (let j = 0; j < nFeatures; j++) bins[i * stride + j] = rng.below(256);
  const pairs = workspace.float64(2 * n);
  for (let k = 0; k < 2 * n; k++) pairs[k] = rng.below(2 ** 30) - 2 ** 29;
  const rows = workspace.int32(n);
  for (let k = 0; k < n; k++) rows[k] = rng.below(n);
  const active = Int32Array.from({ length: nActive }, (_, k) => k % nFeatures);
  const offsets = active.map((_, k) => k * 256 * numbersPerBin);
  const out = workspace.float64(nActive * 256 * numbersPerBin);
  const from = rng.below(n);
  workspace.histogram({ bins, stride }, rows, from, n, pairs, { active, offsets, length: out.length }, out);
  return [...out];
}

test("the compiled histogram equals its specification to the bit", { skip }, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer(),
      (n, nFeatures, nActive, seed) => {
        const compiled = histogramIn(createWorkspace(kernels), n, nFeatures, nActive, seed);
        assert.deepEqual(compiled, histogramIn(createWorkspace(), n, nFeatures, nActive, seed));
      },
    ),
    { numRuns: 60 },
  );
});

test("gbdt() gives the same model with and without compiled kernels", { skip }, () => {
  const rng = createRng(7);
  const n = 3000;
  const x = Float64Array.from({ length: n }, () => (rng.uniform() < 0.1 ? Number.NaN : rng.uniform()));
  const z = Float64Array.from({ length: n }, () => rng.uniform());
  const kind = Array.from({ length: n }, () => (rng.uniform() < 0.05 ? null : `k${rng.below(300)}`));
  const table = Table.of({ x: numberColumn(x), kind: categoryColumn(kind), z: numberColumn(z) });
  const values = Float64Array.from({ length: n }, (_, i) =>
    Math.floor(3 * ((z[i]! + (Number.isNaN(x[i]!) ? 0 : x[i]!)) / 2)),
  );
  const targets: Target[] = [
    { task: "multiclass", values, nClasses: 3 },
    { task: "binary", values: values.map((y) => (y > 0 ? 1 : 0)), nClasses: 2 },
    { task: "regression", values: values.map((y, i) => y + z[i]!), nClasses: 0 },
  ];
  for (const target of targets)
    for (const params of [{}, { featureFraction: 0.5, maxLeaves: 7 }, { minSamplesLeaf: 1, maxLeaves: 63 }]) {
      const learner = gbdt({ nTrees: 8, ...params });
      const compiled = learner.fit(table, target, { seed: 3, ...(kernels === undefined ? {} : { kernels }) });
      assert.deepEqual(compiled.toJSON(), learner.fit(table, target, { seed: 3 }).toJSON());
    }
});
