import type { Sha256 } from "../../lib/index.ts";
import type { CustomLoss, GbdtKernels, PredictKernels, ShapKernels, SparseKernels } from "../../ml/learners/index.ts";
import type { RecommendKernels, ScanKernels } from "../../ml/recommenders/index.ts";
import type { Table } from "../../ml/table/index.ts";
import type { Capsule, TaskCapsule, TaskPredictorData } from "../capsule/index.ts";
import type { Snapshot } from "../data/index.ts";
import type { Evaluation } from "../evaluation/index.ts";
import type { AnyConfiguration, Configuration, ModelDefinition, TaskDefinition } from "./definition.ts";
import type { MeasuredImport } from "./evaluate-import.ts";
import type { RunReport } from "./run-report.ts";
import type { NamedPredictor } from "./warm-start.ts";

/** Everything that decides a training: values only, so that the same input gives the same bytes anywhere. */
export interface TrainInput {
  readonly definition: ModelDefinition;
  readonly snapshot: Snapshot;
  /** The snapshot's rows. */
  readonly table: Table;
  /** Where the official test rows begin; null where there is no test file. */
  readonly testStart: number | null;
  /** The current champion, to be compared with on the same test rows. */
  readonly champion: NamedPredictor | null;
  /** The version that the definition's `warmStart` names. */
  readonly warmStart?: NamedPredictor;
  /** Exactly these configurations, in this order: how `verify` replays a run. Default: proposed by the search space. */
  readonly trials?: readonly Configuration[];
  /** So many resamples of the cross-validation, with or without its learning curve: how `verify` replays one that time ended early. Default: all. */
  readonly resampling?: { readonly nResamples: number; readonly hasCurve: boolean };
  /** A model that was trained elsewhere: it is measured, nothing is trained. */
  readonly imported?: MeasuredImport;
}

/** {@link TrainInput} for a task of its own. */
export interface TaskInput<Definition extends TaskDefinition = TaskDefinition>
  extends Pick<TrainInput, "snapshot" | "table" | "testStart"> {
  readonly definition: Definition;
  /** The current champion, to be compared with on the same test rows. */
  readonly champion: { readonly name: string; readonly data: TaskPredictorData } | null;
  /** Exactly these, as a run recorded them: how `verify` replays a search that its time ended. */
  readonly trials?: readonly AnyConfiguration[];
}

/** What a person sees while a training runs. */
export interface TrainProgress {
  readonly stage: TrainStage;
  /** Share of the stage that is done, 0 … 1. */
  readonly share: number;
  /** What happens or was found, in a few words. */
  readonly says?: string;
}

/** The stages in order. */
export const trainStages = [
  "contract",
  "split",
  "leakage",
  "features",
  "search",
  "evaluate",
  "repeat",
  "package",
] as const;

/** One of {@link trainStages}. */
export type TrainStage = (typeof trainStages)[number];

/** How a training talks to its host. `elapsedSeconds` only measures: no result depends on it but where a search ends early. */
export interface TrainHooks {
  readonly onProgress?: (progress: TrainProgress) => void;
  readonly shouldStop?: () => boolean;
  /** Make boosted trees faster, their training and their predictions; the bits are the same without. */
  readonly kernels?: GbdtKernels;
  readonly predictKernels?: PredictKernels;
  /** Make factors of a recommender and their scores faster, to the same bits. */
  readonly recommendKernels?: RecommendKernels;
  readonly scanKernels?: ScanKernels;
  /** Make linear models of texts faster, to the same bits. */
  readonly sparseKernels?: SparseKernels;
  /** Explains rows faster, to the same bits. */
  readonly shapKernels?: ShapKernels;
  /** The functions of a loss that the definition names by its module. */
  readonly customLoss?: CustomLoss;
  readonly elapsedSeconds?: () => number;
}

/** What a training gives: the capsule, and what the report says beside it. */
export interface TrainOutcome<Trained extends Capsule | TaskCapsule = Capsule> {
  readonly capsule: Trained & { readonly evaluation: Evaluation };
  readonly report: Omit<
    RunReport,
    "version" | "runId" | "createdAt" | "fettle" | "environment" | "reproduce" | "split"
  > & {
    readonly split: Omit<RunReport["split"], "testEvaluations">;
  };
  /** The configurations tried, in order. */
  readonly trials: readonly (Trained extends Capsule ? Configuration : AnyConfiguration)[];
  /** Identity of the test rows: the ledger counts how often it is used. */
  readonly testRows: Sha256;
}
