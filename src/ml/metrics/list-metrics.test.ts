import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  bootstrapMeans,
  catalogueConcentration,
  catalogueCoverage,
  listMetrics,
  listNovelty,
  perUser,
  type UserList,
} from "./index.ts";

interface Golden {
  readonly nItems: number;
  readonly nUsers: number;
  readonly usersPerItem: number[];
  readonly lists: readonly {
    readonly items: number[];
    readonly relevant: number[];
    readonly gains: number[];
    readonly values: Readonly<Record<string, number>>;
    readonly binaryNdcg: number;
    readonly javaNdcg: number;
    readonly novelty: number;
  }[];
  readonly coverage: number;
  readonly concentration: number;
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden/lists.json", import.meta.url), "utf8"));

const listOf = (items: number[], relevant: number[], gains: number[] | null = null): UserList => ({
  items: Int32Array.from(items),
  relevant: Int32Array.from(relevant),
  gains: gains && Float64Array.from(gains),
});
const named = (name: string, options: Parameters<typeof listMetrics>[0]) =>
  listMetrics(options).find((metric) => metric.name === name)!;
const near = (value: unknown, expected: number, what: string) =>
  assert.ok(Math.abs((value as number) - expected) <= 1e-12, `${what} is ${value}, not ${expected}`);

test("metrics of lists equal LensKit, scikit-learn and numpy to 1e-12", () => {
  const metrics = listMetrics({ at: 10 });
  assert.equal(metrics.length, 6);
  golden.lists.forEach(({ items, relevant, gains, values, ...other }, user) => {
    const list = listOf(items, relevant, gains);
    for (const { name, measure } of metrics) near(measure(list), values[name]!, `${name} of ${user}`);
    near(named("ndcg@10", { at: 10 }).measure({ ...list, gains: null }), other.binaryNdcg, `binary NDCG of ${user}`);
    const java = named("ndcg", { at: Infinity, discount: "max(log2(place),1)" });
    near(java.measure(list), other.javaNdcg, `LensKit's discount of ${user}`);
  });
});

test("metrics of the catalogue equal LensKit and numpy to 1e-12", () => {
  const lists = golden.lists.map(({ items }) => Int32Array.from(items.slice(0, 10)));
  near(catalogueCoverage(lists, golden.nItems), golden.coverage, "coverage");
  near(catalogueConcentration(lists, golden.nItems), golden.concentration, "concentration");
  const novelty = listNovelty(lists, Int32Array.from(golden.usersPerItem), golden.nUsers);
  golden.lists.forEach((list, user) => {
    near(novelty[user], list.novelty, `novelty of ${user}`);
  });
});

test("a user without relevant items is left out, one who was shown nothing counts 0", () => {
  for (const metric of listMetrics({ at: 5 })) {
    const values = perUser(metric, [listOf([1, 2], []), listOf([], [1, 2])]);
    assert.deepEqual(Array.from(values), [Number.NaN, 0], metric.name);
  }
  assert.equal(named("ndcg@5", { at: 5 }).measure(listOf([1], [1], [0])), null, "gains that are all 0");
  assert.deepEqual(catalogueConcentration([new Int32Array(0)], 3), { undefined: "no list shows an item" });
  assert.deepEqual(catalogueCoverage([], 0), { undefined: "the catalogue is empty" });
  assert.ok(Number.isNaN(listNovelty([new Int32Array(0)], Int32Array.of(1), 1)[0]));
});

const anyList = fc
  .record({
    items: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 15 }),
    relevant: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 10 }),
  })
  .map(({ items, relevant }) => ({ items, relevant }));

