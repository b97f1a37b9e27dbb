import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { ImportRequest, ProjectApp, RunningServer, ServeOptions } from "./edge/cli/index.ts";
import {
  loadKernels,
  loadPredictKernels,
  loadShapKernels,
  loadTaskKernels,
  loadUserModule,
  moduleGraphHash,
} from "./edge/compute/index.ts";
import {
  diagnose,
  initAny,
  loadDefinition,
  openProject,
  type Project,
  resolveIn,
  startProject,
} from "./edge/project/index.ts";
import { FettleError, sha256, uuidv7 } from "./lib/index.ts";
import type { AnomalyDefinition } from "./platform/anomaly/index.ts";
import type { ObjectStore } from "./platform/data/index.ts";
import type { PipelinePorts } from "./platform/pipelines/index.ts";
import { findVersion, type Ledger, type ModelVersion, parseModelReference } from "./platform/registry/index.ts";
import {
  type AnyDefinition,
  type ImportDefinition,
  isTaskDefinition,
  type ModelDefinition,
  type RunReport,
} from "./platform/training/index.ts";

/** Options of {@link openApp}. */
export interface AppOptions {
  /** Version of the running package. */
  readonly version: string;
  /** Whether the folder may be no project yet. */
  readonly create?: boolean;
  /** Told of every durable step of every write; fault tests end the process there. */
  readonly onStep?: (step: string) => void;
}

/**
 * The composition root: joins the rooms for one project folder. Heavy rooms are imported when a call first needs them; ledger and store are
 * opened once.
 */
export async function openApp(folder: string, options: AppOptions): Promise<ProjectApp> {
  const project = await openProject(folder, loadUserModule, options.create);
  const store = lazyStore(project, options.onStep);
  const { version } = options;
  const versionOf = async (text: string) => findVersion(await store.ledger(), parseModelReference(text));

  return {
    root: project.root,
    async init(model, asked) {
      const { createSourceReader } = await import("./edge/query/index.ts");
      return initAny(project, model, asked, folder, createSourceReader());
    },
    async train(model, overrides, work) {
      const { defineAny, trainRun } = await import("./platform/pipelines/index.ts");
      const definition = defineAny(withOverrides(await loadDefinition(project, model, loadUserModule), overrides));
      return trainRun(await pipelinePorts(project, store, version), definition, resolveIn(project), work);
    },
    async tune(model, asked, work) {
      const { defineAny, tuneRun } = await import("./platform/pipelines/index.ts");
      const definition = defineAny(await loadDefinition(project, model, loadUserModule));
      return tuneRun(await pipelinePorts(project, store, version), definition, resolveIn(project), {
        ...asked,
        ...work,
      });
    },
    async importModel(request, work) {
      const { importRun } = await import("./platform/pipelines/index.ts");
      const { bytes, definition, expected } = readImport(request, folder);
      const ports = await pipelinePorts(project, store, version);
      const options = { ...work, ...expected };
      const imported = await importRun(ports, definition, bytes, (path) => resolve(folder, path), options);
      startProject(project);
      return imported;
    },
    async models() {
      return (await store.ledger()).versions();
    },
    async show(text) {
      const { loadCapsule, manifestOf } = await import("./platform/capsule/index.ts");
      const found = await versionOf(text);
      const objects = await store.objects();
      const capsule = await loadCapsule(objects, found.capsule);
      const run = await (await store.ledger()).run(found.runId);
      const { lineage } = capsule;
      const parts = { ...manifestOf(capsule).parts };
      return { version: found, run, report: await readReport(objects, found), lineage, parts };
    },
    async diff(left, right) {
      const { compareVersions } = await import("./platform/pipelines/index.ts");
      const [a, b] = await Promise.all(
        [left, right].map(async (text) => {
          const found = await versionOf(text);
          return { version: found, report: await readReport(await store.objects(), found) };
        }),
      );
      return compareVersions(a!, b!);
    },
    async verify(text, work) {
      const { verifyRun } = await import("./platform/pipelines/index.ts");
      return verifyRun(await pipelinePorts(project, store, version), parseModelReference(text), work);
    },
    async exportModel(text, to, out, precision) {
      const found = await versionOf(text);
      const path = out === undefined ? undefined : resolve(folder, out);
      const { exportVersion } = await import("./app-export.ts");
      return exportVersion(await store.objects(), found, to, path, folder, precision);
    },
    serve: (asked) => serve(project, store, version, asked),
    async score(text, asked) {
      const found = await versionOf(text);
      const snapshot = await (await store.ledger()).snapshot(found.snapshot);
      const { scoreFiles } = await import("./app-score.ts");
      return scoreFiles(await store.objects(), found, snapshot?.source.options ?? {}, folder, asked);
    },
    async doctor() {
      const { isSafeSqlite, openLedger, sqliteVersion } = await import("./edge/storage/index.ts");
      const { duckdbVersion } = await import("./edge/query/index.ts");
      return diagnose({
        project,
        load: loadUserModule,
        moduleHash: moduleHashIn(project),
        openLedger: () => openLedger(project.storeDir),
        objects: await store.objects(),
        sqliteVersion,
        isSafeSqlite,
        duckdbVersion,
        hasKernels: () => loadKernels() !== undefined,
      });
    },
    close: () => store.close(),
  };
}

