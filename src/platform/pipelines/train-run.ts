import { canonicalJson, FettleError, type Sha256 } from "../../lib/index.ts";
import {
  asTableCapsule,
  isTaskCapsule,
  loadCapsule,
  type PredictorData,
  saveCapsule,
  type TaskPredictorData,
} from "../capsule/index.ts";
import {
  championOf,
  checkModelName,
  findVersion,
  type ModelVersion,
  parseModelReference,
  type Resources,
  type RunEnd,
} from "../registry/index.ts";
import {
  type AnyDefinition,
  definitionHash,
  type ImportDefinition,
  isTaskDefinition,
  type ModelDefinition,
  type NamedPredictor,
  type RunReport,
  type TrainInput,
  type TuningReport,
  withLossHash,
} from "../training/index.ts";
import type { PipelinePorts, WorkOptions } from "./ports.ts";
import { type TakenSnapshot, takeSnapshot } from "./take-snapshot.ts";
import type { AnyTrainInput, AnyTrainOutcome } from "./tasks.ts";

/** A finished run: the version that was registered, its report, and where the drawn report lies. */
export interface TrainedVersion {
  readonly version: ModelVersion;
  readonly report: RunReport;
  readonly reportPath: string;
}

/**
 * From a definition to a registered version: snapshot → training (in a worker) → capsule objects → report → one ledger
 * transaction. A failed or cancelled training leaves a run that says so, and no version.
 */
export async function trainRun(
  ports: PipelinePorts,
  written: AnyDefinition,
  resolvePath: (path: string) => string,
  options: WorkOptions = {},
): Promise<TrainedVersion> {
  checkModelName(written.name);
  const definition = await withLossHash(written, ports.moduleHash);
  const started = { at: ports.clock(), cpuSeconds: ports.usage().cpuSeconds };
  options.onProgress?.({ stage: "contract", share: 0, says: "reading the data" });
  const taken = await takeSnapshot(ports, definition, resolvePath);
  options.signal?.throwIfAborted();
  return trainSnapshot(ports, definition, { ...taken, started }, options);
}

/** What {@link trainSnapshot} trains on and what led there. */
export interface TrainSource extends TakenSnapshot {
  /** When the work began, and the CPU time of the process until then: reading the data counts as part of the run. */
  readonly started: { readonly at: number; readonly cpuSeconds: number };
  /** The tuning that found the configuration. */
  readonly tuning?: TuningReport;
}

/** {@link trainRun} from the snapshot on. */
export async function trainSnapshot(
  ports: PipelinePorts,
  definition: AnyDefinition,
  { snapshot, table, testStart, started, tuning }: TrainSource,
  options: WorkOptions,
): Promise<TrainedVersion> {
  const resources = () => resourcesSince(ports, started);
  const snapshotSeconds = (ports.clock() - started.at) / 1000;
  const runId = ports.newId();
  const environment = await ports.environment();
  const definitionId = definitionHash(definition);
  const seed = definition.seed ?? 1;
  await ports.ledger.startRun({
    id: runId,
    model: definition.name,
    startedAt: started.at,
    snapshot: snapshot.id,
    definition: definitionId,
    seed,
    environment,
    ...(tuning === undefined ? {} : { parent: tuning.runId }),
  });
  try {
    const champion = await championOf(ports.ledger, definition.name);
    const input = await trainInputOf(ports, definition, { snapshot, table, testStart }, champion);
    const outcome = await ports.train(input, options);
    const tuned = tuning === undefined ? outcome : { ...outcome, report: { ...outcome.report, tuning } };
    return await registerOutcome(
      ports,
      definition,
      definitionId,
      runId,
      environment,
      tuned,
      snapshotSeconds,
      resources,
    );
  } catch (error) {
    await ports.ledger.endRun(failedEnd(runId, ports.clock(), resources(), error));
    throw error;
  }
}

/** What the process took since a piece of work began. */
export function resourcesSince(ports: PipelinePorts, started: TrainSource["started"]): Resources {
  const { cpuSeconds, peakMemoryBytes } = ports.usage();
  return {
    wallSeconds: (ports.clock() - started.at) / 1000,
    cpuSeconds: cpuSeconds - started.cpuSeconds,
    peakMemoryBytes,
  };
}

/** What a run has recorded of where its clock ended something early. */
export type Replay = Pick<TrainInput, "trials" | "resampling">;

/**
 * What a training takes, out of what the ledger and the store hold. A champion of another task cannot be compared with and is left out.
 * @param replay exactly these configurations and so many resamples, as a run recorded them
 */
export async function trainInputOf(
  ports: PipelinePorts,
  definition: AnyDefinition,
  data: TakenSnapshot,
  champion: ModelVersion | null,
  replay: Replay = {},
): Promise<AnyTrainInput> {
  const capsule = champion && (await loadCapsule(ports.objects, champion.capsule));
  const name = champion === null ? "" : `${champion.model}@${champion.version}`;
  if (isTaskDefinition(definition)) {
    const isRival = capsule !== null && isTaskCapsule(capsule) && capsule.signature.task === definition.task;
    const rival = isRival ? { name, data: dataOf(capsule) } : null;
    const { trials } = replay;
    return { definition, ...data, champion: rival, ...(trials === undefined ? {} : { trials }) };
  }
  return {
    definition,
    ...data,
    champion: capsule !== null && !isTaskCapsule(capsule) ? { name, data: dataOf(capsule) } : null,
    ...replay,
    ...(await earlierVersion(ports, definition)),
  };
}

