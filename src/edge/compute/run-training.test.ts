import assert from "node:assert/strict";
import { syncBuiltinESMExports } from "node:module";
import test, { type TestContext } from "node:test";
import workerThreads, { Worker } from "node:worker_threads";
import { untouched } from "../../../test/sample-snapshot.ts";
import { canonicalJson, createRng, FettleError } from "../../lib/index.ts";
import { categoryColumn, numberColumn, Table } from "../../ml/table/index.ts";
import type { TrainInput } from "../../platform/training/index.ts";
import { loadKernels, runTraining } from "./index.ts";

const skip = loadKernels() === undefined ? "the kernels are not built: node scripts/build.mjs" : false;

const n = 70_000;
const rng = createRng(1);
const numbers = Array.from({ length: 8 }, () => Float64Array.from({ length: n }, () => rng.uniform()));
const score = numbers[0]!.map((x, i) => x + numbers[1]![i]! + rng.uniform());
const label = categoryColumn(Array.from(score, (s) => (s > 1.5 ? "yes" : "no")));
const table = Table.of([...numbers.map((x, j) => [`x${j}`, numberColumn(x)] as const), ["label", label]]);
const schema = table.names.map((name) => ({ name, type: table.column(name).kind }));

/** Large enough that trees are grown on several threads, and long enough that what happens meanwhile meets it at work. */
const input: TrainInput = {
  definition: {
    name: "sample",
    data: { files: ["sample.csv"] },
    target: { column: "label" },
    search: { configurations: [{ family: "gbdt", params: { nTrees: 60, earlyStoppingRounds: 0 } }] },
    evaluation: { resamples: 200 },
  },
  ...untouched(table, schema),
};

/** Workers that are started from now on: the training's by the name of their module. */
function watchWorkers(context: TestContext): Map<string, Worker> {
  const started = new Map<string, Worker>();
  class Watched extends Worker {
    constructor(...[file, options]: ConstructorParameters<typeof Worker>) {
      super(file, options);
      started.set(/([a-z]+)-worker/.exec(String(file))![1]!, this);
    }
  }
  workerThreads.Worker = Watched;
  syncBuiltinESMExports();
  context.after(() => {
    workerThreads.Worker = Worker;
    syncBuiltinESMExports();
  });
  return started;
}

/** Runs the training; `act` is called once, when its trees have begun to grow. */
function whileGrowing(act: () => void, signal?: AbortSignal) {
  let hasBegun = false;
  return runTraining(input, {
    threads: 2,
    ...(signal && { signal }),
    onProgress: ({ stage, share }) => {
      if (hasBegun || stage !== "search" || share === 0) return;
      hasBegun = true;
      act();
    },
  });
}

test("runTraining() ends with an error when its worker dies", { skip }, async (context) => {
  const workers = watchWorkers(context);
  await assert.rejects(
    whileGrowing(() => void workers.get("training")!.terminate()),
    { code: "TRAINING_WORKER_DIED", kind: "unavailable" },
  );
});

test("runTraining() does not hang when one of its threads dies: it fails, or the others have done all of the work", {
  skip,
}, async (context) => {
  const workers = watchWorkers(context);
  const outcome = await whileGrowing(() => void workers.get("kernel")!.terminate()).catch((error: unknown) => error);
  if (outcome instanceof FettleError) assert.equal(outcome.code, "TRAINING_THREAD_LOST");
  else {
    const { capsule } = await runTraining(input, { threads: 1 });
    assert.equal(canonicalJson((outcome as { capsule: unknown }).capsule), canonicalJson(capsule));
  }
});

test("runTraining() ends with FIT_CANCELLED when it is cancelled while trees grow", { skip }, async () => {
  const controller = new AbortController();
  await assert.rejects(
    whileGrowing(() => controller.abort(), controller.signal),
    { code: "FIT_CANCELLED", kind: "cancelled" },
  );
});
