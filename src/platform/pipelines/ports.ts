import type { Clock } from "../../lib/index.ts";
import type { ObjectStore, SourceReader, TableFiles } from "../data/index.ts";
import type { Ledger } from "../registry/index.ts";
import type { RunReport, TrainInput, TrainOutcome, TrainProgress } from "../training/index.ts";

/** Options of long work. */
export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Threads of a training, the same model with any number. Default: one per core. */
  readonly threads?: number;
}

/** What the pipelines need from outside. */
export interface PipelinePorts {
  readonly reader: SourceReader;
  readonly tables: TableFiles;
  readonly objects: ObjectStore;
  readonly ledger: Ledger;
  /** Runs the training away from the caller's event loop. */
  readonly train: (input: TrainInput, options: WorkOptions) => Promise<TrainOutcome>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Calls back with the path of a scratch file that is gone afterwards. */
  readonly withScratch: <T>(use: (path: string) => Promise<T>) => Promise<T>;
  /** Facts about machine and code: versions, commit, lock file. */
  readonly environment: () => Promise<Readonly<Record<string, string | number | boolean | null>>>;
  /** CPU seconds of the process so far, and its greatest resident size in bytes. */
  readonly usage: () => { readonly cpuSeconds: number; readonly peakMemoryBytes: number };
  /** Draws the report and returns where it lies. */
  readonly publishReport: (report: RunReport) => Promise<string>;
}
