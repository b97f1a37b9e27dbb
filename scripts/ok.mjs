// The whole gate: format, types, rooms, unused code, build, tests, docs. Ends with one line that counts what passed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "fettle-ok-"));
const tap = join(scratch, "tests.tap");
const node = (...args) => [process.execPath, args];
const gates = [
  ["format", ...node("node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", ".")],
  ["types", ...node("node_modules/typescript/bin/tsc", "-p", "tsconfig.json")],
  ["rooms", ...node("scripts/check-rooms.mjs")],
  ["unused", ...node("node_modules/knip/bin/knip.js")],
  ["build", ...node("scripts/build.mjs")],
];
const tests = node(
  "--test",
  "--test-reporter=spec",
  "--test-reporter-destination=stdout",
  "--test-reporter=tap",
  `--test-reporter-destination=${tap}`,
  "src/**/*.test.ts",
  "test/**/*.test.ts",
);

let passed = 0;
let failed = 0;
let skipped = 0;
for (const [name, command, args] of gates) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  console.log(`${status === 0 ? "ok" : "FAILED"}  ${name}`);
  if (status === 0) passed += 1;
  else failed += 1;
}

const { status } = spawnSync(tests[0], tests[1], { cwd: root, stdio: "inherit" });
const counts = existsSync(tap) ? readFileSync(tap, "utf8") : "";
const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(counts)?.[1] ?? 0);
passed += count("pass");
failed += count("fail") + count("cancelled");
skipped += count("skipped");
if (status !== 0 && count("fail") === 0) failed += 1;
rmSync(scratch, { recursive: true });

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
