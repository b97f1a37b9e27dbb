import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadLoss } from "./loss-module.ts";
import { moduleGraphHash } from "./module-graph.ts";

const folder = mkdtempSync(join(tmpdir(), "fettle-graph-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
mkdirSync(join(folder, "a/inner"), { recursive: true });
put("a/loss.ts", 'export { x } from "./inner/b.ts";\nconst late = () => import("./late.ts");\n// from "./gone.ts"\n');
put("a/inner/b.ts", 'import "../c.ts";\nimport { readFileSync } from "node:fs";\nexport const x = 1;\n');
put("a/c.ts", 'import "./loss.ts";\n');
put("a/late.ts", "");
put("a/other.ts", "");
const hash = () => moduleGraphHash(join(folder, "a/loss.ts"));

test("moduleGraphHash() follows relative imports of every form, round a circle too, and nothing else", () => {
  const before = hash();
  put("a/other.ts", "export {};");
  assert.equal(hash(), before);
  for (const name of ["a/c.ts", "a/late.ts", "a/inner/b.ts", "a/loss.ts"]) {
    const last = hash();
    put(name, 'import "./other.ts";\n');
    assert.notEqual(hash(), last, name);
    cpSync(join(folder, "a"), join(folder, "copy"), { recursive: true });
    assert.equal(moduleGraphHash(join(folder, "copy/loss.ts")), hash(), "where the folder lies does not matter");
  }
});

test("moduleGraphHash() refuses a module that is not there, or is a folder", () => {
  for (const name of ["a/none.ts", "a"])
    assert.throws(() => moduleGraphHash(join(folder, name)), { code: "LOSS_MODULE_MISSING", kind: "not-found" });
});

test("loadLoss() refuses another module than the definition's, one that throws, and an export that is no loss", async () => {
  const loss = { module: "loss.ts", export: "steep" };
  const load = (text: string, changed = false) => {
    put("loss.ts", text);
    const known = changed ? "0".repeat(64) : moduleGraphHash(join(folder, "loss.ts"));
    return loadLoss({ ...loss, hash: known as ReturnType<typeof hash> }, folder);
  };
  await assert.rejects(load("export const steep = {};", true), { code: "LOSS_MODULE_CHANGED" });
  await assert.rejects(load("throw new RangeError('secret');"), (error: Error & { code?: string }) => {
    assert.equal(error.code, "LOSS_MODULE_UNREADABLE");
    assert.match(error.message, /it ended with RangeError/);
    return true;
  });
});
