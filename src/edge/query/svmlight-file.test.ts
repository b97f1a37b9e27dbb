import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cellOf, type Table } from "../../ml/table/index.ts";
import { createSourceReader, readBatches } from "./index.ts";

const reader = createSourceReader();

async function withFiles(
  files: Readonly<Record<string, string>>,
  use: (path: (name: string) => string) => Promise<void>,
) {
  const folder = mkdtempSync(join(tmpdir(), "fettle-svmlight-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    await use((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const rowsOf = (table: Table) =>
  Array.from({ length: table.nRows }, (_, i) =>
    Object.fromEntries(table.names.map((name) => [name, cellOf(table.column(name), i)])),
  );

const letor = "2 qid:10 1:0.5 3:-1.5e-1 #docid = GX029\n\n0 qid:10 3:1\n1 qid:7 1:0 2:4\n";

test("svmlight rows become columns; a feature that a row does not name is 0", async () => {
  await withFiles({ "MSLR.txt": letor }, async (path) => {
    const { table, options } = await reader.read([path("MSLR.txt")]);
    assert.equal(options.format, "svmlight");
    assert.deepEqual(table.names, ["query", "f1", "f2", "f3", "label"]);
    assert.deepEqual(rowsOf(table), [
      { query: 10, f1: 0.5, f2: 0, f3: -0.15, label: 2 },
      { query: 10, f1: 0, f2: 0, f3: 1, label: 0 },
      { query: 7, f1: 0, f2: 4, f3: 0, label: 1 },
    ]);
  });
});

test("sizes beside a file give its queries; rows that cannot be read keep their place", async () => {
  const files = { "rank.train": "0 1:1\nx 1:2\n1 2:1\n2 2:3\n1 9:x\n", "rank.train.query": "3\n2\n" };
  await withFiles(files, async (path) => {
    const { table, nRejected, rejected } = await reader.read([path("rank.train")]);
    assert.deepEqual(
      rowsOf(table).map(({ query, label }) => [query, label]),
      [
        ["rank.train#1", 0],
        ["rank.train#1", 1],
        ["rank.train#2", 2],
      ],
    );
    assert.equal(nRejected, 2);
    assert.deepEqual(
      rejected.map(({ line, reason }) => [line, reason]),
      [
        [2, "does not begin with a number"],
        [5, "has a field that is no NUMBER:VALUE"],
      ],
    );
    writeFileSync(path("rank.train.query"), "3\n1\n");
    await assert.rejects(reader.read([path("rank.train")]), {
      code: "SVMLIGHT_QUERIES",
      message: /have 4 rows.*has 5/,
    });
  });
});

test("rows to score have the features of the model, named in the file or not", async () => {
  await withFiles({ "new.svm": "0 qid:1 2:0.5\n" }, async (path) => {
    const types = { f1: "number", f2: "number", f7: "number" } as const;
    for await (const { table } of readBatches([path("new.svm")], { types }))
      assert.deepEqual(rowsOf(table), [{ query: "1", f1: 0, f2: 0.5, f7: 0, label: "0" }]);
  });
});

test("a file of numbers is no svmlight", async () => {
  await withFiles({ "a.txt": "a b\n1 2\n3 4\n", "b.data": "1 2:x\n2 3:y\n" }, async (path) => {
    for (const name of ["a.txt", "b.data"])
      assert.notEqual((await reader.read([path(name)])).options.format, "svmlight");
  });
});
