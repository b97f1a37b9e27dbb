import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createRng, permutation } from "../../src/lib/index.ts";
import { scratchFolder, trainedProject } from "../support.ts";
import { canTrace, killAndExamine, killPoints } from "./strace.ts";

test("kill -9 at 20 sampled system calls leaves the old state or the new one", {
  skip: canTrace() ? false : "strace is absent or may not trace here",
}, async (context) => {
  const origin = await trainedProject(context, { n: 500 });
  const folder = scratchFolder(context);
  cpSync(origin, join(folder, "counted"), { recursive: true });
  const points = await killPoints(join(folder, "counted"));
  assert.ok(points.length > 100, `${points.length} points`);
  for (const k of permutation(points.length, createRng(20)).slice(0, 20)) {
    const problems = await killAndExamine(origin, join(folder, String(k)), points[k]!);
    assert.deepEqual(problems, [], JSON.stringify(points[k]));
  }
});
