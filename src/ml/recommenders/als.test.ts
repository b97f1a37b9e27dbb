import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { loadKernelTeam, loadScanKernels } from "../../edge/compute/index.ts";
import { foldIn, gramInFull } from "./als-fold-in.ts";
import { plainSpace } from "./als-plain.ts";
import { type AlsProblem, bothSides, gramRows } from "./als-problem.ts";
import { strideOf } from "./als-solve.ts";
import { als, type Interactions, interactionsOf, topItems } from "./index.ts";

interface Golden {
  readonly nUsers: number;
  readonly nItems: number;
  readonly users: number[];
  readonly items: number[];
  readonly weights: number[];
  readonly als: {
    readonly factors: number;
    readonly lambda: number;
    readonly alpha: number;
    readonly firstItems: number[][];
    readonly afterUsers: number[][];
    readonly afterItems: number[][];
    readonly objectives: number[];
  };
  readonly history: { readonly factors: number[] };
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/recommenders.json", import.meta.url), "utf8"));
const goldenInteractions = interactionsOf(
  Int32Array.from(golden.users),
  Int32Array.from(golden.items),
  Float64Array.from(golden.weights),
  golden.nUsers,
  golden.nItems,
);

const anyInteractions = fc
  .record({
    nUsers: fc.integer({ min: 1, max: 30 }),
    nItems: fc.integer({ min: 1, max: 20 }),
    pairs: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 5 })), { maxLength: 150 }),
  })
  .map(({ nUsers, nItems, pairs }) =>
    interactionsOf(
      Int32Array.from(pairs, ([user]) => user % nUsers),
      Int32Array.from(pairs, ([, item]) => item % nItems),
      Float64Array.from(pairs, ([, , weight]) => weight),
      nUsers,
      nItems,
    ),
  );

const kernels = { scan: loadScanKernels(), team: await loadKernelTeam("recommend", 1) };
const skip = kernels.team === undefined ? "the kernels are not built: node scripts/build.mjs" : false;

// Rows of numbers as factors: padded to the stride.
function factorsOf(rows: readonly (readonly number[])[], nFactors: number): Float32Array {
  const stride = strideOf(nFactors);
  const factors = new Float32Array(stride * rows.length);
  rows.forEach((row, i) => {
    factors.set(row, stride * i);
  });
  return factors;
}

function problemOf(interactions: Interactions, alpha: number, rest: Omit<AlsProblem, "byUser" | "byItem">): AlsProblem {
  const [byUser, byItem] = bothSides(interactions, alpha);
  return { byUser, byItem, ...rest };
}

function assertNear(values: Float32Array, expected: readonly (readonly number[])[], stride: number, tolerance: number) {
  expected.forEach((row, i) => {
    row.forEach((x, k) => {
      const value = values[i * stride + k]!;
      assert.ok(Math.abs(value - x) <= tolerance, `factor ${k} of row ${i} is ${value}, not ${x}`);
    });
  });
}

// Σ (1 + alpha·w)(p − x·y)² + lambda (Σ‖x‖² + Σ‖y‖²), pair by pair.
function objectiveOf(
  { nUsers, nItems, offsets, items: itemsOf, weights }: Interactions,
  { users, items }: { readonly users: Float32Array; readonly items: Float32Array },
  stride: number,
  alpha: number,
  lambda: number,
): number {
  let sum = 0;
  for (const factors of [users, items]) for (const x of factors) sum += lambda * x * x;
  for (let u = 0; u < nUsers; u++) {
    const confidence = new Map<number, number>();
    for (let k = offsets[u]!; k < offsets[u + 1]!; k++) confidence.set(itemsOf[k]!, alpha * weights[k]!);
    for (let i = 0; i < nItems; i++) {
      let product = 0;
      for (let k = 0; k < stride; k++) product += users[u * stride + k]! * items[i * stride + k]!;
      const c = confidence.get(i);
      sum += c === undefined ? product ** 2 : (1 + c) * (1 - product) ** 2;
    }
  }
  return sum;
}

