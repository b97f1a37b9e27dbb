import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadSparseKernels } from "../../edge/compute/index.ts";
import { createRng } from "../../lib/index.ts";
import { sparseBlock, Table } from "../table/index.ts";
import { type LinearData, linear, type Target } from "./index.ts";
import { designOf } from "./linear-design.ts";
import { dualSoftmax } from "./linear-dual.ts";
import { objectiveOf } from "./linear-objective.ts";
import { passOver } from "./linear-pass.ts";
import { penaltyOf } from "./linear-solve.ts";
import type { SparseKernels } from "./sparse-kernels.ts";

interface Problem {
  readonly table: Table;
  readonly target: Target;
  readonly weights: Float64Array;
}

function generate(seed: number, n: number, width: number, nClasses: number): Problem {
  const rng = createRng(seed);
  const rows = Array.from({ length: n }, () => {
    const indexes = Int32Array.from({ length: width }, (_, j) => j).filter(() => rng.uniform() < 0.2);
    return { indexes, values: Float64Array.from(indexes, () => rng.uniform()) };
  });
  const values = Float64Array.from(
    rows,
    ({ indexes }) => (rng.uniform() < 0.7 ? (indexes[0] ?? 0) : rng.below(9)) % nClasses,
  );
  return {
    table: Table.of({}, n, [sparseBlock(rows, width)]),
    target: { task: "multiclass", values, nClasses },
    weights: Float64Array.from({ length: n }, () => rng.below(3)),
  };
}

function lossAt({ table, target, weights }: Problem, ridge: number, theta: Float64Array): number {
  const design = designOf(table, []);
  const nOutputs = target.nClasses;
  const margins = new Float64Array(nOutputs * design.n);
  passOver(design, nOutputs, { forward: { weights: theta, margins } });
  const objective = objectiveOf(target, weights, nOutputs);
  return (
    objective.evaluate(margins, margins.slice()) + penaltyOf({ design, objective, nOutputs, ridge, lasso: 0 }, theta)
  );
}

test("dualSoftmax() comes within 0.5 % of the least loss that Newton's method finds", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 2, max: 7 }), fc.constantFrom(0.3, 1, 3), (seed, nClasses, ridge) => {
      const problem = generate(seed, 150, 40, nClasses);
      const { table, target, weights } = problem;
      fc.pre(new Set(target.values.filter((_, i) => weights[i]! > 0)).size > 1);
      const dual = dualSoftmax(designOf(table, []), target, weights, ridge, { tolerance: 1e-3, seed });
      const exact = linear({ lambda: ridge, tolerance: 1e-10 }).fit(table, target, { seed, sampleWeight: weights });
      const least = lossAt(problem, ridge, thetaOf(exact.toJSON() as LinearData));
      const reached = lossAt(problem, ridge, dual.weights);
      assert.ok(dual.isReached, `epochs ${dual.epochs}: ${reached}, ${least}`);
      assert.ok(reached <= 1.005 * least && reached >= least * (1 - 1e-6), `${reached}, ${least}`);
    }),
    { numRuns: 20 },
  );
});

function thetaOf({ blocks, intercepts }: LinearData): Float64Array {
  const { width, weights } = blocks![0]!;
  const bytes = Buffer.from(weights, "base64");
  return Float64Array.from({ length: intercepts.length * (width + 1) }, (_, at) => {
    const [k, j] = [Math.floor(at / (width + 1)), at % (width + 1)];
    return j === 0 ? intercepts[k]! : bytes.readFloatLE(4 * ((j - 1) * intercepts.length + k));
  });
}

test("dualSoftmax() gives the same bits again, and rows of weight 0 count for nothing", () => {
  const { table, target, weights } = generate(3, 120, 30, 4);
  const fit = (rows: Int32Array) => {
    const own = { ...target, values: Float64Array.from(rows, (i) => target.values[i]!) };
    const rowWeights = Float64Array.from(rows, (i) => weights[i]!);
    return dualSoftmax(designOf(table.take(rows), []), own, rowWeights, 0.1, { tolerance: 1e-3, seed: 5 }).weights;
  };
  const all = Int32Array.from(weights.keys());
  assert.deepEqual(fit(all), fit(all));
  assert.deepEqual(fit(all), fit(all.filter((i) => weights[i]! > 0)));
});

const sparseKernels = loadSparseKernels();

test("dualSoftmax() gives the same bits with compiled kernels", {
  skip: sparseKernels === undefined && "the kernels are not built: node scripts/build.mjs",
}, () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 2, max: 20 }), (seed, nClasses) => {
      const { table, target, weights } = generate(seed, 60, 25, nClasses);
      fc.pre(weights.some((w) => w > 0));
      const fit = (kernels?: SparseKernels) =>
        dualSoftmax(designOf(table, []), target, weights, 0.1, { tolerance: 1e-2, seed }, kernels);
      assert.deepEqual(fit(sparseKernels), fit());
    }),
    { numRuns: 30 },
  );
});

test("dualSoftmax() ends when it is told to", () => {
  const { table, target, weights } = generate(4, 60, 20, 3);
  const options = { tolerance: 1e-3, seed: 1, shouldStop: () => true };
  assert.throws(() => dualSoftmax(designOf(table, []), target, weights, 0.1, options), { code: "FIT_CANCELLED" });
});
