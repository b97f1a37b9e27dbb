import type { TrainedVersion, Verification, WorkOptions } from "../../platform/pipelines/index.ts";
import type { ModelVersion, RunRecord } from "../../platform/registry/index.ts";
import type { RunReport } from "../../platform/training/index.ts";

/** Options of {@link ProjectApp.init}, as the command line gives them. */
export interface InitOptions {
  readonly data: readonly string[];
  readonly target: string;
  readonly test?: string;
  readonly positive?: string;
  readonly task?: "binary" | "multiclass" | "regression";
  readonly time?: string;
  readonly group?: string;
  readonly ignore?: readonly string[];
  readonly weight?: string;
  readonly cost?: { readonly falsePositive: number; readonly falseNegative: number };
  readonly header?: boolean;
  readonly separator?: string;
  readonly quote?: string;
  readonly encoding?: string;
  readonly missing?: readonly string[];
  readonly force?: boolean;
}

/** What `init` wrote and understood. */
export interface InitResult {
  readonly model: string;
  readonly files: readonly string[];
  readonly nRows: number;
  readonly nColumns: number;
  readonly task: string;
  readonly target: string;
  readonly personalData: readonly string[];
  readonly notes: readonly string[];
}

/** Decisions that a command may add to a definition for one run. */
export interface TrainOverrides {
  readonly exclude?: readonly string[];
  readonly keep?: readonly string[];
  readonly trials?: number;
  readonly seed?: number;
}

/** Everything recorded about one version. */
export interface ShownVersion {
  readonly version: ModelVersion;
  readonly run: RunRecord | null;
  readonly report: RunReport;
  readonly parts: Readonly<Record<string, string>>;
}

/** One difference between two versions. */
export interface Difference {
  readonly what: string;
  readonly left: string;
  readonly right: string;
}

/** A running server. */
export interface RunningServer {
  readonly url: string;
  readonly token: string | null;
  readonly models: readonly {
    readonly model: string;
    readonly version: number;
    readonly example: Readonly<Record<string, unknown>>;
  }[];
  /** Finishes what is under way, writes the prediction log, ends. */
  stop(): Promise<void>;
}

/** Options of {@link ProjectApp.serve}. */
export interface ServeOptions {
  readonly models: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly auth: boolean;
  readonly token?: string;
  readonly sync: boolean;
  readonly allowHost: readonly string[];
}

/** What batch scoring did. */
export interface ScoreResult {
  readonly model: string;
  readonly version: number;
  readonly nRows: number;
  readonly nRejected: number;
  readonly out: string;
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** One thing that `doctor` looked at. */
export interface Diagnosis {
  readonly name: string;
  readonly status: "ok" | "warning" | "problem";
  readonly message: string;
  readonly hint?: string;
}

/** What the command line needs of the product; the composition root implements it for one project folder. */
export interface ProjectApp {
  readonly root: string;
  init(model: string, options: InitOptions): Promise<InitResult>;
  train(model: string, overrides: TrainOverrides, options: WorkOptions): Promise<TrainedVersion>;
  models(): Promise<ModelVersion[]>;
  show(reference: string): Promise<ShownVersion>;
  diff(left: string, right: string): Promise<Difference[]>;
  verify(reference: string, options: WorkOptions): Promise<Verification>;
  exportModel(reference: string, to: string, out: string | undefined): Promise<{ files: string[]; bytes: number }>;
  serve(options: ServeOptions): Promise<RunningServer>;
  score(
    reference: string,
    options: {
      input: readonly string[];
      out: string;
      format?: string;
      signal?: AbortSignal;
      onRows?: (rows: number) => void;
    },
  ): Promise<ScoreResult>;
  doctor(): Promise<Diagnosis[]>;
  close(): Promise<void>;
}

/** Opens the product for the project that a folder belongs to; `create` allows a folder that is no project yet. */
export type OpenApp = (folder: string, options?: { readonly create?: boolean }) => Promise<ProjectApp>;