test("metrics of lists are within 0 and 1, 1 for the best list, and never fall when a relevant item moves up", () => {
  fc.assert(
    fc.property(anyList, fc.integer({ min: 1, max: 12 }), fc.nat(), ({ items, relevant }, at, pick) => {
      for (const { name, measure } of listMetrics({ at })) {
        const value = measure(listOf(items, relevant))!;
        assert.ok(value >= 0 && value <= 1 + 1e-12, `${name} is ${value}`);
        const place = items.length < 2 ? 0 : 1 + (pick % (items.length - 1));
        if (place > 0 && relevant.includes(items[place]!) && !relevant.includes(items[place - 1]!)) {
          const moved = items.with(place, items[place - 1]!).with(place - 1, items[place]!);
          assert.ok(measure(listOf(moved, relevant))! >= value, name);
        }
      }
      for (const name of ["ndcg", "map", "mrr", "hit-rate"])
        near(named(`${name}@${at}`, { at }).measure(listOf(relevant, relevant)), 1, name);
    }),
  );
});

test("concentration is 0 for items shown alike and (n − 1)/n for one that has it all", () => {
  near(catalogueConcentration([Int32Array.of(0, 1), Int32Array.of(2, 3)], 4), 0, "concentration");
  near(catalogueConcentration([Int32Array.of(2), Int32Array.of(2)], 4), 3 / 4, "concentration");
  near(catalogueCoverage([Int32Array.of(2), Int32Array.of(2)], 4), 1 / 4, "coverage");
});

test("bootstrapMeans() leaves undefined users out and pairs the draws of all vectors", () => {
  const values = Float64Array.from({ length: 200 }, (_, i) => (i % 10 === 0 ? Number.NaN : i % 3));
  const shifted = values.map((x) => x + 1);
  const [a, b, gap] = bootstrapMeans([values, shifted, shifted.map((x, i) => x - values[i]!)], {
    seed: 1,
    resample: { unit: "row" },
    nResamples: 200,
  });
  assert.equal(a!.n, 180);
  near(
    a!.value,
    values.filter((x) => x === x).reduce((sum, x) => sum + x / 180, 0),
    "mean",
  );
  near(b!.low! - a!.low!, 1, "shift of the lower bound");
  assert.deepEqual([gap!.low, gap!.value, gap!.high], [1, 1, 1]);
  assert.ok(a!.low! < a!.value! && a!.value! < a!.high!);
  const [none] = bootstrapMeans([new Float64Array(3).fill(Number.NaN)], { seed: 1, resample: { unit: "row" } });
  assert.equal(none!.value, null);
  assert.match(none!.reason!, /undefined/);
});

const folder = process.env.FETTLE_REFERENCE_DATA;
const skip = folder === undefined ? "FETTLE_REFERENCE_DATA is not set: LensKit's lists are not in the package" : false;

test("NDCG and MRR reproduce LensKit for Java to 1e-12", { skip }, () => {
  const rows = (file: string) =>
    readFileSync(`${folder}/lenskit-golden/topn-java-${file}.csv`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));
  const truth = new Map<string, { relevant: number[]; gains: number[] }>();
  for (const [user, item, rating] of rows("truth")) {
    const known = truth.get(user!) ?? { relevant: [], gains: [] };
    truth.set(user!, { relevant: [...known.relevant, Number(item)], gains: [...known.gains, Number(rating)] });
  }
  const shown = new Map<string, number[]>();
  for (const [algorithm, user, rank, item] of rows("recs")) {
    const key = `${algorithm} ${user}`;
    const items = shown.get(key) ?? [];
    items[Number(rank) - 1] = Number(item);
    shown.set(key, items);
  }
  const options = { at: Infinity, discount: "max(log2(place),1)" } as const;
  const metrics = rows("metrics");
  assert.equal(metrics.length, 100);
  for (const [algorithm, user, ndcg, mrr] of metrics) {
    const { relevant, gains } = truth.get(user!)!;
    const list = listOf(shown.get(`${algorithm} ${user}`)!, relevant, gains);
    near(named("ndcg", options).measure(list), Number(ndcg), `NDCG of ${algorithm} ${user}`);
    near(named("mrr", options).measure(list), Number(mrr), `MRR of ${algorithm} ${user}`);
  }
});