test("a round of ALS with enough steps is the closed form of numpy, and so is its objective", () => {
  const { factors: nFactors, lambda, alpha, firstItems, afterUsers, afterItems, objectives } = golden.als;
  const stride = strideOf(nFactors);
  const problem = { nFactors, lambda, nSteps: 30, firstItems: factorsOf(firstItems, nFactors) };
  const space = plainSpace(problemOf(goldenInteractions, alpha, problem));
  const objective = () => objectiveOf(goldenInteractions, space, stride, alpha, lambda);
  const nearObjective = (expected: number) => assert.ok(Math.abs(objective() / expected - 1) < 1e-5);
  nearObjective(objectives[0]!);
  space.improve("users", () => {});
  assertNear(space.users, afterUsers, stride, 2e-5);
  nearObjective(objectives[1]!);
  space.improve("items", () => {});
  assertNear(space.items, afterItems, stride, 2e-5);
  nearObjective(objectives[2]!);
});

test("the factors of a history are the closed form of numpy, rounded", () => {
  const { factors: nFactors, lambda, alpha, afterItems } = golden.als;
  const items = factorsOf(afterItems, nFactors);
  const gram = gramInFull(items, nFactors);
  const order = Int32Array.of(1, 4, 9);
  const fold = foldIn({ nFactors, lambda, alpha, items, gram });
  fold({ items: Int32Array.of(0), weights: Float64Array.of(9) }); // leaves nothing behind
  const factors = fold({ items: order, weights: Float64Array.of(2, 1, 0.5) });
  assertNear(factors, [golden.history.factors], strideOf(nFactors), 5e-7);
});

