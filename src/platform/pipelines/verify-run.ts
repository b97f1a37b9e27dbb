import { FettleError, hashOf, type Sha256 } from "../../lib/index.ts";
import { type CapsuleManifest, capsuleParts, loadCapsule, manifestOf } from "../capsule/index.ts";
import { snapshotId } from "../data/index.ts";
import { findVersion, type ModelReference, type ModelVersion } from "../registry/index.ts";
import {
  type AnyDefinition,
  type Configuration,
  type ImportDefinition,
  importedPredictor,
  isImport,
  isTaskDefinition,
  type ModelDefinition,
  type RunReport,
} from "../training/index.ts";
import { outcomeOfImport } from "./import-run.ts";
import type { PipelinePorts, WorkOptions } from "./ports.ts";
import { loadSnapshotTable } from "./take-snapshot.ts";
import { predictorOf, type Replay, trainInputOf } from "./train-run.ts";

/** One part of a capsule, recorded and trained again. */
export interface VerifiedPart {
  readonly part: string;
  readonly recorded: Sha256;
  readonly again: Sha256;
  readonly same: boolean;
}

/** What verification found. `cannot-verify` is no statement about the model: another fettle made it, or the code of its loss has changed. */
export interface Verification {
  readonly model: string;
  readonly version: number;
  readonly verdict: "identical" | "differs" | "cannot-verify";
  readonly message: string;
  /** One list per thread count on which the snapshot was read and the model trained. */
  readonly threads: readonly { readonly threads: number; readonly parts: readonly VerifiedPart[] }[];
}

/** Trains a version again from its snapshot, code and seed, or imports it again from its file, and compares every part of the capsule by hash. */
export async function verifyRun(
  ports: PipelinePorts,
  reference: ModelReference,
  options: WorkOptions & { readonly threadCounts?: readonly number[] } = {},
): Promise<Verification> {
  const version = await findVersion(ports.ledger, reference);
  const run = await ports.ledger.run(version.runId);
  const made = codeOf(run?.environment ?? {});
  const running = codeOf(await ports.environment());
  const base = { model: version.model, version: version.version };
  if (made !== running)
    return {
      ...base,
      verdict: "cannot-verify",
      message: `made by ${made}, this is ${running}: use that one to verify`,
      threads: [],
    };

  const definition = (await readJson(ports, version.definitionObject)) as AnyDefinition | ImportDefinition;
  const changed = isImport(definition) || isTaskDefinition(definition) ? null : await changedModule(ports, definition);
  if (changed !== null)
    return { ...base, verdict: "cannot-verify", message: `the loss "${changed}" is not what it was`, threads: [] };

  const capsule = await loadCapsule(ports.objects, version.capsule);
  const recorded = manifestOf(capsule);
  const { repeated } = capsule.evaluation ?? {};
  const resampling = repeated && { nResamples: repeated.nResamples, hasCurve: repeated.curve !== null };
  const threads = [];
  const { threadCounts = [1, 2], ...work } = options;
  for (const count of threadCounts) {
    const replay = { trials: (run?.end?.trials ?? []) as Configuration[], ...(resampling && { resampling }) };
    const again = await trainAgain(ports, version, definition, replay, { ...work, threads: count });
    threads.push({ threads: count, parts: compareParts(recorded, again) });
  }
  const different = threads.flatMap(({ parts }) => parts.filter((part) => !part.same).map(({ part }) => part));
  return different.length === 0
    ? { ...base, verdict: "identical", message: "made again: the same bytes", threads }
    : { ...base, verdict: "differs", message: `made again: ${[...new Set(different)].join(", ")} differ`, threads };
}

// The code that trains: its version, and the sources it was built from.
function codeOf({ fettle, build }: RunReport["environment"]): string {
  const name = `fettle ${fettle ?? "unknown"}`;
  return typeof build === "string" ? `${name} (build ${build.slice(0, 12)})` : name;
}

// The path of the definition's module where its code is gone or another; null where it is the same, or there is none.
async function changedModule(ports: PipelinePorts, { loss }: ModelDefinition): Promise<string | null> {
  if (typeof loss !== "object") return null;
  try {
    return (await ports.moduleHash(loss.module)) === loss.hash ? null : loss.module;
  } catch (error) {
    if (error instanceof FettleError && error.kind === "not-found") return loss.module;
    throw error;
  }
}

async function trainAgain(
  ports: PipelinePorts,
  version: ModelVersion,
  definition: AnyDefinition | ImportDefinition,
  replay: Replay,
  options: WorkOptions & { readonly threads: number },
): Promise<CapsuleManifest> {
  const snapshot = await ports.ledger.snapshot(version.snapshot);
  if (snapshot === null)
    throw new FettleError(
      "damaged",
      "SNAPSHOT_MISSING",
      `Cannot verify ${version.model}@${version.version}: its snapshot is not in the ledger`,
    );
  const report = version.report === null ? null : ((await readJson(ports, version.report)) as RunReport);
  const table = await loadSnapshotTable(ports, snapshot, options.threads);
  if (snapshotId(table, snapshot.schema) !== snapshot.id)
    throw new FettleError(
      "damaged",
      "SNAPSHOT_DAMAGED",
      `Cannot verify ${version.model}@${version.version}: the snapshot's rows do not give its id`,
    );
  const champion = await championOfReport(ports, version, report);
  if (isImport(definition)) {
    const predictor = importedPredictor(definition, await ports.objects.get(definition.imported.sha256));
    const rival = champion && (await predictorOf(ports, champion));
    const { capsule } = await outcomeOfImport(ports, { definition, predictor, snapshot, table }, rival, options);
    return manifestOf(capsule);
  }
  const testStart = report?.data.testStart ?? null;
  const input = await trainInputOf(ports, definition, { snapshot, table, testStart }, champion, replay);
  const outcome = await ports.train(input, options);
  return manifestOf(outcome.capsule);
}

// The evaluation holds the comparison with the champion of that day, so it must be the same one again.
async function championOfReport(ports: PipelinePorts, version: ModelVersion, report: RunReport | null) {
  if (report === null || report.champion === null) return null;
  const number = Number(report.champion.split("@")[1]);
  return ports.ledger.version(version.model, number);
}

async function readJson(ports: PipelinePorts, id: Sha256): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await ports.objects.get(id)));
}

function compareParts(recorded: CapsuleManifest, again: CapsuleManifest): VerifiedPart[] {
  const parts = capsuleParts.map((part) => ({
    part,
    recorded: recorded.parts[part],
    again: again.parts[part],
    same: recorded.parts[part] === again.parts[part],
  }));
  const lineage = { part: "lineage", recorded: hashOf(recorded.lineage), again: hashOf(again.lineage) };
  return [...parts, { ...lineage, same: lineage.recorded === lineage.again }];
}
