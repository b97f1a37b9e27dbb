import { FettleError, hashOf, type Sha256, sha256 } from "../../lib/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { ObjectStore, ReadOptions, Schema, Snapshot, SourceReading } from "../data/index.ts";
import type { Ledger, ModelVersion, RunEnd, RunRecord } from "../registry/index.ts";
import type { PipelinePorts } from "./ports.ts";
import { openAnyTrials, trainAny } from "./tasks.ts";

/** All ports in memory, as the tests of pipelines need them; files are tables by name. */
export function portsOf(files: Readonly<Record<string, Table>>, schema: Schema) {
  const objects = new Map<string, Uint8Array>();
  const tables = new Map<string, Table>();
  const asked: ReadOptions[] = [];
  const versions: ModelVersion[] = [];
  const runs = new Map<string, RunRecord>();
  const snapshots = new Map<string, Snapshot>();
  const tests: string[] = [];
  const store: ObjectStore = {
    put: async (bytes) => {
      objects.set(sha256(bytes), bytes);
      return sha256(bytes);
    },
    putFile: async (path) => {
      tables.set(hashOf(path), tables.get(path)!);
      return store.put(new TextEncoder().encode(JSON.stringify(path)));
    },
    get: async (id) => {
      const bytes = objects.get(id);
      if (bytes && sha256(bytes) === id) return bytes;
      throw new FettleError("damaged", "OBJECT_DAMAGED", "Cannot read the object: its bytes do not give its name");
    },
    verifiedPath: async (id) => id,
    has: async (id) => objects.has(id),
    async *list() {
      for (const id of objects.keys()) yield id as Sha256;
    },
  };
  // Moved to the end of the map, so that runs stand in the order in which they ended.
  const end = (ended: RunEnd) => {
    const run = runs.get(ended.id)!;
    runs.delete(ended.id);
    runs.set(ended.id, { ...run, end: ended });
  };
  const ledger: Partial<Ledger> = {
    saveSnapshot: async (snapshot) => void snapshots.set(snapshot.id, snapshot),
    snapshot: async (id) => snapshots.get(id) ?? null,
    startRun: async (run) => void runs.set(run.id, { ...run, end: null }),
    endRun: async (ended) => void end(ended),
    register: async (version, ended, testRows) => {
      end(ended);
      if (testRows !== null) tests.push(testRows);
      versions.push({ ...version, version: versions.length + 1 });
      return versions.at(-1)!;
    },
    run: async (id) => runs.get(id) ?? null,
    runs: async () =>
      [...runs.values()].filter(({ kind }) => kind !== "trial").sort((a, b) => a.startedAt - b.startedAt),
    runsOf: async (id) => [...runs.values()].filter(({ parent }) => parent === id),
    versions: async () => versions,
    version: async (_, number) => versions[number - 1] ?? null,
    testEvaluations: async (rows) => tests.filter((used) => used === rows).length,
  };
  let time = 1000;
  let nIds = 0;
  const ports: PipelinePorts = {
    reader: {
      read: async ([path], options = {}) => {
        asked.push(options);
        const reading: Partial<SourceReading> = { files: [], nRejected: 0, rejected: [], notes: [] };
        return { ...reading, table: files[path!]!, schema, options } as SourceReading;
      },
    },
    tables: {
      write: async (table, _, path) => void tables.set(path, table),
      read: async (path) => tables.get(path)!,
    },
    objects: store,
    ledger: ledger as Ledger,
    moduleHash: async (path) => sha256(path),
    train: async (input, { onProgress }) => trainAny(input, onProgress ? { onProgress } : {}),
    openTrials: async (input) => {
      const bench = openAnyTrials(input);
      return {
        ...bench,
        nWorkers: 1,
        trial: async (request) => bench.runTrial(request, {}),
        outer: async (request) => bench.runOuter!(request, {}),
        close: async () => {},
      };
    },
    clock: () => time++,
    usage: () => ({ cpuSeconds: 1, peakMemoryBytes: 1 }),
    newId: () => `run-${++nIds}`,
    withScratch: (use) => use(`scratch-${objects.size}`),
    environment: async () => ({ fettle: "0.0.0" }),
    publishReport: async ({ model, version }) => `${model}-${version}.html`,
  };
  return { ports, objects, tables, asked, versions, runs };
}
