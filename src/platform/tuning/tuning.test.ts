import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng } from "../../lib/index.ts";
import {
  type BlockLosses,
  blocksOf,
  cutoffsOf,
  type Dimension,
  dominates,
  expectedGain,
  goodCount,
  hypervolume,
  meanWithError,
  orderTrials,
  type Point,
  pairedDifference,
  parameterImportance,
  paretoRanks,
  passes,
  pointAt,
  proposeTpe,
  type SearchSpace,
  type SearchState,
  type StopKind,
  startPlace,
  stopOf,
  sumBlocks,
  withFixed,
} from "./index.ts";
import { parzenOf } from "./parzen.ts";
import { unitOf, valueAt } from "./space.ts";

const space: SearchSpace = [
  { name: "family", kind: "choice", values: ["linear", "trees"] },
  { name: "penalty", when: { name: "family", is: "linear" }, kind: "real", low: 0.01, high: 100, scale: "log" },
  { name: "rate", when: { name: "family", is: "trees" }, kind: "real", low: 0.02, high: 0.2, scale: "log" },
  { name: "leaves", when: { name: "family", is: "trees" }, kind: "integer", low: 4, high: 64, scale: "log" },
  { name: "share", when: { name: "family", is: "trees" }, kind: "real", low: 0.3, high: 1 },
];
const numeric = space.filter((dimension) => dimension.kind !== "choice") as Exclude<Dimension, { kind: "choice" }>[];

function checkPoint(point: Point): void {
  const active = point.family === "linear" ? ["family", "penalty"] : ["family", "rate", "leaves", "share"];
  assert.deepEqual(Object.keys(point), active);
  for (const { name, low, high, kind } of numeric) {
    const value = point[name];
    if (value === undefined) continue;
    assert.ok((value as number) >= low && (value as number) <= high);
    if (kind === "integer") assert.ok(Number.isInteger(value));
  }
}

test("pointAt() gives every dimension that exists at a point, within its range, and no other", () => {
  for (let k = 0; k < 200; k++) checkPoint(pointAt(space, startPlace(k, space.length, 3)));
  for (const dimension of numeric)
    for (const u of [0, 0.25, 0.5, 0.999]) {
      const value = valueAt(dimension, u) as number;
      assert.ok(
        Math.abs(unitOf(dimension, value) - u) < (dimension.kind === "integer" ? 0.1 : 0.01),
        `${dimension.name} ${u}`,
      );
    }
});

test("startPlace() fills the cube more evenly than chance, from the first place on, and depends on the seed alone", () => {
  const counts = (places: readonly Float64Array[]) => {
    const cells = new Map<string, number>();
    for (const [x, y] of places) {
      const key = `${Math.floor(4 * x!)} ${Math.floor(4 * y!)}`;
      cells.set(key, (cells.get(key) ?? 0) + 1);
    }
    return cells;
  };
  const places = Array.from({ length: 64 }, (_, k) => startPlace(k, 2, 9));
  const cells = counts(places);
  assert.equal(cells.size, 16);
  assert.ok(
    [...cells.values()].every((n) => n >= 2 && n <= 6),
    String([...cells.values()]),
  );
  assert.deepEqual(startPlace(5, 2, 9), places[5]);
  assert.notDeepEqual(startPlace(5, 2, 10), places[5]);
});

test("withFixed() leaves one value, refuses an unknown parameter and names the nearest", () => {
  const fixed = withFixed(space, { leaves: 31 });
  const points = Array.from({ length: 50 }, (_, k) => pointAt(fixed, startPlace(k, space.length, 1)));
  assert.ok(points.every((point) => point.family === "linear" || point.leaves === 31));
  assert.throws(() => withFixed(space, { leafs: 31 }), {
    code: "TUNE_PARAMETER_UNKNOWN",
    hint: 'Did you mean "leaves"?',
  });
});

test("parzenOf() is a density: it integrates to 1, and lies where the observations are", () => {
  const one: SearchSpace = [{ name: "x", kind: "real", low: 0, high: 1 }];
  const parzen = parzenOf(one, [{ x: 0.1 }, { x: 0.15 }, { x: 0.2 }, { x: 0.97 }]);
  const n = 2000;
  let mass = 0;
  for (let i = 0; i < n; i++) mass += parzen.density({ x: (i + 0.5) / n }) / n;
  assert.ok(Math.abs(mass - 1) < 1e-6, String(mass));
  assert.ok(parzen.density({ x: 0.15 }) > 1.3 * parzen.density({ x: 0.6 }));
  const rng = createRng(1);
  const draws = Array.from({ length: 400 }, () => parzen.draw(rng).x as number);
  const share = draws.filter((x) => x < 0.5).length / draws.length;
  let expected = 0;
  for (let i = 0; i < n / 2; i++) expected += parzen.density({ x: (i + 0.5) / n }) / n;
  assert.ok(Math.abs(share - expected) < 0.07, `${share} against ${expected}`);
});

