import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openApp } from "../../src/app.ts";
import { scratchFolder, trainedProject } from "../support.ts";

const run = promisify(execFile);
const child = fileURLToPath(new URL("./training-child.ts", import.meta.url));

/** Trains in a process of its own that is killed at a durable step; returns the number of steps where it was not. */
async function trainKilledAt(folder: string, step: number): Promise<number | null> {
  try {
    const { stdout } = await run(process.execPath, [child, folder, String(step)]);
    return Number(stdout);
  } catch (error) {
    assert.equal((error as { signal?: string }).signal, "SIGKILL");
    return null;
  }
}

/** What a person finds after the kill: the old state or the new one, whole. */
async function examine(folder: string, alsoVerify: boolean): Promise<number> {
  const app = await openApp(folder, { version: "0.1.0" });
  try {
    const problems = (await app.doctor()).filter(({ status }) => status === "problem");
    assert.deepEqual(problems, []);
    const versions = await app.models();
    for (const { version } of versions) {
      const shown = await app.show(`churn@${version}`);
      assert.equal(shown.report?.version, version);
    }
    if (alsoVerify) assert.equal((await app.verify(`churn@${versions.length}`, {})).verdict, "identical");
    return versions.length;
  } finally {
    await app.close();
  }
}

test("kill -9 at any durable step of a training leaves the old state or the new one", async (context) => {
  const origin = await trainedProject(context, { n: 500 });
  const folder = scratchFolder(context);
  const copy = (name: string) => {
    cpSync(origin, join(folder, name), { recursive: true });
    return join(folder, name);
  };
  const nSteps = (await trainKilledAt(copy("whole"), -1))!;
  assert.ok(nSteps >= 20, `${nSteps} steps`);
  const found = new Set<number>();
  const steps = Array.from({ length: nSteps }, (_, k) => k);
  await Promise.all(
    [0, 1].map(async (lane) => {
      for (const step of steps.filter((k) => k % 2 === lane)) {
        const project = copy(String(step));
        assert.equal(await trainKilledAt(project, step), null, `step ${step}`);
        found.add(await examine(project, step % 8 === 0));
      }
    }),
  );
  assert.deepEqual([...found].sort(), [1, 2]);
});
