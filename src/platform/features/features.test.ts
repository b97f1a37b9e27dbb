import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson, createRng } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { pearson } from "../../ml/stats/index.ts";
import { categoryColumn, instantColumn, numberColumn, sparseRowOf, Table } from "../../ml/table/index.ts";
import type { Schema } from "../data/index.ts";
import {
  type FeatureFamily,
  type FeatureOptions,
  type FittedFeatures,
  feature,
  fitFeatures,
  loadFeatures,
  planFeatures,
} from "./index.ts";

const schema: Schema = [
  { name: "n", type: "number" },
  { name: "c", type: "category" },
  { name: "o", type: "category" },
  { name: "m", type: "category" },
  { name: "t", type: "instant" },
  { name: "w", type: "text" },
  { name: "n (missing)", type: "number" }, // named as a feature of "n" would be
];
const options: FeatureOptions = {
  c: feature.levels({ most: 2 }),
  o: feature.ordinal(["low", "high"]),
  m: feature.targetMean({ smoothing: 1 }),
  w: feature.text({ terms: 5, fewest: 1 }),
};

const rows = fc.array(
  fc.record({
    n: fc.option(fc.oneof(fc.double(), fc.constantFrom(Number.POSITIVE_INFINITY, -0, 1e300))),
    c: fc.option(fc.constantFrom("a", "b", "c", "__proto__", "constructor")),
    o: fc.option(fc.constantFrom("low", "high", "toString")),
    m: fc.option(fc.string({ maxLength: 1 })),
    t: fc.option(fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.constantFrom(-62135596800000, 1e16))),
    w: fc.option(
      fc.array(fc.constantFrom("red", "RED", "fish", "ß", "1", "—"), { maxLength: 6 }).map((words) => words.join(" ")),
    ),
    y: fc.nat(2),
  }),
  { minLength: 6, maxLength: 40 },
);
interface Cells {
  readonly n: number | null;
  readonly c: string | null;
  readonly o: string | null;
  readonly m: string | null;
  readonly t: number | null;
  readonly w: string | null;
  readonly y: number;
}
type Rows = readonly Cells[];

const tableOf = (cells: Rows) =>
  Table.of({
    n: numberColumn(cells.map(({ n }) => n)),
    c: categoryColumn(cells.map(({ c }) => c)),
    o: categoryColumn(cells.map(({ o }) => o)),
    m: categoryColumn(cells.map(({ m }) => m)),
    t: instantColumn(cells.map(({ t }) => t)),
    w: categoryColumn(cells.map(({ w }) => w)),
    "n (missing)": numberColumn(cells.map((_, i) => i)),
  });

function targetOf(cells: Rows, task: Target["task"]): Target {
  const values = Float64Array.from(cells, ({ y }) => (task === "binary" ? Math.min(y, 1) : y));
  return { task, values, nClasses: task === "regression" ? 0 : task === "binary" ? 2 : 3 };
}

function fit(cells: Rows, family: FeatureFamily, task: Target["task"]): FittedFeatures {
  const table = tableOf(cells);
  const plan = planFeatures(table, schema, { family, options });
  return fitFeatures(plan, table, targetOf(cells, task), { seed: 1 }).fitted;
}

/** The features of one row by the row form, from a row of raw values. */
function encodeRow(fitted: FittedFeatures, cell: Cells, i: number) {
  const raw = { ...cell, "n (missing)": i } as Record<string, number | string | null>;
  const out = new Float64Array(fitted.outputs.length).fill(7);
  const sparse = fitted.compileRow()(
    fitted.inputs.map(({ name }) => raw[name]!),
    out,
  );
  return { out, sparse };
}

const bits = (values: Float64Array) => [
  ...new BigUint64Array(values.map((value) => (value !== value ? Number.NaN : value)).buffer),
];

test("fitted features give the same bits by table, by row, and after a trip through JSON", () => {
  const families = fc.constantFrom<FeatureFamily>("linear", "gbdt");
  const tasks = fc.constantFrom<Target["task"]>("binary", "multiclass", "regression");
  fc.assert(
    fc.property(rows, rows, families, tasks, (train, unseen, family, task) => {
      const fitted = fit(train, family, task);
      const loaded = loadFeatures(JSON.parse(canonicalJson(fitted.toJSON())));
      assert.deepEqual([loaded.outputs, loaded.blocks], [fitted.outputs, fitted.blocks]);
      for (const cells of [train, unseen]) {
        const table = fitted.transform(tableOf(cells));
        assert.deepEqual(
          table.names,
          fitted.outputs.map(({ name }) => name),
        );
        const again = loaded.transform(tableOf(cells));
        cells.forEach((cell, i) => {
          const byTable = Float64Array.from(table.names, (name) => {
            const column = table.column(name);
            return column.kind === "category" ? column.codes[i]! : column.values[i]!;
          });
          for (const set of [fitted, loaded]) {
            const { out, sparse } = encodeRow(set, cell, i);
            assert.deepEqual(bits(out), bits(byTable));
            assert.deepEqual(
              sparse,
              table.blocks.map((block) => sparseRowOf(block, i)),
            );
          }
        });
        assert.deepEqual(again, table);
      }
    }),
    { numRuns: 200 },
  );
});