test("parzenOf() over choices sums to 1 over the values, and an observation of another family is uniform in what it lacks", () => {
  const parzen = parzenOf(space, [
    { family: "trees", rate: 0.05, leaves: 31, share: 0.8 },
    { family: "linear", penalty: 1 },
  ]);
  const families: SearchSpace = [space[0]!];
  const marginal = parzenOf(families, [{ family: "trees" }, { family: "trees" }, { family: "linear" }]);
  const [trees, linear] = [marginal.density({ family: "trees" }), marginal.density({ family: "linear" })];
  assert.ok(Math.abs(trees + linear - 1) < 1e-12);
  assert.ok(trees > linear);
  const rng = createRng(2);
  for (let k = 0; k < 200; k++) {
    const point = parzen.draw(rng);
    checkPoint(point);
    assert.ok(parzen.density(point) > 0);
  }
});

test("proposeTpe() goes where the good ones are, repeats nothing, and gives the same point from the same trials", () => {
  const flat: SearchSpace = [{ name: "x", kind: "real", low: 0, high: 1 }];
  const places = Array.from({ length: 30 }, (_, k) => ({ x: Number(startPlace(k, 1, 1)[0]!.toPrecision(3)) }));
  const near = places.toSorted((a, b) => Math.abs(a.x - 0.7) - Math.abs(b.x - 0.7));
  const input = { space: flat, good: near.slice(0, 4), bad: near.slice(4) };
  const proposals = Array.from({ length: 20 }, (_, seed) => proposeTpe({ ...input, rng: createRng(seed) })!);
  assert.ok(proposals.every(({ point }) => Math.abs((point.x as number) - 0.7) < 0.2));
  assert.ok(proposals.every(({ goodShare }) => goodShare > 4 / 30 && goodShare < 1));
  assert.ok(proposals.every(({ point }) => !places.some(({ x }) => x === point.x)));
  assert.deepEqual(proposeTpe({ ...input, rng: createRng(5) }), proposals[5]);
});

test("proposeTpe() uses a small space up and then says so", () => {
  const small: SearchSpace = [{ name: "n", kind: "integer", low: 1, high: 5 }];
  const tried: Point[] = [];
  for (let k = 0; k < 5; k++)
    tried.push(proposeTpe({ space: small, good: tried.slice(0, 1), bad: tried.slice(1), rng: createRng(k) })!.point);
  assert.deepEqual(tried.map(({ n }) => n).sort(), [1, 2, 3, 4, 5]);
  assert.equal(proposeTpe({ space: small, good: tried, bad: [], rng: createRng(1) }), null);
});

test("proposeTpe() finds a lower loss than as many random draws, on the median of seeds", () => {
  const plane: SearchSpace = ["x", "y", "z"].map((name) => ({ name, kind: "real", low: -5, high: 5 }));
  const loss = (point: Point) =>
    ["x", "y", "z"].reduce((sum, name, j) => sum + (j + 1) * ((point[name] as number) - j) ** 2, 0);
  const search = (seed: number, isTpe: boolean) => {
    const trials: { point: Point; loss: number }[] = [];
    for (let k = 0; k < 40; k++) {
      const order = trials.toSorted((a, b) => a.loss - b.loss).map(({ point }) => point);
      const rng = createRng(seed).fork(`${k}`);
      const nGood = goodCount(k);
      const point =
        isTpe && k >= 10
          ? proposeTpe({ space: plane, good: order.slice(0, nGood), bad: order.slice(nGood), rng })!.point
          : pointAt(plane, [rng.uniform(), rng.uniform(), rng.uniform()]);
      trials.push({ point, loss: loss(point) });
    }
    return Math.min(...trials.map((trial) => trial.loss));
  };
  const median = (isTpe: boolean) => [1, 2, 3, 4, 5].map((seed) => search(seed, isTpe)).sort((a, b) => a - b)[2]!;
  assert.ok(median(true) < median(false) / 2, `${median(true)} against ${median(false)}`);
});

test("goodCount() is a tenth, at least 2 where there are 2, at most 25", () => {
  assert.deepEqual([0, 1, 2, 10, 30, 95, 1000].map(goodCount), [0, 1, 2, 2, 3, 10, 25]);
});