interface LazyStore {
  readonly onStep: (step: string) => void;
  ledger(): Promise<Ledger>;
  objects(): Promise<ObjectStore>;
  close(): Promise<void>;
}

function lazyStore({ storeDir }: Project, onStep: (step: string) => void = () => {}): LazyStore {
  let ledger: Promise<Ledger> | undefined;
  return {
    onStep,
    ledger() {
      ledger ??= import("./edge/storage/index.ts").then(({ openLedger }) => openLedger(storeDir, { onStep }));
      return ledger;
    },
    objects: async () => (await import("./edge/storage/index.ts")).createObjectStore(storeDir, onStep),
    async close() {
      await (await ledger)?.close();
    },
  };
}

const moduleHashIn = (project: Project) => async (path: string) => moduleGraphHash(join(project.root, path));

const now = () => Date.now();
const newId = (at = now()) => uuidv7(at, pooledBytes(10));

// One call of the system's generator for many ids: it costs more than a prediction.
const pool = { bytes: new Uint8Array(0), next: 0 };
function pooledBytes(n: number): Uint8Array {
  if (pool.next + n > pool.bytes.length) {
    pool.bytes = randomBytes(8192);
    pool.next = 0;
  }
  pool.next += n;
  return pool.bytes.subarray(pool.next - n, pool.next);
}

async function pipelinePorts(project: Project, store: LazyStore, version: string): Promise<PipelinePorts> {
  const [{ createSourceReader, tableFiles }, { environmentOf, openTrialPool, runTraining }, { writeDurably }] =
    await Promise.all([
      import("./edge/query/index.ts"),
      import("./edge/compute/index.ts"),
      import("./edge/storage/index.ts"),
    ]);
  const scratch = join(project.storeDir, "tmp");
  return {
    reader: createSourceReader(),
    tables: tableFiles(),
    objects: await store.objects(),
    ledger: await store.ledger(),
    train: (input, work) => runTraining(input, { ...work, projectDir: project.root }),
    openTrials: (input, nWorkers, work) => openTrialPool(input, nWorkers, { ...work, projectDir: project.root }),
    moduleHash: moduleHashIn(project),
    clock: now,
    usage() {
      const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
      return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMemoryBytes: maxRSS * 1024 };
    },
    newId: () => newId(),
    async withScratch(use) {
      mkdirSync(scratch, { recursive: true, mode: 0o700 });
      const path = join(scratch, newId());
      try {
        return await use(path);
      } finally {
        rmSync(path, { force: true });
      }
    },
    environment: () => environmentOf(project.root, version),
    async publishReport(report) {
      const { renderReport } = await import("./edge/report/index.ts");
      const path = join(project.storeDir, "reports", `${report.model}-${report.version}.html`);
      writeDurably(path, scratch, (temporary) => writeFileSync(temporary, renderReport(report)), store.onStep);
      return path;
    },
  };
}

