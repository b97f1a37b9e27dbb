import assert from "node:assert/strict";
import { test } from "node:test";
import { createRng, permutation, type Rng } from "../../lib/index.ts";
import type { Target } from "../../ml/learners/index.ts";
import { type Column, categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import type { LogicalType, Split } from "../data/index.ts";
import { findLeakage, type LeakageFinding, type LeakageInput } from "./index.ts";

const day = 86_400_000;

function randomSplit(n: number, seed: number): Split {
  const order = permutation(n, createRng(seed));
  const part = (from: number, to: number) => order.slice(Math.floor(from * n), Math.floor(to * n)).sort();
  return {
    rule: { kind: "random", validation: 0.2, test: 0.2 },
    train: part(0, 0.6),
    validation: part(0.6, 0.8),
    test: part(0.8, 1),
    resample: { unit: "row" },
    notes: [],
  };
}

const typeOf = (column: Column): LogicalType =>
  column.kind !== "number" ? column.kind : column.values.every(Number.isInteger) ? "integer" : "number";

function find(columns: Record<string, Column>, target: Target, rest: Partial<LeakageInput> = {}): LeakageFinding[] {
  const table = Table.of(columns);
  return findLeakage({
    table,
    schema: table.names.map((name) => ({ name, type: typeOf(table.column(name)) })),
    target,
    targetColumn: "label",
    split: randomSplit(table.nRows, 1),
    seed: 1,
    exclude: [],
    keep: [],
    ignore: [],
    ...rest,
  });
}

const numbers = (n: number, next: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => next(i));
const classes = (n: number, rng: Rng, share: number): Target => ({
  task: "binary",
  nClasses: 2,
  values: numbers(n, () => (rng.uniform() < share ? 1 : 0)),
});
const noise = (n: number, rng: Rng) => numberColumn(numbers(n, () => rng.uniform()));
const amounts = ({ values }: Target, share: number, rng: Rng) =>
  values.map((y) => (rng.uniform() < (y === 1 ? share : share / 40) ? 1 + rng.below(900) : 0));
const kindsOf = ({ evidence }: LeakageFinding) => evidence.map(({ kind }) => kind);
const named = (findings: readonly LeakageFinding[], column: string) =>
  findings.find(({ columns }) => columns.includes(column));

test("findLeakage() takes a noisy copy of the target for a suspect, and measures what it pretends", () => {
  const rng = createRng(1);
  const target = classes(2000, rng, 0.3);
  const copy = target.values.map((y) => (rng.uniform() < 0.01 ? 1 - y : y));
  const findings = find({ x: noise(2000, rng), copy: categoryColumn(Array.from(copy, (y) => `v${y}`)) }, target);
  assert.equal(findings.length, 1);
  const [finding] = findings;
  assert.deepEqual(finding!.columns, ["copy"]);
  assert.ok(kindsOf(finding!).includes("single-column"));
  assert.equal(finding!.metric, "rocAuc");
  assert.ok(finding!.scoreWith! > 0.95 && finding!.scoreWithout! < 0.6);
});

test("findLeakage() finds a rewrite of the target strong, with and without gaps, in every task", () => {
  const rng = createRng(2);
  const n = 1200;
  for (const gaps of [0, 0.7]) {
    const isPresent = Array.from({ length: n }, () => rng.uniform() >= gaps);
    for (const target of [
      classes(n, rng, 0.2),
      { task: "multiclass", nClasses: 3, values: numbers(n, () => rng.below(3)) },
      { task: "regression", nClasses: 0, values: numbers(n, () => rng.uniform() ** 3) },
    ] as const) {
      const rewritten = numberColumn(Array.from(target.values, (y, i) => (isPresent[i] ? 5 - 2 * y : null)));
      const findings = find({ x: noise(n, rng), k: rewritten }, target);
      assert.deepEqual(
        findings.map(({ columns, strength }) => [columns, strength]),
        [[["k"], "strong"]],
        `${target.task}, gaps ${gaps}`,
      );
      assert.ok(kindsOf(findings[0]!).includes("rewrite"));
    }
  }
});

test("findLeakage() names a sparse column that is set with the target; its name or a sum makes it strong", () => {
  const rng = createRng(3);
  const n = 6000;
  const target = classes(n, rng, 0.1);
  const [a, b, c] = [amounts(target, 0.3, rng), amounts(target, 0.3, rng), amounts(target, 0.3, rng)];
  const total = numberColumn(b.map((x, i) => x + c[i]!));
  const findings = find(
    {
      k: numberColumn(a),
      refundAmount: numberColumn(a.map((x) => 2 * x)),
      b: numberColumn(b),
      c: numberColumn(c),
      total,
    },
    target,
  );
  assert.equal(named(findings, "k")!.strength, "suspect");
  assert.equal(named(findings, "k")!.decision, "named");
  assert.deepEqual(kindsOf(named(findings, "k")!), ["presence"]);
  assert.deepEqual(kindsOf(named(findings, "refundAmount")!), ["presence", "name"]);
  for (const name of ["refundAmount", "b", "c", "total"]) assert.equal(named(findings, name)!.strength, "strong", name);
  for (const name of ["b", "c", "total"]) assert.deepEqual(kindsOf(named(findings, name)!), ["presence", "sum"], name);
  assert.ok(findings.slice(0, 4).every(({ strength }) => strength === "strong"));
});

test("findLeakage() lets a name turn a moderate predictor into a suspect, never into a strong finding", () => {
  const rng = createRng(13);
  const n = 3000;
  const target = classes(n, rng, 0.3);
  const moderate = () => numberColumn(target.values.map((y) => y + 1.1 * (rng.uniform() + rng.uniform() - 1)));
  const findings = find({ k: moderate(), outcome_score: moderate(), x: noise(n, rng) }, target);
  assert.deepEqual(
    findings.map((finding) => [finding.columns, finding.strength, kindsOf(finding)]),
    [[["outcome_score"], "suspect", ["single-column", "name"]]],
  );
});

test("findLeakage() leaves honest strong predictors alone, whatever their names", () => {
  const rng = createRng(4);
  const n = 4000;
  const gain = numbers(n, () => (rng.uniform() < 0.08 ? rng.below(20_000) : 0));
  const age = numbers(n, () => 20 + rng.below(50));
  const values = numbers(n, (i) => (gain[i]! > 7000 || rng.uniform() < age[i]! / 200 ? 1 : 0));
  const columns = { "capital-gain": numberColumn(gain), final_cost: numberColumn(age), x: noise(n, rng) };
  assert.deepEqual(find(columns, { task: "binary", nClasses: 2, values }), []);

  const carat = numbers(n, () => 0.2 + rng.uniform() ** 2 * 3);
  const price = numbers(n, (i) => carat[i]! ** 1.6 * 4000 * (0.6 + 0.8 * rng.uniform()));
  const stones = { carat: numberColumn(carat), length: numberColumn(carat.map((x) => 6 * Math.cbrt(x))) };
  assert.deepEqual(find(stones, { task: "regression", nClasses: 0, values: price }), []);
});

test("findLeakage() finds the columns that a number is made of, and only those", () => {
  const rng = createRng(5);
  const n = 800;
  const a = numbers(n, () => rng.below(500));
  const b = numbers(n, () => 2 + rng.below(500));
  for (const values of [numbers(n, (i) => a[i]! + b[i]!), numbers(n, (i) => a[i]! * b[i]!)]) {
    const findings = find(
      { x: noise(n, rng), a: numberColumn(a), b: numberColumn(b) },
      { task: "regression", nClasses: 0, values },
    );
    assert.equal(findings.length, 1);
    assert.deepEqual(findings[0]!.columns, ["a", "b"]);
    assert.equal(findings[0]!.strength, "strong");
  }
});

test("findLeakage() takes a date after the row's own time and set with the target for strong", () => {
  const rng = createRng(6);
  const n = 3000;
  const target = classes(n, rng, 0.2);
  const start = numbers(n, () => (18_000 + rng.below(900)) * day);
  const later = Array.from(target.values, (y, i) =>
    rng.uniform() < (y === 1 ? 0.4 : 0.01) ? start[i]! + day * (1 + rng.below(30)) : null,
  );
  const findings = find({ start: instantColumn(start), k: instantColumn(later), x: noise(n, rng) }, target);
  assert.deepEqual(
    findings.map(({ columns, strength }) => [columns, strength]),
    [[["k"], "strong"]],
  );
  assert.deepEqual(kindsOf(findings[0]!), ["presence", "time"]);
});

test("findLeakage() suspects a date that lies after the time of a time split", () => {
  const rng = createRng(7);
  const n = 1000;
  const start = numbers(n, (i) => i * day);
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  const split: Split = {
    rule: { kind: "time", column: "start", validation: 0.2, test: 0.2 },
    train: rows.slice(0, 600),
    validation: rows.slice(600, 800),
    test: rows.slice(800),
    resample: { unit: "block" },
    notes: [],
  };
  const columns = {
    start: instantColumn(start),
    shipped: instantColumn(start.map((t) => t + day * (1 + rng.below(9)))),
    born: instantColumn(start.map((t) => t - day * (1 + rng.below(9)))),
  };
  const findings = find(columns, classes(n, rng, 0.4), { split });
  assert.deepEqual(
    findings.map((finding) => [finding.columns, finding.strength, kindsOf(finding)]),
    [[["shipped"], "suspect", ["time"]]],
  );
});

test("findLeakage() finds an identifier only where its order predicts", () => {
  const rng = createRng(8);
  const n = 2000;
  const rowId = numberColumn(numbers(n, (i) => i));
  const sorted = numbers(n, (i) => (rng.uniform() < i / n ? 1 : 0));
  const [finding, ...others] = find({ rowId, x: noise(n, rng) }, { task: "binary", nClasses: 2, values: sorted });
  assert.deepEqual(finding!.columns, ["rowId"]);
  assert.deepEqual(kindsOf(finding!), ["identifier"]);
  assert.deepEqual(others, []);
  assert.deepEqual(find({ rowId, x: noise(n, rng) }, classes(n, rng, 0.5)), []);
});

test("findLeakage() counts rows that are copied across parts, but not the honest repeats of coarse columns", () => {
  const rng = createRng(9);
  const n = 2000;
  const target = classes(n, rng, 0.5);
  const source = Int32Array.from({ length: n }, (_, i) => (rng.uniform() < 0.1 ? rng.below(n) : i));
  const fine = { a: noise(n, rng), b: noise(n, rng), c: noise(n, rng) };
  const copied = Object.fromEntries(Table.of(fine).take(source).entries());
  const [finding, ...others] = find(copied, target);
  assert.deepEqual(others, []);
  assert.deepEqual(finding!.columns, []);
  assert.equal(finding!.decision, "named");
  assert.deepEqual(kindsOf(finding!), ["duplicate-rows"]);
  const coarse = () => numberColumn(numbers(n, () => rng.below(4)));
  assert.deepEqual(find({ a: coarse(), b: coarse(), c: coarse(), d: coarse() }, target), []);
});

test("findLeakage() suspects an entity that is in several parts, unless rows are parted by it", () => {
  const rng = createRng(10);
  const n = 2000;
  const target = classes(n, rng, 0.5);
  const columns = {
    patient_id: categoryColumn(Array.from({ length: n }, () => `p${rng.below(200)}`)),
    x: noise(n, rng),
  };
  const [finding, ...others] = find(columns, target);
  assert.deepEqual(others, []);
  assert.deepEqual([finding!.columns, kindsOf(finding!)], [["patient_id"], ["group-overlap"]]);
  assert.match(finding!.message, /--group patient_id/);
  const split = randomSplit(n, 1);
  const rule = { kind: "group", column: "patient_id", validation: 0.2, test: 0.2 } as const;
  assert.deepEqual(find(columns, target, { split: { ...split, rule } }), []);
});

test("findLeakage() follows the decisions of the definition", () => {
  const rng = createRng(11);
  const n = 4000;
  const target = classes(n, rng, 0.2);
  const columns = {
    k: numberColumn(amounts(target, 0.4, rng)),
    refund: numberColumn(amounts(target, 0.4, rng)),
    x: noise(n, rng),
  };
  const decisions = (rest: Partial<LeakageInput>) =>
    Object.fromEntries(find(columns, target, rest).map(({ columns: [name], decision }) => [name, decision]));
  assert.deepEqual(decisions({}), { refund: "excluded", k: "named" });
  assert.deepEqual(decisions({ keep: ["refund", "k"] }), { refund: "kept", k: "kept" });
  assert.deepEqual(decisions({ exclude: ["k"] }), { refund: "excluded", k: "excluded" });
  assert.deepEqual(decisions({ ignore: ["k"] }), { refund: "excluded" });
});

test("findLeakage() gives the same findings for the same input, and looks at no target of a test row", () => {
  const rng = createRng(12);
  const n = 3000;
  const target = classes(n, rng, 0.2);
  const columns = { refund: numberColumn(amounts(target, 0.3, rng)), x: noise(n, rng), y: noise(n, rng) };
  const findings = find(columns, target);
  assert.equal(findings.length, 1);
  assert.deepEqual(find(columns, target), findings);
  const values = target.values.slice();
  for (const row of randomSplit(n, 1).test) values[row] = 1 - values[row]!;
  assert.deepEqual(find(columns, { ...target, values }), findings);
});

test("findLeakage() finds nothing in noise, whatever the size, the task and the shares", () => {
  for (let seed = 0; seed < 200; seed++) {
    const rng = createRng(seed);
    const n = 50 + rng.below(451);
    const share = 0.02 + 0.5 * rng.uniform();
    const sparse = 0.01 + 0.3 * rng.uniform();
    const target: Target = [
      classes(n, rng, share),
      { task: "multiclass" as const, nClasses: 4, values: numbers(n, () => rng.below(4)) },
      {
        task: "regression" as const,
        nClasses: 0,
        values: numbers(n, () => (rng.uniform() < share ? rng.below(50) : 0)),
      },
    ][seed % 3]!;
    const columns = {
      a: noise(n, rng),
      b: numberColumn(numbers(n, () => rng.below(5))),
      refund: numberColumn(numbers(n, () => (rng.uniform() < sparse ? rng.below(100) : 0))),
      closed: instantColumn(Array.from({ length: n }, () => (rng.uniform() < sparse ? rng.below(900) * day : null))),
      d: categoryColumn(Array.from({ length: n }, () => `l${rng.below(40)}`)),
      e: categoryColumn(Array.from({ length: n }, () => (rng.uniform() < sparse ? `l${rng.below(3)}` : null))),
      id: numberColumn(numbers(n, (i) => i)),
    };
    assert.deepEqual(find(columns, target, { seed }), [], `seed ${seed}`);
  }
});

test("findLeakage() finds nothing where there is nothing to look at", () => {
  const target: Target = { task: "binary", nClasses: 2, values: numbers(6, (i) => i % 2) };
  const x = numberColumn(numbers(6, (i) => i % 2));
  assert.deepEqual(find({ x }, target, { ignore: ["x"] }), []);
  const everything = { ...randomSplit(6, 1), train: new Int32Array(0) };
  assert.deepEqual(find({ x }, target, { split: everything }), []);
});
