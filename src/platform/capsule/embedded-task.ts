import { FettleError } from "../../lib/index.ts";
import type { RowProblem } from "./signature.ts";
import type { JsonObject, TaskModel, TaskSignature } from "./task-model.ts";

/** A task's model that answers in process, in any JavaScript runtime. */
export interface EmbeddedTaskModel {
  readonly signature: TaskSignature;
  /** Answers one request; throws where it does not fit. */
  predict(request: unknown): JsonObject;
  /** Answers many requests. */
  predictBatch(requests: readonly unknown[]): JsonObject[];
}

/** What an exported module does with its task's model. It imports the types alone of all tasks, so that a module carries one of them. */
export function embedTask(model: TaskModel): EmbeddedTaskModel {
  const predictBatch = (requests: readonly unknown[]) => {
    const problems: RowProblem[] = [];
    const read = requests.map((request, i) => model.read(request, i, problems));
    if (problems.length === 0) return read.map((request) => model.answer(request));
    const messages = problems.slice(0, 20).map(({ message }) => message);
    throw new FettleError("invalid-input", "ROWS_INVALID", `Cannot predict: ${messages.join("; ")}`);
  };
  return { signature: model.signature, predictBatch, predict: (request) => predictBatch([request])[0]! };
}