function withOverrides(definition: AnyDefinition, overrides: Parameters<ProjectApp["train"]>[1]): AnyDefinition {
  const { exclude, keep, trials, seed, warmStart } = overrides;
  const join = (a: readonly string[] = [], b: readonly string[] = []) => [...new Set([...a, ...b])];
  const leakageOf = (decided: ModelDefinition["leakage"]) =>
    exclude || keep ? { leakage: { exclude: join(decided?.exclude, exclude), keep: join(decided?.keep, keep) } } : {};
  if (isTaskDefinition(definition)) {
    const hasLeakage = definition.task === "anomaly";
    const untaken = hasLeakage ? { trials, warmStart } : { exclude, keep, warmStart };
    const [asked] = Object.entries(untaken).find(([, value]) => value !== undefined) ?? [];
    if (asked === undefined)
      return {
        ...definition,
        ...(hasLeakage ? leakageOf((definition as AnomalyDefinition).leakage) : {}),
        ...(trials === undefined ? {} : { search: { ...(definition as { search?: object }).search, trials } }),
        ...(seed === undefined ? {} : { seed }),
      };
    throw new FettleError(
      "invalid-input",
      "TRAIN_OPTION",
      `Cannot train with "${asked}": a ${definition.task} model has no such option`,
      {
        hint: `The definition says all that decides such a training but its seed and its ${hasLeakage ? "leaks" : "number of trials"}`,
      },
    );
  }
  return {
    ...definition,
    ...leakageOf(definition.leakage),
    ...(trials === undefined ? {} : { search: { ...definition.search, trials } }),
    ...(seed === undefined ? {} : { seed }),
    ...(warmStart === undefined ? {} : { warmStart }),
  };
}

async function readReport(objects: ObjectStore, { report }: ModelVersion): Promise<RunReport | null> {
  if (report === null) return null;
  return JSON.parse(new TextDecoder().decode(await objects.get(report))) as RunReport;
}

/** Greatest size of a file that names levels, in bytes. */
const mostLevelBytes = 2 ** 24;

function readImport(
  { library, file, levels, target, positive, query, expected, tolerance, ...asked }: ImportRequest,
  folder: string,
) {
  const bytes = readInput(resolve(folder, file), 2 ** 28);
  const definition: ImportDefinition = {
    name: asked.name,
    imported: { library, sha256: sha256(bytes), file: basename(file) },
    data: { files: asked.data },
    ...(asked.features === undefined ? {} : { features: asked.features }),
    ...(asked.classes === undefined ? {} : { classes: asked.classes }),
    ...(levels === undefined ? {} : { levels: parseLevels(readInput(resolve(folder, levels), mostLevelBytes)) }),
    ...(query === undefined ? {} : { query }),
    ...(target === undefined ? {} : { target: { column: target, ...(positive === undefined ? {} : { positive }) } }),
  };
  return { bytes, definition, expected: expected === undefined ? {} : { expected: { file: expected, tolerance } } };
}

// The size is asked for first: a file that is too large, or no file at all, is never read.
function readInput(path: string, mostBytes: number): Uint8Array {
  const name = basename(path);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile())
    throw new FettleError("not-found", "IMPORT_FILE", `Cannot import "${name}": there is no such file`);
  if (stat.size <= mostBytes) return readFileSync(path);
  throw new FettleError(
    "too-large",
    "IMPORT_FILE_SIZE",
    `Cannot import "${name}": it has ${stat.size} bytes, at most ${mostBytes} are read`,
  );
}

function parseLevels(bytes: Uint8Array): NonNullable<ImportDefinition["levels"]> {
  const isLevel = (level: unknown) => typeof level === "string" || Number.isFinite(level);
  try {
    const levels: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const isMap = typeof levels === "object" && levels !== null && !Array.isArray(levels);
    if (isMap && Object.values(levels).every((list) => Array.isArray(list) && list.every(isLevel)))
      return levels as NonNullable<ImportDefinition["levels"]>;
  } catch {
    // Said below: neither JSON nor levels.
  }
  throw new FettleError(
    "invalid-input",
    "IMPORT_LEVELS_FILE",
    'Cannot read the levels: the file is no JSON object of lists, for example {"city": ["Bern", "Oslo"]} is needed',
  );
}

