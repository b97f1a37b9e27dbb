import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { byFirstAppearance, type Schema, snapshotId } from "./index.ts";

const schema: Schema = [
  { name: "x", type: "number" },
  { name: "c", type: "category" },
  { name: "t", type: "instant" },
];
const cells = fc.array(
  fc.record({
    x: fc.option(fc.double({ noNaN: true })),
    c: fc.option(fc.string()),
    t: fc.option(fc.integer()),
  }),
  { minLength: 1, maxLength: 20 },
);
type Cells = typeof cells extends fc.Arbitrary<infer T> ? T : never;

const tableOf = (rows: Cells) =>
  Table.of({
    x: numberColumn(rows.map(({ x }) => x)),
    c: categoryColumn(rows.map(({ c }) => c)),
    t: instantColumn(rows.map(({ t }) => t)),
  });

test("snapshotId() does not depend on the order of a dictionary, nor on levels that no row has", () => {
  fc.assert(
    fc.property(cells, (rows) => {
      const table = tableOf(rows);
      const { codes, dictionary } = table.categories("c");
      const n = dictionary.length;
      const turned = {
        kind: "category" as const,
        codes: codes.map((code) => (code < 0 ? -1 : n - code)),
        dictionary: ["never seen", ...dictionary.toReversed()],
      };
      assert.equal(snapshotId(table.with("c", turned), schema), snapshotId(table, schema));
      assert.deepEqual(byFirstAppearance(turned), byFirstAppearance(table.categories("c")));
    }),
  );
});

test("snapshotId() changes with one value", () => {
  const base: Cells = Array.from({ length: 4 }, (_, i) => ({ x: i, c: `c${i}`, t: i }));
  const edits: readonly Partial<Cells[number]>[] = [
    { x: 2 + 2 ** -50 },
    { x: null },
    { c: "c" },
    { c: null },
    { c: "c3" },
    { t: 3 },
    { t: null },
  ];
  const ids = edits.map((edit) => snapshotId(tableOf(base.with(2, { ...base[2]!, ...edit })), schema));
  assert.equal(new Set([snapshotId(tableOf(base), schema), ...ids]).size, edits.length + 1);
});

test("snapshotId() has one zero and one NaN, and tells types, names and the order of rows apart", () => {
  const of = (values: readonly (number | null)[]) => snapshotId(Table.of({ x: numberColumn(values) }), [schema[0]!]);
  assert.equal(of([0, 1]), of([-0, 1]));
  const quiet = new Float64Array(new BigUint64Array([0x7ff8_0000_0000_0001n]).buffer);
  assert.equal(snapshotId(Table.of({ x: numberColumn(quiet) }), [schema[0]!]), of([null]));
  assert.notEqual(of([0, 1]), of([1, 0]));
  const table = Table.of({ x: numberColumn([1, 2]) });
  assert.notEqual(snapshotId(table, [{ name: "x", type: "integer" }]), snapshotId(table, [schema[0]!]));
});
