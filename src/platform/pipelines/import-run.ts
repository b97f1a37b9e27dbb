import { canonicalJson, FettleError, type Sha256 } from "../../lib/index.ts";
import type { Table } from "../../ml/table/index.ts";
import { type Capsule, loadPredictor, type PredictorData, saveCapsule } from "../capsule/index.ts";
import type { Snapshot } from "../data/index.ts";
import { checkModelName, type ModelVersion, type Resources, type RunEnd } from "../registry/index.ts";
import {
  checkColumns,
  evaluationDefinition,
  type ImportDefinition,
  type ImportedPredictor,
  importedPredictor,
  importHash,
  type RunReport,
  type TrainInput,
  type TrainOutcome,
  unmeasuredCapsule,
} from "../training/index.ts";
import type { PipelinePorts, WorkOptions } from "./ports.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import { championData, failedEnd, registerOutcome } from "./train-run.ts";

/** An imported model as a version. Report and path are null where no target was given to measure it on. */
export interface ImportedVersion {
  readonly version: ModelVersion;
  readonly capsule: Capsule;
  readonly report: RunReport | null;
  readonly reportPath: string | null;
  /** Facts a user should know, one sentence each. */
  readonly notes: readonly string[];
}

/** What the other library answered for the same rows. */
export interface ExpectedAnswers {
  /** A file with one column per output of the model, one row per row of the data; two for two classes are allowed. */
  readonly file: string;
  /** Greatest |difference| / max(1, |expected|). */
  readonly tolerance: number;
}

const unmeasured = "not measured: no target was given at its import";

/**
 * From the file of another library to a registered version: the file becomes an object, the rows a snapshot; with a target the model is
 * measured as a trained one is. Where expected answers are given, a difference beyond their tolerance refuses the model.
 * Throws IMPORT_…, and as a training does where a target is given.
 */
export async function importRun(
  ports: PipelinePorts,
  definition: ImportDefinition,
  bytes: Uint8Array,
  resolvePath: (path: string) => string,
  options: WorkOptions & { readonly expected?: ExpectedAnswers } = {},
): Promise<ImportedVersion> {
  checkModelName(definition.name);
  const startedAt = ports.clock();
  const cpuBefore = ports.usage().cpuSeconds;
  const predictor = importedPredictor(definition, bytes);
  const { snapshot, table } = await takeSnapshot(ports, withTypes(definition, predictor), resolvePath);
  checkColumns(predictor, table);
  const agreed =
    options.expected === undefined
      ? []
      : [await checkExpected(ports, predictor.data, table, options.expected, resolvePath)];
  const named = { ...predictor, notes: [...agreed, ...predictor.notes] };

  const runId = ports.newId();
  const environment = await ports.environment();
  const definitionId = importHash(definition);
  const { name: model } = definition;
  await ports.ledger.startRun({
    id: runId,
    model,
    startedAt,
    snapshot: snapshot.id,
    definition: definitionId,
    seed: 1,
    environment,
  });
  const resources = (): Resources => {
    const { cpuSeconds, peakMemoryBytes } = ports.usage();
    return { wallSeconds: (ports.clock() - startedAt) / 1000, cpuSeconds: cpuSeconds - cpuBefore, peakMemoryBytes };
  };
  try {
    await ports.objects.put(bytes);
    const outcome = await outcomeOfImport(
      ports,
      { definition, predictor: named, snapshot, table },
      await championData(ports, model),
      options,
    );
    const { capsule } = outcome;
    if (outcome.report === null) {
      const version = await registerUnmeasured(
        ports,
        definition,
        capsule,
        { runId, snapshot: snapshot.id, definition: definitionId },
        resources(),
      );
      return { version, capsule, report: null, reportPath: null, notes: named.notes };
    }
    const registered = await registerOutcome(
      ports,
      definition,
      definitionId,
      runId,
      environment,
      outcome,
      0,
      resources,
    );
    return { ...registered, capsule, notes: named.notes };
  } catch (error) {
    await ports.ledger.endRun(failedEnd(runId, ports.clock(), resources(), error));
    throw error;
  }
}