const loopback = ["127.0.0.1", "localhost", "::1"];

async function serve(project: Project, store: LazyStore, version: string, asked: ServeOptions): Promise<RunningServer> {
  if (!asked.auth && !loopback.includes(asked.host))
    throw new FettleError(
      "not-allowed",
      "SERVE_NO_AUTH",
      `Cannot serve on ${asked.host} without a token: everybody who reaches it could call it, loopback is needed`,
      { hint: "Leave out --no-auth, or serve on 127.0.0.1" },
    );
  const { isTaskCapsule, loadCapsule, openCapsule, openTaskCapsule, rowExplainer } = await import(
    "./platform/capsule/index.ts"
  );
  const { createModelService, createTaskService } = await import("./platform/serving/index.ts");
  const { openPredictionLog } = await import("./edge/storage/index.ts");
  const { createServer } = await import("./edge/http/index.ts");
  const served = await versionsToServe(await store.ledger(), asked.models);
  const objects = await store.objects();
  const ackLevel = asked.sync ? ("sync" as const) : ("buffered" as const);
  const kernels = loadPredictKernels();
  const opened = await Promise.all(
    served.map(async ({ model, version: number, capsule: id }) => {
      const named = { model, version: number };
      const capsule = await loadCapsule(objects, id);
      if (isTaskCapsule(capsule)) return { ...named, taskModel: openTaskCapsule(capsule, loadTaskKernels()) };
      const explainer = () => rowExplainer(capsule, loadShapKernels());
      return {
        ...named,
        predictor: openCapsule(capsule, kernels),
        explainer,
        exampleRow: capsule.golden.rows[0] ?? [],
      };
    }),
  );
  const log = openPredictionLog(project.storeDir, { ackLevel, now });
  const outside = { log, now, ticks: () => Math.round(performance.now() * 1000), newId };
  const services = opened.map((parts) =>
    "taskModel" in parts ? createTaskService({ ...parts, ...outside }) : createModelService({ ...parts, ...outside }),
  );
  const token = asked.auth ? (asked.token ?? randomBytes(24).toString("base64url")) : null;
  const server = await createServer({
    services,
    token,
    version,
    ackLevel,
    hosts: [...new Set(["localhost", "127.0.0.1", "[::1]", asked.host, ...asked.allowHost])],
    now,
    randomBytes: pooledBytes,
  });
  const url = await listen(server, asked);
  return {
    url,
    token,
    models: services.map(({ model, version: number, example }) => ({ model, version: number, example })),
    async stop() {
      await server.drain();
      await log.close();
    },
  };
}

async function listen(
  server: { listen(address: { host: string; port: number }): Promise<string> },
  { host, port }: ServeOptions,
): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code !== "EADDRINUSE" && code !== "EACCES" && code !== "EADDRNOTAVAIL") throw cause;
    const why = {
      EADDRINUSE: "it is in use",
      EACCES: "it may not be used",
      EADDRNOTAVAIL: "this machine has no such address",
    };
    throw new FettleError(
      "unavailable",
      "SERVE_ADDRESS",
      `Cannot listen on ${host}:${port}: ${why[code]}, a free one is needed`,
      {
        hint: 'Choose another port, for example "--port 0" for any free one',
        cause,
      },
    );
  }
}

// What was asked for, or the newest version of every model that passed its gates.
async function versionsToServe(ledger: Ledger, asked: readonly string[]): Promise<ModelVersion[]> {
  if (asked.length > 0) return Promise.all(asked.map((text) => findVersion(ledger, parseModelReference(text))));
  const all = await ledger.versions();
  const ready = new Map(all.filter(({ gatesPassed }) => gatesPassed).map((version) => [version.model, version]));
  if (ready.size > 0) return [...ready.values()];
  throw new FettleError("not-ready", "SERVE_NOTHING", "Cannot serve: no model version has passed its gates", {
    hint:
      all.length === 0
        ? 'Train one first: "fettle train <model>"'
        : `Name one: "fettle serve ${all.at(-1)!.model}@${all.at(-1)!.version}"`,
  });
}