test("the objective never rises from half to half, with any number of steps", () => {
  fc.assert(
    fc.property(
      anyInteractions,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(0.01, 1, 30),
      fc.constantFrom(0.1, 1, 40),
      (interactions, nFactors, nSteps, lambda, alpha) => {
        const stride = strideOf(nFactors);
        const first = Array.from({ length: interactions.nItems }, (_, i) =>
          Array.from({ length: nFactors }, (_, k) => Math.fround(Math.sin(7 * i + k) / 5)),
        );
        const problem = { nFactors, lambda, nSteps, firstItems: factorsOf(first, nFactors) };
        const space = plainSpace(problemOf(interactions, alpha, problem));
        let before = objectiveOf(interactions, space, stride, alpha, lambda);
        for (let half = 0; half < 8; half++) {
          space.improve(half % 2 === 0 ? "users" : "items", () => {});
          const after = objectiveOf(interactions, space, stride, alpha, lambda);
          assert.ok(after <= before * (1 + 1e-5), `it rises from ${before} to ${after}`);
          before = after;
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("compiled kernels give the same bits as TypeScript: any shape, and scores too", { skip }, () => {
  fc.assert(
    fc.property(
      anyInteractions,
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(),
      (interactions, factors, steps, seed) => {
        fc.pre(interactions.items.length > 0);
        const learner = als({ factors, steps, iterations: 2, alpha: 3 });
        const plain = learner.fit(interactions, { seed });
        const { team, scan } = kernels;
        const compiled = learner.fit(interactions, { seed, kernels: team!.kernels, scanKernels: scan! });
        assert.deepEqual(compiled.toJSON(), plain.toJSON());
        for (let user = 0; user < interactions.nUsers; user++)
          assert.deepEqual(compiled.scores(user), plain.scores(user));
        const history = { items: interactions.items.slice(0, 3), weights: null };
        assert.deepEqual(compiled.scoresOf(history), plain.scoresOf(history));
        assert.deepEqual(compiled.similarItems(0, 5), plain.similarItems(0, 5));
      },
    ),
    { numRuns: 60 },
  );
});

/** Interactions of many chunks, and of a Gram matrix in several parts, some users far busier than others. */
function manyInteractions(): Interactions {
  const [nUsers, nItems, n] = [40_000, 900, 120_000];
  const users = Int32Array.from({ length: n }, (_, k) => (k < 1_200 ? k % 2 : (k * 7919) % nUsers));
  const items = Int32Array.from({ length: n }, (_, k) => (k * (k % 7) + (k >> 5)) % nItems);
  return interactionsOf(users, items, null, nUsers, nItems);
}

test("a model is the same on one, two and three threads, and without kernels", { skip }, async () => {
  const interactions = manyInteractions();
  assert.ok(gramRows(16) < interactions.nUsers);
  const learner = als({ factors: 16, iterations: 2 });
  const models = [learner.fit(interactions, { seed: 1 }).toJSON()];
  for (const nThreads of [1, 2, 3]) {
    const team = (await loadKernelTeam("recommend", nThreads))!;
    models.push(learner.fit(interactions, { seed: 1, kernels: team.kernels }).toJSON());
    await team.stop();
  }
  for (const model of models) assert.deepEqual(model, models[0]);
});

test("als() ends when it is asked to, and tells how far it is", { skip }, () => {
  const interactions = manyInteractions();
  const shares: number[] = [];
  const options = { seed: 1, kernels: kernels.team!.kernels };
  als({ factors: 16, iterations: 2 }).fit(interactions, { ...options, onProgress: (share) => shares.push(share) });
  assert.ok(shares.length > 4 && shares.every((share, k) => share >= (shares[k - 1] ?? 0) && share <= 1));
  let asked = 0;
  const fit = (rest: object) => als().fit(interactions, { seed: 1, shouldStop: () => ++asked > 3, ...rest });
  for (const rest of [{}, options]) assert.throws(() => fit(rest), { code: "FIT_CANCELLED", kind: "cancelled" });
});

test("als() refuses what its memory cannot hold before it takes any", () => {
  const huge = { nUsers: 50_000_000, nItems: 1, offsets: new Int32Array(0), items: Int32Array.of(0) };
  assert.throws(() => als().fit({ ...huge, weights: Float64Array.of(1) }, { seed: 1 }), {
    code: "RECOMMENDER_TOO_LARGE",
    kind: "too-large",
  });
});

test("als() says so where the kernels' memory cannot grow", { skip }, () => {
  const { memory } = kernels.team!.kernels;
  const full = {
    buffer: memory.buffer,
    grow(): number {
      throw new RangeError("no more");
    },
  };
  const interactions = interactionsOf(Int32Array.of(0), Int32Array.of(0), null, 200_000, 1);
  assert.throws(() => als().fit(interactions, { seed: 1, kernels: { ...kernels.team!.kernels, memory: full } }), {
    code: "RECOMMENDER_TOO_LARGE",
  });
});

const movielens = `${process.env.FETTLE_REFERENCE_DATA ?? ""}/movielens-latest-small/ratings.csv`;
const skipMovielens = existsSync(movielens) ? skip : "FETTLE_REFERENCE_DATA holds no movielens-latest-small";

test("recall@20 on MovieLens is implicit's within 1 %, over ten seeds", { skip: skipMovielens }, () => {
  const { factors, lambda, alpha, iterations, recallsAt20 } = JSON.parse(
    readFileSync(new URL("golden/movielens.json", import.meta.url), "utf8"),
  ) as Record<"factors" | "lambda" | "alpha" | "iterations", number> & { readonly recallsAt20: number[] };
  const rows = readFileSync(movielens, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  const movies = new Map([...new Set(rows.map((row) => row[1]!))].map((movie, item) => [movie, item]));
  rows.sort((a, b) => a[0]! - b[0]! || a[3]! - b[3]! || a[1]! - b[1]!);
  const byUser = Map.groupBy(rows, ([user]) => user! - 1);
  const nHeld = (own: number[][]) => Math.max(1, Math.floor(own.length / 5));
  const trained = [...byUser.values()].flatMap((own) => own.slice(0, own.length - nHeld(own)));
  const interactions = interactionsOf(
    Int32Array.from(trained, ([user]) => user! - 1),
    Int32Array.from(trained, ([, movie]) => movies.get(movie!)!),
    null,
    byUser.size,
    movies.size,
  );
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x / values.length, 0);
  const recalls = recallsAt20.map((_, seed) => {
    const learner = als({ factors, lambda, alpha, iterations });
    const model = learner.fit(interactions, { seed, kernels: kernels.team!.kernels, scanKernels: kernels.scan! });
    return mean(
      Array.from(byUser, ([user, own]) => {
        const held = new Set(own.slice(own.length - nHeld(own)).map(([, movie]) => movies.get(movie!)!));
        const shown = topItems(model.scores(user).values, 20, model.history(user).items).items;
        return shown.filter((item) => held.has(item)).length / held.size;
      }),
    );
  });
  const ratio = mean(recalls) / mean(recallsAt20);
  assert.ok(Math.abs(ratio - 1) < 0.01, `recall is ${mean(recalls)}, implicit's is ${mean(recallsAt20)}`);
});
