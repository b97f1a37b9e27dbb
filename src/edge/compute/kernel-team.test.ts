import assert from "node:assert/strict";
import test from "node:test";
import { createRng } from "../../lib/index.ts";
import { gbdt } from "../../ml/learners/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { loseThread, teamMemory } from "../../ml/team/index.ts";
import { loadKernels, loadKernelTeam } from "./index.ts";

const skip = loadKernels() === undefined ? "the kernels are not built: node scripts/build.mjs" : false;

/** Large enough for more than one thread, by rows × features. */
function problemOf(n: number, nFeatures: number, seed: number) {
  const rng = createRng(seed);
  const numbers = Array.from({ length: nFeatures }, () => Float64Array.from({ length: n }, () => rng.uniform()));
  const kind = categoryColumn(Array.from({ length: n }, () => `k${rng.below(30)}`));
  const values = Float64Array.from({ length: n }, (_, i) =>
    Number(numbers[0]![i]! + (kind.codes[i]! % 3) / 3 + rng.uniform() > 1.3),
  );
  const table = Table.of([...numbers.map((x, j) => [`x${j}`, numberColumn(x)] as const), ["kind", kind]]);
  return { table, target: { task: "binary", values, nClasses: 2 } as const };
}

test("a model is the same on one, two and three threads, on every repeat, and without kernels", { skip }, async () => {
  const cases = [problemOf(34_000, 15, 1), problemOf(130_001, 4, 2)];
  for (const { table, target } of cases) {
    const models = [];
    for (const nThreads of [1, 2, 3, 2]) {
      const team = (await loadKernelTeam("kernels", nThreads))!;
      const learner = gbdt({ nTrees: 4, minSamplesLeaf: 1, maxLeaves: 63 });
      models.push(learner.fit(table, target, { seed: 1, kernels: team.kernels }).toJSON());
      await team.stop();
    }
    const plain = gbdt({ nTrees: 4, minSamplesLeaf: 1, maxLeaves: 63 }).fit(table, target, { seed: 1 });
    models.push(plain.toJSON());
    for (const model of models) assert.deepEqual(model, models[0]);
  }
});

test("a thread that dies in the middle of a training ends it with an error", { skip }, async () => {
  const { table, target } = problemOf(40_000, 15, 3);
  const team = (await loadKernelTeam("kernels", 2))!;
  const { control } = teamMemory(team.kernels.memory.buffer, team.kernels.teamAt);
  // As if the other thread had taken a chunk of the first histogram and died.
  const functions = {
    ...team.kernels.functions,
    histogram(...places: Parameters<typeof team.kernels.functions.histogram>) {
      Atomics.add(control, 1, 1);
      loseThread(control);
      team.kernels.functions.histogram(...places);
    },
  };
  const fit = () => gbdt().fit(table, target, { seed: 1, kernels: { ...team.kernels, functions } });
  await team.stop();
  assert.throws(fit, { code: "TRAINING_THREAD_LOST", kind: "unavailable" });
});
