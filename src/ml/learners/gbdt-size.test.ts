import assert from "node:assert/strict";
import test from "node:test";
import { loadKernels } from "../../edge/compute/index.ts";
import { createRng } from "../../lib/index.ts";
import { numberColumn, Table } from "../table/index.ts";
import { bytesNeeded, checkSize } from "./gbdt-size.ts";
import { type ForestParams, forest, type GbdtParams, gbdt, type Target } from "./index.ts";

const skip = loadKernels() === undefined ? "the kernels are not built: node scripts/build.mjs" : false;

/** Numbers and labels by chance: every leaf that may be split gains a little by it. */
function noise(n: number, nFeatures: number): { readonly table: Table; readonly target: Target } {
  const rng = createRng(1);
  const column = () => numberColumn(Float64Array.from({ length: n }, () => rng.uniform()));
  const table = Table.of(Array.from({ length: nFeatures }, (_, j) => [`x${j}`, column()] as const));
  return {
    table,
    target: { task: "binary", values: Float64Array.from({ length: n }, () => rng.below(2)), nClasses: 2 },
  };
}

const sizes: readonly { readonly n: number; readonly nFeatures: number; readonly params: GbdtParams & ForestParams }[] =
  [
    { n: 20_000, nFeatures: 60, params: {} },
    { n: 60_000, nFeatures: 15, params: { maxLeaves: 255 } },
    { n: 1000, nFeatures: 1500, params: { minSamplesLeaf: 5 } },
  ];

for (const { n, nFeatures, params } of sizes)
  test(`bytesNeeded() is within a factor of two of what a fit takes: ${n} × ${nFeatures}`, { skip }, () => {
    const { table, target } = noise(n, nFeatures);
    for (const kind of ["gbdt", "forest"] as const) {
      const kernels = loadKernels()!;
      const before = kernels.memory.buffer.byteLength;
      const { maxLeaves: _, ...forestParams } = params;
      const learner = kind === "gbdt" ? gbdt({ nTrees: 2, ...params }) : forest({ nTrees: 2, ...forestParams });
      learner.fit(table, target, { seed: 1, kernels });
      const taken = kernels.memory.buffer.byteLength - before;
      const isForest = kind === "forest";
      const active = isForest ? nFeatures : Math.min(1000, nFeatures);
      const openLeaves = isForest ? Math.ceil(Math.log2(n + 1)) : (params.maxLeaves ?? 31);
      const ratio = bytesNeeded({ rows: n, heldRows: 0, features: nFeatures, active, openLeaves }) / taken;
      assert.ok(ratio > 0.5 && ratio < 2, `${kind}: ${ratio}`);
    }
  });

test("checkSize() names the memory that a million columns would need, and the rows that are too many", () => {
  const size = { rows: 10_000, heldRows: 0, features: 1_000_000, active: 1000, openLeaves: 31 };
  assert.throws(() => checkSize(size), {
    code: "GBDT_TOO_LARGE",
    kind: "too-large",
    message:
      /^Cannot fit trees to 10000 rows × 1000000 features: they would need 18\.\d GiB, at most 4\.0 GiB and 134217728 rows/,
  });
  assert.throws(() => checkSize({ ...size, features: 1, rows: 2 ** 28 }), { code: "GBDT_TOO_LARGE" });
  assert.throws(() => checkSize({ ...size, features: 300, heldRows: 1e7 }), { code: "GBDT_TOO_LARGE" });
  checkSize({ ...size, rows: 10 });
});

test("gbdt() and forest() refuse such a table before they take memory for it", () => {
  const column = numberColumn(new Float64Array(100_000));
  const table = Table.of(Array.from({ length: 30_000 }, (_, j) => [`x${j}`, column] as const));
  const target: Target = { task: "regression", values: column.values, nClasses: 0 };
  const kernels = loadKernels();
  const before = kernels?.memory.buffer.byteLength;
  for (const learner of [gbdt(), forest()])
    assert.throws(() => learner.fit(table, target, { seed: 1, ...(kernels && { kernels }) }), {
      code: "GBDT_TOO_LARGE",
    });
  assert.equal(kernels?.memory.buffer.byteLength, before);
});

test("gbdt() says so where the memory of the kernels cannot grow", { skip }, () => {
  const { table, target } = noise(50_000, 20);
  const kernels = loadKernels()!;
  const full = {
    buffer: kernels.memory.buffer,
    grow: () => {
      throw new RangeError("no room");
    },
  };
  assert.throws(() => gbdt().fit(table, target, { seed: 1, kernels: { ...kernels, memory: full } }), {
    code: "GBDT_TOO_LARGE",
    message: /which this machine or the limit of 4\.0 GiB does not give$/,
  });
});
