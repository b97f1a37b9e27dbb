import type { Clock, Sha256 } from "../../lib/index.ts";
import type { ObjectStore, SourceReader, TableFiles } from "../data/index.ts";
import type { Ledger } from "../registry/index.ts";
import type {
  OuterOutcome,
  OuterRequest,
  RunReport,
  SearchFamily,
  TrainProgress,
  TrialOutcome,
  TrialRequest,
  TuneSubject,
} from "../training/index.ts";
import type { AnyTrainInput, AnyTuneInput, OutcomeOf } from "./tasks.ts";

/** Options of long work. */
export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Threads of a training, the same model with any number. Default: one per core. */
  readonly threads?: number;
}

/** Workers that hold the data of a tuning and run one trial each at a time. */
export interface TrialPool {
  readonly subject: TuneSubject;
  readonly families: readonly SearchFamily[];
  readonly nWorkers: number;
  /** Rejects with FIT_CANCELLED once the signal is aborted, and with the trial's own error. */
  trial(request: TrialRequest): Promise<TrialOutcome>;
  outer(request: OuterRequest): Promise<OuterOutcome>;
  close(): Promise<void>;
}

/** What the pipelines need from outside. */
export interface PipelinePorts {
  readonly reader: SourceReader;
  readonly tables: TableFiles;
  readonly objects: ObjectStore;
  readonly ledger: Ledger;
  /** Runs the training away from the caller's event loop. */
  readonly train: <Input extends AnyTrainInput>(input: Input, options: WorkOptions) => Promise<OutcomeOf<Input>>;
  /** Starts workers for trials; throws what the data is refused with. Fewer workers than asked for where the machine has fewer cores. */
  readonly openTrials: (
    input: AnyTuneInput,
    nWorkers: number | undefined,
    options: Pick<WorkOptions, "signal">,
  ) => Promise<TrialPool>;
  /** Hash of a user's module and all that it imports by relative paths; the path is relative to the project folder. */
  readonly moduleHash: (path: string) => Promise<Sha256>;
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
