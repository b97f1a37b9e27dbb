import { FettleError } from "../../lib/index.ts";
import { type AnomalyDefinition, defineDetector, trainAnomaly } from "../anomaly/index.ts";
import type { TaskCapsule, TaskName } from "../capsule/index.ts";
import { defineForecast, type ForecastDefinition, trainForecast } from "../forecasting/index.ts";
import { defineRecommender, type RecommenderDefinition, trainRecommender } from "../recommendation/index.ts";
import {
  type AnyDefinition,
  defineModel,
  isTaskDefinition,
  type ModelDefinition,
  type TaskDefinition,
  type TaskInput,
  type TrainHooks,
  type TrainInput,
  type TrainOutcome,
  trainModel,
} from "../training/index.ts";

/** What a training takes, whatever its task. */
export type AnyTrainInput = TrainInput | TaskInput;

/** What it gives. */
export type AnyTrainOutcome = TrainOutcome | TrainOutcome<TaskCapsule>;

/** What a training of some input gives. */
export type OutcomeOf<Input extends AnyTrainInput> = Input extends TaskInput ? TrainOutcome<TaskCapsule> : TrainOutcome;

/** What a task of its own brings: its definition checked, and its training as one pure function, as `trainModel` is for tables. */
interface TaskRoom {
  readonly define: (definition: TaskDefinition) => TaskDefinition;
  readonly train: (input: TaskInput, hooks: TrainHooks) => TrainOutcome<TaskCapsule>;
}

const rooms: Readonly<Record<TaskName, TaskRoom>> = {
  anomaly: {
    define: (definition) => defineDetector(definition as AnomalyDefinition),
    train: (input, hooks) => trainAnomaly(input as TaskInput<AnomalyDefinition>, hooks),
  },
  forecast: {
    define: (definition) => defineForecast(definition as ForecastDefinition),
    train: (input, hooks) => trainForecast(input as TaskInput<ForecastDefinition>, hooks),
  },
  recommendation: {
    define: (definition) => defineRecommender(definition as RecommenderDefinition),
    train: (input, hooks) => trainRecommender(input as TaskInput<RecommenderDefinition>, hooks),
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

/** A definition that says how rows of a table are answered. Throws DEFINITION_NOT_TABLE; `action` says what cannot be done. */
export function asTableDefinition(definition: AnyDefinition, action: string): ModelDefinition {
  if (!isTaskDefinition(definition)) return definition;
  throw new FettleError(
    "invalid-input",
    "DEFINITION_NOT_TABLE",
    `Cannot ${action}: "${definition.name}" defines a ${definition.task} model, one that answers rows of a table is needed`,
  );
}
