import type { CustomLoss } from "../../ml/learners/index.ts";
import { type AnomalyDefinition, defineDetector, openAnomalyTrials, trainAnomaly } from "../anomaly/index.ts";
import type { TaskCapsule, TaskName } from "../capsule/index.ts";
import { defineForecast, type ForecastDefinition, openForecastTrials, trainForecast } from "../forecasting/index.ts";
import {
  defineRecommender,
  openRecommenderTrials,
  type RecommenderDefinition,
  trainRecommender,
} from "../recommendation/index.ts";
import {
  type AnyConfiguration,
  type AnyDefinition,
  defineModel,
  isTaskDefinition,
  openTrials,
  type TaskDefinition,
  type TaskInput,
  type TaskTuneInput,
  type TrainHooks,
  type TrainInput,
  type TrainOutcome,
  type TrialBench,
  type TuneInput,
  trainModel,
} from "../training/index.ts";

/** What a training takes, whatever its task. */
export type AnyTrainInput = TrainInput | TaskInput;

/** What a tuning takes, whatever its task. */
export type AnyTuneInput = TuneInput | TaskTuneInput;

/** What it gives. */
export type AnyTrainOutcome = TrainOutcome | TrainOutcome<TaskCapsule>;

/** What a training of some input gives. */
export type OutcomeOf<Input extends AnyTrainInput> = Input extends TaskInput ? TrainOutcome<TaskCapsule> : TrainOutcome;

/** What a task of its own brings: its definition checked, and its training as one pure function, as `trainModel` is for tables. */
interface TaskRoom {
  readonly define: (definition: TaskDefinition) => TaskDefinition;
  readonly train: (input: TaskInput, hooks: TrainHooks) => TrainOutcome<TaskCapsule>;
  /** Prepares the data of a tuning, as `openTrials` does for tables. */
  readonly openTrials: (input: TaskTuneInput) => TrialBench;
}

const rooms: Readonly<Record<TaskName, TaskRoom>> = {
  anomaly: {
    define: (definition) => defineDetector(definition as AnomalyDefinition),
    train: (input, hooks) => trainAnomaly(input as TaskInput<AnomalyDefinition>, hooks),
    openTrials: (input) => openAnomalyTrials(input as TaskTuneInput<AnomalyDefinition>),
  },
  forecast: {
    define: (definition) => defineForecast(definition as ForecastDefinition),
    train: (input, hooks) => trainForecast(input as TaskInput<ForecastDefinition>, hooks),
    openTrials: (input) => openForecastTrials(input as TaskTuneInput<ForecastDefinition>),
  },
  recommendation: {
    define: (definition) => defineRecommender(definition as RecommenderDefinition),
    train: (input, hooks) => trainRecommender(input as TaskInput<RecommenderDefinition>, hooks),
    openTrials: (input) => openRecommenderTrials(input as TaskTuneInput<RecommenderDefinition>),
  },
};

/** A definition of any task, checked by its own `define…`. Throws DEFINITION_INVALID. */
export function defineAny(definition: AnyDefinition): AnyDefinition {
  return isTaskDefinition(definition) ? rooms[definition.task].define(definition) : defineModel(definition);
}

/** Trains what a definition of any task defines. */
export function trainAny<Input extends AnyTrainInput>(input: Input, hooks: TrainHooks = {}): OutcomeOf<Input> {
  const asked: AnyTrainInput = input;
  const outcome = isTask(asked) ? rooms[asked.definition.task].train(asked, hooks) : trainModel(asked, hooks);
  return outcome as OutcomeOf<Input>;
}

function isTask(input: AnyTrainInput): input is TaskInput {
  return isTaskDefinition(input.definition);
}

/** Prepares the data of a tuning of any task. */
export function openAnyTrials(input: AnyTuneInput, customLoss?: CustomLoss): TrialBench {
  const { definition } = input;
  return isTaskDefinition(definition)
    ? rooms[definition.task].openTrials({ ...input, definition })
    : openTrials({ ...input, definition }, customLoss);
}

/** The definition that says what a tuning found. */
export function withConfiguration<Definition extends AnyDefinition>(
  definition: Definition,
  configuration: AnyConfiguration,
): Definition {
  const { search } = definition as { readonly search?: object };
  return { ...definition, search: { ...search, configurations: [configuration] } };
}
