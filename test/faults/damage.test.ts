import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fettle, trainedProject } from "../support.ts";

function flipByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 0x10;
  writeFileSync(path, bytes, { mode: 0o600 });
}

function objectPaths(folder: string): string[] {
  const objects = join(folder, ".fettle", "objects");
  return readdirSync(objects).flatMap((name) => readdirSync(join(objects, name)).map((id) => join(objects, name, id)));
}

test("a flipped byte in any stored object is reported as damage, never as a number", async (context) => {
  const folder = await trainedProject(context);
  for (const path of objectPaths(folder)) {
    const whole = readFileSync(path);
    flipByte(path, Math.floor(whole.length / 2));
    const doctor = await fettle(folder, ["doctor", "--json"]);
    assert.equal(doctor.exit, 1, path);
    const verified = await fettle(folder, ["verify", "churn@1", "--json"]);
    assert.equal(verified.exit, 3, path);
    assert.match(verified.stdout, /DAMAGED/);
    writeFileSync(path, whole);
  }
  assert.equal((await fettle(folder, ["doctor"])).exit, 0);
});

test("a damaged capsule serves nothing, scores nothing and is not exported", async (context) => {
  const folder = await trainedProject(context);
  const { json } = await fettle(folder, ["show", "churn@1", "--json"]);
  const { model } = (json as { parts: { model: string } }).parts;
  flipByte(join(folder, ".fettle", "objects", model.slice(0, 2), model), 40);
  for (const command of [
    ["serve", "churn@1", "--port", "0"],
    ["score", "churn@1", "--in", "customers.csv", "--out", "out.csv"],
    ["export", "churn@1"],
  ]) {
    const ran = await fettle(folder, command);
    assert.equal(ran.exit, 3, command[0]);
    assert.match(ran.stderr, /OBJECT_DAMAGED/);
  }
  assert.ok(!readdirSync(folder).includes("out.csv"));
});

test("a changed row of the ledger is damage, not another truth", async (context) => {
  const folder = await trainedProject(context);
  const { default: Database } = await import("better-sqlite3");
  const ledger = new Database(join(folder, ".fettle", "ledger.db"));
  ledger
    .prepare("update model_versions set body = replace(body, '\"gatesPassed\":true', '\"gatesPassed\":false')")
    .run();
  ledger.close();
  const ran = await fettle(folder, ["show", "churn@1"]);
  assert.equal(ran.exit, 3);
  assert.match(ran.stderr, /LEDGER_DAMAGED/);
});

test("a ledger that is no database is damage", async (context) => {
  const folder = await trainedProject(context);
  writeFileSync(join(folder, ".fettle", "ledger.db"), "this is no database, and it is long enough to be read as one");
  const ran = await fettle(folder, ["models"]);
  assert.equal(ran.exit, 3);
  assert.match(ran.stderr, /LEDGER_DAMAGED/);
});