test("fitFeatures() names every feature once, also where a column is called like another one's feature", () => {
  const cells: Rows = Array.from({ length: 8 }, (_, i) => ({
    n: i === 0 ? null : i,
    c: "a",
    o: "low",
    m: `${i % 2}`,
    t: i,
    w: "red",
    y: i % 2,
  }));
  const names = fit(cells, "linear", "binary").outputs.map(({ name }) => name);
  assert.ok(names.includes("n (missing)") && names.includes("n (missing)′"));
  assert.equal(new Set(names).size, names.length);
});

const seen: Rows = Array.from({ length: 12 }, (_, i) => ({
  n: i === 0 ? null : i,
  c: ["a", "a", "b"][i % 3]!,
  o: i % 2 ? "low" : "high",
  m: i < 6 ? "x" : "y",
  t: i === 3 ? null : i * 7 * 3_600_000,
  w: i % 3 ? "red fish" : "one",
  y: i < 6 ? 1 : 0,
}));
const missing = { n: null, c: null, o: null, m: null, t: null, w: null, y: 0 };
const unseen = {
  ...missing,
  n: Number.NEGATIVE_INFINITY,
  c: "__proto__",
  o: "constructor",
  m: "z",
  t: 1e16,
  w: "blue",
};
const mistyped = { ...missing, n: "5", c: 1, t: "1970-01-01", w: 3 } as unknown as Cells;

test("fitted features answer missing, unseen and mistyped values as they say", () => {
  const answer = (family: FeatureFamily, cell: Cells) => {
    const fitted = fit(seen, family, "binary");
    const out = encodeRow(fitted, cell, 0).out;
    return Object.fromEntries(fitted.outputs.map(({ name }, k) => [name, out[k]]));
  };
  for (const cell of [missing, unseen, mistyped]) {
    const trees = answer("gbdt", cell);
    assert.ok(Number.isNaN(trees.n), "a missing number stays missing");
    assert.equal(trees.c, -1);
    assert.ok(Number.isNaN(trees.o), "a level outside the order stays missing");
    assert.equal(trees["m (target mean)"], 0.5, "an unseen level gets the overall mean");
    assert.ok(Number.isNaN(trees["t (hour)"]));
    for (const [name, value] of Object.entries(trees)) if (name.startsWith('w ("')) assert.equal(value, 0);
    const linear = answer("linear", cell);
    assert.equal(linear.n, 0, "a missing number is the mean");
    assert.equal(linear["n (missing)"], 1);
    assert.equal(linear["t (hour sin)"], 0);
    assert.equal(linear["t (hour cos)"], 0);
  }
  assert.equal(answer("gbdt", missing)["w (words)"], 0);
  assert.equal(answer("gbdt", unseen)["w (words)"], 1);
});

test("date parts count from Monday and from the first day of the year, also before the year 100", () => {
  const at = (instant: number) => {
    const fitted = fit(seen, "gbdt", "binary");
    const out = encodeRow(fitted, { ...missing, t: instant }, 0).out;
    return ["hour", "weekday", "yearday"].map(
      (part) => out[fitted.outputs.findIndex(({ name }) => name === `t (${part})`)],
    );
  };
  assert.deepEqual(at(Date.UTC(1970, 0, 1, 6, 30)), [6.5, 3, 0]);
  assert.deepEqual(at(Date.UTC(2024, 11, 31)), [0, 1, 365]);
  assert.deepEqual(at(Date.parse("0001-01-02T00:00:00Z")), [0, 1, 1]);
});

test("fitFeatures() learns from the rows it is given alone, and from their target only for target means", () => {
  const table = tableOf(seen);
  const plan = planFeatures(table, schema, { family: "linear", options });
  const half = Int32Array.from([0, 1, 2, 3, 4, 5, 6, 7]);
  const target = targetOf(seen, "binary");
  const part = { ...target, values: target.values.slice(0, 8) };
  const fitOn = (whole: Table) => canonicalJson(fitFeatures(plan, whole.take(half), part, { seed: 1 }).fitted.toJSON());
  const other = tableOf(seen.map((cell, i) => (i < 8 ? cell : { ...unseen, n: 1e9 })));
  assert.equal(fitOn(other), fitOn(table));
  const turned = { ...target, values: target.values.map((y) => 1 - y) };
  const ops = (of: Target) =>
    fitFeatures(plan, table, of, { seed: 1 })
      .fitted.toJSON()
      .steps.filter(({ op }) => op !== "target-mean");
  assert.deepEqual(ops(turned), ops(target));
});

