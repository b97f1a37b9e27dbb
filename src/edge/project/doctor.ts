import { existsSync, statfsSync, statSync } from "node:fs";
import { FettleError, type Sha256 } from "../../lib/index.ts";
import type { ObjectStore } from "../../platform/data/index.ts";
import type { Ledger } from "../../platform/registry/index.ts";
import { definitionHash, withLossHash } from "../../platform/training/index.ts";
import { definedModels, type LoadModule, loadDefinition, type Project } from "./project.ts";

/** One thing that was looked at. */
export interface Diagnosis {
  readonly name: string;
  readonly status: "ok" | "warning" | "problem";
  readonly message: string;
  readonly hint?: string;
}

/** What {@link diagnose} looks at. */
export interface Patient {
  readonly project: Project;
  readonly load: LoadModule;
  /** Hash of a module that a definition names, by its path in the project folder. */
  readonly moduleHash: (path: string) => Promise<Sha256>;
  readonly openLedger: () => Ledger;
  readonly objects: ObjectStore;
  readonly sqliteVersion: () => string;
  readonly isSafeSqlite: (version: string) => boolean;
  readonly duckdbVersion: () => Promise<string>;
  /** Whether the compiled kernels are there. */
  readonly hasKernels: () => boolean;
}

/** Least free space that is no worry, in bytes. */
const enoughDisk = 1024 ** 3;

/** Looks at machine and project: Node, SQLite, DuckDB, folder, disk, ledger and its lock, every object's hash, every definition. */
export async function diagnose(patient: Patient): Promise<Diagnosis[]> {
  const { project } = patient;
  const machine = [nodeCheck(), sqliteCheck(patient), await duckdbCheck(patient), kernelsCheck(patient)];
  if (!existsSync(project.storeDir))
    return [
      ...machine,
      diskCheck(project.root),
      { name: "project", status: "ok", message: `no store at ${project.storeDir} yet; the first training makes it` },
    ];
  return [
    ...machine,
    folderCheck(project.storeDir),
    diskCheck(project.storeDir),
    ...(await ledgerChecks(patient)),
    await objectsCheck(patient.objects),
  ];
}

function nodeCheck(): Diagnosis {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNew = major > 22 || (major === 22 && minor >= 18);
  return isNew
    ? { name: "node", status: "ok", message: process.versions.node }
    : {
        name: "node",
        status: "problem",
        message: `${process.versions.node}, at least 22.18 is needed`,
        hint: "Install Node 24",
      };
}

function sqliteCheck({ sqliteVersion, isSafeSqlite }: Patient): Diagnosis {
  return attempt("sqlite", "Run npm ci again", () => {
    const version = sqliteVersion();
    return isSafeSqlite(version)
      ? { name: "sqlite", status: "ok", message: version }
      : {
          name: "sqlite",
          status: "problem",
          message: `${version} can lose data, 3.51.3 is needed`,
          hint: "Run npm ci",
        };
  });
}

async function duckdbCheck({ duckdbVersion }: Patient): Promise<Diagnosis> {
  try {
    return { name: "duckdb", status: "ok", message: await duckdbVersion() };
  } catch (error) {
    return problem("duckdb", error, "Run npm ci again; its platform package may be missing");
  }
}

function kernelsCheck({ hasKernels }: Patient): Diagnosis {
  return hasKernels()
    ? { name: "kernels", status: "ok", message: "compiled" }
    : {
        name: "kernels",
        status: "warning",
        message: "not built: boosted trees train more slowly, to the same bits",
        hint: "npm run build",
      };
}

function folderCheck(folder: string): Diagnosis {
  const mode = statSync(folder).mode & 0o777;
  if (process.platform === "win32" || (mode & 0o077) === 0)
    return { name: "folder", status: "ok", message: `${folder}, only its owner can read it` };
  return {
    name: "folder",
    status: "warning",
    message: `${folder} can be read by others (mode ${mode.toString(8)})`,
    hint: `chmod 700 ${folder}`,
  };
}

function diskCheck(folder: string): Diagnosis {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const message = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  return free >= enoughDisk
    ? { name: "disk", status: "ok", message }
    : { name: "disk", status: "warning", message, hint: "Free some space: snapshots and models need it" };
}

async function ledgerChecks(patient: Patient): Promise<Diagnosis[]> {
  let ledger: Ledger;
  try {
    ledger = patient.openLedger();
  } catch (error) {
    return [problem("ledger", error)];
  }
  try {
    const checks: Diagnosis[] = [];
    const audit = await ledger.audit();
    const versions = await ledger.versions();
    checks.push({
      name: "ledger",
      status: "ok",
      message: `${versions.length} model versions, audit chain of ${audit.length} rows holds`,
    });
    checks.push(await lockCheck(ledger));
    for (const version of versions)
      for (const [what, id] of [
        ["capsule", version.capsule],
        ["report", version.report],
        ["definition", version.definitionObject],
      ] as const)
        if (id !== null && !(await patient.objects.has(id)))
          checks.push({
            name: "lineage",
            status: "problem",
            message: `the ${what} of ${version.model}@${version.version} is not in the store`,
            hint: "Restore it from a backup; this version is not served",
          });
    for (const model of definedModels(patient.project)) checks.push(await definitionCheck(patient, ledger, model));
    return checks;
  } catch (error) {
    return [problem("ledger", error)];
  } finally {
    await ledger.close();
  }
}

async function lockCheck(ledger: Ledger): Promise<Diagnosis> {
  try {
    await ledger.probeLock();
    return { name: "lock", status: "ok", message: "the ledger can be written" };
  } catch (error) {
    return problem("lock", error, "Another fettle process writes to this store; wait for it or end it");
  }
}

async function definitionCheck(
  { project, load, moduleHash }: Patient,
  ledger: Ledger,
  model: string,
): Promise<Diagnosis> {
  const name = "definition";
  try {
    const now = definitionHash(await withLossHash(await loadDefinition(project, model, load), moduleHash));
    const last = (await ledger.versions(model)).at(-1);
    if (last === undefined)
      return { name, status: "ok", message: `${model}: not trained yet`, hint: `fettle train ${model}` };
    return last.definition === now
      ? { name, status: "ok", message: `${model}: as in ${model}@${last.version}` }
      : {
          name,
          status: "warning",
          message: `${model}: differs from what ${model}@${last.version} was trained with`,
          hint: `It was edited since, or that training had options of its own; "fettle train ${model}" makes a version of it`,
        };
  } catch (error) {
    return problem(name, error);
  }
}

async function objectsCheck(objects: ObjectStore): Promise<Diagnosis> {
  let n = 0;
  const damaged: string[] = [];
  for await (const id of objects.list()) {
    n += 1;
    await objects.verifiedPath(id).catch(() => damaged.push(id.slice(0, 12)));
  }
  return damaged.length === 0
    ? { name: "objects", status: "ok", message: `${n} objects, every byte matches its hash` }
    : {
        name: "objects",
        status: "problem",
        message: `${damaged.length} of ${n} objects are damaged: ${damaged.slice(0, 5).join(", ")}`,
        hint: "Restore them from a backup; what depends on them is not served",
      };
}

function attempt(name: string, hint: string, look: () => Diagnosis): Diagnosis {
  try {
    return look();
  } catch (error) {
    return problem(name, error, hint);
  }
}

function problem(name: string, error: unknown, hint?: string): Diagnosis {
  const message = error instanceof Error ? error.message : String(error);
  const known = hint ?? (error instanceof FettleError ? error.hint : undefined);
  return { name, status: "problem", message, ...(known === undefined ? {} : { hint: known }) };
}