/** What an import is made of, once the file is read. */
export interface ImportSource {
  readonly definition: ImportDefinition;
  readonly predictor: ImportedPredictor;
  readonly snapshot: Snapshot;
  readonly table: Table;
}

/** The capsule of an import, and its report where a target was given: the same input gives the same bytes. */
export async function outcomeOfImport(
  ports: Pick<PipelinePorts, "train">,
  { definition, predictor, snapshot, table }: ImportSource,
  champion: TrainInput["champion"],
  options: WorkOptions,
): Promise<TrainOutcome | { readonly capsule: Capsule; readonly report: null }> {
  const { target } = definition;
  if (target === undefined) return { capsule: unmeasuredCapsule(definition, predictor, table), report: null };
  const measured = evaluationDefinition({ ...definition, target }, predictor);
  const imported = { definition, predictor };
  return ports.train({ definition: measured, snapshot, table, testStart: null, champion, imported }, options);
}

// Columns are read as the model takes them, whatever they look like.
function withTypes(definition: ImportDefinition, { data }: ImportedPredictor) {
  const types = Object.fromEntries(data.signature.inputs.map(({ name, type }) => [name, type]));
  return { ...definition, data: { ...definition.data, options: { ...definition.data.options, types } } };
}

async function checkExpected(
  ports: PipelinePorts,
  data: PredictorData,
  table: Table,
  { file, tolerance }: ExpectedAnswers,
  resolvePath: (path: string) => string,
): Promise<string> {
  const { table: expected } = await ports.reader.read([resolvePath(file)]);
  const predictor = loadPredictor(data);
  const columns = [...expected.entries()].map(([, column]) => (column.kind === "number" ? column.values : null));
  const first = predictor.nOutputs === 1 && columns.length === 2 ? 1 : 0;
  const outputs = columns.slice(first);
  if (expected.nRows !== table.nRows || outputs.length !== predictor.nOutputs || outputs.includes(null))
    throw new FettleError(
      "invalid-input",
      "IMPORT_EXPECTED",
      `Cannot compare with the expected answers: they are ${expected.nRows} rows × ${columns.length} columns, ${table.nRows} × ${predictor.nOutputs} numbers are needed`,
    );
  const found = predictor.predict(table);
  let [worst, nApart] = [0, 0];
  found.forEach((value, i) => {
    const wanted = outputs[i % outputs.length]![Math.floor(i / outputs.length)]!;
    const apart = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
    if (!(apart <= tolerance)) nApart += 1;
    worst = Math.max(worst, apart);
  });
  if (nApart === 0) return `all ${found.length} expected answers are met, the worst within ${worst.toExponential(1)}`;
  throw new FettleError(
    "invalid-input",
    "IMPORT_EXPECTED",
    `Cannot import the model: ${nApart} of ${found.length} answers differ from the expected ones by more than ${tolerance}, agreement is needed`,
    {
      hint: "Check the order of --features and --levels, and that both files hold the same rows",
      facts: { nApart, worst },
    },
  );
}

async function registerUnmeasured(
  ports: PipelinePorts,
  definition: ImportDefinition,
  capsule: Capsule,
  ids: { readonly runId: string; readonly snapshot: Sha256; readonly definition: Sha256 },
  resources: Resources,
): Promise<ModelVersion> {
  const createdAt = ports.clock();
  const { task } = capsule.signature;
  const end: RunEnd = {
    id: ids.runId,
    endedAt: createdAt,
    status: "succeeded",
    metrics: {},
    trials: [],
    resources,
    error: null,
  };
  const version = {
    model: definition.name,
    createdAt,
    ...ids,
    definitionObject: await ports.objects.put(new TextEncoder().encode(canonicalJson(definition))),
    capsule: await saveCapsule(ports.objects, capsule),
    report: null,
    gatesPassed: false,
    task,
    primary: { metric: "none", value: null, low: null, high: null, reason: unmeasured },
  };
  return ports.ledger.register(version, end, null);
}
