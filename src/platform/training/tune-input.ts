import type { Task } from "../../ml/learners/index.ts";
import type { TaskName } from "../capsule/index.ts";
import type { FoldWindow } from "../data/index.ts";
import type { BlockLosses, Cutoffs, RungLoss } from "../tuning/index.ts";
import type { AnyConfiguration, TaskDefinition } from "./definition.ts";
import type { TaskInput, TrainInput } from "./train-input.ts";

/** What a tuning can ask for: the least loss, the quickest answer (p50 of one row in µs), the smallest model (bytes). */
export const objectives = ["quality", "latency", "size"] as const;

/** One of {@link objectives}. */
export type Objective = (typeof objectives)[number];

/** How the trials of a tuning are measured; two tunings with equal settings on equal data can be compared and resumed. */
export interface TuneSettings {
  /** Folds of the cross-validation; 1: the validation part of the split, the only choice of a task of its own. */
  readonly folds: number;
  /** For a split by time. */
  readonly window: FoldWindow;
  /** For a split by time: least distance of training rows from validation rows, in the unit of the time column (milliseconds for dates). */
  readonly embargo: number;
  /** Quality first. */
  readonly objectives: readonly Objective[];
  /** Outer folds of a nested cross-validation; 0: none. */
  readonly outerFolds: number;
}

/** Everything that trials are measured on. */
export interface TuneInput extends Pick<TrainInput, "definition" | "snapshot" | "table" | "testStart"> {
  readonly settings: TuneSettings;
}

/** {@link TuneInput} for a task of its own. */
export interface TaskTuneInput<Definition extends TaskDefinition = TaskDefinition>
  extends Pick<TaskInput<Definition>, "definition" | "snapshot" | "table" | "testStart"> {
  readonly settings: TuneSettings;
}

/** What a tuning says of itself before its first trial. */
export interface TuneSubject {
  readonly task: Task | TaskName;
  /** The metric shown for every trial. */
  readonly metric: string;
  /** The loss that trials are compared by, in words: `log loss`. */
  readonly lossName: string;
  /** Rows of training and validation part together: the test rows are not among them. */
  readonly nRows: number;
  /** How trials are measured, in a few words. */
  readonly says: string;
}

/** One trial to run. */
export interface TrialRequest {
  /** Outer fold whose training rows are used; null: all training and validation rows. */
  readonly outer: number | null;
  readonly configuration: AnyConfiguration;
  readonly cutoffs: Cutoffs;
}

/** The chosen configuration of an outer fold, to be fitted on its training rows and measured on the rows that it held out. */
export interface OuterRequest {
  readonly outer: number;
  readonly configuration: AnyConfiguration;
  /** Rounds of boosting; null where the family has none. */
  readonly rounds: number | null;
}

/** What one trial found. */
export interface TrialOutcome {
  /** `pruned`: ended early, because it was not among the better third at a rung. */
  readonly status: "complete" | "pruned";
  /** The learner's parameters with their defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Mean loss per row over the folds; null where pruned. */
  readonly loss: number | null;
  /** Mean of the metric over the folds that were measured; null where it is undefined. */
  readonly value: number | null;
  /** Mean loss of each fold that was measured. */
  readonly foldLosses: readonly number[];
  readonly rungs: readonly RungLoss[];
  /** Losses by block; null where pruned. */
  readonly blocks: BlockLosses | null;
  /** Mean rounds of boosting that validation found best; null where the family has none. */
  readonly rounds: number | null;
  /** p50 of one prediction on the serving path in µs; a measurement, null where it was not asked for. */
  readonly latencyMicros: number | null;
  /** Bytes of the model in its capsule; null where pruned before the first fold was done. */
  readonly bytes: number | null;
  readonly seconds: number;
}

/** What an outer fold found on the rows that it held out. */
export interface OuterOutcome {
  readonly value: number | null;
  readonly blocks: BlockLosses;
}
