import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRng, FettleError } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { type Split, type SplitOptions, type SplitRule, splitRows } from "./index.ts";

const shares = { validation: 0.2, test: 0.2 };

function targetOf(task: Target["task"], n: number, seed: number, nClasses = 3): Target {
  const rng = createRng(seed);
  const values = Float64Array.from({ length: n }, () => (task === "regression" ? rng.uniform() : rng.below(nClasses)));
  return { task, values, nClasses: task === "regression" ? 0 : nClasses };
}

/** A table of n rows with a group of about `perGroup` rows, and instants of which several rows share one; some are missing. */
function tableOf(n: number, seed: number, perGroup = 4): Table {
  const rng = createRng(seed).fork("table");
  const often = <T>(value: T) => (rng.below(20) === 0 ? null : value);
  return Table.of({
    group: categoryColumn(Array.from({ length: n }, () => often(`g${rng.below(Math.ceil(n / perGroup))}`))),
    time: instantColumn(Array.from({ length: n }, () => often(1000 * rng.below(n)))),
    x: numberColumn(Array.from({ length: n }, (_, i) => i)),
  });
}

const parts = ({ train, validation, test: held }: Split) => [train, validation, held];

const tasks = fc.constantFrom<Target["task"]>("regression", "multiclass");
const rules = fc.constantFrom<SplitRule>(
  { kind: "random", ...shares },
  { kind: "group", column: "group", ...shares },
  { kind: "time", column: "time", ...shares },
  { kind: "official", validation: 0.2 },
  { kind: "official", validation: 0.2, group: "group" },
  { kind: "official", validation: 0.2, time: "time" },
);

test("splitRows() parts every row once, and the same seed gives the same parts", () => {
  fc.assert(
    fc.property(rules, tasks, fc.integer({ min: 200, max: 600 }), fc.nat(), (rule, task, n, seed) => {
      const options: SplitOptions = { rule, target: targetOf(task, n, seed), seed, testStart: n - 40 };
      const table = tableOf(n, seed);
      const split = splitRows(table, options);
      const all = parts(split).flatMap((rows) => [...rows]);
      assert.equal(all.length, n);
      assert.deepEqual(
        all.sort((a, b) => a - b),
        [...table.numbers("x").values],
      );
      assert.deepEqual(splitRows(table, options), split);
      if (rule.kind === "official") assert.deepEqual([...split.test], [...table.numbers("x").values.slice(n - 40)]);
    }),
  );
});

test("splitRows() gives each class its share in every part of a random split", () => {
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 400 }), fc.nat(), (n, seed) => {
      const target = targetOf("multiclass", n, seed);
      const split = splitRows(tableOf(n, seed), { rule: { kind: "random", ...shares }, target, seed });
      for (let k = 0; k < 3; k++) {
        const count = (rows: Iterable<number>) => [...rows].filter((row) => target.values[row] === k).length;
        const whole = count(target.values.keys());
        assert.ok(Math.abs(count(split.test) - 0.2 * whole) <= 1);
        assert.ok(Math.abs(count(split.validation) - 0.2 * whole) <= 1);
      }
    }),
  );
});

test("splitRows() spreads a numeric target over the parts, and parts as few rows as a target may have", () => {
  const target = targetOf("regression", 1000, 5);
  const split = splitRows(tableOf(1000, 5), { rule: { kind: "random", ...shares }, target, seed: 5 });
  for (const rows of parts(split)) {
    const mean = rows.reduce((sum, row) => sum + target.values[row]!, 0) / rows.length;
    assert.ok(Math.abs(mean - 0.5) < 0.03, `mean ${mean}`);
  }
  for (const n of [20, 21, 29, 35]) {
    const few = splitRows(tableOf(n, n), {
      rule: { kind: "random", ...shares },
      target: targetOf("regression", n, n),
      seed: 1,
    });
    assert.ok(few.train.length >= 0.5 * n, `${few.train.length} of ${n} rows for training`);
  }
});