test("training features of a target mean do not know their own row's target", () => {
  const n = 3000;
  const rng = createRng(11);
  const table = Table.of({ m: categoryColumn(Array.from({ length: n }, () => `v${rng.below(900)}`)) });
  const target: Target = { task: "binary", nClasses: 2, values: Float64Array.from({ length: n }, () => rng.below(2)) };
  const plan = planFeatures(table, [{ name: "m", type: "category" }], {
    family: "gbdt",
    options: { m: feature.targetMean({ smoothing: 1 }) },
  });
  const { fitted, features } = fitFeatures(plan, table, target, { seed: 1 });
  const naive = pearson(fitted.transform(table).numbers("m (target mean)").values, target.values)!;
  const crossFitted = pearson(features.numbers("m (target mean)").values, target.values)!;
  assert.ok(naive > 0.4, `a mean over all rows leaks: ${naive}`);
  assert.ok(Math.abs(crossFitted) < 0.06, `cross-fitted: ${crossFitted}`);
});

test("target means weigh rows, are smoothed, and have one feature per class of several", () => {
  const table = Table.of({ m: categoryColumn(Array.from({ length: 40 }, (_, i) => (i < 10 ? "a" : "b"))) });
  const plan = planFeatures(table, [{ name: "m", type: "category" }], {
    family: "gbdt",
    options: { m: feature.targetMean({ smoothing: 10 }) },
  });
  const target: Target = {
    task: "regression",
    nClasses: 0,
    values: Float64Array.from({ length: 40 }, (_, i) => (i < 10 ? 8 : 0)),
  };
  const stepOf = (sampleWeight?: Float64Array) =>
    fitFeatures(plan, table, target, { seed: 1, ...(sampleWeight && { sampleWeight }) }).fitted.toJSON().steps[0]!;
  const plain = stepOf();
  assert.ok(plain.op === "target-mean");
  assert.deepEqual([plain.means, plain.other], [[(80 + 20) / 20, 20 / 40], 2]);
  const weighted = stepOf(Float64Array.from({ length: 40 }, (_, i) => (i < 10 ? 0 : 1)));
  assert.ok(weighted.op === "target-mean");
  assert.deepEqual([weighted.levels, weighted.other], [["b"], 0]);
  const three: Target = { task: "multiclass", nClasses: 3, values: Float64Array.from({ length: 40 }, (_, i) => i % 3) };
  assert.equal(fitFeatures(plan, table, three, { seed: 1 }).fitted.outputs.length, 3);
});

test("a linear model's text is two blocks, trees' a column per term; what is not read is told", () => {
  const table = Table.of({ w: categoryColumn(["red fish", "red fish", "blue", null]) });
  const plan = (family: FeatureFamily) => planFeatures(table, [{ name: "w", type: "text" }], { family });
  const target = targetOf(
    Array.from({ length: 4 }, (_, i) => ({ y: i % 2 }) as Cells),
    "binary",
  );
  const { fitted, features } = fitFeatures(plan("linear"), table, target, { seed: 1 });
  assert.deepEqual(
    fitted.blocks.map(({ name, terms }) => [name, terms.includes("red fish"), terms.includes(" re")]),
    [
      ["w (words)", true, false],
      ["w (characters)", false, true],
    ],
  );
  assert.deepEqual([features.nColumns, features.blocks.map(({ width }) => width > 0)], [0, [true, true]]);
  const row = fitted.compileRow();
  const unread = (text: string | null) => fitted.unread(row([text], new Float64Array(0)));
  assert.deepEqual([unread("red"), unread("refuse"), unread("zzz"), unread(null)], [[], [], ["w"], ["w"]]);
  assert.deepEqual(fitFeatures(plan("gbdt"), table, target, { seed: 1 }).fitted.blocks, []);
});

test("a text without any term to learn from is refused, unless other columns have features", () => {
  const table = Table.of({ w: categoryColumn(["?", "!", "…", "*"]), n: numberColumn([1, 2, 3, 4]) });
  const schemaOf = (names: readonly string[]): Schema =>
    names.map((name) => ({ name, type: name === "w" ? "text" : "number" }));
  const target = targetOf(
    Array.from({ length: 4 }, (_, i) => ({ y: i % 2 }) as Cells),
    "binary",
  );
  const fitOn = (...names: string[]) =>
    fitFeatures(planFeatures(table.select(names), schemaOf(names), { family: "linear" }), table, target, { seed: 1 });
  assert.throws(() => fitOn("w"), { code: "FEATURES_NO_TERMS" });
  assert.deepEqual(fitOn("w", "n").features.names, ["n"]);
});