test("expectedGain() is the mean of what more good trials would gain, were their distances exponential", () => {
  assert.equal(expectedGain([1], 0.5, 10), null);
  assert.equal(expectedGain([1, 1], 0.5, 10), 0);
  const losses = [1, 1.5, 2];
  // Distances 1 and 0.5 below the worst: mean 0.75. One more good trial gains 0.75 · e^(−1/0.75) on average.
  assert.ok(Math.abs(expectedGain(losses, 1, 1)! - 0.75 * Math.exp(-1 / 0.75)) < 1e-12);
  const rng = createRng(6);
  let sum = 0;
  for (let draw = 0; draw < 4000; draw++) {
    let most = 0;
    for (let k = 0; k < 8; k++) most = Math.max(most, -0.75 * Math.log(1 - rng.uniform()));
    sum += Math.max(0, most - 1) / 4000;
  }
  assert.ok(Math.abs(expectedGain(losses, 0.4, 20)! - sum) < 0.05, `${expectedGain(losses, 0.4, 20)} against ${sum}`);
  assert.ok(Math.abs(expectedGain([10, 15, 20], 0.4, 20)! / expectedGain(losses, 0.4, 20)! - 10) < 1e-9);
});

test("cutoffsOf() lets the best third pass, at rungs that three trials have reached", () => {
  const finished = [0.5, 0.3, 0.9, 0.7, 0.1, 0.6].map((loss) => [{ rung: "fold 1", loss }]);
  const cutoffs = cutoffsOf([...finished, [{ rung: "fold 3", loss: 0.2 }]]);
  assert.deepEqual(cutoffs, { "fold 1": 0.3 });
  const cases = [
    { rung: "fold 1", loss: 0.3, goesOn: true },
    { rung: "fold 1", loss: 0.31, goesOn: false },
    { rung: "fold 3", loss: 99, goesOn: true },
  ];
  for (const { goesOn, ...at } of cases) assert.equal(passes(at, cutoffs), goesOn);
  assert.deepEqual(cutoffsOf([]), {});
});

const going: SearchState = {
  nStarted: 30,
  nEnded: 30,
  nFailed: 0,
  nTrials: null,
  elapsedSeconds: 10,
  budgetSeconds: 60,
  isUsedUp: false,
  gain: 0.02,
  noise: 0.01,
};
const stops: readonly {
  readonly says: string;
  readonly change: Partial<SearchState>;
  readonly stop: StopKind | null;
}[] = [
  { says: "goes on while the gain is above the noise", change: {}, stop: null },
  { says: "ends where the gain sinks below the noise", change: { gain: 0.009 }, stop: "gain" },
  { says: "does not believe the gain of few trials", change: { gain: 0.009, nEnded: 19, nStarted: 19 }, stop: null },
  { says: "knows no gain without noise", change: { gain: 0, noise: null }, stop: null },
  { says: "knows no noise without gain", change: { gain: null }, stop: null },
  { says: "ends with the budget", change: { elapsedSeconds: 60 }, stop: "budget" },
  { says: "ends with the trials, running ones counted", change: { nTrials: 30, nEnded: 28 }, stop: "trials" },
  { says: "ends where nothing is left", change: { isUsedUp: true }, stop: "used-up" },
  { says: "gives up where everything fails", change: { nEnded: 5, nStarted: 6, nFailed: 5 }, stop: "failed" },
  { says: "does not give up after one success", change: { nEnded: 6, nStarted: 6, nFailed: 5 }, stop: null },
];
for (const { says, change, stop } of stops)
  test(`stopOf() ${says}`, () => {
    assert.equal(stopOf({ ...going, ...change }), stop);
  });

test("paretoRanks() and hypervolume() agree with their definitions on random trials", () => {
  const rng = createRng(3);
  for (const nObjectives of [1, 2, 3]) {
    const trials = Array.from({ length: 20 }, () => Array.from({ length: nObjectives }, () => rng.uniform()));
    const ranks = paretoRanks(trials);
    trials.forEach((trial, i) => {
      const above = trials.filter((other) => dominates(other, trial));
      assert.equal(ranks[i] === 0, above.length === 0);
      for (const other of above) assert.ok(ranks[trials.indexOf(other)]! < ranks[i]!);
    });
    const reference = trials[0]!.map(() => 1);
    const nDraws = 4000;
    let nInside = 0;
    for (let k = 0; k < nDraws; k++) {
      const at = reference.map(() => rng.uniform());
      if (trials.some((trial) => trial.every((value, j) => value <= at[j]!))) nInside++;
    }
    assert.ok(Math.abs(hypervolume(trials, reference) - nInside / nDraws) < 0.03);
  }
});

