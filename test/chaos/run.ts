// Kills a training at every system call that changes the disk, and examines what is left each time. Needs strace; takes long.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { customers, fettle, put } from "../support.ts";
import { canTrace, killAndExamine, killPoints } from "./strace.ts";

if (!canTrace()) {
  process.stderr.write("Cannot run chaos: strace is absent or may not trace here\n");
  process.exit(3);
}
const folder = mkdtempSync(join(tmpdir(), "fettle-chaos-"));
const origin = join(folder, "origin");
mkdirSync(origin);
put(origin, "customers.csv", customers({ n: 500 }));
await fettle(origin, ["init", "churn", "--data", "customers.csv", "--target", "churn"]);
await fettle(origin, ["train", "churn", "--trials", "1"]);
cpSync(origin, join(folder, "counted"), { recursive: true });
const points = await killPoints(join(folder, "counted"));
let failed = 0;
for (const [k, point] of points.entries()) {
  const problems = await killAndExamine(origin, join(folder, String(k)), point);
  if (problems.length > 0) failed += 1;
  process.stderr.write(`\r${k + 1}/${points.length} ${point.call} #${point.nth}`.padEnd(50));
  if (problems.length > 0) process.stderr.write(`\n  ${problems.join("; ")}\n`);
}
rmSync(folder, { recursive: true });
process.stdout.write(`\n${points.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