// What a capsule answers with, without what was measured of it.
function dataOf<Data extends PredictorData | TaskPredictorData>({ features, model, calibrator, signature }: Data) {
  return { features, model, calibrator, signature } as Pick<Data, "features" | "model" | "calibrator" | "signature">;
}

/** What a version predicts with, under its name. Throws CAPSULE_NOT_TABLE. */
export async function predictorOf(
  ports: PipelinePorts,
  { model: name, version, capsule: id }: ModelVersion,
): Promise<NamedPredictor> {
  const capsule = asTableCapsule(await loadCapsule(ports.objects, id), `use ${name}@${version}`);
  return { name: `${name}@${version}`, data: dataOf(capsule) };
}

/** The version that a definition's `warmStart` names, as a training takes it. */
export async function earlierVersion(
  ports: PipelinePorts,
  { warmStart }: ModelDefinition,
): Promise<Pick<TrainInput, "warmStart">> {
  if (warmStart === undefined) return {};
  const version = await findVersion(ports.ledger, parseModelReference(warmStart));
  return { warmStart: await predictorOf(ports, version) };
}

/** The version that a challenger is compared with, ready to predict; null where there is none. */
export async function championData(ports: PipelinePorts, model: string): Promise<TrainInput["champion"]> {
  const champion = await championOf(ports.ledger, model);
  return champion && predictorOf(ports, champion);
}

/** Stores a capsule, its report and its definition, and registers the version in one transaction with the end of its run. */
export async function registerOutcome(
  ports: PipelinePorts,
  definition: AnyDefinition | ImportDefinition,
  definitionId: Sha256,
  runId: string,
  environment: RunReport["environment"],
  outcome: AnyTrainOutcome,
  snapshotSeconds: number,
  resources: () => Resources,
): Promise<TrainedVersion> {
  const encoder = new TextEncoder();
  const capsule = await saveCapsule(ports.objects, outcome.capsule);
  const definitionObject = await ports.objects.put(encoder.encode(canonicalJson(definition)));
  const createdAt = ports.clock();
  const next = ((await ports.ledger.versions(definition.name)).at(-1)?.version ?? 0) + 1;
  const report: RunReport = {
    ...outcome.report,
    version: next,
    runId,
    createdAt: new Date(createdAt).toISOString(),
    fettle: String(environment.fettle ?? ""),
    environment,
    reproduce: `fettle verify ${definition.name}@${next}`,
    split: { ...outcome.report.split, testEvaluations: (await ports.ledger.testEvaluations(outcome.testRows)) + 1 },
    seconds: { snapshot: snapshotSeconds, ...outcome.report.seconds },
  };
  const reportObject = await ports.objects.put(encoder.encode(JSON.stringify(report)));
  const { primary, metrics } = report.evaluation;
  const { value, low, high } = metrics[primary] ?? { value: null, low: null, high: null };
  const version = await ports.ledger.register(
    {
      model: definition.name,
      createdAt,
      runId,
      snapshot: report.data.snapshot.id,
      definition: definitionId,
      definitionObject,
      capsule,
      report: reportObject,
      gatesPassed: report.gates.every((gate) => gate.passed),
      task: report.task,
      primary: { metric: primary, value, low, high },
    },
    succeededEnd(runId, createdAt, resources(), report, outcome),
    outcome.testRows,
  );
  return {
    version,
    report: { ...report, version: version.version },
    reportPath: await ports.publishReport({ ...report, version: version.version }),
  };
}

function succeededEnd(
  id: string,
  endedAt: number,
  resources: Resources,
  report: RunReport,
  outcome: AnyTrainOutcome,
): RunEnd {
  const values = (prefix: string, metrics: RunReport["evaluation"]["metrics"]) =>
    Object.entries(metrics).flatMap(([name, { value }]) =>
      value === null ? [] : [[`${prefix}.${name}`, value] as const],
    );
  const metrics = Object.fromEntries([
    ...values("test", report.evaluation.metrics),
    ...values("baseline", report.evaluation.baseline.metrics),
  ]);
  return { id, endedAt, status: "succeeded", metrics, trials: outcome.trials, resources, error: null };
}

/** The end of a run that did not succeed. */
export function failedEnd(id: string, endedAt: number, resources: Resources | null, error: unknown): RunEnd {
  const { code, message } =
    error instanceof FettleError ? error : { code: "INTERNAL", message: "an internal error happened" };
  const status = error instanceof FettleError && error.kind === "cancelled" ? "cancelled" : "failed";
  return { id, endedAt, status, metrics: {}, trials: [], resources, error: { code, message } };
}
