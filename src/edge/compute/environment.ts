import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Facts about code and machine that a run records beside its identity. Absent facts are null. */
export async function environmentOf(
  projectDir: string,
  version: string,
): Promise<Record<string, string | number | boolean | null>> {
  const [commit, status] = await Promise.all([
    git(projectDir, ["rev-parse", "HEAD"]),
    git(projectDir, ["status", "--porcelain"]),
  ]);
  return {
    fettle: version,
    build: buildHash(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    gitCommit: commit?.trim() ?? null,
    gitDirty: status === null ? null : status.trim() !== "",
    lockfile: lockfileHash(projectDir),
  };
}

// Hash of the sources that this build was made from; null where the sources themselves run.
function buildHash(): string | null {
  const path = new URL("../../build.json", import.meta.url);
  if (!existsSync(path)) return null;
  return (JSON.parse(readFileSync(path, "utf8")) as { sources: string }).sources;
}

async function git(cwd: string, args: string[]): Promise<string | null> {
  try {
    return (await run("git", args, { cwd, timeout: 5000, maxBuffer: 16 * 1024 * 1024 })).stdout;
  } catch {
    return null; // no git, or no repository: the fact is absent
  }
}

// The lock file nearest above the project.
function lockfileHash(projectDir: string): string | null {
  for (let folder = projectDir; ; folder = dirname(folder)) {
    const path = join(folder, "package-lock.json");
    if (existsSync(path)) return createHash("sha256").update(readFileSync(path)).digest("hex");
    if (dirname(folder) === folder) return null;
  }
}
