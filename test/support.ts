import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openApp } from "../src/app.ts";
import { runCli } from "../src/edge/cli/index.ts";
import { type Client, createClient } from "../src/edge/client/index.ts";
import { createRng } from "../src/lib/index.ts";

/** What one command did. */
export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output's one JSON object; null where it is none. */
  readonly json: unknown;
}

/** What `fettle train --json` prints, as far as tests read it. */
export interface TrainJson {
  readonly model: string;
  readonly version: number;
  readonly runId: string;
  readonly task: string;
  readonly snapshot: string;
  readonly seed: number;
  readonly metrics: { readonly test: Readonly<Record<string, Value>> };
  readonly baseline: { readonly name: string; readonly test: Readonly<Record<string, Value>> };
  readonly comparisons: readonly { readonly reference: string; readonly verdict: string; readonly difference: Value }[];
  readonly candidates: readonly { readonly role: string; readonly name: string; readonly validation: Value }[];
  readonly leakage: readonly { readonly columns: readonly string[]; readonly strength: string }[];
  readonly excluded: readonly string[];
  readonly pretended: { readonly withLeak: number; readonly without: number } | null;
  readonly violations: readonly { readonly column: string | null; readonly message: string; readonly count: number }[];
  readonly gates: readonly { readonly name: string; readonly passed: boolean }[];
  readonly report: string;
  readonly seconds: Readonly<Record<string, number>>;
}

interface Value {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** Trains a model of a project and returns what it printed. */
export async function train(folder: string, model = "churn", ...options: string[]): Promise<TrainJson> {
  const ran = await fettle(folder, ["train", model, "--trials", "2", "--json", ...options]);
  if (ran.json === null || ran.exit > 1) throw new Error(`${ran.stderr}${ran.stdout}`);
  return ran.json as TrainJson;
}

/** A client of a server of all models of a project, which ends with the test. */
export async function servedClient(context: TestContext, folder: string, { auth = true } = {}): Promise<Client> {
  const app = await openApp(folder, { version: "0.1.0" });
  const server = await app.serve({ models: [], host: "127.0.0.1", port: 0, auth, sync: true, allowHost: [] });
  context.after(async () => {
    await server.stop();
    await app.close();
  });
  return createClient({ url: server.url, ...(server.token === null ? {} : { token: server.token }) });
}

/** A folder that is gone after the test. */
export function scratchFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "fettle-test-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs one command line in this process, in a folder. */
export async function fettle(cwd: string, argv: readonly string[], signal?: AbortSignal): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const exit = await runCli(argv, {
    openApp: (folder, options) => openApp(folder, { ...options, version: "0.1.0" }),
    version: "0.1.0",
    cwd,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    signal: signal ?? new AbortController().signal,
  });
  return { exit, stdout, stderr, json: parsed(stdout) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Options of {@link customers}. */
export interface CustomerOptions {
  readonly n?: number;
  readonly seed?: number;
  /** Added after the columns of the table, row by row. */
  readonly extra?: (i: number, churned: boolean) => Readonly<Record<string, string | number>>;
}

/** A seeded table of customers as CSV text: who leaves depends on tenure, contract and charges, with noise. */
export function customers({ n = 600, seed = 1, extra = () => ({}) }: CustomerOptions = {}): string {
  const rng = createRng(seed).fork("customers");
  const rows: string[] = [];
  let header = "";
  for (let i = 0; i < n; i++) {
    const tenure = rng.below(72);
    const contract = ["month-to-month", "one year", "two years"][rng.below(3)]!;
    const charges = 20 + 100 * rng.uniform();
    const support = rng.uniform() < 0.1 ? "" : String(rng.below(6));
    const since = new Date(Date.UTC(2020, 0, 1 + rng.below(1000))).toISOString().slice(0, 10);
    const score = 0.03 * charges - 0.06 * tenure + (contract === "month-to-month" ? 1.5 : -0.5) - 1;
    const churned = rng.uniform() < 1 / (1 + 2.718281828 ** -score);
    const row = {
      customer: `C-${10_000 + i}`,
      tenure,
      contract,
      charges: charges.toFixed(2),
      support,
      since,
      ...extra(i, churned),
      churn: churned ? "Yes" : "No",
    };
    header = Object.keys(row).join(",");
    rows.push(Object.values(row).join(","));
  }
  return `${header}\n${rows.join("\n")}\n`;
}

/** Writes a file into a folder and returns its name. */
export function put(folder: string, name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

/** A project with one trained model `churn`. */
export async function trainedProject(context: TestContext, options: CustomerOptions = {}): Promise<string> {
  const folder = scratchFolder(context);
  put(folder, "customers.csv", customers(options));
  const inited = await fettle(folder, ["init", "churn", "--data", "customers.csv", "--target", "churn"]);
  if (inited.exit !== 0) throw new Error(inited.stderr);
  const model = join(folder, "models/churn.ts");
  // Such a table is small; what that changes has tests of its own.
  const once = "evaluation: { crossValidation: 'never' },\n  seed: 1";
  writeFileSync(model, readFileSync(model, "utf8").replace("seed: 1", once));
  const trained = await fettle(folder, ["train", "churn", "--trials", "2", "--json"]);
  if (trained.exit !== 0) throw new Error(`${trained.stderr}${trained.stdout}`);
  return folder;
}
