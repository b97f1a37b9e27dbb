import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FettleError } from "../../lib/index.ts";
import { type Column, categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import {
  type CheckOptions,
  type ColumnContract,
  checkContract,
  defineContract,
  duplicateRows,
  inferContract,
  type LogicalType,
  quarantineRows,
  type Schema,
} from "./index.ts";

const many = <T>(n: number, cell: (i: number) => T) => Array.from({ length: n }, (_, i) => cell(i));
const text = (n: number, cell: (i: number) => string | null) => categoryColumn(many(n, cell));
const number = (n: number, cell: (i: number) => number | null) => numberColumn(many(n, cell));
const row = number(30, (i) => i); // makes rows different

function check(
  columns: Record<string, Column>,
  contract: Record<string, ColumnContract>,
  options: CheckOptions & { types?: Record<string, LogicalType>; minRows?: number } = {},
) {
  const { types = {}, minRows, ...rest } = options;
  const table = Table.of(columns);
  const schema: Schema = table.names.map((name) => ({ name, type: types[name] ?? table.column(name).kind }));
  const given = { columns: contract, ...(minRows === undefined ? {} : { minRows }) };
  return { ...checkContract(given, table, schema, rest), quarantined: [...quarantineRows(given, table, schema)] };
}

interface Case {
  readonly kind: string;
  readonly column: Column;
  readonly rule?: ColumnContract;
  readonly type?: LogicalType;
  readonly options?: CheckOptions & { minRows?: number };
  readonly severity?: "error" | "warning";
  readonly count: number;
  readonly rows?: readonly number[];
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  {
    kind: "type",
    column: text(30, (i) => `v${i % 3}`),
    rule: { type: "number" },
    severity: "error",
    count: 30,
    says: /holds category values, number values are expected/,
  },
  {
    kind: "type",
    column: number(30, (i) => i + 0.5),
    rule: { type: "integer" },
    severity: "error",
    count: 30,
    says: /integer values are expected/,
  },
  {
    kind: "range",
    column: number(30, (i) => (i === 4 ? 99 : i % 5)),
    rule: { type: "number", min: 0, max: 10 },
    count: 1,
    rows: [4],
    says: /out of its range 0 to 10 in 1 row$/,
  },
  {
    kind: "range",
    column: instantColumn(many(30, (i) => i)),
    rule: { type: "instant", min: "1970-01-01T00:00:00.002Z" },
    count: 2,
    rows: [0, 1],
    says: /in 2 rows/,
  },
  {
    kind: "levels",
    column: text(30, (i) => (i < 2 ? "new" : "old")),
    rule: { type: "category", levels: ["old"] },
    count: 2,
    rows: [0, 1],
    says: /no known level in 2 rows/,
  },
  {
    kind: "missing-share",
    column: number(30, (i) => (i < 6 ? null : i)),
    rule: { type: "number", maxMissingShare: 0.1 },
    count: 6,
    says: /missing in 20.0 % of the rows, at most 10.0 %/,
  },
  {
    kind: "unique",
    column: text(30, (i) => (i === 7 ? "id3" : `id${i}`)),
    type: "id",
    rule: { type: "id", unique: true },
    count: 1,
    rows: [7],
    says: /repeats an earlier value in 1 row/,
  },
  {
    kind: "format",
    column: text(30, (i) => (i === 9 ? "nobody" : `a${i}@b.org`)),
    type: "id",
    rule: { type: "id", format: "email" },
    count: 1,
    rows: [9],
    says: /the format email in 1 row/,
  },
  {
    kind: "finite",
    column: number(30, (i) => (i === 3 ? Number.POSITIVE_INFINITY : i)),
    rule: { type: "number", max: 100 },
    count: 1,
    rows: [3],
    says: /infinite in 1 row, taken as missing/,
  },
  {
    kind: "not-constant",
    column: number(30, () => 1),
    rule: { type: "number" },
    count: 30,
    says: /same value in all rows and is left out/,
  },
  {
    kind: "has-values",
    column: number(30, () => null),
    rule: { type: "number" },
    count: 30,
    says: /no value in any row and is left out/,
  },
  {
    kind: "learnable-levels",
    column: text(1500, (i) => `v${i % 1200}`),
    rule: { type: "category" },
    count: 1500,
    says: /1,200 different values in 1,500 rows, too many/,
  },
  {
    kind: "target-present",
    column: number(30, (i) => (i === 5 ? null : i)),
    rule: { type: "number" },
    options: { target: "x" },
    count: 1,
    rows: [5],
    says: /1 row has no "x", the target, and is left out/,
  },
  {
    kind: "rejected-rows",
    column: number(30, (i) => i),
    rule: { type: "number" },
    options: { nRejected: 2 },
    count: 2,
    says: /2 rows could not be read and are left out/,
  },
  {
    kind: "min-rows",
    column: number(30, (i) => i),
    rule: { type: "number" },
    options: { minRows: 50 },
    count: 30,
    says: /30 rows, 50 were expected/,
  },
  { kind: "column-unexpected", column: number(30, (i) => i), count: 30, says: /column "x" is not in the contract/ },
];

for (const { kind, column, rule, type, options = {}, severity = "warning", count, rows = [], says } of cases)
  test(`checkContract() finds ${kind}: ${says.source}`, () => {
    const n = column.kind === "category" ? column.codes.length : column.values.length;
    const found = check(
      { x: column, row: number(n, (i) => i) },
      { row: { type: "number" }, ...(rule ? { x: rule } : {}) },
      { ...options, ...(type ? { types: { x: type } } : {}) },
    );
    assert.deepEqual(
      found.violations.map((violation) => violation.check.kind),
      [kind],
    );
    const violation = found.violations[0]!;
    assert.equal(violation.severity, severity);
    assert.equal(found.ok, severity === "warning");
    assert.equal(violation.count, count);
    assert.equal(violation.share, count / n);
    assert.deepEqual(violation.rows, rows);
    assert.match(violation.message, says);
    assert.deepEqual(found.quarantined, ["range", "levels", "unique", "format", "finite"].includes(kind) ? rows : []);
  });

test("checkContract() names the nearest column where one is absent, and goes on", () => {
  const { ok, violations } = check(
    { amout: row, c: text(30, (i) => `v${i % 2}`) },
    { amount: { type: "number" }, c: { type: "category", levels: ["v0"] } },
  );
  assert.equal(ok, false);
  assert.deepEqual(
    violations.map(({ check: { kind } }) => kind),
    ["column-present", "levels", "column-unexpected"],
  );
  assert.match(violations[0]!.message, /column "amount" is absent; did you mean it by "amout"\?/);
});

test("checkContract() takes whole numbers for numbers, and texts of any kind for each other", () => {
  const columns = { row, c: text(30, (i) => `v${i % 2}`) };
  const types = { row: "integer", c: "category" } as const;
  assert.deepEqual(check(columns, { row: { type: "number" }, c: { type: "text" } }, { types }).violations, []);
});

test("checkContract() counts rows that equal an earlier one, and a severity of error stops", () => {
  const { ok, violations } = check(
    { x: number(30, (i) => i % 28), c: text(30, () => null) },
    { x: { type: "number", max: 5, severity: "error" }, c: { type: "category" } },
  );
  assert.equal(ok, false);
  assert.deepEqual(
    violations.map(({ check: { kind }, count }) => [kind, count]),
    [
      ["range", 22],
      ["duplicate-rows", 2],
      ["has-values", 30],
    ],
  );
});

const cells = fc.array(
  fc.record({
    n: fc.option(fc.double()),
    c: fc.option(fc.string({ maxLength: 3 })),
    t: fc.option(
      fc.date({ noInvalidDate: true, min: new Date("0001-01-01"), max: new Date("9999-12-31") }).map(Number),
    ),
    id: fc.option(fc.string()),
  }),
  { minLength: 1, maxLength: 80 },
);

test("inferContract() gives a contract that the table itself keeps", () => {
  fc.assert(
    fc.property(cells, (rows) => {
      const table = Table.of({
        n: numberColumn(rows.map(({ n }) => n)),
        c: categoryColumn(rows.map(({ c }) => c)),
        t: instantColumn(rows.map(({ t }) => t)),
        id: categoryColumn(rows.map(({ id }) => id)),
      }).slice(0, 60);
      const schema: Schema = [
        { name: "n", type: "number" },
        { name: "c", type: "category" },
        { name: "t", type: "instant" },
        { name: "id", type: "id" },
      ];
      const report = checkContract(defineContract(inferContract(table, schema)), table, schema);
      const always = ["duplicate-rows", "has-values", "finite", "not-constant"];
      assert.deepEqual(
        report.violations.filter((violation) => !always.includes(violation.check.kind)),
        [],
      );
    }),
  );
});

test("inferContract() keeps the values of personal columns out", () => {
  const table = Table.of({ mail: text(30, (i) => `person${i}@mail.org`), row });
  const contract = inferContract(table, [
    { name: "mail", type: "id" },
    { name: "row", type: "integer" },
  ]);
  assert.deepEqual(contract.columns.mail, { type: "id", maxMissingShare: 0, personalData: "email" });
});

test("duplicateRows() finds what a comparison of all pairs finds", () => {
  const few = fc.record({ n: fc.constantFrom(0, -0, 1, Number.NaN), c: fc.constantFrom("a", "b", null) });
  fc.assert(
    fc.property(fc.array(few, { maxLength: 30 }), (rows) => {
      const table = Table.of({ n: numberColumn(rows.map(({ n }) => n)), c: categoryColumn(rows.map(({ c }) => c)) });
      const key = ({ n, c }: (typeof rows)[number]) => JSON.stringify([n + 0, c]);
      const expected = rows.flatMap((cell, i) =>
        rows.slice(0, i).some((earlier) => key(earlier) === key(cell)) ? [i] : [],
      );
      assert.deepEqual(duplicateRows(table), expected);
    }),
  );
  const n = 100_000;
  assert.deepEqual(duplicateRows(Table.of({ a: number(n, (i) => i), b: number(n, (i) => i % 7) })), []);
});

test("defineContract() refuses with every problem at once and the nearest format", () => {
  assert.throws(
    () => defineContract({ columns: { a: { type: "nubmer" as "number", maxMissingShare: 2 } }, minRows: -1 }),
    (error) =>
      error instanceof FettleError &&
      error.code === "CONTRACT_INVALID" &&
      (error.facts.problems as string[]).length === 3,
  );
  assert.throws(() => defineContract({ columns: { a: { type: "id", format: "emial" } } }), /did you mean "email"\?/);
  assert.ok(Object.isFrozen(defineContract({ columns: { a: { type: "id" } } })));
});
