import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { categoryColumn, instantColumn, numberColumn, Table } from "../../ml/table/index.ts";
import { byFirstAppearance, type Schema, snapshotId } from "../../platform/data/index.ts";
import { createBatchWriter, createSourceReader, readBatches, tableFiles } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "fettle-tables-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const files = tableFiles();
const path = join(folder, "table.parquet");

const schema: Schema = [
  { name: "number", type: "number" },
  { name: "Number", type: "integer" },
  { name: "when", type: "instant" },
  { name: 'a "quoted" name', type: "category" },
];
const cell = fc.record({
  number: fc.option(fc.double({ noNaN: true })),
  whole: fc.option(fc.integer()),
  when: fc.option(fc.oneof(fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.double({ min: 0, max: 1e12, noNaN: true }))),
  text: fc.option(fc.oneof(fc.string({ unit: "grapheme", maxLength: 20 }), fc.constant("\ufeffmark"))),
});
const tableOf = (rows: { number: number | null; whole: number | null; when: number | null; text: string | null }[]) =>
  Table.of([
    ["number", numberColumn(rows.map((row) => row.number))],
    ["Number", numberColumn(rows.map((row) => row.whole))],
    ["when", instantColumn(rows.map((row) => row.when))],
    ['a "quoted" name', categoryColumn(rows.map((row) => row.text))],
  ]);

test("tableFiles() gives back every value, on one thread and on two", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { maxLength: 60 }), async (rows) => {
      const table = tableOf(rows);
      await files.write(table, schema, path);
      for (const threads of [1, 2]) {
        const again = await files.read(path, schema, { threads });
        assert.deepEqual([...again.entries()], [...table.entries()]);
      }
    }),
    { numRuns: 25 },
  );
});

test("tableFiles() gives dictionaries back in order of first appearance", async () => {
  const column = {
    kind: "category",
    codes: Int32Array.of(3, -1, 0, 3),
    dictionary: ["b", "unused", "c", "a"],
  } as const;
  const one: Schema = [{ name: "c", type: "category" }];
  const table = Table.of({ c: column });
  await files.write(table, one, path);
  const again = await files.read(path, one);
  assert.deepEqual(again.column("c"), byFirstAppearance(column));
  assert.equal(snapshotId(again, one), snapshotId(table, one));
});

test("tableFiles() keeps the order of many rows and long dictionaries on any number of threads", async () => {
  const n = 300_000;
  const many: Schema = [
    { name: "i", type: "integer" },
    { name: "id", type: "id" },
    { name: "level", type: "category" },
  ];
  const table = Table.of({
    i: numberColumn(Float64Array.from({ length: n }, (_, i) => i)),
    id: categoryColumn(Array.from({ length: n }, (_, i) => `customer number ${i}`)),
    level: categoryColumn(
      Array.from({ length: n }, (_, i) => (i % 7 === 0 ? null : `a level of some length ${i % 90}`)),
    ),
  });
  await files.write(table, many, path);
  for (const threads of [1, 2])
    assert.equal(snapshotId(await files.read(path, many, { threads }), many), snapshotId(table, many));
});

test("tableFiles() writes the same bytes for the same table", async () => {
  const table = tableOf(
    Array.from({ length: 5000 }, (_, i) => ({ number: i / 3, whole: i, when: i, text: `t${i % 9}` })),
  );
  await files.write(table, schema, path);
  const first = readFileSync(path);
  await files.write(table, schema, path);
  assert.deepEqual(readFileSync(path), first);
});

test("tableFiles() refuses a damaged file", async () => {
  await files.write(tableOf([]), schema, path);
  truncateSync(path, 40);
  await assert.rejects(files.read(path, schema), { code: "TABLE_FILE_DAMAGED", kind: "damaged" });
});

for (const format of ["parquet", "csv", "ndjson"] as const)
  test(`createBatchWriter() shows a ${format} file when it is whole, and leaves nothing else`, async () => {
    const out = join(mkdtempSync(join(folder, "out-")), `scored.${format}`);
    writeFileSync(out, "old");
    const parts = Array.from({ length: 3 }, (_, k) =>
      Table.of({
        x: numberColumn(Array.from({ length: 70_000 }, (_, i) => (i % 5 === 0 ? null : k + i / 4))),
        c: categoryColumn(Array.from({ length: 70_000 }, (_, i) => `level "${i % 3}", part ${k}`)),
        at: instantColumn(Array.from({ length: 70_000 }, (_, i) => i * 1000)),
      }),
    );
    const partSchema: Schema = [
      { name: "x", type: "number" },
      { name: "c", type: "category" },
      { name: "at", type: "instant" },
    ];
    const writer = await createBatchWriter(out, format);
    for (const part of parts) await writer.write(part, partSchema);
    assert.equal(readFileSync(out, "utf8"), "old");
    assert.deepEqual(await writer.finish(), []);
    await writer.abort();
    assert.deepEqual(readdirSync(join(out, "..")), [`scored.${format}`]);
    const { table } = await createSourceReader().read([out]);
    assert.equal(table.nRows, 210_000);
    for (const row of [0, 69_999, 70_000, 209_999])
      assert.deepEqual(table.row(row), parts[Math.floor(row / 70_000)]!.row(row % 70_000));
  });

test("createBatchWriter() removes everything on abort", async () => {
  for (const format of ["parquet", "csv"] as const) {
    const out = join(mkdtempSync(join(folder, "abort-")), "scored");
    const writer = await createBatchWriter(out, format);
    await writer.write(
      tableOf(Array.from({ length: 140_000 }, () => ({ number: 1, whole: 1, when: 1, text: "x" }))),
      schema,
    );
    await writer.abort();
    assert.deepEqual(readdirSync(join(out, "..")), []);
    assert.ok(!existsSync(out));
  }
});

test("createBatchWriter() disarms formulas in CSV and says so", async () => {
  const out = join(folder, "formula.csv");
  const writer = await createBatchWriter(out, "csv");
  await writer.write(Table.of({ c: categoryColumn(["=1+1", "-5", "ok", null, ""]) }), [{ name: "c", type: "text" }]);
  assert.match((await writer.finish()).join(), /1 text.* in front/);
  assert.equal(readFileSync(out, "utf8"), 'c\n\'=1+1\n-5\nok\n\n""\n');
});

test("readBatches() gives the rows of read() in parts, with types told", async () => {
  const source = join(folder, "batches.csv");
  const rows = Array.from({ length: 30_000 }, (_, i) => `${i},${i % 100 === 7 ? "bad" : i / 2},level ${i % 5},0${i}`);
  writeFileSync(source, `id,x,c,extra\n${rows.join("\n")}\n1,2\n`);
  const types = { id: "integer", x: "number", c: "category" } as const;
  let nRows = 0;
  let nRejected = 0;
  let nCoerced = 0;
  let nBatches = 0;
  for await (const batch of readBatches([source], { types }, 1000)) {
    if (batch.table.nRows > 0) {
      assert.equal(batch.table.numbers("id").values[0], nRows);
      assert.equal(batch.table.row(0).extra, `0${nRows}`);
    }
    nRows += batch.table.nRows;
    nRejected += batch.nRejected;
    nCoerced += batch.nCoerced.get("x") ?? 0;
    nBatches += 1;
  }
  assert.deepEqual({ nRows, nRejected, nCoerced }, { nRows: 30_000, nRejected: 1, nCoerced: 300 });
  assert.ok(nBatches > 1);
});