test("splitRows() keeps groups whole; rows without a group stand alone", () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 400 }), fc.nat(), (n, seed) => {
      const table = tableOf(n, seed);
      const rule: SplitRule = { kind: "group", column: "group", ...shares };
      const split = splitRows(table, { rule, target: targetOf("regression", n, seed), seed });
      const { codes } = table.categories("group");
      const partsOf = new Map<number, Set<number>>();
      parts(split).forEach((rows, k) => {
        for (const row of rows) partsOf.set(codes[row]!, (partsOf.get(codes[row]!) ?? new Set()).add(k));
      });
      for (const [code, found] of partsOf) if (code >= 0) assert.equal(found.size, 1);
      assert.equal(split.resample.unit, "group");
      assert.ok(Math.abs(split.test.length - 0.2 * n) <= 0.1 * n);
    }),
  );
  const grouped = Table.of({
    group: categoryColumn(Array.from({ length: 60 }, (_, i) => (i < 6 ? null : `g${i % 9}`))),
  });
  const rule: SplitRule = { kind: "group", column: "group", ...shares };
  const { notes, resample } = splitRows(grouped, { rule, target: targetOf("regression", 60, 1), seed: 1 });
  assert.deepEqual(notes, ["15 groups", "6 rows have no group and count as groups of one row"]);
  assert.ok(resample.unit === "group" && new Set(resample.groups).size === 15);
});

test("splitRows() by time puts the latest rows last, and no instant on both sides", () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 400 }), fc.nat(), (n, seed) => {
      const table = tableOf(n, seed);
      const { values } = table.instants("time");
      const rule: SplitRule = { kind: "time", column: "time", ...shares };
      const split = splitRows(table, { rule, target: targetOf("regression", n, seed), seed });
      const times = (rows: Int32Array) => Array.from(rows, (row) => values[row]!).filter((time) => !Number.isNaN(time));
      assert.ok(Math.max(...times(split.train)) < Math.min(...times(split.validation)));
      assert.ok(Math.max(...times(split.validation)) < Math.min(...times(split.test)));
      for (const rows of parts(split))
        assert.deepEqual(
          times(rows),
          times(rows).toSorted((a, b) => a - b),
        );
      for (const rows of [split.validation, split.test]) assert.equal(times(rows).length, rows.length);
      assert.equal(split.resample.unit, "block");
    }),
  );
});

const refused: readonly {
  readonly name: string;
  readonly code: string;
  readonly rule: SplitRule;
  readonly table: Table;
  readonly target: Target;
}[] = [
  {
    name: "a time split along texts",
    code: "SPLIT_COLUMN",
    rule: { kind: "time", column: "group", ...shares },
    table: tableOf(100, 1),
    target: targetOf("regression", 100, 1),
  },
  {
    name: "two groups for three parts",
    code: "SPLIT_TOO_SMALL",
    rule: { kind: "group", column: "group", ...shares },
    table: Table.of({ group: categoryColumn(Array.from({ length: 60 }, (_, i) => `g${i % 2}`)) }),
    target: targetOf("regression", 60, 1),
  },
  {
    name: "one instant for all rows",
    code: "SPLIT_TOO_SMALL",
    rule: { kind: "time", column: "time", ...shares },
    table: Table.of({ time: instantColumn(new Float64Array(60).fill(1)) }),
    target: targetOf("regression", 60, 1),
  },
  {
    name: "a latest part of one class",
    code: "SPLIT_ONE_CLASS",
    rule: { kind: "time", column: "time", ...shares },
    table: Table.of({ time: instantColumn(Float64Array.from({ length: 60 }, (_, i) => i)) }),
    target: {
      task: "binary",
      nClasses: 2,
      values: Float64Array.from({ length: 60 }, (_, i) => Number(i < 40 && i % 2 === 0)),
    },
  },
];

for (const { name, code, rule, table, target } of refused)
  test(`splitRows() refuses ${name} with ${code}`, () => {
    assert.throws(
      () => splitRows(table, { rule, target, seed: 1 }),
      (error) => error instanceof FettleError && error.code === code,
    );
  });