test("hypervolume() of known boxes", () => {
  assert.equal(
    hypervolume(
      [
        [1, 3],
        [2, 1],
      ],
      [4, 4],
    ),
    3 * 1 + 2 * 2,
  );
  assert.equal(
    hypervolume(
      [
        [1, 1, 1],
        [0, 2, 2],
      ],
      [3, 3, 3],
    ),
    8 + 1 * 1 * 1,
  );
  assert.equal(hypervolume([[5, 5]], [4, 4]), 0);
  assert.equal(hypervolume([], [4, 4]), 0);
});

test("orderTrials() is the order of one objective; of several the front comes first and its ends before its middle", () => {
  assert.deepEqual(orderTrials([[3], [1], [2]]), [1, 2, 0]);
  const order = orderTrials([
    [5, 5],
    [0, 4],
    [4, 0],
    [1.9, 1.9],
    [2, 1.89],
  ]);
  assert.equal(order.at(-1), 0);
  assert.deepEqual(new Set(order.slice(0, 2)), new Set([1, 2]));
  assert.deepEqual(orderTrials([]), []);
});

test("pairedDifference() of blocks has the error of the paired rows", () => {
  const rng = createRng(7);
  const n = 5000;
  const common = Float64Array.from({ length: n }, () => rng.uniform());
  const a = common.map((x) => x + 0.01 + 0.1 * (rng.uniform() - 0.5));
  const weights = new Float64Array(n).fill(2);
  const blocks = blocksOf(
    Int32Array.from({ length: n }, (_, i) => i),
    n,
    false,
  );
  const sums = (losses: Float64Array): BlockLosses => sumBlocks(losses, weights, blocks);
  const { difference, standardError } = pairedDifference(sums(a), sums(common))!;
  const differences = a.map((x, i) => x - common[i]!);
  const mean = differences.reduce((sum, x) => sum + x, 0) / n;
  const rowError = Math.sqrt(differences.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1) / n);
  assert.ok(Math.abs(difference - mean) < 1e-12);
  assert.ok(Math.abs(standardError / rowError - 1) < 0.25, `${standardError} against ${rowError}`);
  const ofMean = meanWithError(sums(common));
  assert.ok(Math.abs(ofMean.standardError! / Math.sqrt(1 / 12 / n) - 1) < 0.25);
  assert.equal(pairedDifference({ sums: [1], weights: [1] }, { sums: [2], weights: [1] }), null);
});

test("blocksOf() keeps a cluster in one block, and neighbours together where they depend on each other", () => {
  const clusters = Int32Array.from({ length: 1000 }, (_, i) => i >> 1);
  for (const inOrder of [true, false]) {
    const blocks = blocksOf(clusters, 500, inOrder);
    assert.equal(new Set(blocks).size, 100);
    for (let i = 0; i < 1000; i += 2) assert.equal(blocks[i], blocks[i + 1]);
  }
  const inTime = blocksOf(clusters, 500, true);
  assert.ok(inTime.every((block, i) => i === 0 || block - inTime[i - 1]! <= 1));
});

test("parameterImportance() divides the variation of a known function, and says where it cannot", () => {
  const cube: SearchSpace = ["x", "y", "z"].map((name) => ({ name, kind: "real", low: 0, high: 1 }));
  const trials = Array.from({ length: 120 }, (_, k) => {
    const point = pointAt(cube, startPlace(k, 3, 2));
    return { point, loss: 3 * (point.x as number) + (point.y as number) };
  });
  const { parameters, fit } = parameterImportance(cube, trials, 1);
  assert.deepEqual(
    parameters?.map(({ name }) => name),
    ["x", "y", "z"],
  );
  // Of 3x + y over the cube, x explains 9 of 10 parts; the cap on the worst quarter and the surrogate move that a little.
  assert.ok(Math.abs(parameters![0]!.own - 0.9) < 0.1, String(parameters![0]!.own));
  assert.ok(parameters![2]!.total < 0.05);
  assert.ok(fit! > 0.8);
  const rng = createRng(4);
  const noise = trials.map(({ point }) => ({ point, loss: rng.uniform() }));
  assert.match(parameterImportance(cube, noise, 1).reason!, /could not be predicted/);
  assert.match(parameterImportance(cube, trials.slice(0, 19), 1).reason!, /only 19 trials/);
  assert.match(
    parameterImportance(
      cube,
      trials.map(({ loss }) => ({ point: { x: 1, y: 1, z: 1 }, loss })),
      1,
    ).reason!,
    /no parameter varied/,
  );
});
