import type { Sha256 } from "../../lib/index.ts";
import type { Snapshot } from "../data/index.ts";

/** A run as it starts: what was asked, of which data, by which code. */
export interface RunStart {
  readonly id: string;
  readonly model: string;
  readonly startedAt: number;
  readonly snapshot: Sha256;
  /** Hash of the definition: the run's parameters. */
  readonly definition: Sha256;
  readonly seed: number;
  /** Versions, commit, lock file: facts outside the identity. */
  readonly environment: Readonly<Record<string, string | number | boolean | null>>;
  /** Default `train`. A `tune` run is a tuning, a `trial` one configuration of it. */
  readonly kind?: "train" | "tune" | "trial";
  /** The run that this one belongs to: the tuning of a trial, or of the training that came out of it. */
  readonly parent?: string;
  /** What was asked for beside the definition, as JSON-able data: a tuning's settings, a trial's configuration. */
  readonly asked?: unknown;
}

/** What a piece of work took of the machine. */
export interface Resources {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Greatest resident size of the process so far, in bytes. */
  readonly peakMemoryBytes: number;
}

/** How a run ended. */
export interface RunEnd {
  readonly id: string;
  readonly endedAt: number;
  readonly status: "succeeded" | "failed" | "cancelled";
  /** Metric values by name (`test.rocAuc` …) for queries. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Candidates in the order of trying, as JSON-able data: what `verify` replays. */
  readonly trials: readonly unknown[];
  /** What the whole run took of the machine; outside the identity. Null for a trial, which shares its process with others. */
  readonly resources: Resources | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** What a tuning or a trial found, as JSON-able data. */
  readonly found?: unknown;
}

/** A run with its end, where it has one. */
export interface RunRecord extends RunStart {
  readonly end: RunEnd | null;
}

/** One immutable version of a model. */
export interface ModelVersion {
  readonly model: string;
  readonly version: number;
  readonly createdAt: number;
  readonly runId: string;
  readonly snapshot: Sha256;
  readonly definition: Sha256;
  /** The object with the definition's JSON. */
  readonly definitionObject: Sha256;
  readonly capsule: Sha256;
  /** The object with the run's report as JSON; null where nothing was measured. */
  readonly report: Sha256 | null;
  readonly gatesPassed: boolean;
  readonly task: string;
  readonly primary: {
    readonly metric: string;
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
    /** Why `value` is null. */
    readonly reason?: string;
  };
}

/** One row of the hash-chained audit. */
export interface AuditRow {
  readonly seq: number;
  readonly at: number;
  readonly action: string;
  readonly subject: string;
  readonly previous: Sha256;
  readonly hash: Sha256;
}

/** A version before the ledger has given it its number. */
export type NewVersion = Omit<ModelVersion, "version">;

/**
 * Port: the append-only record of everything that happened. Every write is one transaction with one audit row, durable when
 * its promise resolves.
 */
export interface Ledger {
  saveSnapshot(snapshot: Snapshot, at: number): Promise<void>;
  snapshot(id: Sha256): Promise<Snapshot | null>;
  startRun(run: RunStart): Promise<void>;
  endRun(end: RunEnd): Promise<void>;
  /** Ends the run, appends the version, counts the use of the test rows, where any were used: one transaction. Returns the new version. */
  register(version: NewVersion, end: RunEnd, testRows: Sha256 | null): Promise<ModelVersion>;
  run(id: string): Promise<RunRecord | null>;
  /** Runs without trials, in the order in which they started. */
  runs(model?: string): Promise<RunRecord[]>;
  /** Runs that belong to one run, in the order in which they ended; those without an end last. */
  runsOf(parent: string): Promise<RunRecord[]>;
  /** Versions in ascending order; of all models where none is named. */
  versions(model?: string): Promise<ModelVersion[]>;
  version(model: string, version: number): Promise<ModelVersion | null>;
  /** How often models were evaluated on these test rows so far. */
  testEvaluations(testRows: Sha256): Promise<number>;
  /** Throws LEDGER_DAMAGED where the chain does not hold. */
  audit(): Promise<AuditRow[]>;
  /** Takes and gives back the write lock. Throws LEDGER_BUSY where another process keeps it. */
  probeLock(): Promise<void>;
  close(): Promise<void>;
}
