import { execFile, execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openApp } from "../../src/app.ts";

const run = promisify(execFile);
const child = fileURLToPath(new URL("../faults/training-child.ts", import.meta.url));

/** System calls that change what is on disk. */
const changing = [
  "write",
  "pwrite64",
  "fsync",
  "fdatasync",
  "rename",
  "mkdir",
  "unlink",
  "ftruncate",
  "fchmod",
] as const;

/** One place to kill at: the n-th call of one system call in any thread. */
export interface KillPoint {
  readonly call: string;
  readonly nth: number;
}

/** Whether this machine lets a process be traced. */
export function canTrace(): boolean {
  try {
    execFileSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Every place of one training, found by tracing it once in `folder`. */
export async function killPoints(folder: string): Promise<KillPoint[]> {
  const log = `${folder}.trace`;
  await run("strace", ["-f", "-o", log, "-e", `trace=${changing.join(",")}`, process.execPath, child, folder]);
  const counts = new Map<string, number>();
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const [, thread, call] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (call !== undefined) counts.set(`${thread} ${call}`, (counts.get(`${thread} ${call}`) ?? 0) + 1);
  }
  rmSync(log);
  const most = new Map<string, number>();
  for (const [key, count] of counts) {
    const call = key.split(" ")[1]!;
    most.set(call, Math.max(most.get(call) ?? 0, count));
  }
  return [...most].flatMap(([call, count]) => Array.from({ length: count }, (_, k) => ({ call, nth: k + 1 })));
}

/** Trains in a copy of `origin`, killed at a point, and returns what is wrong afterwards: nothing, if the promise holds. */
export async function killAndExamine(origin: string, copy: string, { call, nth }: KillPoint): Promise<string[]> {
  cpSync(origin, copy, { recursive: true });
  const inject = `inject=${call}:signal=SIGKILL:when=${nth}`;
  await run("strace", [
    "-f",
    "-o",
    "/dev/null",
    "-e",
    `trace=${call}`,
    "-e",
    inject,
    process.execPath,
    child,
    copy,
  ]).catch(() => undefined);
  const app = await openApp(copy, { version: "0.1.0" });
  try {
    const problems = (await app.doctor()).filter(({ status }) => status === "problem").map(({ message }) => message);
    const versions = await app.models();
    if (versions.length < 1 || versions.length > 2) problems.push(`${versions.length} versions`);
    for (const { version } of versions) await app.show(`churn@${version}`);
    return problems;
  } finally {
    await app.close();
    rmSync(join(copy), { recursive: true, force: true });
  }
}
