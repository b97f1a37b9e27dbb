// What every bench needs: timed child processes, the Python peer's environment, medians, and the shape of a result.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a bench prints. `ratio` and `cpuRatio` are above 1 where ours is better; null: not measured. */
export interface BenchResult {
  readonly name: string;
  readonly ours: number | null;
  readonly peer: number | null;
  readonly unit: string;
  readonly ratio: number | null;
  readonly cpuRatio: number | null;
  readonly runs: number;
  readonly note: string;
  /** Further figures, by name. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** False: the bench's own goal is missed. */
  readonly ok?: boolean;
}

/** Options of the command line that benches read. */
export interface BenchOptions {
  /** Folder of the reference tables; null where none was given. */
  readonly data: string | null;
  readonly runs: number;
  /** Rows of data; null: the bench's own number. */
  readonly rows: number | null;
  /** The sizes that goals are set for, in place of quick ones. */
  readonly full: boolean;
  /** Replace the tables in docs/methods. */
  readonly write: boolean;
  /** Only these sets of `reference`, or benches of `learning`; empty: all. */
  readonly only: readonly string[];
  /** Prints progress for people. */
  readonly say: (line: string) => void;
}

/** One bench: its name, what it measures, and the measurement. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  readonly needsData: boolean;
  run(options: BenchOptions): Promise<BenchResult>;
}

/** What a finished child process took. */
export interface Usage {
  readonly wallSeconds: number;
  /** User and system time of the process and its children. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly stdout: string;
  readonly code: number;
}

/** A peer that cannot be set up: the bench ends with exit code 3 and no figure. */
export class PeerUnavailable extends Error {}

/** Folder of the checkout, with a slash at its end. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

const launcher = join(root, "bin/fettle.mjs");

/** Builds `dist/` where it is absent. */
export function ensureBuilt(): void {
  if (!existsSync(join(root, "dist/main.js")))
    execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
}

/** Arguments that start the product from `dist/`. */
export const fettleCommand = (args: readonly string[]): string[] => [process.execPath, launcher, ...args];

/** Runs a command to its end and measures the whole process. Throws where its exit code is not among `codes` (default 0 alone). */
export async function measure(
  command: readonly string[],
  { cwd, env = {}, codes = [0] }: { cwd: string; env?: Readonly<Record<string, string>>; codes?: readonly number[] },
): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), "fettle-bench-usage-"));
  const usageFile = join(folder, "usage");
  try {
    const startedAt = performance.now();
    const child = spawn("/usr/bin/time", ["-q", "-o", usageFile, "-f", "%U %S %M", ...command], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exit) => resolve(exit ?? 1));
    });
    const wallSeconds = (performance.now() - startedAt) / 1000;
    if (!codes.includes(code)) throw new Error(`${command.join(" ")} ended with ${code}: ${stderr.slice(-2000)}`);
    const [user = 0, system = 0, kilobytes = 0] = readFileSync(usageFile, "utf8").trim().split(" ").map(Number);
    return { wallSeconds, cpuSeconds: user + system, peakMegabytes: kilobytes / 1024, stdout, code };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs one command of the product. */
export const fettle = (args: readonly string[], cwd: string, codes: readonly number[] = [0]): Promise<Usage> =>
  measure(fettleCommand(args), { cwd, codes });

/** Runs `work` in a scratch folder that is removed afterwards. */
export async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "fettle-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Path of a script in `bench/peers`. */
export const peerScript = (name: string): string => join(root, "bench/peers", name);

/** The Python of the peers, with the pinned packages; set up on first use. Throws {@link PeerUnavailable}. */
export function peerPython(say: (line: string) => void, set = ""): string {
  const folder = join(root, `.cache/bench-python${set}`);
  const requirements = peerScript(`requirements${set}.txt`);
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  const stamp = join(folder, "requirements.sha256");
  const python = join(folder, "bin/python");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return python;
  say("setting up the Python peer …");
  try {
    execFileSync("python3", ["-m", "venv", folder], { stdio: "pipe" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements], { stdio: "pipe" });
  } catch (error) {
    const said = (error as { stderr?: Buffer }).stderr?.toString().trim().split("\n").at(-1);
    throw new PeerUnavailable(`the Python peer cannot be set up: ${said || (error as Error).message}`);
  }
  writeFileSync(stamp, wanted);
  return python;
}

/** OpenMP peers on a shared machine must not spin. */
export const peerEnvironment: Readonly<Record<string, string>> = { GOMP_SPINCOUNT: "2000" };

/** The middle value; the mean of the middle two where their number is even. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A number with so many decimals, as a number. */
export const rounded = (value: number, decimals = 3): number => Number(value.toFixed(decimals));
