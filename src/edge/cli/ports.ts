import type { Precision } from "../../ml/learners/index.ts";
import type { Lineage, QuantisationLoss } from "../../platform/capsule/index.ts";
import type {
  Difference,
  ImportedVersion,
  TrainedVersion,
  TuneOptions,
  Verification,
  WorkOptions,
} from "../../platform/pipelines/index.ts";
import type { ModelVersion, RunRecord } from "../../platform/registry/index.ts";
import type { RunReport } from "../../platform/training/index.ts";
import type { Diagnosis, InitialisedModel, NewModel } from "../project/index.ts";

/** Decisions that a command may add to a definition for one run. */
export interface TrainOverrides {
  readonly exclude?: readonly string[];
  readonly keep?: readonly string[];
  readonly trials?: number;
  readonly seed?: number;
  readonly warmStart?: string;
}

/** What a tuning is asked for. */
export type TuneRequest = Omit<TuneOptions, keyof WorkOptions | "onTuning">;

/** Everything recorded about one version. */
export interface ShownVersion {
  readonly version: ModelVersion;
  readonly run: RunRecord | null;
  /** Null for an imported model that was not measured. */
  readonly report: RunReport | null;
  readonly lineage: Lineage;
  readonly parts: Readonly<Record<string, string>>;
}

/** A model file of another library and what is said about it. */
export interface ImportRequest {
  readonly name: string;
  readonly library: "xgboost" | "lightgbm";
  readonly file: string;
  readonly data: readonly string[];
  readonly features?: readonly string[];
  /** A JSON file with the levels of categories by column. */
  readonly levels?: string;
  readonly classes?: readonly string[];
  readonly target?: string;
  readonly positive?: string;
  readonly query?: string;
  readonly expected?: string;
  readonly tolerance: number;
}

/** What a quantised export lost, and the size of the one that loses nothing. */
export interface QuantisedExport extends QuantisationLoss {
  readonly bytesBefore: number;
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
  /** Rows written, where the answers are no rows of the input: lists, forecasts. */
  readonly nWritten?: number;
  readonly nRejected: number;
  /** The first 100 rows that could not be read. */
  readonly rejected: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
  readonly out: string;
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** What the command line needs of the product; the composition root implements it for one project folder. */
export interface ProjectApp {
  readonly root: string;
  init(model: string, options: NewModel): Promise<InitialisedModel>;
  train(model: string, overrides: TrainOverrides, options: WorkOptions): Promise<TrainedVersion>;
  importModel(request: ImportRequest, options: WorkOptions): Promise<ImportedVersion>;
  tune(
    model: string,
    asked: TuneRequest,
    options: Pick<TuneOptions, keyof WorkOptions | "onTuning">,
  ): Promise<TrainedVersion>;
  models(): Promise<ModelVersion[]>;
  show(reference: string): Promise<ShownVersion>;
  diff(left: string, right: string): Promise<Difference[]>;
  verify(reference: string, options: WorkOptions): Promise<Verification>;
  exportModel(
    reference: string,
    to: string,
    out: string | undefined,
    precision: Precision | undefined,
  ): Promise<{ files: string[]; bytes: number; quantised?: QuantisedExport }>;
  serve(options: ServeOptions): Promise<RunningServer>;
  score(
    reference: string,
    options: {
      input: readonly string[];
      out: string;
      format?: string;
      /** Add what each column contributed. */
      explain?: boolean;
      /** Contributions against the first 100 rows of this file. */
      background?: string;
      signal?: AbortSignal;
      onRows?: (rows: number) => void;
    },
  ): Promise<ScoreResult>;
  doctor(): Promise<Diagnosis[]>;
  close(): Promise<void>;
}

/** Opens the product for the project that a folder belongs to; `create` allows a folder that is no project yet. */
export type OpenApp = (folder: string, options?: { readonly create?: boolean }) => Promise<ProjectApp>;
